import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import type { Fault } from '../errors.ts'
import type { Member, Role } from '../model.ts'
import { memberCount, members, memberships } from '../tables.ts'

const text = (from: string) => ({ from, parts: [{ type: 'text' as const, text: 't' }] })
const names = (count: number, prefix = 'u') => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
let clock = handClock()
let node: TestNode

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo')
})
afterEach(() => node.stop())

const app = () => node.call.app.id
const add = (id: number, users: string[], more = {}) =>
  node.core.members.addMany(
    node.call,
    id,
    users.map(user => ({ user })),
    more,
  )

describe('joining', () => {
  for (const { name, open } of engines)
    for (const nodes of [1, 2])
      test(`[GR10] of 500 concurrent joins with room for 300 exactly 300 succeed, ${nodes} nodes on ${name}`, async () => {
        const { store, end } = await open()
        const all = Array.from({ length: nodes }, () => startNode({ store }))
        const [first, last] = [all[0] as TestNode, all.at(-1) as TestNode]
        await first.users('anna', ...names(500))
        const group = await first.group('anna', [], { policy: { maxMembers: 301 } })
        const outcomes = await Promise.allSettled(
          names(500).map((user, i) =>
            (all[i % nodes] as TestNode).core.members.addMany(first.call, group.id, [{ user }]),
          ),
        )
        const joined = outcomes.filter(outcome => outcome.status === 'fulfilled')
        expect(joined).toHaveLength(300)
        expect(joined.every(outcome => outcome.value[0] === 'added')).toBe(true)
        const refused = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as Fault] : []))
        expect(new Set(refused.map(fault => fault.reason))).toEqual(new Set(['group.full']))
        const rows = await store.scan(members, { prefix: [group.id], limit: 1000 })
        expect(rows).toHaveLength(301)
        expect(await last.core.members.count(group.id)).toBe(301)
        const listed = await Promise.all(rows.map(row => store.get(memberships, [app(), row.value.user, group.id])))
        expect(listed.every(Boolean)).toBe(true)
        for (const each of all) await each.stop()
        await end()
      })

  test('[GR10] one user joining many times at once over two nodes joins once', async () => {
    const group = await node.group('anna')
    const other = startNode({ store: node.store, clock: clock.now })
    const added = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? node : other).core.members.addMany(node.call, group.id, [{ user: 'ben' }]),
      ),
    )
    expect(added.flat().filter(one => one === 'added')).toHaveLength(1)
    expect(added.flat().filter(one => one === 'present')).toHaveLength(39)
    expect(await node.core.members.count(group.id)).toBe(2)
    await other.stop()
  })

  test('[GR11] a call that does not fit adds nobody, also when it is larger than a batch', async () => {
    await node.users(...names(600))
    const group = await node.group('anna', [], { policy: { maxMembers: 400 } })
    await expect(add(group.id, names(401))).rejects.toMatchObject({ reason: 'group.full' })
    expect(await node.core.members.count(group.id)).toBe(1)
    expect(new Set(await add(group.id, names(399)))).toEqual(new Set(['added']))
    expect(await node.core.members.count(group.id)).toBe(400)
    await expect(add(group.id, ['ben'])).rejects.toMatchObject({ reason: 'group.full' })
    expect(await add(group.id, ['u0', 'nobody', 'u0'])).toEqual(['present', 'missing', 'present'])
  })

  test('[GR11] each draft has its result in order; who is there stays as they are unless written over', async () => {
    const group = await node.group('anna', ['ben'])
    const drafts = [{ user: 'cleo' }, { user: 'ben', role: 'manager' as const }, { user: 'ghost' }, { user: 'cleo' }]
    const addAs = (present: 'keep' | 'overwrite') => node.core.members.addMany(node.call, group.id, drafts, { present })
    expect(await addAs('keep')).toEqual(['added', 'present', 'missing', 'added'])
    expect((await node.core.members.find(group.id, 'ben'))?.rank).toBe(2)
    expect(await addAs('overwrite')).toEqual(['present', 'present', 'missing', 'present'])
    expect((await node.core.members.find(group.id, 'ben'))?.rank).toBe(1)
    expect(await node.core.members.addMany(node.call, group.id, [{ user: 'ghost' }], { strangers: true })).toEqual([
      'added',
    ])
    expect(await node.core.members.count(group.id)).toBe(4)
  })

  test('[GR11] nobody becomes owner by joining, and the owner does not lose the rank by being written over', async () => {
    const group = await node.group('anna')
    const drafts = [
      { user: 'ben', role: 'owner' as const },
      { user: 'anna', role: 'member' as const },
    ]
    await node.core.members.addMany(node.call, group.id, drafts, { present: 'overwrite' })
    await node.core.members.addMany(node.call, group.id, drafts, { present: 'overwrite' })
    const list = await node.core.members.list(group.id, { limit: 9 })
    expect(list.map(({ user, rank }) => `${user} ${rank}`)).toEqual(['anna 0', 'ben 2'])
  })

  test('[GR12] an operator needs the group’s right to invite, and of a live room nobody becomes a stored member', async () => {
    const group = await node.group('anna', ['ben'])
    const by = (user: string) => node.core.members.addMany(node.by(user), group.id, [{ user: 'cleo' }])
    await expect(by('ben')).rejects.toMatchObject({ reason: 'group.role' })
    await expect(by('cleo')).rejects.toMatchObject({ reason: 'member.missing' })
    expect(await by('anna')).toEqual(['added'])
    const room = await node.group('anna', undefined, { kind: 'live', members: undefined })
    await expect(add(room.id, ['ben'])).rejects.toMatchObject({ reason: 'group.kind' })
  })
})

