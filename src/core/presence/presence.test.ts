import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { coming, handPace, hearing, idsOf } from '../../../tests/support/presence.ts'
import { openLocalBus } from '../../bus/local.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Event } from '../events.ts'

const app = 1400000001
let clock: ReturnType<typeof handClock>
let store: Store
let nodesHere: TestNode[]

beforeEach(() => {
  clock = handClock()
  store = openMemory({ clock: clock.now })
  nodesHere = []
})

afterEach(async () => {
  await Promise.all(nodesHere.map(each => each.stop()))
  await store.close()
})

const bus = openLocalBus()

function start(node: string, more: Parameters<typeof startNode>[0] = {}): TestNode {
  const started = startNode({ store, clock: clock.now, node, pace: handPace, bus, ...more })
  nodesHere.push(started)
  return started
}

/** What of one type was told, on any of the nodes. */
function told<T extends Event['type']>(type: T, ...of: TestNode[]): Extract<Event, { type: T }>[] {
  const all = (of.length > 0 ? of : nodesHere).flatMap(each => each.told.map(({ event }) => event))
  return all.filter(event => event.type === type) as Extract<Event, { type: T }>[]
}

describe('devices of one user', () => {
  test('[PR3] those that give way are named, told and gone, on whichever node they are', async () => {
    const { heard, hears } = hearing()
    const devices = { rule: 'platform', each: 1, most: 10 } as const
    const [one, other] = [start('one', { devices, hears }), start('other', { devices, hears })]
    await one.core.presence.enter(coming('ann', 's1', 'ios'))
    await one.core.presence.enter(coming('ann', 's2', 'web'))
    const { gaveWay } = await other.core.presence.enter(coming('ann', 's3', 'iPhone'))
    expect(gaveWay.map(each => [each.id, each.node])).toEqual([['s1', 'one']])
    expect(await idsOf(one, 'ann')).toEqual(['s2', 's3'])
    expect(told('session.ended')).toEqual([
      { type: 'session.ended', user: 'ann', sessions: ['s1'], why: 'replaced', by: 'iPhone' },
    ])
    expect(heard.filter(({ type }) => type === 'session.opened' || type === 'session.closed')).toEqual([
      { type: 'session.opened', user: 'ann', kicked: [] },
      { type: 'session.opened', user: 'ann', kicked: [] },
      { type: 'session.opened', user: 'ann', kicked: [{ platform: 'ios' }] },
      { type: 'session.closed', user: 'ann', why: 'kicked', replaced: true },
    ])
    // Its own node ends it once more when the socket is gone: nobody hears of that.
    await one.core.presence.leave({ app, user: 'ann', id: 's1' })
    expect(heard.filter(({ type }) => type === 'session.closed')).toHaveLength(1)
  })

  test('[PR2] a device that comes back pushes nobody out, as its app hears', async () => {
    const { heard, hears } = hearing()
    const node = start('one', { devices: { rule: 'one', each: 1, most: 10 }, hears })
    await node.core.presence.enter({ ...coming('ann', 's1'), device: 'd' })
    await node.core.presence.enter({ ...coming('ann', 's2'), device: 'd' })
    expect(await idsOf(node, 'ann')).toEqual(['s2'])
    expect(heard.filter(({ type }) => type === 'session.opened')).toEqual([
      { type: 'session.opened', user: 'ann', kicked: [] },
      { type: 'session.opened', user: 'ann', kicked: [] },
    ])
  })

  test.each(engines)('[PR4] two nodes never both let in: random sign-ins, over $name', async engine => {
    const opened = await engine.open()
    const devices = { rule: 'platform', each: 1, most: 10 } as const
    const two = ['one', 'other'].map(node =>
      startNode({ store: unevenly(opened.store), node, pace: handPace, bus, devices }),
    )
    try {
      const platforms = ['ios', 'android', 'web']
      const entering = Array.from({ length: 60 }, async (_, i) => {
        await new Promise(resolve => setTimeout(resolve, Math.random() * 40))
        const node = two[i % 2] as TestNode
        const { gaveWay } = await node.core.presence.enter(coming('ann', `s${i}`, platforms[i % 3]))
        const [here = []] = await node.core.presence.of(app, ['ann'])
        const mine = here.map(each => each.platform)
        // At no moment two of one platform.
        expect(new Set(mine).size).toBe(mine.length)
        return gaveWay.length
      })
      const gone = (await Promise.all(entering)).reduce((sum, each) => sum + each, 0)
      const [here = []] = await (two[0] as TestNode).core.presence.of(app, ['ann'])
      expect(here).toHaveLength(3)
      expect(gone).toBe(57)
      const held = await Promise.all(two.map(each => each.core.presence.held()))
      expect(held.flatMap(each => [...each.keys()]).sort()).toEqual(here.map(each => each.id).sort())
    } finally {
      await Promise.all(two.map(each => each.stop()))
      await opened.end()
    }
  })

  test('[PR5] kicked: all, some platforms or devices, all but some, one session; each says which', async () => {
    const node = start('one')
    const enter = async () => {
      for (const [id, platform] of [
        ['s1', 'web'],
        ['s2', 'ios'],
        ['s3', 'android'],
      ] as const)
        await node.core.presence.enter(coming('ann', id, platform))
    }
    const kick = async (choice: Parameters<typeof node.core.presence.kick>[2]) => {
      await enter()
      return (await node.core.presence.kick(node.call, 'ann', choice, { text: 'go' })).map(each => each.id)
    }
    expect(await kick({})).toEqual(['s1', 's2', 's3'])
    expect(await idsOf(node, 'ann')).toEqual([])
    expect(told('session.ended').at(-1)).toEqual({
      type: 'session.ended',
      user: 'ann',
      sessions: ['s1', 's2', 's3'],
      why: 'kicked',
      text: 'go',
    })
    expect(await kick({ platforms: ['iPhone', 'Android'] })).toEqual(['s2', 's3'])
    expect(await kick({ devices: ['of s1', 'of s9'] })).toEqual(['s1'])
    expect(await kick({ devices: ['of s1'], except: true })).toEqual(['s2', 's3'])
    expect(await kick({ sessions: ['s3'] })).toEqual(['s3'])
    expect(await idsOf(node, 'ann')).toEqual(['s1', 's2'])
    const before = node.told.length
    expect(await node.core.presence.kick(node.call, 'ben', {})).toEqual([])
    expect(node.told.length).toBe(before)
  })
})

