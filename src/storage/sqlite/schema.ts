import { randomUUID } from 'node:crypto'
import type Database from 'better-sqlite3'
import type { Layout } from '../layout.ts'
import { columnSql, createIndexes, createTable, indexName } from './sql.ts'

/** The layout of the data file that this code writes. Raise it when older code could no longer read what is written. */
export const schema = 1

/** Facts about the data as a whole, one row each. */
const metaTable =
  'CREATE TABLE IF NOT EXISTS "meta" ("name" TEXT PRIMARY KEY, "value" ANY NOT NULL) STRICT, WITHOUT ROWID'

/**
 * Brings the data file to what the declarations say: makes tables, adds or drops columns and indexes, all or nothing.
 * Throws when the file is of a newer schema, or a table's key is another one than it was made with. Gives the epoch.
 */
export function bringUp(db: Database.Database, layouts: Iterable<Layout>): string {
  return db
    .transaction(() => {
      db.exec(metaTable)
      const found = (meta(db, 'schema') as number | undefined) ?? schema
      if (found > schema)
        throw new Error(`the data is of schema ${found}, this Magpie knows schema ${schema}: run a newer version`)
      setMeta(db, 'schema', schema)
      const epoch = (meta(db, 'epoch') as string | undefined) ?? randomUUID()
      setMeta(db, 'epoch', epoch)
      for (const of of layouts) bringUpTable(db, of)
      return epoch
    })
    .immediate()
}

/** A fact by name. */
export function meta(db: Database.Database, name: string): string | number | undefined {
  return db.prepare<[string], string | number>('SELECT "value" FROM "meta" WHERE "name" = ?').pluck().get(name)
}

/** Sets a fact. */
export function setMeta(db: Database.Database, name: string, value: string | number): void {
  db.prepare('INSERT INTO "meta" VALUES (?, ?) ON CONFLICT DO UPDATE SET "value" = excluded."value"').run(
    name,
    typeof value === 'number' ? BigInt(value) : value,
  )
}

function bringUpTable(db: Database.Database, of: Layout): void {
  const made = sqlOf(db, 'table', of.table.name)
  if (made.size === 0) db.exec(createTable(of))
  else changeTable(db, of)
  const wanted = createIndexes(of)
  for (const [name, sql] of wanted) if (!sqlOf(db, 'index', of.table.name).has(name)) db.exec(sql)
}

// Fields move between the document and columns of their own when they become, or no longer are, part of an index.
function changeTable(db: Database.Database, of: Layout): void {
  const table = of.table.name
  const wanted = createIndexes(of)
  const key = indexName(of, '')
  const columns = db.prepare<[string], ColumnInfo>('SELECT name, type, pk FROM pragma_table_info(?)').all(table)
  const indexes = sqlOf(db, 'index', table)
  const names = columns.map(column => column.name)
  if (indexes.get(key) !== wanted.get(key) || of.tail.some(name => !names.includes(name)) || !sameKey(of, columns))
    throw new Error(`table ${table} has another key or kind on disk than in this version`)
  for (const [name, sql] of indexes) if (sql !== wanted.get(name)) db.exec(`DROP INDEX "${name}"`)
  for (const [i, name] of of.columns.entries()) {
    if (names.includes(name)) continue
    db.exec(`ALTER TABLE "${table}" ADD COLUMN ${columnSql(of, name, i)}`)
    db.exec(`UPDATE "${table}" SET "${name}" = "doc" ->> '$.${name}', "doc" = json_remove("doc", '$.${name}')`)
  }
  for (const name of names) {
    if (of.columns.includes(name) || of.tail.includes(name)) continue
    db.exec(`UPDATE "${table}" SET "doc" = json_set("doc", '$.${name}', "${name}") WHERE "${name}" IS NOT NULL`)
    db.exec(`ALTER TABLE "${table}" DROP COLUMN "${name}"`)
  }
}

interface ColumnInfo {
  name: string
  type: string
  pk: number
}

// Every declared column that exists must have its type; a clustered table's key must be the declared one.
function sameKey(of: Layout, columns: ColumnInfo[]): boolean {
  const clustered = columns.filter(column => column.pk > 0).sort((a, b) => a.pk - b.pk)
  if (clustered.length > 0 && clustered.map(column => column.name).join() !== of.columns.slice(0, of.keyLength).join())
    return false
  return columns.every(({ name, type }) => {
    const position = of.columns.indexOf(name)
    return position < 0 || type === (of.types[position] === 'int' ? 'INTEGER' : 'TEXT')
  })
}

// What SQLite keeps of a table or its indexes: the text that made it, by name. Automatic indexes have none.
function sqlOf(db: Database.Database, type: 'table' | 'index', table: string): Map<string, string> {
  const rows = db
    .prepare<[string, string], { name: string; sql: string }>(
      'SELECT name, sql FROM sqlite_master WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL',
    )
    .all(type, table)
  return new Map(rows.map(row => [row.name, row.sql]))
}
