import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contractTables, thing, things } from '../../src/storage/contract/tables.ts'
import { openSqlite, type SqliteStore } from '../../src/storage/sqlite/sqlite.ts'
import { put, StoreUnavailable } from '../../src/storage/store.ts'
import { onSmallDisk } from './disk.ts'
import { inFolder } from './folder.ts'

test(
  '[ST51] on a full disk commits are refused and reads go on; writing resumes when there is space',
  { timeout: 60_000 },
  () =>
    inFolder(folder =>
      onSmallDisk(folder, 16, async () => {
        const ballast = join(folder, 'ballast')
        writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024))
        const data = join(folder, 'data')
        let store = await openSqlite({ folder: data, durability: 'full', tables: contractTables })
        const kept = await fill(store, 'before')
        expect(kept.length).toBeGreaterThan(5)

        const together = Array.from({ length: 20 }, (_, i) =>
          store.commit([put(things, big(`no${i}`))]).catch(error => error),
        )
        for (const refused of await Promise.all(together)) {
          expect(refused).toBeInstanceOf(StoreUnavailable)
          expect(refused.message).toContain('SQLITE_FULL')
        }
        expect(await there(store)).toEqual(kept.sort())
        expect((await store.get(things, [1, 'before1']))?.value.note).toHaveLength(100_000)

        rmSync(ballast)
        const more = await fill(store, 'after')
        expect(more.length).toBeGreaterThan(5)
        await store.close()
        store = await openSqlite({ folder: data, durability: 'full', tables: contractTables })
        expect(await there(store)).toEqual([...kept, ...more].sort())
        await store.close()
      }),
    ),
)

const big = (id: string) => thing(id, 0, 'x'.repeat(100_000))

// Commits until the disk is full; gives what was acknowledged.
async function fill(store: SqliteStore, name: string): Promise<string[]> {
  const kept: string[] = []
  for (let i = 0; i < 1000; i++) {
    try {
      await store.commit([put(things, big(`${name}${i}`))])
      kept.push(`${name}${i}`)
    } catch (error) {
      expect(error).toBeInstanceOf(StoreUnavailable)
      return kept
    }
  }
  throw new Error('the disk never became full')
}

async function there(store: SqliteStore): Promise<string[]> {
  return (await store.scan(things, { prefix: [1], limit: 1000 })).map(row => row.value.id)
}
