import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lines, thing, things } from '../contract/tables.ts'
import { contractTables } from '../contract.ts'
import { put } from '../store.ts'
import { openSqlite } from './sqlite.ts'

test('[ST60] reading 6,000 rows never holds the event loop for more than a few milliseconds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-reader-'))
  const store = await openSqlite({ folder, durability: 'relaxed', tables: contractTables })
  const keys = Array.from({ length: 6000 }, (_, i) => [1, `${i}`] as const)
  for (let at = 0; at < 6000; at += 1000)
    await store.commit(keys.slice(at, at + 1000).map(([, id], i) => put(things, thing(id, at + i, 'somebody'))))
  const ranges = Array.from({ length: 6 }, (_, i) => ({ prefix: [1], from: [i * 1000], limit: 1000 }))
  const reads = [
    () => store.getMany(things, keys),
    () => store.scanMany(things, ranges, 'byRank'),
    () => store.heads(lines, keys),
  ]
  for (const read of reads) {
    await read()
    const holds = [await longestHold(read), await longestHold(read), await longestHold(read)]
    expect(Math.min(...holds)).toBeLessThan(10)
  }
  expect((await store.getMany(things, keys)).length).toBe(6000)
  await store.close()
  rmSync(folder, { recursive: true })
})

// The most of its own processor time (ms) that the main thread spent in one turn of the event loop during the work.
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let before = spent()
  let on = true
  const look = () => {
    const now = spent()
    longest = Math.max(longest, now - before)
    before = now
    if (on) setImmediate(look)
  }
  setImmediate(look)
  await work()
  on = false
  await new Promise(resolve => setImmediate(resolve))
  return longest
}

function spent(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
