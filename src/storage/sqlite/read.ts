import type Database from 'better-sqlite3'
import type { Cells, Layout } from '../layout.ts'
import type { Head, Key, Range } from '../store.ts'
import { type Shape, selectExpired, selectHead, selectRange, selectRow } from './sql.ts'

/** Reads on one connection, at once and without checks; rows come as cells. What is to be read as of one moment needs a transaction. */
export interface Reads {
  rows(of: Layout, keys: readonly Key[]): (Cells | undefined)[]
  scans(of: Layout, ranges: readonly Range[], index: string): Cells[][]
  heads(of: Layout, keys: readonly Key[]): Head[]
  /** Keys of up to `limit` rows that were to go by `now`. */
  expired(of: Layout, now: number, limit: number): Key[]
}

/** Prepares each statement when it is first needed, and keeps it. */
export function reads(db: Database.Database): Reads {
  const statements = new Map<string, Database.Statement<unknown[], unknown>>()

  function prepared(name: string, sql: () => string): Database.Statement<unknown[], unknown> {
    let statement = statements.get(name)
    if (!statement) {
      statement = db.prepare<unknown[], unknown>(sql()).raw()
      statements.set(name, statement)
    }
    return statement
  }

  function rangeOf(of: Layout, range: Range, index: string): Cells[] {
    const { prefix, from = [], to = [], limit, skip = 0, reverse = false } = range
    // Nothing stands before the empty tuple.
    if (range.to?.length === 0) return []
    const shape: Shape = { prefix: prefix.length, from: from.length, to: to.length, reverse }
    const name = `scan ${of.table.name} ${index} ${shape.prefix} ${shape.from} ${shape.to} ${reverse}`
    const statement = prepared(name, () => selectRange(of, index, shape))
    return statement.all([...prefix, ...from, ...to, limit, skip]) as Cells[]
  }

  return {
    rows(of, keys) {
      const statement = prepared(`row ${of.table.name}`, () => selectRow(of))
      return keys.map(key => statement.get(key) as Cells | undefined)
    },

    scans: (of, ranges, index) => ranges.map(range => rangeOf(of, range, index)),

    heads(of, keys) {
      const statement = prepared(`head ${of.table.name}`, () => selectHead(of))
      return keys.map(key => headOf(statement.get(key) as HeadCells | undefined))
    },

    expired(of, now, limit) {
      return prepared(`expired ${of.table.name}`, () => selectExpired(of)).all([now, limit]) as Key[]
    },
  }
}

/** Number, time and counters of a log's last row. */
export type HeadCells = [number: number, time: number, counters: string]

export function headOf(cells: HeadCells | undefined): Head {
  if (!cells) return { number: 0, time: 0, counters: {} }
  return { number: cells[0], time: cells[1], counters: JSON.parse(cells[2]) }
}
