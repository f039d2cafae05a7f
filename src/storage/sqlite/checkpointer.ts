import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { dataFile } from './connection.ts'

/** The checkpointer's thread: at every message it moves the WAL into the data file while commits go on, and answers. */

const port = parentPort as MessagePort
const db = new Database(dataFile(workerData as string))
db.pragma('synchronous = FULL')
db.pragma('fullfsync = ON')

port.on('message', () => {
  try {
    db.pragma('wal_checkpoint(PASSIVE)')
  } catch {
    // The WAL stays as it is; the next turn tries again.
  }
  port.postMessage(null)
})
