import { Worker } from 'node:worker_threads'
import type Database from 'better-sqlite3'

/** Keeps the WAL short. */
export interface Checkpoint {
  /** To be called between transactions. */
  look(): void
  /** Ends the thread, if there is one. */
  end(): Promise<void>
}

/** The WAL goes into the data file when it has this many pages: fewer would write hot pages again and again. */
const longWal = 16_000

/**
 * A checkpoint on the writer's own thread would make all commits wait for some thousand page writes and two syncs. So
 * another thread does it while commits go on; the writer only moves the few pages written meanwhile, after which SQLite
 * begins the WAL anew. Were that thread to fail, SQLite's own checkpoint comes at four times the length.
 */
export function checkpoint(db: Database.Database, folder: string): Checkpoint {
  db.pragma(`wal_autocheckpoint = ${4 * longWal}`)
  const length = db.prepare<[], [busy: number, pages: number, moved: number]>('PRAGMA wal_checkpoint(NOOP)').raw()
  let thread: Worker | undefined
  let underWay = false

  function start(): Worker {
    const started = new Worker(new URL('./checkpointer.ts', import.meta.url), {
      workerData: folder,
      name: 'magpie-checkpoint',
    })
    started.on('message', finish)
    // Its work is not lost with it: commits do it then.
    started.on('error', () => undefined)
    return started
  }

  function finish(): void {
    underWay = false
    try {
      db.pragma('wal_checkpoint(PASSIVE)')
    } catch {
      // The WAL stays as it is; the next turn tries again.
    }
  }

  return {
    look() {
      if (underWay) return
      const [, pages = 0, moved = 0] = length.get() ?? []
      if (pages - moved < longWal) return
      underWay = true
      thread ??= start()
      thread.postMessage(null)
    },
    async end() {
      await thread?.terminate()
    },
  }
}
