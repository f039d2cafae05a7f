import type { Outgoing } from '../../../src/push/push.ts'

let count = 0

/** A push to a device as most are; every one has an id of its own. */
export function pushTo(token: string, more: Partial<Outgoing> = {}): Outgoing {
  const number = ++count
  return { id: `push-${number}`, token, title: 'Ann', text: `Hello ${number}`, ttl: 60_000, priority: 'high', ...more }
}

/** A clock that a test moves. */
export function movedClock(start = Date.now()) {
  const clock = Object.assign(() => clock.now, { now: start })
  return clock
}
