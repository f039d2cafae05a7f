import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Layout, layout } from '../layout.ts'
import { openForReading } from './connection.ts'
import type { Answer, Found, Question, Start, ToReader } from './messages.ts'
import { reads } from './read.ts'

/**
 * The reader's thread: answers what would hold the event loop too long, on a connection of its own. The answer to one
 * question is as of one moment, and goes out in portions, so that the main thread can do other work in between.
 */

/** Rows of one portion: taking them over holds the event loop for about a millisecond. */
const portion = 500

const port = parentPort as MessagePort
const start = workerData as Start
const layouts = new Map(start.tables.map(table => [table.name, layout(table)]))
const db = openForReading(start.folder)
const read = reads(db)
// Takes the file's locks once.
const together = db.transaction((question: Question) => find(question))
/** What of an answer has not been asked for yet. */
const left = new Map<number, Found>()

port.on('message', (message: ToReader) => {
  if (message === null) {
    db.close()
    port.close()
    return
  }
  const { id } = message
  try {
    if ('text' in message) left.set(id, together(JSON.parse(message.text)))
    port.postMessage(nextPortion(id))
  } catch (error) {
    port.postMessage({ id, failed: (error as Error).message } satisfies Answer)
  }
})

function nextPortion(id: number): Answer {
  const found = left.get(id) as Found
  const { rows, lengths } = found
  const more = rows.length > portion
  if (!more) left.delete(id)
  else left.set(id, { rows: rows.slice(portion) })
  return { id, text: JSON.stringify({ rows: rows.slice(0, portion), lengths } satisfies Found), more }
}

function find(question: Question): Found {
  const of = layouts.get(question.table) as Layout
  switch (question.ask) {
    case 'rows':
      return { rows: read.rows(of, question.keys) }
    case 'scans': {
      const found = read.scans(of, question.ranges, question.index)
      return { rows: found.flat(), lengths: found.map(rows => rows.length) }
    }
    case 'heads':
      return { rows: read.heads(of, question.keys) }
    case 'expired':
      return { rows: read.expired(of, question.now, question.limit) }
  }
}