test('[PR12] banned, signed out or removed: no session is left, on whichever node', async () => {
  const { heard, hears } = hearing()
  const [one, other] = [start('one', { hears }), start('other', { hears })]
  await one.users('ann', 'ben', 'cat', 'dan')
  for (const [i, user] of ['ann', 'ben', 'cat', 'dan'].entries())
    await (i % 2 ? one : other).core.presence.enter(coming(user, `s${i}`))
  await one.core.users.ban(one.call, 'ann', true, { now: true, text: 'spam' })
  await one.core.users.ban(one.call, 'dan', true, { now: false })
  await one.core.users.signOut(one.call, 'ben')
  await one.core.users.remove(one.call, ['cat'])
  const here = await other.core.presence.of(app, ['ann', 'ben', 'cat', 'dan'])
  expect(here.map(each => each.length)).toEqual([0, 0, 0, 1])
  expect(told('user.kicked').map(event => [event.user, event.why, event.text])).toEqual([
    ['ann', 'banned', 'spam'],
    ['ben', 'kicked', undefined],
    ['cat', 'removed', undefined],
  ])
  expect(heard.filter(({ type }) => type === 'session.closed').map(event => ({ ...event }))).toEqual(
    ['ann', 'ben', 'cat'].map(user => ({ type: 'session.closed', user, why: 'kicked' })),
  )
})

test('[PR12] many users at once are sent away, each with many devices', async () => {
  const node = start('one', { devices: { rule: 'all', each: 1, most: 50 } })
  const users = Array.from({ length: 20 }, (_, i) => `u${i}`)
  await Promise.all(
    users.flatMap(user => Array.from({ length: 50 }, (_, i) => node.core.presence.enter(coming(user, `${user}.${i}`)))),
  )
  await node.core.presence.sendAway(node.call as Call, users, 'removed')
  expect((await node.core.presence.of(app, users)).flat()).toEqual([])
})
