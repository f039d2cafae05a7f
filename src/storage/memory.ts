import { randomUUID } from 'node:crypto'
import { encode } from './encode.ts'
import { checkRanges, type Layout, layout } from './layout.ts'
import { memoryRows } from './memory-rows.ts'
import { type Key, type Range, type Store, StoreUnavailable, type Table } from './store.ts'

/** A store in memory, for tests: all rules of the contract except that anything outlives the process. */
export function openMemory({ clock = Date.now }: { clock?: () => number } = {}): Store {
  const layouts = new Map<string, Layout>()
  const rows = memoryRows(layouts)
  let closed = false

  function layoutOf(table: Table<unknown>): Layout {
    const known = layouts.get(table.name) ?? layout(table)
    layouts.set(table.name, known)
    return known
  }

  function open(): void {
    if (closed) throw new StoreUnavailable('the store is closed')
  }

  return {
    epoch: randomUUID(),
    async get<T>(table: Table<T>, key: Key) {
      open()
      return rows.get<T>(layoutOf(table as Table), key)
    },
    async getMany<T>(table: Table<T>, keys: readonly Key[]) {
      open()
      return keys.map(key => rows.get<T>(layoutOf(table as Table), key))
    },
    async scan<T>(table: Table<T>, range: Range, index = '') {
      open()
      return rows.scan<T>(layoutOf(table as Table), range, index)
    },
    async scanMany<T>(table: Table<T>, ranges: readonly Range[], index = '') {
      open()
      const of = layoutOf(table as Table)
      checkRanges(of, ranges, index)
      return ranges.map(range => rows.scan<T>(of, range, index))
    },
    async heads(table, keys) {
      open()
      return keys.map(key => rows.head(layoutOf(table as Table), key))
    },
    async commit(steps) {
      open()
      return rows.commit(encode(steps, layoutOf).steps, clock())
    },
    async sweep(now, limit) {
      open()
      return rows.sweep(now, limit, () => false)
    },
    async close() {
      closed = true
    },
  }
}
