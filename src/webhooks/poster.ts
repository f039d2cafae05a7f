import { Worker } from 'node:worker_threads'
import type { Outcome, Poster, Wanted } from './post.ts'
import type { Answered, Asked } from './poster-thread.ts'

/**
 * A poster in a thread of its own: thousands of requests a second would otherwise take the time in which calls are
 * answered. A thread that ends fails what it had, and the next request starts another.
 */
export function openPosterThread(refused: readonly string[]): Poster {
  const open = new Map<number, (outcome: Outcome) => void>()
  let worker: Worker | undefined
  let asked: Asked = []
  let last = 0
  let closed = false

  function start(): Worker {
    const made = new Worker(new URL('./poster-thread.ts', import.meta.url), { workerData: { refused } })
    made.unref()
    made.on('message', (answered: string) => {
      for (const { id, outcome } of JSON.parse(answered) as Answered) settle(id, outcome)
    })
    made.on('error', () => {})
    made.on('exit', () => {
      if (worker === made) worker = undefined
      endAll()
    })
    return made
  }

  function settle(id: number, outcome: Outcome) {
    open.get(id)?.(outcome)
    open.delete(id)
  }

  function endAll() {
    for (const id of [...open.keys()]) settle(id, { failure: 'down', text: 'the sending thread ended' })
  }

  function flush() {
    const some = asked
    asked = []
    if (closed) return
    worker ??= start()
    worker.postMessage(JSON.stringify(some))
  }

  return {
    post(wanted: Wanted) {
      if (closed) return Promise.resolve({ failure: 'down', text: 'the sending thread was ended' })
      return new Promise(resolve => {
        open.set(++last, resolve)
        if (asked.push({ id: last, wanted }) > 1) return
        setImmediate(flush)
      })
    },
    async close() {
      closed = true
      await worker?.terminate()
      endAll()
    },
  }
}
