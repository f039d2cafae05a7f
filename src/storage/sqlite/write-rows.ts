import type Database from 'better-sqlite3'
import type { Rows } from '../apply.ts'
import type { Cells, Layout } from '../layout.ts'
import { place } from '../order.ts'
import type { Count, Head, Key } from '../store.ts'
import { type HeadCells, headOf } from './read.ts'
import {
  insert,
  remove,
  removeExpired,
  replace,
  replaced,
  selectCount,
  selectHead,
  selectVersion,
  upsert,
} from './sql.ts'

/** Single rows inside the writer's transaction. */
export interface WriteRows extends Rows {
  /** Removes a row if it may still go; how many went. */
  removeExpired(of: Layout, key: Key, now: number): number
  /** Forgets the ends of logs changed since `remember`, or of all logs: they were taken back. */
  forget(all: boolean): void
  /** From here on a change can be forgotten by itself. */
  remember(): void
  /** Rows written or removed so far, without those taken back one batch at a time. */
  written(): number
}

/** Ends of logs kept in memory, so that an append to a busy log reads nothing. */
const keptHeads = 100_000

/** Prepares the statements of all tables. */
export function writeRows(db: Database.Database, layouts: Iterable<Layout>): WriteRows {
  const statements = new Map([...layouts].map(of => [of.table.name, prepare(db, of)]))
  const heads = new Map<string, Head>()
  const touched: string[] = []
  let written = 0
  let remembered = 0

  const on = (of: Layout) => statements.get(of.table.name) as Statements
  const placeOf = (of: Layout, key: Cells) => `${of.table.name}\0${place(key as Key)}`

  function keep(at: string, head: Head): void {
    heads.delete(at)
    heads.set(at, head)
    if (heads.size > keptHeads) heads.delete(heads.keys().next().value as string)
  }

  return {
    version: (of, key) => on(of).version.get(key) as number | undefined,

    count: (of, key) => on(of).count?.get(key) as Count | undefined,

    head(of, key) {
      const at = placeOf(of, key)
      const head = heads.get(at) ?? headOf(on(of).head?.get(key) as HeadCells | undefined)
      keep(at, head)
      return head
    },

    write(of, cells) {
      on(of).write.run(cells)
      written++
    },

    append(of, cells, head) {
      on(of).append?.run(cells)
      written++
      const at = placeOf(of, cells.slice(0, of.keyLength - 1))
      touched.push(at)
      keep(at, head)
    },

    replace(of, cells) {
      const { statement, positions } = on(of).replace as Replace
      const { changes } = statement.run([...positions.map(i => cells[i]), ...cells.slice(0, of.keyLength)])
      written += changes
      return changes > 0
    },

    remove(of, key) {
      written += on(of).remove.run(key).changes
      if (of.table.kind === 'log') heads.delete(placeOf(of, key.slice(0, -1)))
    },

    removeExpired(of, key, now) {
      const { changes } = (on(of).removeExpired as Database.Statement).run([...key, now])
      written += changes
      return changes
    },

    forget(all) {
      if (all) heads.clear()
      for (const at of touched) heads.delete(at)
      touched.length = 0
      written = remembered
    },

    remember() {
      touched.length = 0
      remembered = written
    },

    written: () => written,
  }
}

interface Replace {
  statement: Database.Statement
  positions: number[]
}

type Statements = ReturnType<typeof prepare>

function prepare(db: Database.Database, of: Layout) {
  const only = <S>(when: boolean, sql: () => S) => (when ? sql() : undefined)
  const isLog = of.table.kind === 'log'
  return {
    version: db.prepare(selectVersion(of)).pluck(),
    write: db.prepare(upsert(of)),
    remove: db.prepare(remove(of)),
    count: only(of.table.kind === 'counters', () => db.prepare(selectCount(of))),
    append: only(isLog, () => db.prepare(insert(of))),
    head: only(isLog, () => db.prepare(selectHead(of)).raw()),
    replace: only(isLog, (): Replace => ({ statement: db.prepare(replace(of)), positions: replaced(of) })),
    removeExpired: only(of.expires >= 0, () => db.prepare(removeExpired(of))),
  }
}
