import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StoreUnavailable } from '../store.ts'

/**
 * Takes the data folder for this process; gives what lets it go again. StoreUnavailable when another process has it.
 * The kernel releases the lock with the process, however that ends; the process id beside it is only for the message.
 */
export function lockFolder(folder: string): () => void {
  const who = join(folder, 'lock.pid')
  const db = new Database(join(folder, 'lock.db'), { timeout: 0 })
  try {
    // A lock needs no journal, which a full disk would have no place for.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    const { code, message } = error as { code?: string; message: string }
    const why = code === 'SQLITE_BUSY' ? `is in use by process ${holder(who)}` : `cannot be locked: ${message}`
    throw new StoreUnavailable(`data folder ${folder} ${why}`)
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
