import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'
import { pushOwners } from './tables.ts'

const app = 1400000001
const day = 24 * 3600 * 1000

let clock: ReturnType<typeof handClock>
let store: Store
let node: TestNode
/** Each round trip to the store, with how many keys or ranges it asked for. */
let trips: string[]

beforeEach(() => {
  clock = handClock()
  trips = []
  const plain = openMemory({ clock: clock.now })
  store = {
    ...plain,
    getMany: (table, keys) => {
      trips.push(`${table.name} ${keys.length}`)
      return plain.getMany(table, keys)
    },
    scanMany: (table, ranges, index) => {
      trips.push(`${table.name} ${ranges.length}`)
      return plain.scanMany(table, ranges, index)
    },
  }
  node = startNode({ store, clock: clock.now })
})

afterEach(async () => {
  await node.stop()
  await store.close()
})

const enter = (user: string, id: string, platform: string, device = id) =>
  node.core.presence.enter({ app, user, id, platform, device })
const leave = (user: string, id: string) => node.core.presence.leave({ app, user, id })
const seen = async (user: string) => (await node.core.presence.get(app, [user]))[0]
const token = (device: string, platform: string, text = `token of ${device}`) => ({
  ...{ device, platform, engine: 'fcm', token: text },
})

describe('presence', () => {
  test('[PR20] by user and platform: online, reachable by push, offline, never here', async () => {
    expect(await seen('ann')).toEqual({ user: 'ann', status: 'offline', platforms: [], devices: [] })
    const start = clock.now()
    await enter('ann', 's1', 'Android')
    await node.core.pushTokens.register(node.by('ann'), 'ann', token('s1', 'Android'))
    clock.move(1000)
    await enter('ann', 's2', 'web')
    expect(await seen('ann')).toMatchObject({
      status: 'online',
      at: start + 1000,
      devices: [{ id: 's1' }, { id: 's2' }],
      platforms: [
        { platform: 'android', status: 'online', at: start },
        { platform: 'web', status: 'online', at: start + 1000 },
      ],
    })
    clock.move(1000)
    await leave('ann', 's1')
    await leave('ann', 's2')
    expect(await seen('ann')).toEqual({
      user: 'ann',
      status: 'push',
      at: start + 2000,
      devices: [],
      platforms: [
        { platform: 'android', status: 'push', at: start + 2000 },
        { platform: 'web', status: 'offline', at: start + 2000 },
      ],
    })
  })

  test('[PR20] a week after the device was last here it is not reachable any more', async () => {
    await enter('ann', 's1', 'ios')
    await node.core.pushTokens.register(node.by('ann'), 'ann', token('s1', 'ios'))
    clock.move(30 * day)
    await leave('ann', 's1')
    expect((await seen('ann'))?.status).toBe('push')
    clock.move(7 * day)
    expect(await seen('ann')).toMatchObject({ status: 'offline', platforms: [{ platform: 'ios', status: 'offline' }] })
  })

  test('[PR21] 500 users in one round trip to each of three tables; more are refused', async () => {
    await enter('u7', 's1', 'web')
    trips.length = 0
    const users = Array.from({ length: 500 }, (_, i) => `u${i}`)
    const found = await node.core.presence.get(app, users)
    expect(found.map(each => each.user)).toEqual(users)
    expect(found.flatMap((each, i) => (each.status === 'online' ? [i] : []))).toEqual([7])
    expect(trips.sort()).toEqual(['last_seen 500', 'online 500', 'push_tokens 500'])
    await expect(node.core.presence.get(app, [...users, 'one more'])).rejects.toMatchObject({ reason: 'request.batch' })
  })

  test('[PR22] what somebody says they are doing is gone with their last device', async () => {
    await expect(node.core.presence.setStatus(node.by('ann'), 'ann', 'x')).rejects.toMatchObject({
      reason: 'session.missing',
    })
    await enter('ann', 's1', 'web')
    await node.core.presence.setStatus(node.by('ann'), 'ann', 'on the phone')
    await enter('ann', 's2', 'ios')
    await leave('ann', 's1')
    expect((await seen('ann'))?.text).toBe('on the phone')
    await node.core.presence.setStatus(node.by('ann'), 'ann', '')
    expect((await seen('ann'))?.text).toBeUndefined()
    await node.core.presence.setStatus(node.by('ann'), 'ann', 'back')
    await leave('ann', 's2')
    await enter('ann', 's3', 'ios')
    expect((await seen('ann'))?.text).toBeUndefined()
  })

  test('[PR23] who watches is told of each change once, and of nothing else', async () => {
    const told = () => node.told.filter(each => each.subject === `p.${app}.ann`).length
    await enter('ann', 's1', 'web')
    expect(told()).toBe(1)
    await node.core.presence.setStatus(node.by('ann'), 'ann', 'x')
    await node.core.presence.setStatus(node.by('ann'), 'ann', 'x')
    expect(told()).toBe(2)
    await node.core.pushTokens.register(node.by('ann'), 'ann', token('d', 'ios'))
    expect(told()).toBe(3)
    await leave('ann', 's1')
    await leave('ann', 's1')
    expect(told()).toBe(4)
    await node.core.pushTokens.unregister(app, 'ann', 'd')
    await node.core.pushTokens.unregister(app, 'ann', 'd')
    expect(told()).toBe(5)
  })
})

