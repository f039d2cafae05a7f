import { afterEach, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import { census, visitor } from '../../../tests/support/rooms.ts'
import { groupSubject, userSubject } from '../events.ts'

let node: TestNode
let room: number
afterEach(() => node.stop())

async function setUp(kind: 'livegroup' | 'chatroom') {
  node = startNode()
  const users = Array.from({ length: 30 }, (_, i) => `u${i}`)
  await node.users('owner', ...users)
  room = (await node.group('owner', [], { kind })).id
  for (const user of users.slice(0, 25)) await (await visitor(node, user)).enter(room)
}

const described = () => node.told.filter(({ event }) => event.type === 'room.described')
const each = (all: { user: string; nick?: string; marks?: { add?: string[]; remove?: string[] } }[]) =>
  node.core.rooms.describeEach(node.call, room, all)

describe('[RM24] what is different about somebody inside', () => {
  test('is told to their own devices, also where nobody else is told who comes', async () => {
    await setUp('livegroup')
    await each([
      { user: 'u1', nick: 'one' },
      { user: 'u2', marks: { add: ['x'] } },
    ])
    await each([
      { user: 'u1', nick: 'one', marks: { remove: ['x'] } },
      { user: 'u29', nick: 'outside' },
    ])
    const app = node.call.app.id
    expect(described().map(({ subject, event }) => [subject, event])).toMatchObject([
      [userSubject(app, 'u1'), { member: { nick: 'one', marks: [] } }],
      [userSubject(app, 'u2'), { member: { marks: ['x'] } }],
    ])
  })

  test('is told to all as comings are, up to 20 in a second', async () => {
    await setUp('chatroom')
    await expect.poll(() => node.told.some(({ event }) => event.type === 'room.counted'), { timeout: 3000 }).toBe(true)
    await each(Array.from({ length: 25 }, (_, i) => ({ user: `u${i}`, nick: 'new' })))
    const subjects = described().map(({ subject }) => subject)
    expect(subjects.filter(subject => subject === groupSubject(room))).toHaveLength(20)
    expect(subjects.filter(subject => subject !== groupSubject(room))).toHaveLength(5)
  })

  test('is told to nobody else of whom lists leave out', async () => {
    await setUp('chatroom')
    await node.core.rooms.describe(node.call, room, [{ user: 'u1', listed: false }])
    await each([{ user: 'u1', nick: 'shy' }])
    const subjects = described().map(({ subject }) => subject)
    expect(new Set(subjects)).toEqual(new Set([userSubject(node.call.app.id, 'u1')]))
  })

  test('is refused one by one; the others are described', async () => {
    await setUp('livegroup')
    const marks = Array.from({ length: 11 }, (_, i) => `m${i}`)
    const done = await each([
      { user: 'u1', marks: { add: marks } },
      { user: 'u29', nick: 'outside' },
      { user: 'u2', marks: { add: ['x'] } },
    ])
    expect(done).toMatchObject([{ reason: 'member.marks' }, { reason: 'member.missing' }, { marks: ['x'] }])
    const { counted, counters } = await census(node.store, room)
    expect(counters).toEqual(counted)
    expect(counters['mark/x']).toBe(1)
    await expect(
      node.core.rooms.describe(node.call, room, [{ user: 'u1', marks: { add: marks } }]),
    ).rejects.toMatchObject({ reason: 'member.marks' })
    expect(await node.core.rooms.describe(node.call, room, [{ user: 'u29' }, { user: 'u2', nick: 'n' }])).toMatchObject(
      [{ user: 'u2', nick: 'n' }],
    )
  })
})
