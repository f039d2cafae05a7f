import { join } from 'node:path'
import Database from 'better-sqlite3'

/** `full`: acknowledged means synced to the disk. `relaxed`: a power cut may take the last moments, never the order. */
export type Durability = 'full' | 'relaxed'

/** The data file in a folder. */
export const dataFile = (folder: string): string => join(folder, 'magpie.db')

const synchronous = { full: 2, relaxed: 1 } as const

/** What a connection says of itself. */
export interface Mode {
  journal: string
  synchronous: number
}

/** Opens the one connection that writes. Throws unless it is as durable as asked for. */
export function openForWriting(folder: string, durability: Durability): Database.Database {
  const db = new Database(dataFile(folder))
  db.pragma('journal_mode = WAL')
  db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
  // macOS: a plain fsync leaves data in the drive's cache.
  if (durability === 'full') db.pragma('fullfsync = ON')
  db.pragma('cache_size = -64000')
  db.pragma('temp_store = MEMORY')
  checkDurable(db, durability)
  return db
}

/** Opens a connection that only reads; it sees every commit that ended before its statement began. */
export function openForReading(folder: string): Database.Database {
  const db = new Database(dataFile(folder), { readonly: true })
  db.pragma('cache_size = -32000')
  return db
}

/** What this connection reports. */
export function modeOf(db: Database.Database): Mode {
  return {
    journal: db.pragma('journal_mode', { simple: true }) as string,
    synchronous: db.pragma('synchronous', { simple: true }) as number,
  }
}

/** Throws when the connection itself reports that an acknowledged commit could be lost. */
export function checkDurable(db: Database.Database, durability: Durability): void {
  const mode = modeOf(db)
  if (durability === 'relaxed') return
  if (mode.journal === 'wal' && mode.synchronous === synchronous.full) return
  throw new Error(
    `the data file reports journal_mode=${mode.journal} and synchronous=${mode.synchronous} instead of wal and 2 (FULL): ` +
      'acknowledged writes could be lost. Use a local file system, or set durability: relaxed',
  )
}
