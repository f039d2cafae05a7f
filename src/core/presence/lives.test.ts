import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { coming, handPace, hearing, idsOf } from '../../../tests/support/presence.ts'
import { openLocalBus } from '../../bus/local.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'
import { beats, nodes, sessions } from './tables.ts'

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

describe('nodes that look after each other', () => {
  test('[PR6] a node renews one row, however many sessions it holds', async () => {
    const committed: number[] = []
    const counted: Store = {
      ...store,
      commit: steps => {
        committed.push(steps.filter(step => step.do !== 'check').length)
        return store.commit(steps)
      },
    }
    const node = start('one', { store: counted })
    await Promise.all(Array.from({ length: 2000 }, (_, i) => node.core.presence.enter(coming(`u${i}`, `s${i}`))))
    expect((await node.core.presence.held()).size).toBe(2000)
    // Reading who came and went waits until all of it is written.
    await node.core.presence.history(app, 'u0', { limit: 1 })
    committed.length = 0
    await node.core.presence.lives.look()
    expect(committed).toEqual([1])
  })

  test('[PR7] what a dead node held ends within its patience, once, whichever of the others does it', async () => {
    const { heard, hears } = hearing()
    const [dead, second, third] = ['dead', 'second', 'third'].map(name => start(name, { hears })) as [
      TestNode,
      TestNode,
      TestNode,
    ]
    await Promise.all(Array.from({ length: 200 }, (_, i) => dead.core.presence.enter(coming(`u${i % 150}`, `s${i}`))))
    await second.core.presence.enter(coming('u1', 'stays'))
    const look = () => Promise.all([second, third].map(each => each.core.presence.lives.look()))
    // As long as it gives signs of life nothing happens to it.
    for (let i = 0; i < 6; i++) {
      await dead.core.presence.lives.look()
      await look()
    }
    expect((await dead.core.presence.held()).size).toBe(200)
    heard.length = 0
    for (let i = 0; i < 4; i++) await look()
    expect((await dead.core.presence.held()).size).toBe(0)
    expect(await idsOf(third, 'u1')).toEqual(['stays'])
    const closed = heard.filter(({ type }) => type === 'session.closed')
    expect(closed).toHaveLength(200)
    expect(new Set(closed.map(event => (event as { user: string }).user)).size).toBe(150)
    expect(closed[0]).toMatchObject({ why: 'lost' })
    const left = await store.scan(nodes, { prefix: [], limit: 10 })
    expect(left.map(row => row.value.name)).toEqual(['second'])
    expect(await store.scan(beats, { prefix: [], limit: 10 })).toHaveLength(1)
    expect((await second.core.presence.history(app, 'u149', { limit: 5 })).map(each => [each.what, each.why])).toEqual([
      ['in', undefined],
      ['out', 'lost'],
    ])
  })

  test('[PR7] what ends by itself meanwhile ends once', async () => {
    const slow = unevenly(store)
    const [paused, second, third] = ['paused', 'second', 'third'].map(name => start(name, { store: slow })) as [
      TestNode,
      TestNode,
      TestNode,
    ]
    const users = Array.from({ length: 120 }, (_, i) => `u${i}`)
    await Promise.all(users.map(user => paused.core.presence.enter(coming(user, `of ${user}`))))
    const look = () => Promise.all([second, third].map(each => each.core.presence.lives.look()))
    for (let i = 0; i < 3; i++) await look()
    await Promise.all([
      look(),
      ...users.map(user => paused.core.presence.leave({ app, user, id: `of ${user}` }, { why: 'late' })),
      ...users.map(user => second.core.presence.kick(second.call, user, {})),
    ])
    for (let i = 0; i < 6; i++) await look()
    await Promise.all([paused, second].map(each => each.core.presence.history(app, 'u0', { limit: 1 })))
    const events = await Promise.all(users.map(user => third.core.presence.history(app, user, { limit: 9 })))
    expect(events.map(each => each.map(({ what }) => what))).toEqual(users.map(() => ['in', 'out']))
    expect((await third.core.presence.of(app, users)).flat()).toEqual([])
    expect(await store.scan(sessions, { prefix: [], limit: 10 })).toEqual([])
  })

  test('[PR8] a node that was given up begins anew: it hears of it, and what it still ends is told no second time', async () => {
    const { heard, hears } = hearing()
    const [paused, other] = [start('paused', { hears }), start('other', { hears })]
    await paused.core.presence.enter(coming('ann', 's1'))
    const epoch = await paused.core.presence.lives.epoch()
    let lost = 0
    paused.core.presence.lives.onLost(() => {
      lost++
    })
    for (let i = 0; i < 4; i++) await other.core.presence.lives.look()
    await paused.core.presence.lives.look()
    expect(lost).toBe(1)
    expect((await paused.core.presence.held()).size).toBe(0)
    await paused.core.presence.leave({ app, user: 'ann', id: 's1' })
    expect(heard.filter(({ type }) => type === 'session.closed')).toHaveLength(1)
    await paused.core.presence.enter(coming('ann', 's2'))
    expect(await paused.core.presence.lives.epoch()).toBeGreaterThan(epoch)
    for (let i = 0; i < 6; i++) await Promise.all([paused, other].map(each => each.core.presence.lives.look()))
    expect(await idsOf(other, 'ann')).toEqual(['s2'])
  })

  test('[PR8] a sign-in that falls between is refused, and leaves nothing', async () => {
    const [paused, other] = [start('paused'), start('other')]
    await paused.core.presence.enter(coming('ann', 's1'))
    for (let i = 0; i < 4; i++) await other.core.presence.lives.look()
    await expect(paused.core.presence.enter(coming('ben', 's2'))).rejects.toThrow()
    expect(await store.scan(sessions, { prefix: [], limit: 10 })).toEqual([])
    await paused.core.presence.enter(coming('ben', 's3'))
    expect(await idsOf(other, 'ben')).toEqual(['s3'])
  })

  test('[PR9] a node that comes back under its name ends what it held before, without waiting', async () => {
    const { heard, hears } = hearing()
    const before = start('same', { hears })
    await before.core.presence.enter(coming('ann', 's1'))
    const after = start('same', { hears })
    await after.core.presence.enter(coming('ben', 's2'))
    await after.core.presence.lives.look()
    expect(await idsOf(after, 'ann')).toEqual([])
    expect(await idsOf(after, 'ben')).toEqual(['s2'])
    expect(heard.filter(({ type }) => type === 'session.closed')).toEqual([
      { type: 'session.closed', user: 'ann', why: 'lost' },
    ])
  })

  test('[PR7] one that cleans up and dies over it is followed by another', async () => {
    const failing: Store = {
      ...store,
      commit: steps => {
        // It can claim the dead node's row, and then nothing any more.
        const ends = steps.some(step => step.do === 'del' && step.table.name === 'sessions')
        return ends ? Promise.reject(new Error('died')) : store.commit(steps)
      },
    }
    const dead = start('dead')
    await dead.core.presence.enter(coming('ann', 's1'))
    const dying = start('dying', { store: failing })
    for (let i = 0; i < 4; i++) await dying.core.presence.lives.look().catch(() => undefined)
    expect((await store.scan(nodes, { prefix: [], limit: 1 }))[0]?.value.gone).toBe('dying')
    const third = start('third')
    for (let i = 0; i < 4; i++) await third.core.presence.lives.look()
    expect(await idsOf(third, 'ann')).toEqual([])
    expect(await store.scan(nodes, { prefix: [], limit: 1 })).toEqual([])
  })

  test('[PR10] clocks that differ or jump end nobody', async () => {
    const early = start('early')
    const late = start('late', { clock: () => clock.now() + 3_600_000 })
    await early.core.presence.enter(coming('ann', 's1'))
    await late.core.presence.enter(coming('ben', 's2'))
    for (let i = 0; i < 8; i++) {
      clock.move(-60_000)
      await early.core.presence.lives.look()
      await late.core.presence.lives.look()
    }
    expect([...(await idsOf(late, 'ann')), ...(await idsOf(early, 'ben'))]).toEqual(['s1', 's2'])
  })

  test('[PR11] a node without sockets answers, and gives no signs of life', async () => {
    const [holding, asking] = [start('holding'), start('asking')]
    await holding.core.presence.enter(coming('ann', 's1'))
    await asking.core.presence.lives.look()
    expect(await idsOf(asking, 'ann')).toEqual(['s1'])
    expect((await store.scan(nodes, { prefix: [], limit: 10 })).map(row => row.value.name)).toEqual(['holding'])
  })
})
