import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memberCount, settings, tables, users } from '../src/core/tables.ts'
import { openForReading } from '../src/storage/sqlite/connection.ts'
import { openSqlite, type SqliteStore } from '../src/storage/sqlite/sqlite.ts'
import { add, put } from '../src/storage/store.ts'
import { rows, sizes, stateOf } from './inspect.ts'

let folder: string
let store: SqliteStore
let db: Database.Database

const user = (app: number, id: string) => ({ app, id, profile: {}, token: 'secret', created: 1, updated: 1 })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'magpie-inspect-'))
  store = await openSqlite({ folder, durability: 'relaxed', tables })
  await store.commit([put(users, user(1, 'a')), put(users, user(1, 'b')), put(users, user(2, 'a'))])
  await store.commit([add(memberCount, [7], 3)])
  await store.commit([put(settings, { app: 1, name: 'webhooks', value: [{ name: 'a', secret: 'shown to nobody' }] })])
  db = openForReading(folder)
})
afterAll(async () => {
  db.close()
  await store.close()
  rmSync(folder, { recursive: true })
})

test('tables are counted while the store is open', () => {
  const found = new Map(sizes(db).map(each => [each.table, each]))
  expect(found.get('users')?.rows).toBe(3)
  expect(found.get('users')?.bytes).toBeGreaterThan(0)
  expect(found.has('sessions')).toBe(false)
})

test('rows come by the beginning of their key, at most as many as asked for, without secrets', () => {
  expect(rows(db, 'users', ['1'], 10)).toMatchObject([{ id: 'a', token: '(hidden)' }, { id: 'b' }])
  expect(rows(db, 'users', ['1', 'b'], 10)).toMatchObject([{ app: 1, id: 'b' }])
  expect(rows(db, 'users', [], 2)).toHaveLength(2)
  expect(rows(db, 'member_count', ['7'], 1)).toMatchObject([{ conv: 7, n: 3 }])
  const [webhook] = (rows(db, 'settings', ['1'], 1)[0] as { value: object[] }).value
  expect(webhook).toEqual({ name: 'a', secret: '(hidden)' })
})

test('what cannot be asked is said', () => {
  expect(() => rows(db, 'ghosts', [], 1)).toThrow('there is no table ghosts; there are')
  expect(() => rows(db, 'users', ['one'], 1)).toThrow('app of users is an integer, not "one"')
  expect(() => rows(db, 'users', ['1', 'a', 'b'], 1)).toThrow('the key of users is app, id')
  expect(() => rows(db, 'sessions', [], 1)).toThrow('in memory only')
})

test('jobs wait, run or are parked', () => {
  const job = { lane: 0, id: 1, kind: 'x', due: 100, state: {}, tries: 0 }
  expect(stateOf(job, 50)).toBe('waiting')
  expect(stateOf({ ...job, node: 'n' }, 50)).toBe('running')
  expect(stateOf({ ...job, node: 'n' }, 150)).toBe('waiting')
  expect(stateOf({ ...job, node: 'n', tries: 2 }, 50)).toBe('waiting')
  expect(stateOf({ ...job, node: 'n', tries: 10, parked: 'why' }, 50)).toBe('parked')
})
