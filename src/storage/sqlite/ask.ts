import { Worker } from 'node:worker_threads'
import { StoreUnavailable } from '../store.ts'
import type { Answer, Question, Start } from './messages.ts'

type WithoutId<Q> = Q extends unknown ? Omit<Q, 'id'> : never

/** The main thread's end of the reader. */
export interface Asker {
  /** The rows that answer the question. Rejects with StoreUnavailable. */
  ask<R>(question: WithoutId<Question>): Promise<R[]>
  /** Ends the thread after all that was asked. */
  end(): Promise<void>
}

interface Waiting {
  resolve(rows: unknown[]): void
  reject(error: Error): void
}

/** The reader's thread, which begins with the first question: small reads never need it. */
export function asker(start: Start): Asker {
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
    waiting.delete(answer.id)
    if ('failed' in answer) asked?.reject(new StoreUnavailable(answer.failed))
    else asked?.resolve(answer.rows)
  }

  // Nothing is lost with a reader: the next question begins another.
  function lose(why: string): void {
    thread = undefined
    for (const { reject } of waiting.values()) reject(new StoreUnavailable(why))
    waiting.clear()
  }

  return {
    ask<R>(question: WithoutId<Question>) {
      thread ??= begin()
      const id = ++last
      thread.postMessage({ ...question, id })
      return new Promise<R[]>((resolve, reject) =>
        waiting.set(id, { resolve: resolve as (rows: unknown[]) => void, reject }),
      )
    },
    async end() {
      thread?.postMessage({ id: 0, ask: 'end' } satisfies Question)
      await ended
    },
  }
}
