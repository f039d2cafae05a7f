import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import type { EventOf } from '../events.ts'
import type { Policy } from '../model.ts'
import { applications } from './tables.ts'

const month = 30 * 24 * 3600 * 1000
let clock = handClock()
let node: TestNode

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo', 'dora')
})
afterEach(() => node.stop())

const approval = { policy: { join: 'approval' as const } }

function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'not refused',
    error => error.reason,
  )
}

async function notesOf(user: string, kind: string, from = node) {
  const notes = await from.core.notes.read(from.call.app.id, user, 0, 100)
  return notes.filter(note => note.kind === kind)
}

/** Those who came in, as devices are told. */
function joined() {
  const all = node.told.map(each => each.event)
  return all.filter(event => event.type === 'members.joined') as EventOf<'members.joined'>[]
}

const apply = (id: number, user: string, text?: string) => node.core.members.apply(node.by(user), id, user, { text })
const waiting = async (id: number, by = node.call) => {
  const { found } = await node.core.members.applicationsOf(by, id, { limit: 100 })
  return found.map(each => each.user)
}

describe('[GE1] coming in by one’s own wish', () => {
  test('an open group takes everybody at once, as having applied', async () => {
    const group = await node.group('anna', [], { policy: { join: 'open', invite: 'nobody' } })
    expect(await apply(group.id, 'ben', 'hello')).toBe('joined')
    expect(await node.core.members.find(group.id, 'ben')).toMatchObject({ rank: 2 })
    expect(await node.core.members.count(group.id)).toBe(2)
    expect(joined().at(-1)).toMatchObject({ how: 'applied', members: [{ user: 'ben' }] })
    expect(await refusal(apply(group.id, 'ben'))).toBe('member.exists')
  })

  test('a closed group takes nobody, and one of passing members has no list to come into', async () => {
    const closed = await node.group('anna', [], { policy: { join: 'closed' } })
    expect(await refusal(apply(closed.id, 'ben'))).toBe('group.closed')
    const room = await node.group('anna', [], { kind: 'live' })
    expect(await refusal(apply(room.id, 'ben'))).toBe('group.kind')
    expect(await refusal(apply(closed.id + 77, 'ben'))).toBe('group.missing')
    await node.core.groups.dismiss(node.call, closed.id)
    expect(await refusal(apply(closed.id, 'ben'))).toBe('group.dismissed')
  })

  test('a group that takes approval lets the user wait', async () => {
    const group = await node.group('anna', [], approval)
    expect(await apply(group.id, 'ben', 'please')).toBe('pending')
    expect(await node.core.members.find(group.id, 'ben')).toBeUndefined()
    expect(await waiting(group.id)).toEqual(['ben'])
    const mine = await node.core.members.applicationsBy(node.by('ben'), 'ben', { limit: 10 })
    expect(mine.found).toMatchObject([{ request: { text: 'please' }, group: { id: group.id } }])
    await node.core.members.approve(node.by('anna'), group.id, 'ben')
    expect(await node.core.members.find(group.id, 'ben')).toMatchObject({ rank: 2, invitedBy: 'anna' })
    expect(await waiting(group.id)).toEqual([])
    expect(joined().at(-1)).toMatchObject({ how: 'applied', change: { by: 'anna', users: ['ben'] } })
    expect(await notesOf('ben', 'group.application.answered')).toMatchObject([
      { from: 'anna', data: { conv: group.id, accepted: true } },
    ])
  })

  test.each([
    ['full', 'group.full'],
    ['unknown', 'user.missing'],
    ['in', 'member.exists'],
  ])('whoever is %s does not wait', async (which, reason) => {
    const group = await node.group('anna', ['cleo'], {
      policy: { ...approval.policy, maxMembers: which === 'full' ? 2 : 9 },
    })
    const user = { full: 'ben', unknown: 'nobody', in: 'cleo' }[which] as string
    expect(await refusal(apply(group.id, user))).toBe(reason)
    expect(await waiting(group.id)).toEqual([])
  })
})

