import type { Subscriptions } from './presence.ts'
import type { Presence } from './protocol.ts'

/** What this device was told of those whom the user watches; after a reconnection only what is different is told. */
export interface Watching {
  push(presence: Presence): void
  /** Tells what changed while nothing could be pushed. */
  catchUp(pages: (after: string | undefined) => Promise<Subscriptions>): Promise<void>
  clear(): void
}

/** More than a user can watch. */
const most = 5000

export function openWatching(tell: (presence: Presence) => void): Watching {
  const shown = new Map<string, string>()
  let pushed: Set<string> | undefined

  function take(presence: Presence) {
    const text = JSON.stringify(presence)
    if (shown.get(presence.user) === text) return
    shown.set(presence.user, text)
    for (const oldest of shown.keys()) if (shown.size > most) shown.delete(oldest)
    tell(presence)
  }

  return {
    push(presence) {
      pushed?.add(presence.user)
      take(presence)
    },
    async catchUp(pages) {
      const mine = new Set<string>()
      pushed = mine
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const { subscriptions, next } = await pages(after)
        // What was pushed meanwhile is newer.
        for (const { until: _, ...presence } of subscriptions) if (!mine.has(presence.user)) take(presence)
        after = next
      }
      if (pushed === mine) pushed = undefined
    },
    clear: () => shown.clear(),
  }
}
