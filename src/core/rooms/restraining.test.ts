import { afterEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { census, type Visitor, visitor } from '../../../tests/support/rooms.ts'
import type { EventOf, EventType } from '../events.ts'
import { changes } from '../tables.ts'

let node: TestNode
let room: number
const clock = handClock()
afterEach(() => node.stop())

async function setUp(
  kind: 'livegroup' | 'chatroom' | 'live' = 'livegroup',
  options: Parameters<typeof startNode>[0] = {},
) {
  node = startNode({ clock: clock.now, ...options })
  await node.users('owner', 'deputy', 'ann', 'ben', 'cy')
  room = (await node.group('owner', [], { kind })).id
  await node.core.rooms.setManagers(node.call, room, ['deputy'], true)
}

const rooms = () => node.core.rooms
const refused = (reason: string) => expect.objectContaining({ reason })
const soon = () => clock.now() + 60_000
const told = <T extends EventType>(type: T) =>
  node.told.map(each => each.event).filter((event): event is EventOf<T> => event?.type === type)
const lay = async (what: 'mute' | 'ban' | 'allow', ...users: string[]) =>
  reasons(
    await rooms().restrain(
      node.call,
      room,
      what,
      users.map(user => ({ user, until: soon() })),
    ),
  )
const lift = async (what: 'mute' | 'ban' | 'allow', ...users: string[]) =>
  reasons(await rooms().release(node.call, room, what, users))
const reasons = (spared: { user: string; why: { reason: string } }[]) =>
  Object.fromEntries(spared.map(({ user, why }) => [user, why.reason]))
const says = (user: string) =>
  node.core.send.toGroup(node.by(user), room, { from: user, parts: [{ type: 'text', text: 'hi' }] })

async function names(what: 'mute' | 'ban' | 'allow', after = 0, limit = 10) {
  const page = await rooms().restrained(node.call, room, what, { after, limit })
  return { users: page.restrained.map(({ user }) => user), next: page.next }
}

async function inside(user: string, shown = {}): Promise<Visitor> {
  const made = await visitor(node, user)
  await made.enter(room, shown)
  return made
}

describe('[RM20] what the app lays on many users of a room', () => {
  test('lies on whom it can; the others are named with the reason', async () => {
    await setUp()
    await node.core.users.remove(node.call, ['cy'])
    expect(await lay('mute', 'owner', 'deputy', 'ann', 'cy', 'stranger')).toEqual({
      owner: 'group.role',
      cy: 'user.missing',
    })
    expect((await names('mute')).users).toEqual(['deputy', 'ann', 'stranger'])
    expect(await lay('ban', 'owner', 'deputy', 'ann', 'cy', 'stranger')).toEqual({
      owner: 'group.role',
      deputy: 'group.role',
      cy: 'user.missing',
    })
    expect(await lay('allow', 'owner', 'ann', 'cy')).toEqual({ cy: 'user.missing' })
    const past = [{ user: 'ben', until: clock.now() }]
    expect(reasons(await rooms().restrain(node.call, room, 'mute', past))).toEqual({ ben: 'request.invalid' })
    expect((await names('mute')).users).not.toContain('ben')
  })

  test('lies on no strangers where the room takes none', async () => {
    await setUp('live')
    for (const what of ['mute', 'ban', 'allow'] as const)
      expect(await lay(what, 'ann', 'stranger')).toEqual({ stranger: 'user.missing' })
  })

  test('holds, and is lifted from whom it lies on alone', async () => {
    await setUp()
    const [ann, ben] = [await inside('ann'), await inside('ben')]
    await lay('mute', 'ann', 'ben')
    await expect(says('ann')).rejects.toEqual(refused('user.muted'))
    expect(await lift('mute', 'ann', 'owner', 'nobody')).toEqual({ owner: 'member.missing', nobody: 'member.missing' })
    await says('ann')
    await expect(says('ben')).rejects.toEqual(refused('user.muted'))
    await lay('ban', 'ann', 'ben')
    expect((await census(node.store, room)).members).toEqual([])
    const gone = told('room.devices').filter(({ why }) => why === 'banned')
    expect(gone.map(({ user, here }) => [user, here])).toEqual([
      ['ann', false],
      ['ben', false],
    ])
    await expect(ann.enter(room)).rejects.toEqual(refused('group.banned'))
    expect(await lift('ban', 'ann', 'cy')).toEqual({ cy: 'member.missing' })
    await ann.enter(room)
    clock.move(60_001)
    expect(await lift('mute', 'ben')).toEqual({ ben: 'member.missing' })
    await ben.enter(room)
    await says('ben')
  })

  test('lets those speak who are on the list, while only managers may', async () => {
    await setUp()
    for (const user of ['ann', 'ben']) await inside(user)
    await lay('allow', 'ann')
    await node.core.groups.muteAll(node.call, room, 'managers')
    await says('ann')
    await expect(says('ben')).rejects.toEqual(refused('group.muted'))
    expect(await lift('allow', 'ann', 'ben')).toEqual({ ben: 'member.missing' })
    await expect(says('ann')).rejects.toEqual(refused('group.muted'))
  })

  test('ends with it a mute for a while', async () => {
    await setUp()
    await inside('ann')
    await rooms().mute(node.call, room, { user: 'ann' }, 60)
    expect(await lift('mute', 'ann')).toEqual({})
    await says('ann')
    expect(await lift('mute', 'ann')).toEqual({ ann: 'member.missing' })
  })

  test('is for the app, for rooms, and at most 500 at once', async () => {
    await setUp()
    const many = Array.from({ length: 501 }, (_, i) => ({ user: `u${i}`, until: soon() }))
    await expect(rooms().restrain(node.by('owner'), room, 'mute', [])).rejects.toEqual(refused('caller.forbidden'))
    await expect(rooms().release(node.by('owner'), room, 'mute', [])).rejects.toEqual(refused('caller.forbidden'))
    await expect(rooms().restrain(node.call, room, 'mute', many)).rejects.toEqual(refused('request.batch'))
    expect(await rooms().restrain(node.call, room, 'mute', many.slice(1))).toEqual([])
    expect((await rooms().restrained(node.call, room, 'mute', { after: 0, limit: 900 })).restrained).toHaveLength(500)
    const plain = (await node.group('owner')).id
    await expect(rooms().restrain(node.call, plain, 'mute', [])).rejects.toEqual(refused('group.kind'))
    const { direct } = await node.core.directs.open(node.call, 'ann', 'ben')
    await expect(rooms().release(node.call, direct.id, 'mute', [])).rejects.toEqual(refused('group.kind'))
    await expect(rooms().restrained(node.by('ann'), direct.id, 'mute', { after: 0, limit: 1 })).rejects.toEqual(
      refused('group.missing'),
    )
  })

  test.each(engines)('of a mute and a new owner at once the owner is not muted, on $name', async ({ open }) => {
    const { store, end } = await open(clock.now)
    await setUp('livegroup', { store })
    const other = startNode({ store, clock: clock.now })
    for (let i = 0; i < 20; i++) {
      const [old, next] = i % 2 ? ['ann', 'owner'] : ['owner', 'ann']
      await rooms().setManagers(node.call, room, [next as string], true)
      await Promise.all([
        rooms().restrain(node.call, room, 'mute', [{ user: next as string, until: soon() }]),
        other.core.groups.update(node.call, room, { owner: next as string }),
      ])
      const { owner } = await node.core.groups.get(node.call.app.id, room)
      const spared = reasons(await rooms().restrain(node.call, room, 'mute', [{ user: owner, until: soon() }]))
      expect([owner, spared]).toEqual([next, { [owner]: 'group.role' }])
      await rooms().release(node.call, room, 'mute', [old as string, next as string])
    }
    await other.stop()
    await node.stop()
    await end()
    await setUp()
  })
})

describe('[RM21] those on whom something lies', () => {
  test('are listed as it was laid on them, without gaps though others are lifted between pages', async () => {
    await setUp()
    const users = Array.from({ length: 25 }, (_, i) => `u${(i * 7) % 25}`)
    await lay('mute', ...users)
    const seen: string[] = []
    for (let after = 0; ; ) {
      const page = await names('mute', after, 4)
      seen.push(...page.users)
      expect(await lift('mute', ...page.users)).toEqual({})
      if (page.next === undefined) break
      after = page.next
    }
    expect(seen).toEqual(users)
    expect(await names('mute')).toEqual({ users: [], next: undefined })
  })

  test('come last when it is laid on them anew, but for those on the list of the allowed', async () => {
    await setUp()
    for (const what of ['mute', 'allow'] as const) await lay(what, 'ann', 'ben')
    for (const what of ['mute', 'allow'] as const) await lay(what, 'ann', 'cy')
    expect((await names('mute')).users).toEqual(['ben', 'ann', 'cy'])
    expect((await names('allow')).users).toEqual(['ann', 'ben', 'cy'])
    expect((await names('ban')).users).toEqual([])
  })

  test('show themselves as they do inside', async () => {
    await setUp()
    await inside('ann', { nick: 'Ann' })
    await lay('mute', 'ann', 'ben')
    const { restrained } = await rooms().restrained(node.call, room, 'mute', { after: 0, limit: 2 })
    expect(restrained).toMatchObject([{ user: 'ann', inside: { nick: 'Ann' }, until: soon() }, { inside: undefined }])
  })

  test('are there however a restriction was laid', async () => {
    await setUp()
    await node.core.members.mute(node.call, room, ['ann'], Number.POSITIVE_INFINITY)
    await rooms().ban(node.by('owner'), room, ['ben'], { until: soon() })
    await node.core.members.allow(node.call, room, ['cy'], true)
    expect((await names('mute')).users).toEqual(['ann'])
    expect((await names('ban')).users).toEqual(['ben'])
    expect((await names('allow')).users).toEqual(['cy'])
  })
})

describe('[RM22] a mute, its end, and leave to speak', () => {
  test('are one change for all alike, and none for whom nothing is different', async () => {
    await setUp()
    const before = told('members.restricted').length
    const [one, two] = [soon(), soon() + 1]
    await rooms().restrain({ ...node.call, operator: 'boss' }, room, 'mute', [
      { user: 'ann', until: one },
      { user: 'ben', until: two },
      { user: 'cy', until: one },
      { user: 'owner', until: one },
    ])
    await lift('mute', 'ann', 'ben', 'deputy')
    await lay('allow', 'ann')
    await lay('allow', 'ann')
    await lift('allow', 'ann', 'ben')
    await lay('ban', 'ann')
    await lift('ban', 'ann')
    const news = told('members.restricted').slice(before)
    expect(news.map(({ users, change }) => [users, change.by, change.detail?.member])).toEqual([
      [['ann', 'cy'], 'boss', { mutedUntil: one }],
      [['ben'], 'boss', { mutedUntil: two }],
      [['ann', 'ben'], '', { mutedUntil: 0 }],
      [['ann'], '', { allowed: true }],
      [['ann'], '', { allowed: false }],
    ])
    const kept = await node.store.scan(changes, { prefix: [room], limit: 100 })
    expect(kept.slice(-5).map(row => row.value.rev)).toEqual(news.map(({ change }) => change.rev))
  })
})
