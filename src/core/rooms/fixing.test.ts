import { afterEach, describe, expect, test } from 'vitest'
import { engines, startNode, type TestNode } from '../../../tests/support/core.ts'
import { visitor } from '../../../tests/support/rooms.ts'
import type { Store } from '../../storage/store.ts'
import type { EventOf } from '../events.ts'
import { memberCount } from '../tables.ts'

let node: TestNode
let room: number
afterEach(() => node.stop())

async function setUp(store?: Store) {
  node = startNode({ store })
  await node.users('owner', 'ann', 'ben', 'cy')
  room = (await node.group('owner', [], { kind: 'livegroup' })).id
}

const rooms = () => node.core.rooms
const set = async (on: boolean, users: string[], of = node) =>
  Object.fromEntries(
    (await of.core.rooms.setManagers(node.call, room, users, on)).map(({ user, why }) => [user, why.reason]),
  )
const managers = async () =>
  (await rooms().runners(node.call, room)).map(({ user }) => user).filter(user => user !== 'owner')
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `u${from + i}`)

describe('[RM23] many managers at once', () => {
  test('are made and unmade, each by themselves, inside or not', async () => {
    await setUp()
    const ann = await visitor(node, 'ann')
    await ann.enter(room)
    await node.core.users.remove(node.call, ['cy'])
    expect(await set(true, ['ann', 'stranger', 'owner', 'cy', 'ann'])).toEqual({
      owner: 'group.role',
      cy: 'user.missing',
    })
    expect(await managers()).toEqual(['ann', 'stranger'])
    expect(await rooms().list(room, { classes: ['manager'], limit: 9 })).toMatchObject([{ user: 'ann', rank: 1 }])
    expect(await rooms().count(room, { class: 'guest' })).toBe(0)
    expect(await set(true, ['ann'])).toEqual({})
    expect(await set(false, ['ann', 'ben', 'owner'])).toEqual({ ben: 'member.missing', owner: 'group.role' })
    expect(await managers()).toEqual(['stranger'])
    expect(await rooms().count(room, { class: 'guest' })).toBe(1)
    expect(await node.core.members.count(room)).toBe(2)
  })

  test('leave ordinary fixed members what they are', async () => {
    await setUp()
    await rooms().fix(node.call, room, 'ben', 'member')
    expect(await set(false, ['ben'])).toEqual({ ben: 'member.missing' })
    expect(await node.core.members.find(room, 'ben')).toMatchObject({ rank: 2 })
    expect(await set(true, ['ben'])).toEqual({})
    expect(await managers()).toEqual(['ben'])
  })

  test('are one change, one event each for webhooks, and one tip', async () => {
    await setUp()
    room = (await node.group('owner', [], { kind: 'chatroom' })).id
    const before = node.told.length
    await set(true, ['ann', 'ben'])
    const events = node.told.slice(before).map(({ event }) => event)
    const changed = events.filter((event): event is EventOf<'member.changed'> => event.type === 'member.changed')
    expect(changed, 'on the bus once').toHaveLength(1)
    expect(changed[0]?.change).toMatchObject({ users: ['ann', 'ben'], detail: { member: { role: 'manager' } } })
    const tips = events.flatMap(event => (event.type === 'message.sent' ? event.message.parts : []))
    expect(tips).toMatchObject([{ type: 'notice', what: 'manager.set', users: ['ann', 'ben'] }])
    expect(events.filter(({ type }) => type === 'membership')).toMatchObject([
      { user: 'ann', here: true, room: true },
      { user: 'ben', here: true, room: true },
    ])
  })

  test('are at most 100; those named later are left out', async () => {
    await setUp()
    expect(await set(true, many(0, 99))).toEqual({})
    expect(await set(true, ['a', 'b', 'u5', 'c'])).toEqual({ b: 'group.managers', c: 'group.managers' })
    expect(await managers()).toHaveLength(100)
    await expect(rooms().setManagers(node.call, room, many(0, 501), true)).rejects.toMatchObject({
      reason: 'request.batch',
    })
    await expect(rooms().setManagers(node.by('u5'), room, ['u6'], false)).rejects.toMatchObject({
      reason: 'group.role',
    })
  })

  test.each(engines)('are at most 100 whoever names them at once on two nodes, on $name', async ({ open }) => {
    const { store, end } = await open()
    await setUp(store)
    const other = startNode({ store })
    await Promise.all([set(true, many(0, 80)), set(true, many(60, 140), other), set(false, many(0, 10), other)])
    const here = await managers()
    expect(here.length).toBeLessThanOrEqual(100)
    expect((await store.get(memberCount, [room]))?.value.n).toBe(here.length + 1)
    await other.stop()
    await node.stop()
    await end()
    await setUp()
  })
})

describe('[RM25] marks of a room', () => {
  test('are kept with it, each once, and told when they are different', async () => {
    await setUp()
    const events = () => node.told.filter(({ event }) => event.type === 'group.changed').length
    await rooms().mark(node.call, room, { add: ['a', 'b', 'a'] })
    await rooms().mark(node.call, room, { add: ['b'] })
    await rooms().mark(node.call, room, { remove: ['c'] })
    expect(events()).toBe(1)
    await rooms().mark(node.call, room, { add: ['c'], remove: ['a', 'c'] })
    expect(await rooms().marksOf(node.call, room)).toEqual(['b'])
    expect(events()).toBe(2)
    const group = await node.core.groups.get(node.call.app.id, room)
    expect([group.marks, group.revision]).toEqual([['b'], 3])
  })

  test('are at most 100, and the app’s to give', async () => {
    await setUp()
    const names = many(0, 100)
    await rooms().mark(node.call, room, { add: names })
    await expect(rooms().mark(node.call, room, { add: ['more'] })).rejects.toMatchObject({ reason: 'member.marks' })
    await expect(rooms().mark(node.by('owner'), room, { remove: names })).rejects.toMatchObject({
      reason: 'caller.forbidden',
    })
    expect(await rooms().marksOf(node.call, room)).toEqual(names)
    const plain = (await node.group('owner')).id
    await expect(rooms().mark(node.call, plain, { add: ['a'] })).rejects.toMatchObject({ reason: 'group.kind' })
  })

  test('are all given when several are given at once', async () => {
    await setUp()
    await Promise.all(many(0, 20).map(name => rooms().mark(node.call, room, { add: [name] })))
    expect((await rooms().marksOf(node.call, room)).sort()).toEqual(many(0, 20).sort())
  })
})