describe('push tokens', () => {
  const tokens = async (user: string) => (await node.core.pushTokens.of(app, [user]))[0] ?? []
  const register = (user: string, draft: ReturnType<typeof token>) =>
    node.core.pushTokens.register(node.by(user), user, draft)

  test('[PR30] a device has one token, and keeps its badge when the token changes', async () => {
    await register('ann', token('d1', 'iPhone', 'one'))
    await node.core.pushTokens.setBadge(node.by('ann'), 'ann', 'd1', 7)
    await register('ann', token('d1', 'iPhone', 'two'))
    expect(await tokens('ann')).toEqual([
      { app, user: 'ann', device: 'd1', platform: 'ios', engine: 'fcm', token: 'two', badge: 7, at: clock.now() },
    ])
    expect(await store.scan(pushOwners, { prefix: [app], limit: 5 })).toHaveLength(1)
    await expect(register('ann', token('', 'ios'))).rejects.toMatchObject({ reason: 'request.invalid' })
    await node.core.pushTokens.setBadge(node.by('ann'), 'ann', 'd9', 7)
    expect(await tokens('ann')).toHaveLength(1)
  })

  test('[PR31] a device that changes hands is its new user’s alone', async () => {
    await register('ann', token('phone', 'ios', 'same'))
    await register('ben', token('phone', 'ios', 'same'))
    expect([(await tokens('ann')).length, (await tokens('ben')).length]).toEqual([0, 1])
    await register('ben', token('other name', 'ios', 'same'))
    expect((await tokens('ben')).map(each => each.device)).toEqual(['other name'])
    await node.core.pushTokens.unregister(app, 'ann', 'phone')
    expect(await tokens('ben')).toHaveLength(1)
  })

  test.each(engines)('[PR31] also when two nodes take it at once, over $name', async engine => {
    const opened = await engine.open()
    const two = [startNode({ store: opened.store }), startNode({ store: opened.store })] as const
    try {
      const users = Array.from({ length: 10 }, (_, i) => `u${i}`)
      await Promise.all(
        users.map((user, i) => {
          const at = two[i % 2] as TestNode
          return at.core.pushTokens.register(at.by(user), user, token('phone', 'ios', 'same'))
        }),
      )
      expect((await two[0].core.pushTokens.of(app, users)).flat()).toHaveLength(1)
    } finally {
      await Promise.all(two.map(each => each.stop()))
      await opened.end()
    }
  })

  test('[PR32] a user has ten, the oldest goes', async () => {
    for (let i = 0; i < 12; i++) {
      clock.move(1)
      await register('ann', token(`d${i}`, 'web'))
    }
    const left = (await tokens('ann')).map(each => each.device)
    expect(left.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `d${i + 2}`).sort())
    expect(await store.scan(pushOwners, { prefix: [app], limit: 50 })).toHaveLength(10)
  })

  test('[PR33] a token that the provider gave up goes, unless it was brought again', async () => {
    await register('ann', token('d1', 'web'))
    const [first] = await tokens('ann')
    if (!first) throw new Error('no token')
    clock.move(10)
    await register('ann', token('d1', 'web'))
    await node.core.pushTokens.invalid(first, first.at)
    expect(await tokens('ann')).toHaveLength(1)
    await node.core.pushTokens.invalid({ ...first, token: 'another' })
    expect(await tokens('ann')).toHaveLength(1)
    await node.core.pushTokens.invalid(first)
    expect(await tokens('ann')).toEqual([])
  })

  test('[PR34] a deleted user leaves no token, no trace and no subscription to who is made again', async () => {
    await node.users('ann', 'ben')
    await enter('ann', 's1', 'ios')
    await register('ann', token('s1', 'ios'))
    await node.core.presence.watching.subscribe(node.by('ann'), 'ann', ['ben'], day)
    clock.move(10)
    await node.core.users.remove(node.call, ['ann'])
    await node.core.jobs.idle()
    clock.move(10)
    await node.users('ann')
    expect(await seen('ann')).toEqual({ user: 'ann', status: 'offline', platforms: [], devices: [] })
    expect(await tokens('ann')).toEqual([])
    expect((await node.core.presence.watching.list(app, 'ann', { limit: 5 })).found).toEqual([])
  })
})

