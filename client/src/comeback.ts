/** What a close code says about coming back. */
export type Back = 'now' | 'later' | 'never'

/** The ranges of the gateway's close codes; whatever else ends a connection is the network's doing. */
export function backOf(code: number): Back {
  if (code >= 4100 && code < 4200) return 'later'
  if (code >= 4200 && code < 4300) return 'never'
  // Frames larger than the server takes would be sent again and again.
  return code === 1009 ? 'never' : 'now'
}

/** Times of coming back (ms). */
export interface Pace {
  /** The longest first wait. */
  first: number
  /** The least wait after a code that says 'later'. */
  later: number
  /** No wait is longer, whatever happened. */
  most: number
}

export const usualPace: Pace = { first: 500, later: 5000, most: 30_000 }

/** How long to wait before the given attempt (0 = first): random, so that a thousand clients do not come back at once. */
export function waitOf(back: 'now' | 'later', attempt: number, pace: Pace, random: () => number): number {
  const range = Math.min(pace.most, pace.first * 2 ** Math.min(attempt, 20))
  return Math.min(pace.most, (back === 'later' ? pace.later : 0) + random() * range)
}
