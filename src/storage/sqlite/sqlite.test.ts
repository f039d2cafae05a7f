import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { type Line, lines, sessions, sums, type Thing, thing, things } from '../contract/tables.ts'
import { contractTables } from '../contract.ts'
import { absent, add, append, check, type Log, log, put, StoreUnavailable, type Table, table } from '../store.ts'
import { checkDurable, dataFile } from './connection.ts'
import { openSqlite, type SqliteStore } from './sqlite.ts'

describe('sqlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-sqlite-'))
  let store: SqliteStore | undefined

  const open = async (tables: readonly Table[] = contractTables, durability: 'full' | 'relaxed' = 'full') => {
    await store?.close()
    store = await openSqlite({ folder, durability, tables, clock: () => 1000 })
    return store
  }
  const sql = <R>(text: string) => {
    const db = new Database(dataFile(folder))
    try {
      return text.startsWith('SELECT') ? (db.prepare(text).all() as R[]) : (db.exec(text) as never)
    } finally {
      db.close()
    }
  }

  afterEach(async () => {
    await store?.close()
    store = undefined
    rmSync(folder, { recursive: true, force: true })
  })

  test("[ST39] the writer's own connection reports WAL and synchronous=FULL", async () => {
    expect((await open()).stats()).toMatchObject({ journal: 'wal', synchronous: 2 })
    expect((await open(contractTables, 'relaxed')).stats()).toMatchObject({ journal: 'wal', synchronous: 1 })
  })

  test('[ST39] a file that cannot be that durable is refused with a clear line, unless durability is relaxed', () => {
    const db = new Database(':memory:')
    expect(() => checkDurable(db, 'full')).toThrow('journal_mode=memory and synchronous=2 instead of wal and 2 (FULL)')
    expect(() => checkDurable(db, 'relaxed')).not.toThrow()
    db.close()
  })

  test('[ST45] an append writes exactly one row; a batch waits for one sync', async () => {
    await open()
    const before = store?.stats()
    await store?.commit([append(lines, [1, 'a'], { text: 'x' }, { counted: 1 })])
    expect(store?.stats()).toMatchObject({ rows: (before?.rows ?? 0) + 1, syncs: (before?.syncs ?? 0) + 1 })
    await store?.commit([append(lines, [1, 'a'], { text: 'x' }), absent(lines, [1, 'a', 1])])
    expect(store?.stats()).toMatchObject({ rows: (before?.rows ?? 0) + 1, syncs: (before?.syncs ?? 0) + 1 })
  })

  test('[ST45] batches sent together share a sync', async () => {
    await open()
    await Promise.all(Array.from({ length: 100 }, () => store?.commit([append(lines, [1, 'a'], { text: 'x' })])))
    expect(store?.stats()).toMatchObject({ batches: 100, rows: 100, queued: 0 })
    expect(store?.stats().syncs).toBeLessThan(10)
  })

  test('[ST46] an operator reads key, index and end columns with plain SQL, the rest as JSON', async () => {
    await open()
    await store?.commit([
      put(things, { ...thing('a', 7, 'hello'), until: 5 }),
      append(lines, [1, 't'], { text: 'x' }, { n: 2 }),
    ])
    await store?.commit([add(sums, [1, 'total'], 3), put(sessions, { app: 1, id: 's' })])
    expect(sql('SELECT app, id, rank, until, doc FROM things')).toEqual([
      { app: 1, id: 'a', rank: 7, until: 5, doc: '{"note":"hello"}' },
    ])
    expect(sql("SELECT talk, seq, at, counters, doc ->> 'text' AS text FROM lines")).toEqual([
      { talk: 't', seq: 1, at: 1000, counters: '{"n":2}', text: 'x' },
    ])
    expect(sql('SELECT app, name, n, at FROM sums')).toEqual([{ app: 1, name: 'total', n: 3, at: 1000 }])
    expect(sql("SELECT name FROM sqlite_master WHERE name IN ('sessions', 'passing')")).toEqual([])
  })

  test('[ST47] a newer schema refuses older code', async () => {
    await (await open()).close()
    sql(`UPDATE meta SET value = 99 WHERE name = 'schema'`)
    await expect(open()).rejects.toThrow(/the data is of schema 99, this Magpie knows schema 1/)
    sql(`UPDATE meta SET value = 1 WHERE name = 'schema'`)
    await open()
  })

  describe('declarations that change', () => {
    const plain = table<Thing>('things', { columns: { app: 'int', id: 'text' }, key: ['app', 'id'] })
    const asked = (of: Table<Thing>, index: string) => store?.scan(of, { prefix: [1], limit: 9 }, index)

    test('[ST48] an index added later is filled from what is there; one taken away leaves the values whole', async () => {
      await open([plain])
      await store?.commit([
        put(plain, thing('a', 2, 'x')),
        put(plain, thing('b', 1)),
        put(plain, { app: 1, id: 'c', until: 5 }),
      ])
      await store?.commit([put(plain, { app: 1, id: 'without' })])
      const before = await asked(plain, '')
      await open([things])
      expect(await asked(things, '')).toEqual(before)
      expect((await asked(things, 'byRank'))?.map(row => row.value.id)).toEqual(['c', 'without', 'b', 'a'])
      expect(await store?.sweep(5, 9)).toBe(1)
      await open([plain])
      expect(await asked(plain, '')).toEqual(before?.filter(row => row.value.id !== 'c'))
      expect(sql("SELECT name FROM sqlite_master WHERE name LIKE 'things.by%'")).toEqual([])
    })

    test('[ST48] a table whose key or kind changed is refused', async () => {
      await open([plain])
      const other = table<Thing & { rank: number }>('things', {
        columns: { app: 'int', rank: 'int' },
        key: ['app', 'rank'],
      })
      const asLog: Log<Line> = log<Line>('things', {
        columns: { app: 'int', seq: 'int' },
        key: ['app', 'seq'],
        time: 'at',
      })
      await expect(open([other])).rejects.toThrow('table things has another key or kind')
      await expect(open([asLog] as never)).rejects.toThrow('table things has another key or kind')
      await open([plain])
    })

    test('[ST49] a table that was not named at the opening, or cannot be one, is refused with TypeError', async () => {
      await open([plain])
      await expect(store?.get(lines, [1, 'a', 1])).rejects.toThrow(TypeError)
      await expect(store?.commit([append(lines, [1, 'a'], { text: 'x' })])).rejects.toThrow(TypeError)
      const taken = table<{ doc: string }>('odd', { columns: { doc: 'text' }, key: ['doc'] })
      await expect(open([taken] as never)).rejects.toThrow(TypeError)
    })
  })

  test('[ST43] when more waits than memory should hold, commits are refused as busy, and taken again later', async () => {
    await open()
    const big = 'x'.repeat(1_000_000)
    const sent = Array.from({ length: 80 }, (_, i) =>
      store?.commit([put(things, thing(`${i}`, 0, big))]).catch(error => error),
    )
    const outcomes = await Promise.all(sent)
    const refused = outcomes.filter(outcome => outcome instanceof StoreUnavailable)
    expect(refused.length).toBeGreaterThan(10)
    expect(refused[0]?.message).toBe('busy')
    expect(outcomes.filter(outcome => outcome.ok)).toHaveLength(80 - refused.length)
    expect(await store?.commit([put(things, thing('later'))])).toMatchObject({ ok: true })
  })

  test("[ST44] when the writer's thread dies, pending and later commits are refused and reads go on", async () => {
    const workers: Worker[] = []
    const started = (worker: Worker) => workers.push(worker)
    process.on('worker', started)
    await open()
    process.off('worker', started)
    await store?.commit([put(things, thing('a'))])
    const pending = store?.commit([put(things, thing('b'))])
    const [writer] = workers
    await Promise.all([expect(pending).rejects.toThrow(StoreUnavailable), writer?.terminate()])
    await expect(store?.commit([put(things, thing('c'))])).rejects.toThrow(StoreUnavailable)
    expect(await store?.get(things, [1, 'a'])).toBeDefined()
  })

  test('[ST31] a sweep passes over a volatile row that a batch under way relies on', async () => {
    await open()
    await store?.commit([put(sessions, { app: 1, id: 's', until: 5 })])
    const row = await store?.get(sessions, [1, 's'])
    const sent = store?.commit([append(lines, [1, 'a'], { text: 'x' }), check(sessions, [1, 's'], row)])
    expect(await store?.sweep(5, 10)).toBe(0)
    expect(await sent).toMatchObject({ ok: true })
    expect(await store?.sweep(5, 10)).toBe(1)
  })

  test('[ST53] a batch of volatile rows only never reaches the writer', async () => {
    await open()
    await store?.commit([put(sessions, { app: 1, id: 's' }), absent(sessions, [1, 'other'])])
    expect(store?.stats()).toMatchObject({ batches: 1, commits: 0, rows: 0, syncs: 0 })
    await store?.commit([put(sessions, { app: 1, id: 's' }), put(things, thing('a'))])
    expect(store?.stats()).toMatchObject({ batches: 2, commits: 1, rows: 1, syncs: 1 })
  })

  test('[ST54] the WAL does not grow without end while commits go on', { timeout: 30_000 }, async () => {
    await open()
    let most = 0
    const writer = async (of: number) => {
      for (let i = 0; i < 30; i++) {
        await store?.commit([put(things, thing(`${of}`, i, `${i % 10}`.repeat(1_000_000)))])
        most = Math.max(most, statSync(`${dataFile(folder)}-wal`).size)
      }
    }
    await Promise.all(Array.from({ length: 10 }, (_, of) => writer(of)))
    expect(most).toBeGreaterThan(60_000_000)
    expect(most).toBeLessThan(180_000_000)
  })

  test('[ST55] what only one batch of a group suffers is refused to that batch alone', async () => {
    await open()
    sql('DROP TABLE things')
    const ends = [
      append(lines, [1, 'a'], { text: 'x' }),
      put(things, thing('a')),
      append(lines, [1, 'a'], { text: 'y' }),
    ]
    const outcomes = await Promise.allSettled(ends.map(step => store?.commit([step])))
    expect(outcomes.map(outcome => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { name: 'StoreUnavailable' } })
    expect((await store?.heads(lines, [[1, 'a']]))?.[0]?.number).toBe(2)
  })

  test('[ST61] the writer begins before a busy turn of the main thread ends', async () => {
    await open()
    const sent = Array.from({ length: 64 }, (_, i) => store?.commit([append(lines, [1, 'a'], { text: `${i}` })]))
    const end = Date.now() + 5000
    let there: { n: number }[] = []
    while ((there[0]?.n ?? 0) === 0 && Date.now() < end) there = sql<{ n: number }>('SELECT count(*) AS n FROM lines')
    expect(there[0]?.n).toBeGreaterThan(0)
    await Promise.all(sent)
    expect(store?.stats()).toMatchObject({ rows: 64, queued: 0 })
  })

  test('[ST62] small reads of one turn see one moment, those of the next turn what was written since', async () => {
    await open()
    await store?.commit([put(things, thing('a', 1))])
    const before = store?.get(things, [1, 'a'])
    sql(`UPDATE things SET rank = 2 WHERE id = 'a'`)
    const after = store?.get(things, [1, 'a'])
    expect((await Promise.all([before, after])).map(row => row?.value.rank)).toEqual([1, 1])
    await new Promise(resolve => setImmediate(resolve))
    expect((await store?.get(things, [1, 'a']))?.value.rank).toBe(2)
  })

  test('[ST50] a small read is done at once, a large one leaves the event loop free', async () => {
    await open()
    await store?.commit(Array.from({ length: 1000 }, (_, i) => put(things, thing(`${i}`))))
    // Whether the event loop must turn before the read is done.
    const waits = async (read: () => Promise<unknown> | undefined) => {
      let done = false
      const reading = read()?.then(() => {
        done = true
      })
      for (let i = 0; i < 100; i++) await Promise.resolve()
      const waiting = !done
      await reading
      return waiting
    }
    const keys = Array.from({ length: 1000 }, (_, i) => [1, `${i}`] as const)
    expect(await waits(() => store?.scan(things, { prefix: [1], limit: 200 }))).toBe(false)
    expect(await waits(() => store?.getMany(things, keys.slice(0, 200)))).toBe(false)
    expect(await waits(() => store?.scan(things, { prefix: [1], limit: 1000 }))).toBe(true)
    expect(await waits(() => store?.scan(things, { prefix: [1], limit: 1, skip: 900 }))).toBe(true)
    // A range that may be long and is short: 20 rows are found at once, for 21 the other thread is asked.
    const long = (to: string) => ({ prefix: [1], from: ['97'], to: [to], limit: 1000 })
    for (const [to, rows] of [['988', 20] as const, ['989', 21] as const]) {
      expect(await waits(() => store?.scan(things, long(to)))).toBe(rows > 20)
      const found = await store?.scan(things, long(to))
      expect([found?.length, found?.at(0)?.value.id, found?.at(-1)?.value.id]).toEqual([rows, '97', `98${rows - 13}`])
      const back = await store?.scan(things, { ...long(to), reverse: true })
      expect(back).toEqual(found?.reverse())
    }
    expect(await waits(() => store?.getMany(things, keys))).toBe(true)
    const ranges = (limit: number) => [1, 2].map(() => ({ prefix: [1], limit }))
    expect(await waits(() => store?.scanMany(things, ranges(100)))).toBe(false)
    expect(await waits(() => store?.scanMany(things, ranges(101)))).toBe(true)
    expect(await waits(() => store?.heads(lines, keys))).toBe(true)
  })
})
