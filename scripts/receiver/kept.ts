import type { Received } from './received.ts'

/** Which webhooks are meant: by their id, or by what a function says. */
export type Filter = string | ((received: Received) => boolean)

/** The webhooks that came last, and who waits for the next ones. */
export interface Kept {
  /** In the order in which they came. */
  all: Received[]
  add(received: Received): void
  /**
   * The first one that fits and was not taken by an earlier `next`, waiting for it when it is not there yet. Rejects
   * when none comes in time, or when the receiver stops.
   */
  next(filter?: Filter, timeoutMs?: number): Promise<Received>
  clear(): void
  /** Lets everybody who waits go. */
  stop(): void
}

/** How much to keep; the oldest go first. */
export interface KeptLimits {
  requests: number
  /** Bytes of all bodies. */
  bytes: number
}

interface Waiter {
  fits: (received: Received) => boolean
  done(received: Received): void
  fail(why: string): void
}

const fitting = (filter: Filter = () => true) =>
  typeof filter === 'string' ? (received: Received) => received.id === filter : filter

/** Keeps webhooks in memory, within limits. */
export function openKept(limits: KeptLimits): Kept {
  const all: Received[] = []
  // A part of `all`, in the same order.
  let free: Received[] = []
  const waiters = new Set<Waiter>()
  let bytes = 0
  let stopped = false

  function trim(): void {
    while (all.length > limits.requests || bytes > limits.bytes) {
      const oldest = all.shift()
      bytes -= oldest?.raw.length ?? 0
      if (free[0] === oldest) free.shift()
    }
  }

  function wait(filter: Filter | undefined, timeoutMs: number): Promise<Received> {
    const { promise, resolve, reject } = Promise.withResolvers<Received>()
    const leave = () => {
      clearTimeout(timer)
      waiters.delete(waiter)
    }
    const waiter: Waiter = {
      fits: fitting(filter),
      done(received) {
        leave()
        resolve(received)
      },
      fail(why) {
        leave()
        const what = typeof filter === 'string' ? `webhook ${filter}` : 'webhook that fits'
        const others = free.map(each => each.id).slice(0, 20)
        reject(new Error(`no ${what} ${why}; not taken yet: ${others.join(', ') || 'nothing'}`))
      },
    }
    const timer = setTimeout(() => waiter.fail(`within ${timeoutMs} ms`), timeoutMs)
    waiters.add(waiter)
    return promise
  }

  return {
    all,
    add(received) {
      all.push(received)
      bytes += received.raw.length
      const waiter = waiters.values().find(each => each.fits(received))
      if (waiter) waiter.done(received)
      else free.push(received)
      trim()
    },
    async next(filter, timeoutMs = 5_000) {
      const at = free.findIndex(fitting(filter))
      const [found] = at < 0 ? [] : free.splice(at, 1)
      if (found) return found
      if (stopped) throw new Error('the receiver has stopped')
      return wait(filter, timeoutMs)
    },
    clear() {
      all.length = 0
      free = []
      bytes = 0
    },
    stop() {
      stopped = true
      for (const waiter of waiters) waiter.fail('before the receiver stopped')
    },
  }
}

/** Says whether an event came before, for at least the last so many events. */
export function openSeen(events = 10_000): { before(identity: string): boolean; clear(): void } {
  let recent = new Set<string>()
  let older = new Set<string>()
  return {
    before(identity) {
      const known = recent.has(identity) || older.has(identity)
      recent.add(identity)
      if (recent.size >= events) {
        older = recent
        recent = new Set()
      }
      return known
    },
    clear() {
      recent = new Set()
      older = new Set()
    },
  }
}
