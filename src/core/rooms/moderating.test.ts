import { afterEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { census, kept, type Visitor, visitor } from '../../../tests/support/rooms.ts'
import { openMemory } from '../../storage/memory.ts'
import type { EventOf, EventType } from '../events.ts'

let node: TestNode
let room: number
const clock = handClock()
afterEach(() => node.stop())

async function setUp(kind: 'chatroom' | 'live' = 'chatroom', options: Parameters<typeof startNode>[0] = {}) {
  node = startNode({ clock: clock.now, ...options })
  await node.users('owner', 'deputy', 'ann', 'ben')
  room = (await node.group('owner', [], { kind })).id
}

const rooms = () => node.core.rooms
const refused = (reason: string) => expect.objectContaining({ reason })
const told = <T extends EventType>(type: T) =>
  node.told.map(each => each.event).filter((event): event is EventOf<T> => event?.type === type)

async function inside(user: string, shown = {}): Promise<Visitor> {
  const made = await visitor(node, user)
  await made.enter(room, shown)
  return made
}

const says = (user: string, words = 'hi', more = {}) =>
  node.core.send.toGroup(node.by(user), room, { from: user, parts: [{ type: 'text', text: words }], ...more })

describe('[RM7] order in a room', () => {
  test('whoever is kicked goes with all devices, and may come back', async () => {
    await setUp()
    const [ann, ann2] = [await inside('ann'), await inside('ann')]
    expect(await rooms().kick(node.by('owner'), room, ['ann', 'ben'])).toEqual(['ann'])
    expect((await census(node.store, room)).counters).toEqual({})
    expect(told('room.left')).toEqual([expect.objectContaining({ user: 'ann', how: 'kicked' })])
    expect(told('room.devices').at(-1)).toMatchObject({ here: false, why: 'kicked', sessions: undefined })
    await ann.enter(room)
    await ann2.enter(room)
    expect((await census(node.store, room)).said).toEqual({ ann: 2 })
  })

  test('whoever is banned stays out until it ends or is lifted, wherever they try', async () => {
    await setUp()
    const ann = await inside('ann')
    await rooms().ban(node.by('owner'), room, ['ann', 'ben'], { until: clock.now() + 60_000 })
    expect((await census(node.store, room)).members).toEqual([])
    await expect(ann.enter(room)).rejects.toEqual(refused('group.banned'))
    await rooms().unban(node.by('owner'), room, ['ann'])
    await ann.enter(room)
    const ben = await visitor(node, 'ben')
    await expect(ben.enter(room)).rejects.toEqual(refused('group.banned'))
    clock.move(60_001)
    await ben.enter(room)
    await rooms().ban(node.call, room, ['ben'], { until: Number.POSITIVE_INFINITY })
    clock.move(10 ** 12)
    await expect(ben.enter(room)).rejects.toEqual(refused('group.banned'))
    expect(await node.core.members.banned(room, { limit: 10 })).toEqual([expect.objectContaining({ user: 'ben' })])
  })

  test('an entry and a ban at the same moment end outside', async () => {
    const store = openMemory({ clock: clock.now })
    await setUp('chatroom', { store: unevenly(store) })
    const other = startNode({ store: unevenly(store), clock: clock.now })
    for (let i = 0; i < 100; i++) {
      const ann = await visitor(node, 'ann')
      await Promise.all([
        ann.enter(room).catch(error => expect(error).toEqual(refused('group.banned'))),
        other.core.rooms.ban(node.call, room, ['ann'], { until: clock.now() + 1000 }),
      ])
      expect((await census(node.store, room)).members).toEqual([])
      await rooms().unban(node.call, room, ['ann'])
      await ann.cut()
    }
    await other.stop()
  })

  test('is kept by owner and managers, never against their like', async () => {
    await setUp()
    await rooms().fix(node.by('owner'), room, 'deputy', 'manager')
    await rooms().fix(node.by('deputy'), room, 'ben', 'member')
    for (const user of ['ann', 'ben']) await inside(user)
    const [deputy, ann] = [node.by('deputy'), node.by('ann')]
    await expect(rooms().kick(ann, room, ['ben'])).rejects.toEqual(refused('group.role'))
    await expect(rooms().ban(ann, room, ['ben'], { until: 1 })).rejects.toEqual(refused('group.role'))
    await expect(rooms().mute(ann, room, { user: 'ben' }, 5)).rejects.toEqual(refused('group.role'))
    await expect(rooms().kick(deputy, room, ['owner'])).rejects.toEqual(refused('group.role'))
    await expect(rooms().mute(deputy, room, { user: 'deputy' }, 5)).rejects.toEqual(refused('group.role'))
    await expect(rooms().fix(deputy, room, 'ann', 'manager')).rejects.toEqual(refused('group.role'))
    await expect(rooms().fix(ann, room, 'ann', 'member')).rejects.toEqual(refused('group.role'))
    await expect(rooms().kick(node.by('nobody'), room, ['ann'])).rejects.toEqual(refused('member.missing'))
    expect(await rooms().kick(deputy, room, ['ben'])).toEqual(['ben'])
    expect(await rooms().kick(node.by('owner'), room, ['deputy'])).toEqual([])
  })

  test('an AVChatRoom knows no kicking by its users, though its owner bans', async () => {
    await setUp('live')
    await inside('ann')
    await expect(rooms().kick(node.by('owner'), room, ['ann'])).rejects.toEqual(refused('group.role'))
    await rooms().ban(node.by('owner'), room, ['ann'], { until: clock.now() + 1000 })
    expect((await census(node.store, room)).members).toEqual([])
  })
})

describe('[RM8] speaking in a room', () => {
  test('is for those inside; the app may speak for everybody', async () => {
    await setUp()
    await expect(says('ann')).rejects.toEqual(refused('member.missing'))
    const ann = await inside('ann')
    expect((await says('ann')).seq).toBe(1)
    await ann.leave(room)
    await expect(says('ann')).rejects.toEqual(refused('member.missing'))
    const draft = { from: 'ann', parts: [{ type: 'text' as const, text: 'x' }], checks: { member: false } }
    expect((await node.core.send.toGroup(node.call, room, draft)).seq).toBe(2)
  })

  test('ends for a while by a mute of a user or of a tag, which says what was left of it when it is lifted', async () => {
    await setUp()
    await inside('ann', { tags: ['loud'] })
    await inside('ben')
    expect(await rooms().mute(node.by('owner'), room, { user: 'ann' }, 100)).toBe(100)
    await expect(says('ann')).rejects.toEqual(refused('user.muted'))
    clock.move(30_500)
    expect(await rooms().mutedUntil(room, ['ann', 'ben'])).toEqual([clock.now() + 69_500, undefined])
    expect(await rooms().mute(node.by('owner'), room, { user: 'ann' }, 0)).toBe(70)
    await says('ann')
    await rooms().mute(node.call, room, { tag: 'loud' }, 10)
    await expect(says('ann')).rejects.toEqual(refused('user.muted'))
    await says('ben')
    clock.move(10_001)
    await says('ann')
  })

  test('is left to those who run it while the room is muted, and ends for good by a mute for ever', async () => {
    await setUp()
    for (const user of ['owner', 'ann', 'ben']) await inside(user)
    await node.core.groups.muteAll(node.by('owner'), room, 'managers')
    await says('owner')
    await expect(says('ann')).rejects.toEqual(refused('group.muted'))
    await node.core.members.allow(node.by('owner'), room, ['ann'], true)
    await says('ann')
    await expect(says('ben')).rejects.toEqual(refused('group.muted'))
    await node.core.groups.muteAll(node.by('owner'), room, 'everyone')
    await node.core.members.mute(node.by('owner'), room, ['ben'], Number.POSITIVE_INFINITY)
    clock.move(10 ** 12)
    await expect(says('ben')).rejects.toEqual(refused('user.muted'))
  })
})

describe('[RM9] the flow of a room', () => {
  const over = async (count: number, more = {}) => {
    const all = await Promise.all(Array.from({ length: count }, (_, i) => says('ann', `${i}`, more)))
    return all.filter(({ over }) => over).length
  }

  test('takes 40 messages a second; what is over looks sent and reaches nobody, high ones last', async () => {
    await setUp('live', { limits: 'vendor', hears: ({ event }) => event.type === 'message.failed' })
    await inside('ann')
    expect(await over(45)).toBe(5)
    expect(told('message.sent').filter(({ message }) => message.parts[0]?.type === 'text')).toHaveLength(40)
    expect(await over(41, { priority: 'high' })).toBe(1)
    expect(await over(3, { priority: 'lowest' })).toBe(3)
    expect(rooms().flow.dropped()).toBe(9)
    const failed = await kept(node.store, node.call.app.id)
    expect(failed).toHaveLength(9)
    expect(failed[0]).toMatchObject({ type: 'message.failed', why: 'rate.exceeded', from: 'ann' })
  })

  test('spares the server’s own words, counts each room by itself, and may be set or be off', async () => {
    await setUp('live', { limits: { 'room/messages': { calls: 1, seconds: 60 } } })
    await inside('ann')
    expect(await over(3)).toBe(2)
    const notice = () => node.core.send.toGroup(node.call, room, { from: '', parts: [{ type: 'text', text: 'news' }] })
    for (let i = 0; i < 3; i++) expect((await notice()).over).toBeUndefined()
    room = (await node.group('owner', [], { kind: 'live' })).id
    await inside('ann')
    expect(await over(2)).toBe(1)
    await node.stop()
    await setUp('live', { limits: 'off' })
    await inside('ann')
    expect(await over(100)).toBe(0)
  })
})

describe('[RM10] whoever is lost in a room', () => {
  const heard = async () =>
    (await kept(node.store, node.call.app.id)).map(event => {
      const { users, here } = event as EventOf<'members.connected'>
      return [users, here]
    })

  test('is told of after 20 seconds, together, unless they are back; and coming back after that is told too', async () => {
    await setUp('live', { hears: ({ event }) => event.type === 'members.connected' })
    const visitors = []
    for (const user of ['ann', 'ben', 'deputy', 'owner']) visitors.push(await inside(user))
    const [, , , owner] = visitors as [Visitor, Visitor, Visitor, Visitor]
    for (const each of visitors.slice(0, 3)) await each.cut()
    await owner.leave(room)
    clock.move(19_000)
    await rooms().lookAfterLost()
    const again = await inside('deputy')
    expect(told('room.entered').at(-1)).toMatchObject({ user: 'deputy', back: true })
    clock.move(1_001)
    await rooms().lookAfterLost()
    await rooms().lookAfterLost()
    expect(await heard()).toEqual([[['ann', 'ben'], false]])
    await inside('ann')
    expect((await heard()).at(-1)).toEqual([['ann'], true])
    await again.leave(room)
    await inside('deputy')
    expect(told('room.entered').at(-1)).not.toHaveProperty('back')
    clock.move(60_000)
    await rooms().lookAfterLost()
    expect(await heard()).toHaveLength(2)
  })
})
