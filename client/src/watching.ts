/** What this device was told of others, by whom it is about; after a reconnection only what is different is told. */
export interface Watching<T> {
  push(told: T): void
  /** Tells what changed while nothing could be pushed, from pages of how everything is now. */
  catchUp<P>(pages: (after: P | undefined) => Promise<{ now: T[]; next?: P }>): Promise<void>
  clear(): void
}

/** More than a user can watch. */
const most = 5000

export function openWatching<T>(keyOf: (told: T) => string, tell: (told: T) => void): Watching<T> {
  const shown = new Map<string, string>()
  let pushed: Set<string> | undefined

  function take(told: T) {
    const [key, text] = [keyOf(told), JSON.stringify(told)]
    if (shown.get(key) === text) return
    shown.set(key, text)
    for (const oldest of shown.keys()) if (shown.size > most) shown.delete(oldest)
    tell(told)
  }

  return {
    push(told) {
      pushed?.add(keyOf(told))
      take(told)
    },
    async catchUp<P>(pages: (after: P | undefined) => Promise<{ now: T[]; next?: P }>) {
      const mine = new Set<string>()
      pushed = mine
      for (let after: P | undefined, more = true; more; more = after !== undefined) {
        const { now, next } = await pages(after)
        // What was pushed meanwhile is newer.
        for (const told of now) if (!mine.has(keyOf(told))) take(told)
        after = next
      }
      if (pushed === mine) pushed = undefined
    },
    clear: () => shown.clear(),
  }
}
