import { copyFileSync, mkdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contractTables } from '../../src/storage/contract/tables.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import { inFolder } from './folder.ts'
import { traceDriver } from './trace.ts'
import { whole } from './written.ts'

test('[ST40] no acknowledgement leaves before the sync that covers it', { timeout: 60_000 }, () =>
  inFolder(async folder => {
    const acknowledged = await traceDriver(join(folder, 'full'), 3000, 'full')
    expect(acknowledged).toHaveLength(3000)
    expect(acknowledged.filter(one => !one.covered)).toEqual([])
    // The same look must find fault with a store that does not sync.
    const relaxed = await traceDriver(join(folder, 'relaxed'), 500, 'relaxed')
    expect(relaxed.some(one => !one.covered)).toBe(true)
  }),
)

test(
  '[ST41] a power cut, which leaves the WAL as long as at its last sync, loses no acknowledged write',
  { timeout: 120_000 },
  () =>
    inFolder(async folder => {
      const data = join(folder, 'data')
      const acknowledged = await traceDriver(data, 3000, 'full')
      const length = statSync(join(data, 'magpie.db-wal')).size
      for (let i = 0; i < acknowledged.length; i += 149) {
        const { synced } = acknowledged[i] as { synced: number }
        const promised = acknowledged.slice(0, i + 1).map(one => one.id)
        // What was written after the sync may be there in part.
        for (const torn of [0, 2500]) {
          const cut = join(folder, `cut-${i}-${torn}`)
          cutAt(data, cut, Math.min(length, synced + torn))
          const store = await openSqlite({ folder: cut, durability: 'full', tables: contractTables })
          const there = await whole(store)
          await store.close()
          expect(promised.filter(id => !there.has(id))).toEqual([])
          rmSync(cut, { recursive: true })
        }
      }
    }),
)

// The data file itself is not written before the first checkpoint, which these few writes do not reach.
function cutAt(data: string, cut: string, length: number): void {
  mkdirSync(cut)
  for (const file of ['magpie.db', 'magpie.db-wal']) copyFileSync(join(data, file), join(cut, file))
  truncateSync(join(cut, 'magpie.db-wal'), length)
}
