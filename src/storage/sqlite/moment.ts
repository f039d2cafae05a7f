import type Database from 'better-sqlite3'

/** What small reads on the main thread see: the data as of one moment, which lasts until the next turn of the event loop at most. */
export interface Moment {
  /** To be called before a read. */
  begin(): void
  /** The next read sees the data anew. To be called before somebody learns of newer data from another thread. */
  end(): void
}

/**
 * One read transaction for all reads of a turn: each one by itself would take the file's locks, and lose the page cache
 * to every commit in between.
 */
export function moment(db: Database.Database): Moment {
  const [begin, commit] = [db.prepare('BEGIN'), db.prepare('COMMIT')]
  let ending: NodeJS.Immediate | undefined

  function end(): void {
    clearImmediate(ending)
    ending = undefined
    // A failed read may have ended it by itself.
    if (db.open && db.inTransaction) commit.run()
  }

  return {
    begin() {
      if (ending) return
      begin.run()
      ending = setImmediate(end)
    },
    end() {
      if (ending) end()
    },
  }
}
