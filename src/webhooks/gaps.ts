/** Keys of which it is known that something of them was set aside. */
const most = 10_000

/** Remembers of which keys something was set aside: what follows is marked, until one was told again. */
export interface Gaps {
  /** Something of a key was set aside. */
  open(key: string): void
  /** Something of a key was told. */
  close(key: string): void
  /** The headers that mark what follows of a key. */
  marks(key: string): Record<string, string>
}

const mark = { 'x-magpie-after-parked': '1' }
const none: Record<string, string> = {}

/** Opens a memory of gaps; of very many the oldest are forgotten. */
export function openGaps(): Gaps {
  const keys = new Set<string>()
  return {
    open(key) {
      keys.add(key)
      const [oldest = key] = keys
      if (keys.size > most) keys.delete(oldest)
    },
    close: key => keys.delete(key),
    marks: key => (keys.has(key) ? mark : none),
  }
}