describe('[GE2] who is told', () => {
  test('owner and managers once each, and nobody else', async () => {
    const group = await node.group('anna', ['cleo'], approval)
    await node.core.members.addMany(node.call, group.id, [{ user: 'dora', role: 'manager' }])
    for (const words of ['one', 'two', 'three']) await apply(group.id, 'ben', words)
    for (const user of ['anna', 'dora'])
      expect(await notesOf(user, 'group.application')).toMatchObject([
        { from: 'ben', data: { conv: group.id, alias: group.alias, user: 'ben', text: 'one' } },
      ])
    expect(await notesOf('cleo', 'group.application')).toEqual([])
    const { found } = await node.core.members.applicationsOf(node.by('dora'), group.id, { limit: 10 })
    expect(found).toMatchObject([{ user: 'ben', text: 'three' }])
  })

  test('two devices of the applicant at once, on two nodes, are one application', async () => {
    const store = unevenly(node.store)
    const others = [startNode({ store, clock: clock.now }), startNode({ store, clock: clock.now })]
    const group = await node.group('anna', [], approval)
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => {
        const one = others[i % 2] as TestNode
        return one.core.members.apply(one.by('ben'), group.id, 'ben', { text: `${i}` })
      }),
    )
    expect(await notesOf('anna', 'group.application')).toHaveLength(1)
    expect(await waiting(group.id)).toEqual(['ben'])
    for (const other of others) await other.stop()
  })
})

describe('[GE3] who answers', () => {
  test('neither members nor users outside list or answer applications', async () => {
    const group = await node.group('anna', ['cleo'], approval)
    await apply(group.id, 'ben')
    for (const [user, reason] of [
      ['cleo', 'group.role'],
      ['dora', 'member.missing'],
      ['ben', 'member.missing'],
    ] as const) {
      const by = node.by(user)
      expect(await refusal(node.core.members.approve(by, group.id, 'ben'))).toBe(reason)
      expect(await refusal(node.core.members.refuseApplicant(by, group.id, 'ben'))).toBe(reason)
      expect(await refusal(node.core.members.applicationsOf(by, group.id, { limit: 9 }))).toBe(reason)
    }
    expect(await refusal(node.core.members.applicationsBy(node.by('cleo'), 'ben', { limit: 9 }))).toBe(
      'caller.forbidden',
    )
    expect(await waiting(group.id)).toEqual(['ben'])
  })

  test('a no is told to the applicant, who may apply again', async () => {
    const group = await node.group('anna', [], approval)
    await apply(group.id, 'ben')
    await node.core.members.refuseApplicant(node.by('anna'), group.id, 'ben', 'not now')
    expect(await notesOf('ben', 'group.application.answered')).toMatchObject([
      { from: 'anna', data: { conv: group.id, accepted: false, text: 'not now' } },
    ])
    expect(await waiting(group.id)).toEqual([])
    await apply(group.id, 'ben')
    expect(await notesOf('anna', 'group.application')).toHaveLength(2)
  })

  for (const { name, open } of engines)
    test(`of many answers at once on two nodes one counts, on ${name}`, async () => {
      const { store, end } = await open()
      const nodes = [startNode({ store: unevenly(store) }), startNode({ store: unevenly(store) })]
      const [first, second] = nodes as [TestNode, TestNode]
      await first.users('anna', 'ben', 'dora')
      for (let round = 0; round < 8; round++) {
        const group = await first.group('anna', [], approval)
        await first.core.members.addMany(first.call, group.id, [{ user: 'dora', role: 'manager' }])
        await first.core.members.apply(first.by('ben'), group.id, 'ben')
        const before = (await notesOf('ben', 'group.application.answered', first)).length
        const outcomes = await Promise.allSettled([
          first.core.members.approve(first.by('anna'), group.id, 'ben'),
          second.core.members.approve(second.by('dora'), group.id, 'ben'),
          second.core.members.refuseApplicant(second.by('dora'), group.id, 'ben'),
          first.core.members.withdraw(first.by('ben'), group.id, 'ben'),
        ])
        expect(outcomes.filter(each => each.status === 'fulfilled')).toHaveLength(1)
        const reasons = outcomes.flatMap(each => (each.status === 'rejected' ? [each.reason.reason] : []))
        for (const reason of reasons) expect(['group.application.missing', 'member.exists']).toContain(reason)
        const winner = outcomes.findIndex(each => each.status === 'fulfilled')
        const isIn = (await second.core.members.find(group.id, 'ben')) !== undefined
        expect(isIn).toBe(winner < 2)
        expect(await second.core.members.count(group.id)).toBe(isIn ? 3 : 2)
        const told = (await notesOf('ben', 'group.application.answered', first)).length - before
        expect(told).toBe(winner === 3 ? 0 : 1)
        expect((await first.core.members.applicationsOf(first.call, group.id, { limit: 9 })).found).toEqual([])
      }
      for (const each of nodes) await each.stop()
      await end()
    })

  test('a manager who is one no more at that moment answers nothing', async () => {
    const group = await node.group('anna', ['cleo'], approval)
    await node.core.members.setManagers(node.call, group.id, ['cleo'], true)
    await apply(group.id, 'ben')
    await node.core.members.setManagers(node.by('anna'), group.id, ['cleo'], false)
    expect(await refusal(node.core.members.approve(node.by('cleo'), group.id, 'ben'))).toBe('group.role')
  })
})