describe('leaving', () => {
  test('[GR13] those who are not in are named and passed over, the count follows the rows', async () => {
    const group = await node.group('anna', ['ben'])
    const kicked = await node.core.members.removeMany(node.call, group.id, ['ben', 'cleo', 'ben'])
    expect(kicked).toEqual({ removed: ['ben'], missing: ['cleo'] })
    await expect(node.core.members.leave(node.call, group.id, 'ben')).rejects.toMatchObject({
      reason: 'member.missing',
    })
    expect(await node.core.members.count(group.id)).toBe(1)
    expect(await node.core.members.joined(app(), 'ben')).toEqual([])
    const tooMany = node.core.members.removeMany(node.call, group.id, names(301))
    await expect(tooMany).rejects.toMatchObject({ reason: 'request.batch' })
  })

  test('[GR13] an operator kicks only those below, the owner leaves only where the policy lets them', async () => {
    const members = [
      { user: 'ben', role: 'manager' as const },
      { user: 'cleo', role: 'manager' as const },
    ]
    const { group } = await node.core.groups.create(node.call, { kind: 'group', name: 'g', owner: 'anna', members })
    const kick = (by: string, user: string) => node.core.members.removeMany(node.by(by), group.id, [user])
    await expect(kick('ben', 'anna')).rejects.toMatchObject({ reason: 'group.role' })
    await expect(kick('ben', 'cleo')).rejects.toMatchObject({ reason: 'group.role' })
    expect(await kick('anna', 'ben')).toEqual({ removed: ['ben'], missing: [] })
    const leaving = node.core.members.leave(node.by('anna'), group.id, 'anna')
    await expect(leaving).rejects.toMatchObject({ reason: 'group.owner.leave' })
  })
})

describe('[GR14] lists of members', () => {
  type Wanted = { roles?: Role[]; size: number }
  const ranks = { owner: 0, manager: 1, member: 2 }

  async function world() {
    const group = await node.group('anna', [], { policy: { tips: 'none' } })
    await node.users(...names(40))
    for (const [i, user] of names(40).entries()) {
      if (i % 3 === 0) clock.move(7)
      const role: Role = i % 7 === 3 ? 'manager' : 'member'
      await node.core.members.addMany(node.call, group.id, [{ user, role }])
    }
    const rows = (await node.store.scan(members, { prefix: [group.id], limit: 1000 })).map(row => row.value)
    return { id: group.id, rows }
  }

  /** The list by its definition. */
  function expected(rows: Member[], { roles }: Wanted): string[] {
    const byTime = (a: Member, b: Member) => a.joined - b.joined || (a.user < b.user ? -1 : 1)
    const wanted = rows.filter(row => !roles || roles.some(role => ranks[role] === row.rank))
    return wanted.sort((a, b) => (roles ? a.rank - b.rank : 0) || byTime(a, b)).map(row => row.user)
  }

  const wanted: Wanted[] = [
    { size: 6 },
    { size: 1, roles: ['member'] },
    { size: 4, roles: ['manager', 'owner'] },
    { size: 5, roles: ['member', 'owner'] },
    { size: 1, roles: ['owner', 'member'] },
    { size: 7, roles: ['owner', 'manager', 'member'] },
  ]
  for (const each of wanted) {
    const what = `${each.roles ?? 'all'} by ${each.size}`
    test(`page by page after the last: ${what}`, async () => {
      const { id, rows } = await world()
      const seen: string[] = []
      for (let after: Member | undefined, more = true; more; ) {
        const page = await node.core.members.list(id, { roles: each.roles, after, limit: each.size })
        seen.push(...page.map(member => member.user))
        after = page.at(-1)
        more = page.length === each.size
      }
      expect(seen).toEqual(expected(rows, each))
    })

    test(`at any place: ${what}`, async () => {
      const { id, rows } = await world()
      const all = expected(rows, each)
      for (let skip = 0; skip <= all.length; skip++) {
        const page = await node.core.members.list(id, { roles: each.roles, skip, limit: each.size })
        expect(page.map(member => member.user)).toEqual(all.slice(skip, skip + each.size))
      }
    })
  }

  test('show when a member sent last, and whoever was deleted leaves no gap', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    clock.move(10)
    await node.core.send.toGroup(node.call, group.id, text('cleo'))
    await node.core.users.remove(node.call, ['ben'])
    const page = await node.core.members.list(group.id, { limit: 2 })
    expect(page.map(({ user, lastSent }) => [user, lastSent])).toEqual([['anna', 0], ['cleo', clock.now()]]) // biome-ignore format: pairs
  })

  test('of a user’s groups come in the order of ids, of all kinds or some, however many', async () => {
    const made: { id: number; kind: string }[] = []
    for (let i = 0; i < 12; i++) {
      const kind = (['work', 'public', 'team'] as const)[i % 3] as 'work'
      made.push((await node.core.groups.create(node.call, { kind, name: 'g', owner: 'ben' })).group)
    }
    const joined = async (kinds?: string[]) =>
      (await node.core.members.joined(app(), 'ben', kinds)).map(row => row.conv)
    expect(await joined()).toEqual(made.map(group => group.id))
    expect(await joined(['team', 'work'])).toEqual(made.filter(({ kind }) => kind !== 'public').map(group => group.id))
    expect(await joined(['community'])).toEqual([])
  })
})

