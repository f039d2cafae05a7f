import { Worker } from 'node:worker_threads'
import { StoreUnavailable } from '../store.ts'
import type { Answer, Found, Question, Start, ToReader } from './messages.ts'

/** The main thread's end of the reader. */
export interface Asker {
  /** What answers the question. Rejects with StoreUnavailable. */
  ask(question: Question): Promise<Found>
  /** Ends the thread after all that was asked. */
  end(): Promise<void>
}

interface Waiting {
  found: Found
  resolve(found: Found): void
  reject(error: Error): void
}

/**
 * The reader's thread, which begins with the first question: small reads never need it. `heard` is called before an
 * answer is passed on.
 */
export function asker(start: Start, heard: () => void): Asker {
  const waiting = new Map<number, Waiting>()
  let thread: Worker | undefined
  let ended: Promise<void> | undefined
  let last = 0

  function begin(): Worker {
    const begun = new Worker(new URL('./reader.ts', import.meta.url), { workerData: start, name: 'magpie-reader' })
    ended = new Promise(resolve => begun.once('exit', () => resolve()))
    begun.on('message', settle)
    begun.once('error', error => lose(`the reader failed: ${error.message}`))
    begun.once('exit', () => lose('the reader has ended'))
    return begun
  }

  function settle(answer: Answer): void {
    const asked = waiting.get(answer.id)
    if (!asked) return
    if ('failed' in answer) {
      waiting.delete(answer.id)
      asked.reject(new StoreUnavailable(answer.failed))
      return
    }
    const { rows, lengths }: Found = JSON.parse(answer.text)
    asked.found.lengths ??= lengths
    for (const row of rows) asked.found.rows.push(row)
    if (answer.more) {
      // Other work has its turn first.
      setImmediate(() => thread?.postMessage({ id: answer.id, more: true } satisfies ToReader))
      return
    }
    waiting.delete(answer.id)
    heard()
    asked.resolve(asked.found)
  }

  // Nothing is lost with a reader: the next question begins another.
  function lose(why: string): void {
    thread = undefined
    for (const { reject } of waiting.values()) reject(new StoreUnavailable(why))
    waiting.clear()
  }

  return {
    ask(question) {
      thread ??= begin()
      const id = ++last
      thread.postMessage({ id, text: JSON.stringify(question) } satisfies ToReader)
      return new Promise((resolve, reject) => waiting.set(id, { found: { rows: [] }, resolve, reject }))
    },
    async end() {
      thread?.postMessage(null satisfies ToReader)
      await ended
    },
  }
}
