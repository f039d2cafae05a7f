import { apply, type Results, type Rows, type Steps } from './apply.ts'
import { type Cells, checkKey, checkRange, decode, type Layout } from './layout.ts'
import { place, placeAfter } from './order.ts'
import { type Sorted, sorted } from './sorted.ts'
import type { Committed, Conflict, Head, Key, Range, Row } from './store.ts'

/** Tables in memory, everything at once and without waiting. */
export interface MemoryRows {
  get<T>(of: Layout, key: Key): Row<T> | undefined
  scan<T>(of: Layout, range: Range, index: string): Row<T>[]
  head(of: Layout, key: Key): Head
  /** Applies the batch, or nothing of it. `dry` takes it back in any case and only says what would have come of it. */
  commit(steps: Steps, now: number, options?: { results?: Results; dry?: boolean }): Committed | Conflict
  /** Removes up to `limit` expired rows, except last rows of logs and those that are held. */
  sweep(now: number, limit: number, held: (of: Layout, key: Key) => boolean): number
}

/** One table: its rows by key (''), by each index, and those that expire by that time. */
interface Kept {
  orders: Map<string, Sorted<Cells>>
  expiry: Sorted<Cells>
}

/** Makes empty tables in memory for these layouts, which may become more. */
export function memoryRows(layouts: ReadonlyMap<string, Layout>): MemoryRows {
  const kept = new Map<string, Kept>()
  let undo: (() => void)[] = []
  let version = 0

  function tableOf(of: Layout): Kept {
    let table = kept.get(of.table.name)
    if (!table) {
      table = { orders: new Map(Object.keys(of.orders).map(name => [name, sorted<Cells>()])), expiry: sorted() }
      kept.set(of.table.name, table)
    }
    return table
  }

  const rowsOf = (of: Layout) => tableOf(of).orders.get('') as Sorted<Cells>

  function last(of: Layout, key: Key): Cells | undefined {
    const start = place(key)
    return rowsOf(of).range(start, placeAfter(start), 0, 1, true)[0]
  }

  // Every change of a row goes through here: it keeps the indexes and can be taken back.
  function change(of: Layout, key: Key, cells: Cells | undefined): void {
    const { orders, expiry } = tableOf(of)
    const old = rowsOf(of).get(place(key))
    undo.push(() => move(cells, old))
    move(old, cells)

    function move(from: Cells | undefined, to: Cells | undefined): void {
      for (const [name, list] of orders) {
        const order = of.orders[name] as number[]
        const before = from && placeIn(order, from)
        const after = to && placeIn(order, to)
        if (before !== undefined && before !== after) list.delete(before)
        if (after !== undefined) list.set(after, to as Cells)
      }
      if (from && typeof from[of.expires] === 'number') expiry.delete(expiryPlace(of, from))
      if (to && typeof to[of.expires] === 'number') expiry.set(expiryPlace(of, to), to)
    }
  }

  const rows: Rows = {
    version: (of, key) => rowsOf(of).get(place(key as Key))?.[of.version] as number | undefined,
    count(of, key) {
      const cells = rowsOf(of).get(place(key as Key))
      return cells && { n: cells.at(-2) as number, at: cells.at(-1) as number }
    },
    head: (of, key) => headOf(of, last(of, key as Key)),
    write: (of, cells) => change(of, keyOf(of, cells), cells),
    append: (of, cells) => change(of, keyOf(of, cells), cells),
    replace(of, cells) {
      const old = rowsOf(of).get(place(keyOf(of, cells)))
      if (!old) return false
      const counters = cells.length - 2
      const kept = cells.map((cell, i) => (i === of.time || i === counters ? (old[i] ?? null) : cell))
      change(of, keyOf(of, cells), kept)
      return true
    },
    remove: (of, key) => change(of, key as Key, undefined),
  }

  function takeBack(): void {
    for (const step of undo.reverse()) step()
  }

  return {
    get<T>(of: Layout, key: Key) {
      checkKey(of, key, of.keyLength)
      const cells = rowsOf(of).get(place(key))
      return cells && decode<T>(of, cells)
    },

    scan<T>(of: Layout, range: Range, index: string) {
      checkRange(of, range, index)
      const start = place(range.prefix)
      const from = start + place(range.from ?? [])
      const to = range.to ? start + place(range.to) : placeAfter(start)
      const list = tableOf(of).orders.get(index) as Sorted<Cells>
      return list
        .range(from, to, range.skip ?? 0, range.limit, range.reverse ?? false)
        .map(cells => decode<T>(of, cells))
    },

    head(of, key) {
      checkKey(of, key, of.keyLength - 1)
      return headOf(of, last(of, key))
    },

    commit(steps, now, { results, dry } = {}) {
      version++
      undo = []
      try {
        const outcome = apply(steps, { now, version, results }, layouts, rows)
        if (!outcome.ok || dry) takeBack()
        return outcome
      } catch (error) {
        takeBack()
        throw error
      } finally {
        undo = []
      }
    },

    sweep(now, limit, held) {
      let removed = 0
      for (const of of layouts.values()) {
        const due = kept
          .get(of.table.name)
          ?.expiry.range('', placeAfter(place([now])), 0, Number.MAX_SAFE_INTEGER, false)
        for (const cells of due ?? []) {
          if (removed === limit) break
          const key = keyOf(of, cells)
          if (held(of, key) || (of.table.kind === 'log' && last(of, key.slice(0, -1)) === cells)) continue
          change(of, key, undefined)
          removed++
        }
      }
      undo = []
      return removed
    },
  }
}

const keyOf = (of: Layout, cells: Cells) => cells.slice(0, of.keyLength) as unknown as Key

// Undefined for a row that does not stand in a sparse index.
function placeIn(order: readonly number[], cells: Cells): string | undefined {
  const key = order.map(i => cells[i])
  return key.includes(null) ? undefined : place(key as unknown as Key)
}

const expiryPlace = (of: Layout, cells: Cells) => place([cells[of.expires] as number, ...keyOf(of, cells)])

function headOf(of: Layout, cells: Cells | undefined): Head {
  if (!cells) return { number: 0, time: 0, counters: {} }
  return {
    number: cells[of.keyLength - 1] as number,
    time: cells[of.time] as number,
    counters: JSON.parse(cells.at(-2) as string),
  }
}
