import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Layout, layout } from '../layout.ts'
import { openForReading } from './connection.ts'
import type { Answer, Question, Start } from './messages.ts'
import { reads } from './read.ts'

/** The reader's thread: answers what would hold the event loop too long, on a connection of its own. */

const port = parentPort as MessagePort
const start = workerData as Start
const layouts = new Map(start.tables.map(table => [table.name, layout(table)]))
const db = openForReading(start.folder)
const read = reads(db)

port.on('message', (question: Question) => {
  if (question.ask === 'end') {
    db.close()
    port.close()
    return
  }
  port.postMessage(answer(question))
})

function answer(question: Exclude<Question, { ask: 'end' }>): Answer {
  const of = layouts.get(question.table) as Layout
  const { id } = question
  try {
    switch (question.ask) {
      case 'rows':
        return { id, rows: read.rows(of, question.keys) }
      case 'scan':
        return { id, rows: read.scan(of, question.range, question.index) }
      case 'heads':
        return { id, rows: read.heads(of, question.keys) }
      case 'expired':
        return { id, rows: read.expired(of, question.now, question.limit) }
    }
  } catch (error) {
    return { id, failed: (error as Error).message }
  }
}
