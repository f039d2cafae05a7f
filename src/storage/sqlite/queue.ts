import { Worker } from 'node:worker_threads'
import { StoreUnavailable } from '../store.ts'
import type { Mode } from './connection.ts'
import type { Batch, Done, FromWriter, Start, Sweep, Work, WriterCounts } from './messages.ts'

/** The main thread's end of the writer. */
export interface Queue {
  readonly epoch: string
  readonly mode: Mode
  /** Resolves once the work is on disk or refused; rejects with StoreUnavailable. `bytes` is roughly its size. */
  send(work: Batch | Sweep, bytes: number): Promise<Exclude<Done, string>>
  counts(): WriterCounts & { queued: number }
  /** Ends the thread after all that was sent. */
  end(): Promise<void>
}

/** Above this much waiting work a send is refused: callers are to slow down, memory is not to run out. */
const most = { batches: 20_000, bytes: 64 * 1024 * 1024 } as const

/**
 * So much work makes a message at once. Were all of a busy turn one message, the writer would wait for the main thread and
 * then the main thread for the writer; so they work at the same time. Less goes at the end of a turn of the event loop, or,
 * while the writer has something to do, together with its next answer: each message costs both threads as much as a row.
 */
const portion = 16

interface Waiting {
  bytes: number
  resolve(done: Exclude<Done, string>): void
  reject(error: Error): void
}

/** Starts the writer's thread. StoreUnavailable when it cannot open the data. `heard` is called before each outcome is passed on. */
export async function startQueue(start: Start, heard: () => void): Promise<Queue> {
  const worker = new Worker(new URL('./writer.ts', import.meta.url), { workerData: start, name: 'magpie-writer' })
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
  let waiting: Waiting[] = []
  let unsent: (Batch | Sweep)[] = []
  /** An answer will come: whatever is unsent goes with it at the latest. */
  let answerDue = false
  let bytes = 0
  let counts: WriterCounts = { commits: 0, rows: 0, syncs: 0 }
  let gone: string | undefined

  const opened = await new Promise<{ epoch: string; mode: Mode }>((resolve, reject) => {
    worker.on('message', (message: FromWriter) => {
      if ('opened' in message) resolve(message.opened)
      else if ('failed' in message) reject(new StoreUnavailable(message.failed))
      else settle(JSON.parse(message.done), message.counts)
    })
    worker.once('error', error => lose(`the writer failed: ${error.message}`, reject))
    worker.once('exit', () => lose('the writer has ended', reject))
  })

  function settle(done: Done[], now: WriterCounts): void {
    counts = now
    answerDue = false
    flush()
    heard()
    const settled = waiting.slice(0, done.length)
    waiting = waiting.slice(done.length)
    for (const [i, { resolve, reject, bytes: freed }] of settled.entries()) {
      bytes -= freed
      const one = done[i] as Done
      if (typeof one === 'string') reject(new StoreUnavailable(one))
      else resolve(revived(one))
    }
  }

  function lose(why: string, opening: (error: Error) => void): void {
    gone ??= why
    opening(new Error(gone))
    const lost = waiting
    waiting = []
    for (const { reject } of lost) reject(new StoreUnavailable(gone))
  }

  function flush(): void {
    const work: Work = unsent
    unsent = []
    if (work.length === 0) return
    answerDue = true
    worker.postMessage(JSON.stringify(work))
  }

  return {
    ...opened,

    send(work, size) {
      if (gone) return Promise.reject(new StoreUnavailable(gone))
      if (waiting.length >= most.batches || bytes + size > most.bytes)
        return Promise.reject(new StoreUnavailable('busy'))
      bytes += size
      const count = unsent.push(work)
      if (count === portion) flush()
      else if (count === 1 && !answerDue) setImmediate(flush)
      return new Promise((resolve, reject) => waiting.push({ bytes: size, resolve, reject }))
    },

    counts: () => ({ ...counts, queued: waiting.length }),

    async end() {
      flush()
      worker.postMessage('null')
      await ended
    },
  }
}

// JSON has no undefined.
function revived(done: Exclude<Done, string>): Exclude<Done, string> {
  if ('results' in done) for (const [i, result] of done.results.entries()) done.results[i] = result ?? undefined
  return done
}
