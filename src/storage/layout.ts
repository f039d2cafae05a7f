import { type Column, type Key, manyLimit, type Range, type Row, type Table } from './store.ts'

/** What a cell of a stored row holds. */
export type Cell = string | number | null

/** A table's declaration, worked out: which cells a stored row has and in what order they stand. */
export interface Layout {
  table: Table
  /** Cells that are columns of their own: the key first, then what indexes, time and expiry name. */
  columns: readonly string[]
  types: readonly Column[]
  keyLength: number
  /** Positions among the columns; -1 where the table has none. */
  time: number
  expires: number
  /** Cell positions in the order of the key ('') and of every index. */
  orders: Readonly<Record<string, readonly number[]>>
  /** Columns that a row may leave empty: nothing but sparse indexes and the expiry name them. */
  optional: readonly boolean[]
  /** Fields that do not stand in the document. */
  elsewhere: ReadonlySet<string>
  /** Cells after the columns: `version`, then what the kind of table keeps. */
  version: number
  tail: readonly string[]
}

/**
 * A stored row: a cell for each column, then its version; then of a table the document (JSON of all other fields), of a
 * log the raised counters (JSON) and the document, of counters the sum and its time.
 */
export type Cells = Cell[]

const tails = {
  table: ['version', 'doc'],
  log: ['version', 'counters', 'doc'],
  counters: ['version', 'n', 'at'],
} as const

/** Works out a declaration. Throws TypeError when an engine could not hold it. */
export function layout(table: Table): Layout {
  const columns = [...table.key]
  const want = (name: string | undefined): number => {
    if (name === undefined) return -1
    if (!columns.includes(name)) columns.push(name)
    return columns.indexOf(name)
  }
  for (const index of Object.values(table.indexes)) for (const name of index) want(name)
  const time = want(table.time)
  const expires = want(table.expires)
  const key = table.key.map(want)
  const orders: Record<string, number[]> = { '': key }
  for (const [name, index] of Object.entries(table.indexes)) orders[name] = [...new Set([...index.map(want), ...key])]
  const tail = tails[table.kind]
  checkNames(table, [...columns, ...tail])
  const types = columns.map(name => table.columns[name] ?? 'int')
  if (table.kind === 'log' && types[key.length - 1] !== 'int')
    throw new TypeError(`${table.name}: its number is no int`)
  const needed = Object.entries(orders).flatMap(([name, order]) => (isSparse(table, name) ? [] : order))
  const optional = columns.map((_, i) => !needed.includes(i))
  const elsewhere = new Set(table.kind === 'log' ? [...columns, 'counters'] : columns)
  const position = { keyLength: key.length, time, expires, version: columns.length }
  return { table, columns, types, ...position, orders, optional, elsewhere, tail }
}

/** Whether rows may be missing from this order. */
export const isSparse = (table: Table, order: string): boolean => table.sparse.includes(order)

// SQL knows no difference between upper and lower case here, and engines quote names without escaping.
function checkNames(table: Table, columns: string[]): void {
  for (const name of [table.name, ...Object.keys(table.indexes), ...columns])
    if (!/^[A-Za-z]\w*$/.test(name)) throw new TypeError(`${table.name}: ${name} cannot be a name`)
  const folded = columns.map(name => name.toLowerCase())
  const twice = folded.find((name, i) => folded.indexOf(name) < i)
  if (twice) throw new TypeError(`${table.name}: column ${twice} is named twice or taken`)
  if (table.key.length === 0) throw new TypeError(`${table.name} has no key`)
}

/** Reads a stored row. */
export function decode<T>(of: Layout, cells: Cells): Row<T> {
  const version = cells[of.version] as number
  if (of.table.kind === 'counters') return { value: { n: cells.at(-2), at: cells.at(-1) } as T, version }
  const value = JSON.parse(cells.at(-1) as string) as Record<string, unknown>
  for (const [i, name] of of.columns.entries()) if (cells[i] !== null) value[name] = cells[i]
  if (of.table.kind === 'log') value.counters = JSON.parse(cells.at(-2) as string)
  return { value: value as T, version }
}

/** Throws TypeError unless the cell may stand in a column of this type. */
export function checkCell(of: Layout, column: number, cell: unknown): void {
  const good =
    of.types[column] === 'int'
      ? Number.isSafeInteger(cell)
      : typeof cell === 'string' && cell.isWellFormed() && !cell.includes('\0')
  if (!good) throw new TypeError(`${of.table.name}.${of.columns[column]} must be ${of.types[column]}`)
}

/** Throws TypeError unless this is a whole key (or, of a log, a key without the number). */
export function checkKey(of: Layout, key: Key, length: number): void {
  if (key.length !== length) throw new TypeError(`${of.table.name}: a key of ${key.length} parts instead of ${length}`)
  for (const [i, part] of key.entries()) checkCell(of, i, part)
}

/** What comes after the last integer: no row has it, but a range that goes on after some row may begin or end there. */
const aboveAll = Number.MAX_SAFE_INTEGER + 1

/** The cells' order a range walks in. Throws RangeError or TypeError when the range cannot be meant. */
export function checkRange(of: Layout, range: Range, index: string): readonly number[] {
  const order = Object.hasOwn(of.orders, index) ? of.orders[index] : undefined
  if (!order) throw new TypeError(`${of.table.name} has no index ${index}`)
  const { skip = 0, limit } = range
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new RangeError(`limit ${limit} is not 1 to 1000`)
  if (!Number.isInteger(skip) || skip < 0 || skip > 10_000) throw new RangeError(`skip ${skip} is not 0 to 10000`)
  checkParts(of, order, range.prefix)
  for (const end of [range.from, range.to])
    if (end) checkParts(of, order, [...range.prefix, ...end.map(part => (part === aboveAll ? 0 : part))])
  return order
}

/** The same for ranges that are read together. */
export function checkRanges(of: Layout, ranges: readonly Range[], index: string): void {
  let [rows, passed] = [0, 0]
  for (const range of ranges) {
    checkRange(of, range, index)
    rows += range.limit
    passed += range.skip ?? 0
  }
  if (rows > manyLimit || passed > manyLimit)
    throw new RangeError(`ranges for ${rows} rows after ${passed} are more than ${manyLimit} together`)
}

function checkParts(of: Layout, order: readonly number[], parts: Key): void {
  if (parts.length > order.length) throw new TypeError(`${of.table.name}: a range of ${parts.length} parts is too long`)
  for (const [i, part] of parts.entries()) checkCell(of, order[i] as number, part)
}
