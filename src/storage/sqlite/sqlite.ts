import { mkdirSync } from 'node:fs'
import { encode } from '../encode.ts'
import { type Cells, checkKey, checkRanges, decode, type Layout, layout } from '../layout.ts'
import { memoryRows } from '../memory-rows.ts'
import { type Head, type Key, type Range, type Row, type Store, StoreUnavailable, type Table } from '../store.ts'
import { asker } from './ask.ts'
import { rowCache } from './cache.ts'
import { commits } from './commit.ts'
import { type Durability, type Mode, openForReading } from './connection.ts'
import { lockFolder } from './lock.ts'
import type { Found } from './messages.ts'
import { type Moment, moment } from './moment.ts'
import { startQueue } from './queue.ts'
import { reads } from './read.ts'

/** Where the data is, how safe it is, and the tables there are; tables used but not named here are an error. */
export interface SqliteOptions {
  folder: string
  durability: Durability
  tables: readonly Table[]
  /** Milliseconds since 1970. */
  clock?: () => number
}

/** What the engine did since it was opened, and what its writing connection says of itself. */
export interface Stats extends Mode {
  commits: number
  batches: number
  rows: number
  syncs: number
  queued: number
}

/** A store that tells its numbers. */
export interface SqliteStore extends Store {
  stats(): Stats
}

/** Reads of more rows than this go to the reader's thread, so that the event loop is not held. */
const smallRead = 200

/** A range that may be long is seldom so: this much is looked at first, which costs less than asking the other thread. */
const firstLook = 20

/**
 * Opens the store in a folder, which is made if need be and locked against other processes. Rejects when another
 * process has it, when it is of a newer schema, or when the file system cannot give the durability asked for.
 */
