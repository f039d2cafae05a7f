import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/**
 * Takes the data folder for this process; gives what lets it go again. Throws when another process has it. The kernel
 * releases the lock with the process, however that ends; the process id beside it is only for the message.
 */
export function lockFolder(folder: string): () => void {
  const who = join(folder, 'lock.pid')
  const db = new Database(join(folder, 'lock.db'), { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new Error(`data folder ${folder} is in use by process ${holder(who)}`)
  }
  writeFileSync(who, `${process.pid}\n`)
  return () => db.close()
}

function holder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || 'unknown'
  } catch {
    return 'unknown'
  }
}
