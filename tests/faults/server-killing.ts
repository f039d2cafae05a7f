import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { importUsers, letWork, ownersOf, type Records, sayAgain, settle, users } from './server-crowd.ts'
import { groupCalls, type ShownGroup } from './server-groups.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { type Place, type Vendor, vendorsOf } from './server-vendors.ts'
import { halves, jobsLeft } from './server-whole.ts'

/** What the rounds were about, in numbers. */
export interface Tally {
  acknowledged: number
  repeated: number
  groups: number
  deleted: number
  /** Jobs that a kill left to the next start. */
  jobs: number
}

/**
 * Kills a server under 64 writers, again and again on the same folder, at moments that the seed decides; expects after
 * each restart that all which was acknowledged is there once, as every vendor shows it, and that nothing is half there.
 */
export async function killServerRounds(folder: string, rounds: number, seed: number): Promise<Tally> {
  const records: Records = { said: [], made: [], left: [] }
  const random = seeded(seed)
  let server = await startServerProcess(folder)
  const places = await settle(server)
  let [repeated, jobs] = [0, 0]
  try {
    for (let round = 0; round < rounds; round++) {
      await importUsers(vendorsOf(server)[0] as Vendor, ownersOf(round))
      const crowd = letWork(server, places, records, round)
      await crowd.begun
      await delay(50 + random() * 400)
      await server.end('SIGKILL')
      await crowd.ended
      jobs += jobsLeft(folder)
      server = await startServerProcess(folder)
      expect(halves(folder, { done: false })).toEqual([])
      repeated += await sayAgain(server, records)
      await expectSaid(server, places, records)
      await expectGroups(server, ownersOf(round), records)
    }
    // A job that was under way is its dead worker's until the claim has lapsed.
    await expect.poll(() => jobsLeft(folder), { timeout: 20_000, interval: 200 }).toBe(0)
    expect(halves(folder, { done: true })).toEqual([])
    for (let round = 0; round < rounds; round++) await expectLeft(server, ownersOf(round), records)
  } finally {
    await server.end('SIGKILL')
  }
  return {
    acknowledged: records.said.filter(each => each.acknowledged).length,
    repeated,
    groups: records.made.filter(each => each.made === 'done').length,
    deleted: records.left.filter(each => each.deleted === 'done').length,
    jobs,
  }
}

/** Every vendor shows the same, each acknowledged message once and none twice, in numbers without a gap. */
async function expectSaid(server: ServerProcess, places: Place[], { said }: Records): Promise<void> {
  for (const place of places) {
    const histories = await Promise.all(vendorsOf(server).map(vendor => vendor.read(place)))
    const [first = [], ...others] = histories.map(history =>
      history.flatMap(({ text, sender }) => (text.startsWith('ack-') ? [`${text} by ${sender}`] : [])),
    )
    for (const other of others) expect(other).toEqual(first)
    expect(new Set(first).size).toBe(first.length)
    for (const history of histories)
      if (history[0]?.number) expect(history.map(each => each.number)).toEqual(history.map((_, i) => i + 1))
    const here = said.filter(each => each.place.id === place.id)
    const nameOf = ({ text, from }: { text: string; from: string }) => `${text} by ${from}`
    const shown = new Set(first)
    expect(here.filter(each => each.acknowledged && !shown.has(nameOf(each))).map(nameOf)).toEqual([])
    const asked = new Set(here.map(nameOf))
    expect(first.filter(each => !asked.has(each))).toEqual([])
  }
}

/** Every vendor shows the groups that were made and not dismissed, with all their members. */
async function expectGroups(server: ServerProcess, owners: string[], { made }: Records): Promise<void> {
  for (const owner of owners.slice(0, 3)) {
    const [first, ...others] = await shownBy(server, owner, users)
    for (const other of others) expect(other).toEqual(first)
    const mine = made.filter(each => each.owner === owner)
    for (const { name, by, others: rest, made: fate, dismissed } of mine) {
      const group = first?.get(name)
      if (dismissed === 'done') expect(group, `${name} is dismissed`).toBeUndefined()
      else if (fate === 'done' && dismissed === 'never') expect(group, `${name} of ${by}`).toBeDefined()
      if (!group) continue
      const all = [owner, ...rest].sort()
      // Volcengine's members come in a call of their own.
      const members = fate === 'done' || group.size > 1 || by !== 'volcengine' ? all : [owner]
      expect(group).toEqual({ name, owner, members, size: members.length })
    }
    expect([...(first?.keys() ?? [])].filter(name => !mine.some(each => each.name === name))).toEqual([])
  }
}

/** Every vendor shows that the deleted are gone from their groups. */
async function expectLeft(server: ServerProcess, owners: string[], { left }: Records): Promise<void> {
  for (const owner of owners.slice(3)) {
    const mine = left.filter(each => each.owner === owner)
    const candidates = mine.map(each => each.user)
    const [first, ...others] = await shownBy(server, owner, candidates)
    for (const other of others) expect(other).toEqual(first)
    for (const { name, user, joined, deleted } of mine) {
      const group = first?.get(name)
      if (joined === 'done') expect(group).toBeDefined()
      if (!group) continue
      const both = [owner, user].sort()
      const members =
        deleted === 'done' || (deleted === 'asked' && group.size === 1) || (joined === 'asked' && group.size === 1)
          ? [owner]
          : both
      expect(group).toEqual({ name, owner, members, size: members.length })
    }
  }
}

const shownBy = (server: ServerProcess, owner: string, candidates: string[]): Promise<Map<string, ShownGroup>[]> =>
  Promise.all(vendorsOf(server).map(vendor => groupCalls[vendor.name](vendor).shown(owner, candidates)))

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
