/**
 * The store: tables of rows, logs of numbered rows, and counters; read by key or by range, changed by one atomic batch.
 * It knows no users and no messages. `contract.ts` holds the rules in code, `[ST1]` and so on; every engine passes it.
 */

/** One part of a key. Strings order by code point, numbers by value; strings are well formed and hold no NUL. */
export type KeyPart = string | number

/** The values of a table's key columns, in their declared order. */
export type Key = readonly KeyPart[]

/** A stored value, and a version that never comes back for the same key once the row changed or went. */
export interface Row<T> {
  value: T
  version: number
}

/** Columns are fields of the value: `int` is a safe integer, `text` a string. */
export type Column = 'int' | 'text'

/** How one table looks. Built by `table`, `log` and `counters` below, all of them in `core/tables.ts`. */
export interface Table<T = unknown> {
  readonly name: string
  readonly kind: 'table' | 'log' | 'counters'
  /** The type of every column that a key or an index names. */
  readonly columns: Readonly<Record<string, Column>>
  /** Key columns; the first is the shard. A log's last key column is its number. */
  readonly key: readonly string[]
  /** Secondary indexes: name → columns, beginning with the shard. The key's columns follow by themselves, so order is total. */
  readonly indexes: Readonly<Record<string, readonly string[]>>
  /** Indexes in which a row that lacks a value for one of their columns does not stand; in the others no row may lack one. */
  readonly sparse: readonly string[]
  /** A log's column for the time in milliseconds that the commit sets. */
  readonly time?: string
  /** Column with the time in milliseconds from which `sweep` may remove the row; rows without it stay. */
  readonly expires?: string
  /** Lost with the process, never synced: sessions, room members, temporary mutes. */
  readonly volatile: boolean
  /** Carries the value's type; never set. */
  readonly type?: T
}

/**
 * A log: rows numbered 1, 2, 3 … per log key. A row's value holds its number in the last key column, its time in the
 * column named by `time`, and in the field `counters` the named counters raised so far, this row's own raise included.
 */
export interface Log<T = unknown> extends Table<T> {
  readonly kind: 'log'
  readonly time: string
}

/** What a counter row holds: the sum and the time of its last change (ms). A counter that was never added to is absent. */
export interface Count {
  n: number
  at: number
}

/** The end of a log: its last number (0 = empty), the time of that row and the raised counters, `{}` when empty. */
export interface Head {
  number: number
  time: number
  counters: Record<string, number>
}

/**
 * Stands in a step for what an earlier append of the same batch is given, in an append's value also for its own, or for
 * the sum that an earlier add comes to. Steps count from 0 over the whole batch.
 */
export interface Ref {
  readonly $ref: number
  readonly field: 'number' | 'time' | 'sum'
}

/** A batch's steps run in order; a check sees what earlier steps of the batch and earlier batches wrote. */
export type Step =
  /** Refuses the batch unless the row's version is this one, or the row is absent. */
  | { do: 'check'; table: Table; key: Key; version: number | 'absent' }
  /** Writes the row whose key stands in the value's key columns, new or over the old one. Also replaces an existing log row. */
  | { do: 'put'; table: Table; value: object }
  /** Removes the row if there is one. */
  | { do: 'del'; table: Table; key: Key }
  /** Adds the next row of a log. `key` is the log's key without the number. `raise` adds to the log's named counters. */
  | { do: 'append'; table: Log; key: Key; value: object; raise?: Record<string, number> }
  /** Adds to a counter, and refuses the batch if the sum would leave [min, max]. */
  | { do: 'add'; table: Table<Count>; key: Key; delta: number; min?: number; max?: number }

/** What an append was given. */
export interface Appended {
  number: number
  time: number
  counters: Record<string, number>
}

/** The batch is on disk (or in memory, for an engine or durability that says so). */
export interface Committed {
  ok: true
  /** By step: what each append got, the new sum of each add; undefined for the others. */
  results: (Appended | number | undefined)[]
}

/** Nothing of the batch was done. */
export interface Conflict {
  ok: false
  /** The step that refused, and why: a version differs, or a sum would leave its bounds. */
  step: number
  why: 'version' | 'bounds'
}

/** A range over a table's key or one of its indexes. */
export interface Range {
  /** Equal leading parts; empty for everything. */
  prefix: Key
  /** First place after the prefix, inclusive. A shorter tuple stands before all that extend it. Numbers may be 2^53 here. */
  from?: Key
  /** Last place after the prefix, exclusive. */
  to?: Key
  /** Rows to pass over first, at most 10,000. */
  skip?: number
  /** Rows to return, 1 to 1,000. */
  limit: number
  /** From the highest place down. */
  reverse?: boolean
}

/** Thrown when the engine cannot write (disk full, I/O error) or was closed. Reads may still work. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'
}

/** Batches at most this large; a larger one is refused with RangeError before anything happens. */
export const batchLimits = { steps: 1000, bytes: 1024 * 1024 } as const

/** Ranges read together ask for, and pass over, at most this many rows each; more is refused with RangeError. */
export const manyLimit = 10_000

