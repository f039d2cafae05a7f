import { isSparse, type Layout } from '../layout.ts'

/** The SQL of a table: statements whose parameters are cells in the layout's order. Names need no escaping (`layout` saw to it). */

/** How a table keeps its rows: counters by key, the others in the order of arrival beside an index by key. */
export const byKey = (of: Layout): boolean => of.table.kind === 'counters'

/** All cells of a row, in order. */
export const cellNames = (of: Layout): string[] => [...of.columns, ...of.tail]

export const keyNames = (of: Layout): readonly string[] => of.columns.slice(0, of.keyLength)

/** The table, with the types that its declaration gives. */
export function createTable(of: Layout): string {
  const columns = of.columns.map((name, i) => columnSql(of, name, i))
  const tail = of.tail.map(name => `"${name}" ${name === 'doc' || name === 'counters' ? 'TEXT' : 'INTEGER'} NOT NULL`)
  if (!byKey(of)) return `CREATE TABLE "${of.table.name}" (${[...columns, ...tail].join(', ')}) STRICT`
  const key = `PRIMARY KEY (${list(keyNames(of))})`
  return `CREATE TABLE "${of.table.name}" (${[...columns, ...tail, key].join(', ')}) STRICT, WITHOUT ROWID`
}

/** One column; only the key's are never null, since a layout may gain columns later. */
export function columnSql(of: Layout, name: string, position: number): string {
  return `"${name}" ${of.types[position] === 'int' ? 'INTEGER' : 'TEXT'}${position < of.keyLength ? ' NOT NULL' : ''}`
}

/** The name of the index behind an order of the layout; the key's is ''. */
export const indexName = (of: Layout, order: string): string => `${of.table.name}.${order || 'key'}`

/** The indexes a table needs, by name. */
export function createIndexes(of: Layout): Map<string, string> {
  const indexes = new Map<string, string>()
  if (byKey(of)) return indexes
  for (const [order, positions] of Object.entries(of.orders)) {
    const name = indexName(of, order)
    const columns = list(positions.map(i => of.columns[i] as string))
    const where = present(of, order)
    const only = where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''
    indexes.set(name, `CREATE ${order ? '' : 'UNIQUE '}INDEX "${name}" ON "${of.table.name}" (${columns})${only}`)
  }
  if (of.table.expires) {
    const name = `${of.table.name}.expires:sweep`
    const column = `"${of.table.expires}"`
    indexes.set(name, `CREATE INDEX "${name}" ON "${of.table.name}" (${column}) WHERE ${column} IS NOT NULL`)
  }
  return indexes
}

// What holds of the rows of a sparse index; a query has to say it again to be given the index.
function present(of: Layout, order: string): string[] {
  if (!isSparse(of.table, order)) return []
  return (of.orders[order] ?? []).flatMap(i => (of.optional[i] ? [`"${of.columns[i]}" IS NOT NULL`] : []))
}

export function insert(of: Layout): string {
  const cells = cellNames(of)
  return `INSERT INTO "${of.table.name}" (${list(cells)}) VALUES (${cells.map(() => '?').join(', ')})`
}

/** Writes a row, new or over the old one. */
export function upsert(of: Layout): string {
  const rest = cellNames(of).slice(of.keyLength)
  return `${insert(of)} ON CONFLICT (${list(keyNames(of))}) DO UPDATE SET ${rest.map(c => `"${c}" = excluded."${c}"`).join(', ')}`
}

/** The cells that a replacement sets: all but a log row's key, time and counters. */
export function replaced(of: Layout): number[] {
  const fixed = [...of.columns.slice(0, of.keyLength), of.columns[of.time], 'counters']
  return cellNames(of).flatMap((name, i) => (fixed.includes(name) ? [] : [i]))
}

/** Writes over a log's row. Parameters: the replaced cells, then the key. */
export function replace(of: Layout): string {
  const sets = replaced(of).map(i => `"${cellNames(of)[i]}" = ?`)
  return `UPDATE "${of.table.name}" SET ${sets.join(', ')} WHERE ${equal(keyNames(of))}`
}

