import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { contractTables } from '../../src/storage/contract/tables.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import { drive } from './driving.ts'
import { whole } from './written.ts'

/**
 * Kills a process that writes with 64 writers, again and again on the same folder, at moments that the seed decides;
 * expects every acknowledged write once, all writes whole, and numbers without a gap.
 */
export async function killRounds(folder: string, rounds: number, seed: number): Promise<void> {
  const acknowledged: string[] = []
  const random = seeded(seed)
  for (let round = 0; round < rounds; round++) {
    const driving = drive([folder, `r${round}`, 64])
    await Promise.race([driving.begun, driving.ended])
    expect(driving.complaint()).toBe('')
    await delay(random() * 400)
    driving.process.kill('SIGKILL')
    await driving.ended
    acknowledged.push(...driving.acknowledged)
    const store = await openSqlite({ folder, durability: 'full', tables: contractTables })
    const there = await whole(store)
    await store.close()
    expect(acknowledged.filter(id => !there.has(id))).toEqual([])
  }
  expect(acknowledged.length).toBeGreaterThan(rounds * 10)
}

// A small generator (mulberry32), so that a failing run can be told by its seed.
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