export async function openSqlite({
  folder,
  durability,
  tables,
  clock = Date.now,
}: SqliteOptions): Promise<SqliteStore> {
  const layouts = new Map(tables.map(table => [table.name, layout(table)]))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(folder)
  const durable = tables.filter(table => !table.volatile).map(plainTable)
  const start = { folder, durability, tables: durable }
  let now: Moment | undefined
  const heard = () => now?.end()
  const queue = await startQueue(start, heard).catch(error => {
    unlock()
    throw error
  })
  const reader = asker(start, heard)
  const db = openForReading(folder)
  const read = reads(db)
  const present = moment(db)
  now = present
  const memory = memoryRows(volatileOnly(layouts))
  const { commit, held } = commits(layouts, queue, memory)
  const cache = rowCache(layouts)
  const underWay = new Set<Promise<unknown>>()
  let batches = 0
  let closed: Promise<void> | undefined

  function layoutOf(table: Table<unknown>): Layout {
    const known = layouts.get(table.name)
    if (!known) throw new TypeError(`table ${table.name} was not named when the store was opened`)
    return known
  }

  // Every call passes here: none after the end, and the end waits for all.
  async function during<R>(work: () => R | Promise<R>): Promise<R> {
    if (closed) throw new StoreUnavailable('the store is closed')
    const run = (async () => work())()
    underWay.add(run)
    try {
      return await run
    } catch (error) {
      throw (error as { code?: string }).code?.startsWith('SQLITE')
        ? new StoreUnavailable((error as Error).message)
        : error
    } finally {
      underWay.delete(run)
    }
  }

  function atOnce<R>(work: () => R): R {
    present.begin()
    return work()
  }

  async function rowsOf<T>(of: Layout, keys: readonly Key[]): Promise<(Row<T> | undefined)[]> {
    if (of.table.volatile) return keys.map(key => memory.get<T>(of, key))
    for (const key of keys) checkKey(of, key, of.keyLength)
    if (keys.length <= smallRead) return fewRows<T>(of, keys)
    return decodeMany<T>(of, await reader.ask({ ask: 'rows', table: of.table.name, keys }))
  }

  function fewRows<T>(of: Layout, keys: readonly Key[]): (Row<T> | undefined)[] {
    const rows = keys.map(key => cache.get<T>(of, key))
    const missing = keys.filter((_, i) => !rows[i])
    if (missing.length === 0) return rows
    const found = atOnce(() => read.rows(of, missing)).values()
    return rows.map((row, i) => {
      if (row) return row
      const cells = found.next().value
      return cells && cache.keep<T>(of, keys[i] as Key, cells)
    })
  }

  async function rangesOf<T>(of: Layout, ranges: readonly Range[], index: string): Promise<Row<T>[][]> {
    checkRanges(of, ranges, index)
    if (of.table.volatile) return ranges.map(range => memory.scan<T>(of, range, index))
    const most = ranges.reduce((sum, range) => sum + range.limit + (range.skip ?? 0), 0)
    if (most <= smallRead)
      return atOnce(() => read.scans(of, ranges, index)).map(found => found.map(cells => decode<T>(of, cells)))
    if (ranges.length === 1) {
      const all = wholeRange(of, ranges[0] as Range, index)
      if (all) return [all.map(cells => decode<T>(of, cells))]
    }
    const found = await reader.ask({ ask: 'scans', table: of.table.name, ranges, index })
    const rows = (await decodeMany<T>(of, found)).values() as IteratorObject<Row<T>>
    return (found.lengths ?? []).map(length => [...rows.take(length)])
  }

  /** What stands in a range if that is only a little; undefined when there is more. */
  function wholeRange(of: Layout, range: Range, index: string): Cells[] | undefined {
    if (range.skip) return undefined
    const [found] = atOnce(() => read.scans(of, [{ ...range, limit: firstLook + 1 }], index))
    return found && found.length <= firstLook ? found : undefined
  }

  async function headsOf(of: Layout, keys: readonly Key[]): Promise<Head[]> {
    if (of.table.volatile) return keys.map(key => memory.head(of, key))
    for (const key of keys) checkKey(of, key, of.keyLength - 1)
    if (keys.length <= smallRead) return atOnce(() => read.heads(of, keys))
    return (await reader.ask({ ask: 'heads', table: of.table.name, keys })).rows as Head[]
  }

  async function sweep(now: number, limit: number): Promise<number> {
    let removed = memory.sweep(now, limit, held)
    for (const of of layouts.values()) {
      if (of.table.volatile || of.expires < 0 || removed >= limit) continue
      const name = of.table.name
      const due = await reader.ask({ ask: 'expired', table: name, now, limit: limit - removed })
      const keys = due.rows as Key[]
      if (keys.length === 0) continue
      const swept = await queue.send({ now, found: [[name, keys]] }, keys.length * 100)
      removed += 'removed' in swept ? swept.removed : 0
    }
    return removed
  }

  async function end(): Promise<void> {
    await Promise.allSettled(underWay)
    present.end()
    db.close()
    await reader.end()
    // Last, so that it leaves one file.
    await queue.end()
    unlock()
  }

  return {
    epoch: queue.epoch,
    get: <T>(table: Table<T>, key: Key) => during(async () => (await rowsOf<T>(layoutOf(table), [key]))[0]),
    getMany: <T>(table: Table<T>, keys: readonly Key[]) => during(() => rowsOf<T>(layoutOf(table), keys)),
    scan: <T>(table: Table<T>, range: Range, index = '') =>
      during(async () => (await rangesOf<T>(layoutOf(table), [range], index))[0] as Row<T>[]),
    scanMany: <T>(table: Table<T>, ranges: readonly Range[], index = '') =>
      during(() => rangesOf<T>(layoutOf(table), ranges, index)),
    heads: (table, keys) => during(() => headsOf(layoutOf(table), keys)),
    commit: steps =>
      during(async () => {
        const { steps: encoded, bytes } = encode(steps, layoutOf)
        batches++
        const release = cache.hold(encoded)
        try {
          return await commit(encoded, bytes, clock())
        } finally {
          release()
        }
      }),
    sweep: (now, limit) => during(() => sweep(now, limit)),
    stats: () => ({ ...queue.mode, ...queue.counts(), batches }),
    async close() {
      closed ??= end()
      await closed
    },
  }
}

// A declaration may be handed to another thread; what carries its type may not be more than that.
function plainTable({ type: _, ...table }: Table): Table {
  return table
}

function volatileOnly(layouts: Map<string, Layout>): Map<string, Layout> {
  return new Map([...layouts].filter(([, of]) => of.table.volatile))
}

// In slices, so that a thousand large rows do not hold the event loop.
async function decodeMany<T>(of: Layout, found: Found): Promise<(Row<T> | undefined)[]> {
  const rows: (Row<T> | undefined)[] = []
  for (const [i, cells] of (found.rows as (Cells | null)[]).entries()) {
    if (i % smallRead === smallRead - 1) await new Promise(resolve => setImmediate(resolve))
    rows.push(cells ? decode<T>(of, cells) : undefined)
  }
  return rows
}