export const remove = (of: Layout): string => `DELETE FROM "${of.table.name}" WHERE ${equal(keyNames(of))}`

export const selectVersion = (of: Layout): string =>
  `SELECT "version" FROM "${of.table.name}" WHERE ${equal(keyNames(of))}`

export const selectCount = (of: Layout): string =>
  `SELECT "n", "at" FROM "${of.table.name}" WHERE ${equal(keyNames(of))}`

export const selectRow = (of: Layout): string =>
  `SELECT ${list(cellNames(of))} FROM "${of.table.name}" WHERE ${equal(keyNames(of))}`

/** The end of a log: number, time, counters. */
export function selectHead(of: Layout): string {
  const number = of.columns[of.keyLength - 1] as string
  const head = list([number, of.table.time as string, 'counters'])
  const log = keyNames(of).slice(0, -1)
  const where = log.length > 0 ? `WHERE ${equal(log)} ` : ''
  return `SELECT ${head} FROM "${of.table.name}" INDEXED BY "${indexName(of, '')}" ${where}ORDER BY ${list([...log, number], ' DESC')} LIMIT 1`
}

/** Which parts a range gives; together with the order's name it decides the statement. */
export interface Shape {
  prefix: number
  from: number
  to: number
  reverse: boolean
}

/** A range over the key ('') or an index. Parameters: prefix, from, to, limit, skip. */
export function selectRange(of: Layout, order: string, shape: Shape): string {
  const names = (of.orders[order] ?? []).map(i => of.columns[i] as string)
  const after = names.slice(shape.prefix)
  const where = [...present(of, order), ...names.slice(0, shape.prefix).map(name => `"${name}" = ?`)]
  if (shape.from > 0) where.push(`(${list(after.slice(0, shape.from))}) >= (${marks(shape.from)})`)
  if (shape.to > 0) where.push(`(${list(after.slice(0, shape.to))}) < (${marks(shape.to)})`)
  return [
    `SELECT ${list(cellNames(of))} FROM "${of.table.name}"`,
    // Said outright, so that no planner ever sorts what stands in order.
    byKey(of) ? 'NOT INDEXED' : `INDEXED BY "${indexName(of, order)}"`,
    where.length > 0 ? `WHERE ${where.join(' AND ')}` : '',
    `ORDER BY ${list(names, shape.reverse ? ' DESC' : '')} LIMIT ? OFFSET ?`,
  ].join(' ')
}

// A log keeps its last row, because that row is where it goes on.
function notLast(of: Layout): string {
  if (of.table.kind !== 'log') return ''
  const log = keyNames(of).slice(0, -1)
  const same = log.map(name => `later."${name}" = t."${name}"`)
  const number = of.columns[of.keyLength - 1]
  const where = [...same, `later."${number}" > t."${number}"`].join(' AND ')
  return ` AND EXISTS (SELECT 1 FROM "${of.table.name}" AS later WHERE ${where})`
}

/** Keys of rows that may go. Parameters: now, limit. */
export const selectExpired = (of: Layout): string =>
  `SELECT ${list(keyNames(of))} FROM "${of.table.name}" AS t WHERE "${of.table.expires}" <= ?${notLast(of)} ORDER BY "${of.table.expires}" LIMIT ?`

/** Removes one row if it may still go. Parameters: key, now. */
export const removeExpired = (of: Layout): string =>
  `DELETE FROM "${of.table.name}" AS t WHERE ${equal(keyNames(of))} AND "${of.table.expires}" <= ?${notLast(of)}`

const equal = (names: readonly string[]) => names.map(name => `"${name}" = ?`).join(' AND ')

const list = (names: readonly string[], suffix = '') => names.map(name => `"${name}"${suffix}`).join(', ')

const marks = (count: number) => new Array(count).fill('?').join(', ')
