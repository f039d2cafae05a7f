import { afterEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { census, kept, leftovers, type Visitor, visitor } from '../../../tests/support/rooms.ts'
import { openMemory } from '../../storage/memory.ts'
import { Fault } from '../errors.ts'
import type { EventOf, EventType } from '../events.ts'

let node: TestNode
afterEach(() => node.stop())

async function setUp(options: Parameters<typeof startNode>[0] = {}) {
  node = startNode(options)
  await node.users('owner', 'ann', 'ben', 'cat')
}

const roomOf = async (kind: 'live' | 'chatroom' | 'livegroup' = 'chatroom', more = {}) =>
  (await node.group('owner', [], { kind, ...more })).id

const told = <T extends EventType>(type: T) =>
  node.told.map(each => each.event).filter((event): event is EventOf<T> => event?.type === type)

const refused = (reason: string) => expect.objectContaining({ reason })

describe('[RM1] an account is in a room as long as one of its devices is', () => {
  test('it comes with the first and goes with the last, whatever their order', async () => {
    await setUp()
    const room = await roomOf()
    const [one, two] = [await visitor(node, 'ann'), await visitor(node, 'ann')]
    expect(await one.enter(room)).toMatchObject({ online: 1, member: { user: 'ann', devices: 1 } })
    expect(await two.enter(room)).toMatchObject({ online: 1, member: { devices: 2 } })
    expect(await census(node.store, room)).toMatchObject({ devices: { ann: 2 }, said: { ann: 2 }, counters: { '': 1 } })
    await one.leave(room)
    expect(await node.core.rooms.count(room)).toBe(1)
    await two.cut()
    expect(await node.core.rooms.count(room)).toBe(0)
    expect(await leftovers(node.store, room, ['ann'], [node.core.node], node.call.app.id)).toEqual({
      ...{ seats: 0, rooms: 0, members: 0, devices: {} },
    })
  })

  test('it is told once of each coming and going, with how it went', async () => {
    await setUp()
    const room = await roomOf()
    const [one, two, ben] = [await visitor(node, 'ann'), await visitor(node, 'ann'), await visitor(node, 'ben')]
    for (const each of [one, two, ben]) await each.enter(room)
    await one.leave(room)
    await two.cut()
    await ben.leave(room)
    expect(told('room.entered').map(({ user, role }) => [user, role])).toEqual([
      ['ann', 'guest'],
      ['ben', 'guest'],
    ])
    expect(told('room.left').map(({ user, how }) => [user, how])).toEqual([
      ['ann', 'lost'],
      ['ben', 'left'],
    ])
  })

  test('entering again with the same device changes at most what it shows', async () => {
    await setUp()
    const room = await roomOf()
    const ann = await visitor(node, 'ann')
    const first = await ann.enter(room, { nick: 'A', tags: ['x', 'x', 'y'] })
    const again = await ann.enter(room, { tags: ['y', 'z'] })
    expect(again.member).toEqual({ ...first.member, tags: ['y', 'z'] })
    expect((await census(node.store, room)).counters).toEqual({ '': 1, 'class/guest': 1, 'tag/y': 1, 'tag/z': 1 })
    expect(told('room.entered')).toHaveLength(1)
    expect(await ann.leave(room)).toBe(true)
    expect(await ann.leave(room)).toBe(false)
    expect((await census(node.store, room)).counters).toEqual({})
  })

  test('fixed members are counted by what they are', async () => {
    await setUp()
    const room = await roomOf()
    for (const user of ['owner', 'ann', 'ben']) await (await visitor(node, user)).enter(room)
    await node.core.rooms.fix(node.call, room, 'ben', 'member')
    const all = await node.core.rooms.countMany(room, [{ class: 'manager' }, { class: 'member' }, { class: 'guest' }])
    expect(all).toEqual([1, 1, 1])
    expect(told('room.entered').map(event => event.role)).toEqual(['owner', 'guest', 'guest'])
  })
})

describe('[RM2] who may come in', () => {
  test('nobody into a group that is no room, and nobody into a closed one but its fixed members', async () => {
    await setUp()
    const group = await node.group('owner', ['ann'])
    const ann = await visitor(node, 'ann')
    await expect(ann.enter(group.id)).rejects.toEqual(refused('group.kind'))
    const room = await roomOf('chatroom', { policy: { join: 'closed' } })
    await expect(ann.enter(room)).rejects.toEqual(refused('group.closed'))
    await (await visitor(node, 'owner')).enter(room)
    await node.core.groups.dismiss(node.call, room)
    await expect(ann.enter(room)).rejects.toEqual(refused('group.dismissed'))
  })

  test('only so many as the room takes; the app hears that it is full', async () => {
    await setUp({ hears: ({ event }) => event.type === 'group.full' })
    const room = await roomOf('live', { policy: { maxMembers: 2 } })
    const all = await Promise.all(['ann', 'ben', 'cat'].map(user => visitor(node, user)))
    const results = await Promise.allSettled(all.map(each => each.enter(room)))
    expect(results.filter(each => each.status === 'rejected')).toEqual([
      { status: 'rejected', reason: refused('group.full') },
    ])
    expect((await census(node.store, room)).counters['']).toBe(2)
    expect(await kept(node.store, node.call.app.id)).toEqual([expect.objectContaining({ type: 'group.full' })])
  })

  test('strangers only where the room takes them, and those who were deleted nowhere', async () => {
    await setUp()
    const [live, chatroom] = [await roomOf('live'), await roomOf('chatroom')]
    const stranger = await visitor(node, 'nobody')
    await expect(stranger.enter(live)).rejects.toEqual(refused('user.missing'))
    expect((await stranger.enter(chatroom)).member).toMatchObject({ anonymous: true, class: 'guest' })
    const ann = await visitor(node, 'ann')
    await node.core.users.remove(node.call, ['ann'])
    await expect(ann.enter(chatroom)).rejects.toBeInstanceOf(Fault)
  })

  test('no connection that has ended, and none with ten rooms', async () => {
    await setUp()
    const ann = await visitor(node, 'ann')
    for (let i = 0; i < 10; i++) await ann.enter(await roomOf('live'))
    await expect(ann.enter(await roomOf('live'))).rejects.toEqual(refused('group.limit.joined'))
    await ann.cut()
    await expect(ann.enter(await roomOf('live'))).rejects.toEqual(refused('caller.unknown'))
  })

  test('whom the app refuses stays outside', async () => {
    await setUp({
      async ask(point, _call, draft) {
        if (point === 'room.enter') throw new Fault('hook.refused', 'not you')
        return draft
      },
    })
    const room = await roomOf()
    await expect((await visitor(node, 'ann')).enter(room)).rejects.toEqual(refused('hook.refused'))
    expect((await census(node.store, room)).members).toEqual([])
  })
})

describe('[RM3] lists of those inside', () => {
  test('go by entry, forward and back, page by page, and by class', async () => {
    await setUp()
    const room = await roomOf('chatroom')
    const users = Array.from({ length: 25 }, (_, i) => `u${String(i).padStart(2, '0')}`)
    await node.users(...users)
    for (const user of ['owner', ...users]) await (await visitor(node, user)).enter(room)
    const walk = async (query: object) => {
      const found: string[] = []
      for (let after: Awaited<ReturnType<typeof node.core.rooms.list>>[number] | undefined; ; ) {
        const page = await node.core.rooms.list(room, { ...query, after, limit: 10 })
        found.push(...page.map(({ user }) => user))
        after = page.at(-1)
        if (page.length < 10) return found
      }
    }
    expect(await walk({})).toEqual(['owner', ...users])
    expect(await walk({ reverse: true })).toEqual([...users].reverse().concat('owner'))
    expect((await walk({ classes: ['guest'], reverse: true })).sort()).toEqual(users)
    expect(await walk({ classes: ['manager', 'member'] })).toEqual(['owner'])
    expect(await node.core.rooms.find(room, ['u03', 'ann'])).toEqual([
      expect.objectContaining({ user: 'u03' }),
      undefined,
    ])
  })

  test('by mark and by tag name only those who have it, also whom other lists leave out', async () => {
    await setUp()
    const room = await roomOf('livegroup')
    for (const user of ['ann', 'ben', 'cat']) await (await visitor(node, user)).enter(room, { tags: ['t'] })
    const all = await node.core.rooms.describe(node.call, room, [
      { user: 'ann', marks: { add: ['star', 'vip'] } },
      { user: 'ben', marks: { add: ['star'] }, listed: false },
      { user: 'nobody', marks: { add: ['star'] } },
    ])
    expect(all.map(({ user }) => user)).toEqual(['ann', 'ben'])
    const names = async (query: object) =>
      (await node.core.rooms.list(room, { ...query, limit: 9 })).map(each => each.user)
    expect(await names({ mark: 'star' })).toEqual(['ann', 'ben'])
    expect(await names({})).toEqual(['ann', 'cat'])
    expect(await names({ hidden: true })).toEqual(['ann', 'ben', 'cat'])
    expect(await names({ tag: 't', reverse: true })).toEqual(['cat', 'ben', 'ann'])
    await node.core.rooms.describe(node.call, room, [{ user: 'ann', marks: { remove: ['star'] } }])
    expect(await node.core.rooms.countMany(room, [{ mark: 'star' }, { mark: 'vip' }])).toEqual([1, 1])
    await expect(
      node.core.rooms.describe(node.call, room, [{ user: 'cat', marks: { add: ['star'] } }], { markedBy: 1 }),
    ).rejects.toEqual(refused('member.marks'))
    await expect(
      node.core.rooms.describe(node.by('ann'), room, [{ user: 'ann', marks: { add: ['vip'] } }]),
    ).rejects.toEqual(refused('group.role'))
  })
})

describe('[RM4] what a node held in rooms ends with its life', () => {
  test('another node ends it, once, and tells that they are lost; what came later stays', async () => {
    const clock = handClock()
    const store = openMemory({ clock: clock.now })
    await setUp({ store, clock: clock.now })
    const other = startNode({ store, clock: clock.now })
    const room = await roomOf()
    const visitors: Visitor[] = []
    for (const user of ['ann', 'ann', 'ben']) visitors.push(await visitor(other, user))
    for (const each of visitors) await each.enter(room)
    const stays = await visitor(node, 'ben')
    await stays.enter(room)
    const life = other.core.presence.lives.current() as number
    node.told.length = 0
    await Promise.all([1, 2].map(() => node.core.rooms.endRoomsOf(other.core.node, life)))
    expect(told('room.left').map(({ user, how }) => [user, how])).toEqual([['ann', 'lost']])
    const { members, counters, said } = await census(store, room)
    expect({ members, counters, said }).toEqual({
      members: ['ben'],
      counters: { '': 1, 'class/guest': 1 },
      said: { ben: 1 },
    })
    await other.stop()
    await store.close()
  })

  test('a room that is dismissed leaves nothing behind', async () => {
    await setUp()
    const room = await roomOf()
    const all = await Promise.all(['ann', 'ben'].map(user => visitor(node, user)))
    for (const each of all) await each.enter(room, { tags: ['t'] })
    await node.core.rooms.queue.offer(all[0]?.call as never, room, [{ key: 'k', value: 'v', passing: true }])
    await node.core.rooms.attributes.write(node.call, room, 'set', { a: 'b' })
    await node.core.groups.dismiss(node.call, room)
    await expect
      .poll(() => leftovers(node.store, room, ['ann', 'ben'], [node.core.node], node.call.app.id))
      .toEqual({ seats: 0, rooms: 0, members: 0, devices: {} })
    expect(told('room.left')).toEqual([])
    await all[0]?.cut()
  })
})
