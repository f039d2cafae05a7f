import type { Kept } from '../core/tables.ts'

/** Rows kept at most: of what is further behind nothing is gained by holding it. */
const most = 1024

/** Rows of a lane that were shown to it before it came to them, so that they need not be read. */
export interface Shown {
  keep(row: Kept): void
  has(place: number): boolean
  /** Takes the rows from a place on, without a gap and at most so many; undefined when the first is not there. */
  take(place: number, limit: number): Kept[] | undefined
}

/** Opens a memory of rows; the newest ones stay. */
export function openShown(): Shown {
  const rows = new Map<number, Kept>()
  return {
    keep(row) {
      rows.set(row.place, row)
      if (rows.size > most) rows.delete(rows.keys().next().value as number)
    },
    has: place => rows.has(place),
    take(place, limit) {
      const found: Kept[] = []
      for (let row = rows.get(place); row && found.length < limit; row = rows.get(place + found.length)) {
        found.push(row)
        rows.delete(row.place)
      }
      // What is before this was read otherwise.
      for (const behind of rows.keys()) {
        if (behind >= place) break
        rows.delete(behind)
      }
      return found.length > 0 ? found : undefined
    },
  }
}
