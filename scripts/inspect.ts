import { existsSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { Command, InvalidArgumentError } from 'commander'
import { dataFolder, readConfig } from '../src/config.ts'
import type { Job } from '../src/core/model.ts'
import { tables } from '../src/core/tables.ts'
import { type Cells, decode, type Layout, layout } from '../src/storage/layout.ts'
import { dataFile, openForReading } from '../src/storage/sqlite/connection.ts'

/** What one table takes on disk. */
export interface Size {
  table: string
  rows: number
  /** Pages of the table and its indexes. */
  bytes: number
}

const layouts = new Map(tables.map(table => [table.name, layout(table)]))

/** Row counts and sizes of all durable tables, largest first. Reads the whole file. */
export function sizes(db: Database.Database): Size[] {
  const pages = db
    .prepare<[], { table: string; bytes: number }>(
      `SELECT tbl_name AS "table", SUM(pgsize) AS bytes
       FROM dbstat JOIN sqlite_master ON sqlite_master.name = dbstat.name WHERE aggregate = TRUE GROUP BY tbl_name`,
    )
    .all()
  return pages
    .filter(({ table }) => layouts.has(table))
    .map(({ table, bytes }) => ({ table, bytes, rows: count(db, table) }))
    .sort((a, b) => b.bytes - a.bytes || (a.table < b.table ? -1 : 1))
}

function count(db: Database.Database, table: string): number {
  return db.prepare<[], number>(`SELECT COUNT(*) FROM "${table}"`).pluck().get() ?? 0
}

/** Rows whose key begins so, in the key's order. Throws RangeError for a table or a prefix that cannot be. */
export function rows(db: Database.Database, name: string, prefix: string[], limit: number): object[] {
  const of = layouts.get(name)
  if (!of) throw new RangeError(`there is no table ${name}; there are ${[...layouts.keys()].sort().join(', ')}`)
  if (of.table.volatile) throw new RangeError(`${name} is kept in memory only`)
  const key = of.columns.slice(0, of.keyLength)
  if (prefix.length > key.length) throw new RangeError(`the key of ${name} is ${key.join(', ')}`)
  const cells = [...of.columns, ...of.tail].map(quoted).join(', ')
  const where =
    prefix.length > 0
      ? `WHERE ${key
          .slice(0, prefix.length)
          .map(part => `${quoted(part)} = ?`)
          .join(' AND ')}`
      : ''
  const sql = `SELECT ${cells} FROM ${quoted(name)} ${where} ORDER BY ${key.map(quoted).join(', ')} LIMIT ?`
  const found = db
    .prepare<unknown[], Cells>(sql)
    .raw()
    .all(...prefix.map((part, i) => cellOf(of, i, part)), limit)
  return found.map(each => shown(of, each))
}

const quoted = (name: string) => `"${name}"`

function cellOf(of: Layout, column: number, part: string): string | number {
  if (of.types[column] !== 'int') return part
  const number = Number(part)
  if (part.trim() === '' || !Number.isSafeInteger(number))
    throw new RangeError(`${of.columns[column]} of ${of.table.name} is an integer, not "${part}"`)
  return number
}

const secrets = new Set(['token', 'secret', 'secretKey', 'appSecret', 'secretAccessKey'])

// Counters keep their key beside their value.
function shown(of: Layout, cells: Cells): object {
  const value = decode<object>(of, cells).value
  const key = Object.fromEntries(of.columns.slice(0, of.keyLength).map((name, i) => [name, cells[i]]))
  return { ...key, ...(hidden(value) as object) }
}

/** The same without what nobody is to read over somebody's shoulder, however deep it lies. */
function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, secrets.has(name) ? '(hidden)' : hidden(inner)]),
  )
}

/** How a job stands: parked after too many failures, under way on some node, or waiting for its time. */
export function stateOf(job: Job, now: number): 'parked' | 'running' | 'waiting' {
  if (job.parked !== undefined) return 'parked'
  return job.node !== undefined && job.tries === 0 && job.due > now ? 'running' : 'waiting'
}

function printSizes(db: Database.Database): void {
  for (const { table, rows: number, bytes } of sizes(db))
    console.log(`${table.padEnd(16)} ${String(number).padStart(12)} rows ${(bytes / 1024).toFixed(0).padStart(10)} KiB`)
  const memory = tables.filter(table => table.volatile).map(table => table.name)
  if (memory.length > 0) console.log(`in memory only: ${memory.join(', ')}`)
}

function printJobs(db: Database.Database, limit: number): void {
  const now = Date.now()
  const jobs = rows(db, 'jobs', [], limit) as Job[]
  for (const job of jobs) {
    const state = stateOf(job, now)
    const due = state === 'waiting' ? ` due ${new Date(job.due).toISOString()}` : ''
    const why = job.parked === undefined ? '' : ` after ${job.tries} tries: ${job.parked}`
    console.log(`${state.padEnd(8)} ${job.kind} ${job.id}${due}${why} ${JSON.stringify(job.state)}`)
  }
  if (jobs.length === 0) console.log('no jobs')
}

function open(folder: string | undefined): Database.Database {
  const found = folder ?? dataFolder(readConfig(process.env))
  if (!found) throw new RangeError('the configured store keeps everything in memory')
  if (!existsSync(dataFile(found))) throw new RangeError(`there is no data in ${found}`)
  return openForReading(found)
}

function numberOf(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('expected a positive integer')
  return number
}

function main(what: string | undefined, key: string[], options: { data?: string; limit: number }): void {
  const db = open(options.data)
  try {
    if (what === undefined) printSizes(db)
    else if (what === 'jobs' && key.length === 0) printJobs(db, options.limit)
    else for (const row of rows(db, what, key, options.limit)) console.log(JSON.stringify(row))
  } finally {
    db.close()
  }
}

if (import.meta.main) {
  const command = new Command('inspect')
    .description(
      'Shows what the store holds, also while the server runs: tables, rows by the beginning of their key, jobs.',
    )
    .argument('[table]', 'a table, or "jobs"; without it, the size of every table')
    .argument('[key...]', "the first parts of the rows' key")
    .option('--limit <n>', 'most rows to show', numberOf, 20)
    .option('--data <folder>', 'the data folder; the configured one by default')
    .addHelpText('after', '\nExample:\n  npm run inspect -- users 1400000001 --limit 5')
    .parse()
  try {
    const [what, ...key] = command.args
    main(what, key, command.opts())
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