describe('records of who came and went', () => {
  test('[PR50] are read by time in pages, both ways, for 30 days', async () => {
    const start = clock.now()
    for (let i = 0; i < 3; i++) {
      await node.core.presence.enter(
        { app, user: 'ann', id: `s${i}`, platform: 'web', device: 'd' },
        { ...node.by('ann'), address: '10.0.0.1', device: { platform: 'web', id: 'd', sdk: '1.2', tag: 't' } },
      )
      clock.move(1000)
      await node.core.presence.leave({ app, user: 'ann', id: `s${i}` }, { why: i === 1 ? 'left' : 'late' })
      clock.move(1000)
    }
    const read = (page: Partial<Parameters<typeof node.core.presence.history>[2]>) =>
      node.core.presence.history(app, 'ann', { limit: 10, ...page })
    const all = await read({})
    expect(all.map(each => `${each.what} ${each.session} ${each.why ?? ''}`)).toEqual([
      ...['in s0 ', 'out s0 late', 'in s1 ', 'out s1 left', 'in s2 ', 'out s2 late'],
    ])
    expect(all[1]).toMatchObject({
      ...{ user: 'ann', time: start + 1000, platform: 'web', device: 'd', address: '10.0.0.1', sdk: '1.2', tag: 't' },
    })
    const newest = await read({ reverse: true, limit: 2 })
    expect(newest.map(each => each.number)).toEqual([6, 5])
    const last = newest.at(-1) as { time: number; number: number }
    expect((await read({ reverse: true, after: last })).map(each => each.number)).toEqual([4, 3, 2, 1])
    expect((await read({ after: { time: start + 1000, number: 2 }, limit: 2 })).map(each => each.number)).toEqual([
      3, 4,
    ])
    expect((await read({ from: start + 1000, to: start + 3000 })).map(each => each.number)).toEqual([2, 3, 4])
    clock.move(30 * day - 4000)
    expect((await read({})).map(each => each.number)).toEqual([4, 5, 6])
  })

  test('[GW123] of thousands who come at once are written in few batches, all of them before they are read', async () => {
    const batches: number[] = []
    const counted: Store = {
      ...store,
      commit: steps => {
        const records = steps.filter(step => step.table.name === 'user_events').length
        if (records > 0) batches.push(records)
        return store.commit(steps)
      },
    }
    const other = startNode({ store: counted, clock: clock.now })
    const ids = Array.from({ length: 2000 }, (_, i) => `u${i}`)
    const enter = (user: string) =>
      other.core.presence.enter({ app, user, id: `of ${user}`, platform: 'web', device: 'd' })
    await Promise.all(ids.map(enter))
    const last = await other.core.presence.history(app, 'u1999', { limit: 5 })
    expect(last.map(each => each.session)).toEqual(['of u1999'])
    expect(batches.reduce((sum, size) => sum + size)).toBe(2000)
    expect(batches.length).toBeLessThan(60)
    // One who comes alone afterwards is written too.
    await enter('late')
    expect(await other.core.presence.history(app, 'late', { limit: 5 })).toHaveLength(1)
    await other.stop()
  })

  test('[PR51] a disk that cannot be written keeps nobody out', async () => {
    const full: Store = {
      ...store,
      commit: steps =>
        steps.some(step => step.table.name === 'user_events')
          ? Promise.reject(new Error('disk full'))
          : store.commit(steps),
    }
    const poor = startNode({ store: full, clock: clock.now })
    await poor.core.presence.enter({ app, user: 'ann', id: 's1', platform: 'web', device: 'd' })
    expect(await poor.core.presence.history(app, 'ann', { limit: 5 })).toEqual([])
    await poor.core.presence.leave({ app, user: 'ann', id: 's1' })
    expect((await poor.core.presence.of(app, ['ann']))[0]).toEqual([])
    await poor.stop()
    expect(poor.logged).toContain('who came and went could not be written down')
  })
})