export interface Store {
  /** Made once with the data and kept; positions of clients are only good within one epoch. */
  readonly epoch: string
  /** The row, as the last acknowledged commit left it. */
  get<T>(table: Table<T>, key: Key): Promise<Row<T> | undefined>
  /** The rows in the order of the keys, in one round trip; undefined where there is none. */
  getMany<T>(table: Table<T>, keys: readonly Key[]): Promise<(Row<T> | undefined)[]>
  /** Rows in the order of the key, or of the named index. */
  scan<T>(table: Table<T>, range: Range, index?: string): Promise<Row<T>[]>
  /** The rows of many ranges over one order, by range in the order of the ranges, in one round trip; see `manyLimit`. */
  scanMany<T>(table: Table<T>, ranges: readonly Range[], index?: string): Promise<Row<T>[][]>
  /** The ends of many logs in one round trip, in the order of the keys. */
  heads(table: Log, keys: readonly Key[]): Promise<Head[]>
  /** All or nothing. Resolves after the sync that covers it. Rejects with StoreUnavailable, RangeError or TypeError. */
  commit(steps: readonly Step[]): Promise<Committed | Conflict>
  /** Removes up to `limit` rows whose `expires` time is at or before `now` (ms), never the last row of a log; returns how many. */
  sweep(now: number, limit: number): Promise<number>
  /** Ends the engine after what is under way; every later call rejects with StoreUnavailable. */
  close(): Promise<void>
}

interface TableOptions<T> {
  columns: Readonly<Partial<Record<keyof T & string, Column>>>
  key: readonly (keyof T & string)[]
  indexes?: Readonly<Record<string, readonly (keyof T & string)[]>>
  sparse?: readonly string[]
  expires?: keyof T & string
  volatile?: boolean
}

/** Declares a table of rows. Every key column, and every column of an index that is not sparse, is a field that no row leaves out. */
export function table<T>(name: string, options: TableOptions<T>): Table<T> {
  return declare<T>(name, 'table', options) as Table<T>
}

/** Declares a log; its last key column is the number. */
export function log<T>(name: string, options: TableOptions<T> & { time: keyof T & string }): Log<T> {
  return { ...declare<T>(name, 'log', options), kind: 'log', time: options.time }
}

/** Declares counters by key. Their rows read as `Count`. */
export function counters(name: string, options: { columns: Record<string, Column>; volatile?: boolean }): Table<Count> {
  return {
    name,
    kind: 'counters',
    columns: options.columns,
    key: Object.keys(options.columns),
    indexes: {},
    sparse: [],
    volatile: options.volatile ?? false,
  }
}

function declare<T>(name: string, kind: Table['kind'], options: TableOptions<T>): Table<T> {
  const indexes = (options.indexes ?? {}) as Record<string, readonly string[]>
  for (const [index, columns] of Object.entries({ key: options.key as readonly string[], ...indexes })) {
    if (columns[0] !== options.key[0]) throw new TypeError(`${name}.${index} does not begin with its shard`)
    for (const column of columns)
      if (!(column in options.columns)) throw new TypeError(`${name}.${index}: column ${column} has no type`)
  }
  const sparse = options.sparse ?? []
  for (const index of sparse) if (!(index in indexes)) throw new TypeError(`${name} has no index ${index}`)
  return {
    name,
    kind,
    columns: options.columns as Record<string, Column>,
    key: options.key,
    indexes,
    sparse,
    expires: options.expires,
    volatile: options.volatile ?? false,
  }
}

/** The row is as it was read: its version, or absent. */
export function check<T>(table: Table<T>, key: Key, row: Row<T> | undefined): Step {
  return { do: 'check', table: table as Table, key, version: row?.version ?? 'absent' }
}

/** There is no such row yet. */
export function absent<T>(table: Table<T>, key: Key): Step {
  return { do: 'check', table: table as Table, key, version: 'absent' }
}

/** Writes a row. */
export function put<T extends object>(table: Table<T>, value: Refs<T>): Step {
  return { do: 'put', table: table as Table, value }
}

/** Removes a row. */
export function del<T>(table: Table<T>, key: Key): Step {
  return { do: 'del', table: table as Table, key }
}

/** Adds a row to a log; its number, time and counters are filled in by the commit. */
export function append<T extends object>(
  table: Log<T>,
  key: Key,
  value: Refs<Partial<T>>,
  raise?: Record<string, number>,
): Step {
  return { do: 'append', table: table as Log, key, value, raise }
}

/** Adds to a counter, within bounds. */
export function add(table: Table<Count>, key: Key, delta: number, bounds: { min?: number; max?: number } = {}): Step {
  return { do: 'add', table, key, delta, ...bounds }
}

/** What the append at this step of the batch will get, or what the add will come to. */
export function ref(step: number): { number: Ref; time: Ref; sum: Ref } {
  const known = refs[step]
  if (known) return known
  const to = (field: Ref['field']): Ref => Object.freeze({ $ref: step, field, [made]: true })
  const fresh = { number: to('number'), time: to('time'), sum: to('sum') }
  if (step < batchLimits.steps) refs[step] = fresh
  return fresh
}

// A mark that no JSON can carry, so that a caller's value which happens to look like a reference stays what it is.
const made = Symbol('made by ref')

// The same few stand in every batch.
const refs: { number: Ref; time: Ref; sum: Ref }[] = []

/** Whether `ref` made this value. */
export function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && made in value
}

/** T, where top-level numbers may also be references. */
export type Refs<T> = { [K in keyof T]: NonNullable<T[K]> extends number ? T[K] | Ref : T[K] }
