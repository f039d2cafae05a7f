import { failureText } from '../lib/failure.ts'
import { partsOf } from '../lib/parts.ts'
import { openSlots } from '../lib/slots.ts'
import { later, refused } from './outcomes.ts'
import { NotAllowed } from './post.ts'
import type { Outcome, Outgoing, PushEngine } from './push.ts'

/** How an engine is run, besides what it sends. */
interface Pace {
  name: string
  /** For one exchange with the provider (ms). */
  timeout: number
  /** Exchanges under way at a time, over all calls. */
  abreast: number
  /** Pushes that go in one exchange; then a call may bring no more than these. */
  together?: number
}

/** Sends what goes in one exchange and gives up when the signal says so. What it throws is the reason for 'later'. */
type Exchange = (pushes: readonly Outgoing[], signal: AbortSignal) => Promise<Outcome[]>

/** As many pushes as one call may bring, where the provider takes them one by one. */
const largest = 1000

/**
 * What every engine needs around its exchanges: so many abreast, one clock for an exchange and one for the whole call,
 * outcomes in the order of the pushes, and an end. `end` closes the connections.
 */
export function engineOf(pace: Pace, exchange: Exchange, end: () => Promise<void>): PushEngine {
  const { name, timeout, abreast, together = 1 } = pace
  const most = together > 1 ? together : largest
  const slots = openSlots(abreast)
  const calls = new Set<AbortController>()
  let closed = false

  async function inTurn(pushes: readonly Outgoing[], call: AbortSignal): Promise<Outcome[]> {
    await slots.take()
    try {
      // Whoever waited until the call's time was over is not tried.
      if (call.aborted) return delayed(pushes, call.reason)
      return await inTime(pushes, call)
    } finally {
      slots.give()
    }
  }

  function inTime(pushes: readonly Outgoing[], call: AbortSignal): Promise<Outcome[]> {
    return new Promise(resolve => {
      const own = new AbortController()
      const stop = () => {
        own.abort(call.reason)
        finish(delayed(pushes, call.reason))
      }
      const timer = setTimeout(() => {
        own.abort(late(timeout))
        finish(delayed(pushes, late(timeout)))
      }, timeout)
      const finish = (outcomes: Outcome[]) => {
        clearTimeout(timer)
        call.removeEventListener('abort', stop)
        resolve(outcomes)
      }
      call.addEventListener('abort', stop)
      exchange(pushes, own.signal).then(finish, error => finish(delayed(pushes, error)))
    })
  }

  return {
    name,
    largest: most,
    async send(pushes) {
      if (pushes.length > most) throw new RangeError(`${pushes.length} pushes, ${most} are allowed`)
      if (closed) return delayed(pushes, ended())
      const call = new AbortController()
      calls.add(call)
      const timer = setTimeout(() => call.abort(late(2 * timeout)), 2 * timeout)
      const parts = partsOf(pushes, together)
      const outcomes = await Promise.all(parts.map(part => inTurn(part, call.signal)))
      clearTimeout(timer)
      calls.delete(call)
      return outcomes.flat()
    },
    async close() {
      closed = true
      for (const call of calls) call.abort(ended())
      await end()
    },
  }
}

function delayed(pushes: readonly Outgoing[], error: unknown): Outcome[] {
  const why = failureText(error)
  return pushes.map(() => (error instanceof NotAllowed ? refused(why) : later(why)))
}

function late(timeout: number): Error {
  return new Error(`no answer within ${timeout} ms`)
}

function ended(): Error {
  return new Error('the engine was closed')
}