describe('coming and going', () => {
  test('[GR15] joining, leaving and joining again begins with nothing unread, and counts rightly from there', async () => {
    const group = await node.group('anna', ['ben'])
    const unread = async (user: string) => node.core.unread.of(await node.core.groups.get(app(), group.id), user)
    const say = (from: string) => node.core.send.toGroup(node.call, group.id, text(from))
    for (let round = 0; round < 3; round++) {
      for (const from of ['anna', 'anna', 'ben']) await say(from)
      await node.core.members.leave(node.call, group.id, 'ben')
      expect(await unread('ben')).toBe(0)
      await say('anna')
      await add(group.id, ['ben'])
      expect(await unread('ben')).toBe(0)
      await say('ben')
      await say('anna')
      expect(await unread('ben')).toBe(1)
    }
    expect(await node.core.members.count(group.id)).toBe(2)
    const { n } = (await node.store.get(memberCount, [group.id]))?.value ?? {}
    expect(n).toBe(2)
  })

  test('[GR15] what was said before is hidden where the policy or the caller says so', async () => {
    for (const [kind, barrier, sees] of [
      ['public', false, 0],
      ['group', false, 3],
      ['group', true, 0],
    ] as const) {
      const { group } = await node.core.groups.create(node.call, {
        kind,
        name: 'g',
        owner: 'anna',
        policy: { tips: 'none' },
      })
      for (let i = 0; i < 3; i++) await node.core.send.toGroup(node.call, group.id, text('anna'))
      await add(group.id, ['ben'], { barrier })
      const viewer = { user: 'ben', member: await node.core.members.find(group.id, 'ben') }
      const page = await node.core.history.read(group, { by: 'seq', limit: 9, reverse: false, viewer })
      expect(page.messages).toHaveLength(sees)
    }
  })

  test('[GR15] who comes with a read position has unread what was counted after it', async () => {
    const group = await node.group('anna', ['ben'])
    for (const from of ['anna', 'ben', 'anna', 'anna']) await node.core.send.toGroup(node.call, group.id, text(from))
    await node.core.members.removeMany(node.call, group.id, ['ben'])
    const join = (user: string, readSeq: number) =>
      node.core.members.addMany(node.call, group.id, [{ user, fields: { readSeq } }], { present: 'overwrite' })
    const unread = (user: string) => node.core.unread.of(group, user)
    await join('cleo', 1)
    await join('ben', 1)
    expect([await unread('cleo'), await unread('ben')]).toEqual([3, 2])
    await join('cleo', 3)
    expect(await unread('cleo')).toBe(1)
    await join('cleo', 2)
    expect(await unread('cleo')).toBe(1)
    await join('cleo', 99)
    expect(await unread('cleo')).toBe(0)
    expect((await node.core.members.find(group.id, 'cleo'))?.readSeq).toBe(4)
  })
})