describe('[GE4] what cannot be answered', () => {
  const gone = (id: number) => refusal(node.core.members.approve(node.by('anna'), id, 'ben'))

  test('what was taken back, and only by the applicant', async () => {
    const group = await node.group('anna', ['cleo'], approval)
    await apply(group.id, 'ben')
    expect(await refusal(node.core.members.withdraw(node.by('cleo'), group.id, 'ben'))).toBe('caller.forbidden')
    await node.core.members.withdraw(node.by('ben'), group.id, 'ben')
    expect(await gone(group.id)).toBe('group.application.missing')
    expect(await refusal(node.core.members.withdraw(node.by('ben'), group.id, 'ben'))).toBe('group.application.missing')
  })

  test('what has ended', async () => {
    const group = await node.group('anna', [], approval)
    await apply(group.id, 'ben')
    clock.move(month - 1)
    expect(await waiting(group.id)).toEqual(['ben'])
    clock.move(1)
    expect(await waiting(group.id)).toEqual([])
    expect((await node.core.members.applicationsBy(node.by('ben'), 'ben', { limit: 9 })).found).toEqual([])
    expect(await gone(group.id)).toBe('group.application.missing')
    await apply(group.id, 'ben')
    expect(await waiting(group.id)).toEqual(['ben'])
  })

  test('what somebody wanted who was deleted and made again', async () => {
    const group = await node.group('anna', [], approval)
    await apply(group.id, 'ben')
    clock.move(10)
    await node.core.users.remove(node.call, ['ben'])
    expect(await waiting(group.id)).toEqual([])
    clock.move(10)
    await node.users('ben')
    expect(await waiting(group.id)).toEqual([])
    expect(await gone(group.id)).toBe('group.application.missing')
    await expect
      .poll(async () => node.store.scan((await import('./tables.ts')).applications, { prefix: [], limit: 9 }))
      .toEqual([])
  })
})

describe('[GE5] at an approval', () => {
  test.each([
    ['a full group', { maxMembers: 2 }, 'group.full'],
    ['a user in too many groups', {}, 'group.limit.joined'],
  ] as [string, Partial<Policy>, string][])('%s changes nothing', async (what, policy, reason) => {
    const group = await node.group('anna', [], { policy: { ...approval.policy, ...policy } })
    await apply(group.id, 'ben')
    if (what === 'a full group') await node.core.members.addMany(node.call, group.id, [{ user: 'cleo' }])
    const allowance = what.includes('many') ? { kinds: ['group'], joined: 1 } : undefined
    if (allowance) await node.group('cleo', ['ben'])
    expect(await refusal(node.core.members.approve(node.by('anna'), group.id, 'ben', { allowance }))).toBe(reason)
    expect(await node.core.members.find(group.id, 'ben')).toBeUndefined()
    expect(await waiting(group.id)).toEqual(['ben'])
    expect(await notesOf('ben', 'group.application.answered')).toEqual([])
  })

  test('of many approvals at once exactly as many get in as there are places', async () => {
    const users = Array.from({ length: 12 }, (_, i) => `u${i}`)
    await node.users(...users)
    const group = await node.group('anna', [], { policy: { ...approval.policy, maxMembers: 6 } })
    for (const user of users) await apply(group.id, user)
    const store = unevenly(node.store)
    const nodes = [startNode({ store, clock: clock.now }), startNode({ store, clock: clock.now })]
    const outcomes = await Promise.allSettled(
      users.map((user, i) => {
        const one = nodes[i % 2] as TestNode
        return one.core.members.approve(one.by('anna'), group.id, user)
      }),
    )
    expect(outcomes.filter(each => each.status === 'fulfilled')).toHaveLength(5)
    expect(await node.core.members.count(group.id)).toBe(6)
    expect(await waiting(group.id)).toHaveLength(7)
    for (const each of nodes) await each.stop()
  })
})

test('[GE7] whoever is added, or whose group is dismissed, waits no more', async () => {
  const group = await node.group('anna', [], approval)
  await apply(group.id, 'ben')
  await apply(group.id, 'cleo')
  await node.core.members.addMany(node.call, group.id, [{ user: 'ben' }])
  expect(await waiting(group.id)).toEqual(['cleo'])
  await node.core.groups.dismiss(node.call, group.id)
  expect((await node.core.members.applicationsBy(node.by('cleo'), 'cleo', { limit: 9 })).found).toEqual([])
  await expect.poll(() => node.store.scan(applications, { prefix: [node.call.app.id], limit: 9 })).toEqual([])
})
