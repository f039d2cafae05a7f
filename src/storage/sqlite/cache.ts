import type { Encoded } from '../encode.ts'
import { type Cells, decode, type Layout } from '../layout.ts'
import type { Key, Row } from '../store.ts'

/**
 * Rows that were read lately, so that what every call reads (users, groups, members) is decoded once and not once per
 * call. A row that a batch under way may write is not kept, so a kept row is always what a read would give. Only good in
 * the process that holds the folder's lock, which all writes pass. Values are frozen, because callers share them.
 */
export interface RowCache {
  get<T>(of: Layout, key: Key): Row<T> | undefined
  /** Decodes a row that was just read, and keeps it. */
  keep<T>(of: Layout, key: Key, cells: Cells): Row<T>
  /** A batch is on its way: what it may write is read anew until it is answered. Returns what to call then. */
  hold(steps: readonly Encoded[]): () => void
}

/** Rows of each of the two generations of a table; the older goes when the younger is full. */
const generation = 10_000
/** Larger rows are not kept: the bound on rows is to be one on memory too. */
const largest = 4096

interface Kept {
  /** Rows that batches under way may write, and how many of them. */
  held: Map<string, number>
  young: Map<string, Row<unknown>>
  old: Map<string, Row<unknown>>
}

/** An empty cache. `size` rows are kept for certain, twice as many at most, of each table. */
export function rowCache(layouts: ReadonlyMap<string, Layout>, size = generation): RowCache {
  const tables = new Map<string, Kept>()

  function keptOf(of: Layout): Kept {
    let kept = tables.get(of.table.name)
    if (!kept) {
      kept = { held: new Map(), young: new Map(), old: new Map() }
      tables.set(of.table.name, kept)
    }
    return kept
  }

  function add(kept: Kept, name: string, row: Row<unknown>): void {
    if (kept.young.size >= size) {
      kept.old = kept.young
      kept.young = new Map()
    }
    kept.young.set(name, row)
  }

  return {
    get<T>(of: Layout, key: Key) {
      const kept = tables.get(of.table.name)
      if (!kept) return undefined
      const name = nameOf(key)
      const young = kept.young.get(name)
      if (young) return young as Row<T>
      const old = kept.old.get(name)
      if (old) add(kept, name, old)
      return old as Row<T> | undefined
    },

    keep<T>(of: Layout, key: Key, cells: Cells) {
      const row = decode<T>(of, cells)
      if (!isKept(of) || (cells.at(-1) as string).length > largest) return row
      const [kept, name] = [keptOf(of), nameOf(key)]
      if (kept.held.has(name)) return row
      freeze(row)
      add(kept, name, row)
      return row
    },

    hold(steps) {
      const rows = steps.flatMap(step => rowOf(step))
      for (const { kept, name } of rows) {
        kept.held.set(name, (kept.held.get(name) ?? 0) + 1)
        kept.young.delete(name)
        kept.old.delete(name)
      }
      return () => {
        for (const { kept, name } of rows) {
          const others = (kept.held.get(name) ?? 1) - 1
          if (others > 0) kept.held.set(name, others)
          else kept.held.delete(name)
        }
      }
    },
  }

  function rowOf(step: Encoded): { kept: Kept; name: string }[] {
    const of = step[0] === 'put' || step[0] === 'del' ? layouts.get(step[1]) : undefined
    if (!of || !isKept(of)) return []
    // A key with a reference in it is that of a row which was not there before.
    return [{ kept: keptOf(of), name: nameOf(step[2].slice(0, of.keyLength) as Key) }]
  }
}

// A log's rows are many and seldom read twice, counters change with every write, and expiring rows go by themselves.
function isKept(of: Layout): boolean {
  return of.table.kind === 'table' && of.expires < 0
}

// Parts hold no NUL, and a column has one type only, so this names one row of a table.
function nameOf(key: Key): string {
  return key.length === 1 ? String(key[0]) : key.join('\0')
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
}
