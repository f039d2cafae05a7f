import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'

const ever = Number.POSITIVE_INFINITY
let clock = handClock()
let node: TestNode
beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo', 'dora')
})
afterEach(() => node.stop())

function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'not refused',
    error => error.reason,
  )
}

const ban = (by: string, id: number, users: string[], until = ever) =>
  node.core.members.ban(node.by(by), id, users, until, { text: 'spam' })
const banned = async (id: number) =>
  (await node.core.members.banned(id, { limit: 100 })).map(({ user, by, text }) => ({ user, by, text }))
const add = (id: number, user: string) => node.core.members.addMany(node.call, id, [{ user }])

describe('[GE16] who is banned', () => {
  test('is out, and comes in by no way', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    await node.core.members.invite(node.call, group.id, ['dora'])
    expect(await ban('anna', group.id, ['ben', 'dora'])).toEqual({ removed: ['ben'] })
    expect(await node.core.members.find(group.id, 'ben')).toBeUndefined()
    expect(await node.core.members.count(group.id)).toBe(2)
    expect(await banned(group.id)).toEqual([
      { user: 'ben', by: 'anna', text: 'spam' },
      { user: 'dora', by: 'anna', text: 'spam' },
    ])
    const left = node.told.map(each => each.event).filter(event => event.type === 'members.left')
    expect(left).toMatchObject([{ how: 'kicked', users: ['ben'], change: { by: 'anna' } }])
    expect(await add(group.id, 'ben')).toEqual(['banned'])
    expect(await node.core.members.invite(node.call, group.id, ['ben'])).toEqual(['banned'])
    for (const join of ['open', 'approval'] as const) {
      await node.core.groups.update(node.call, group.id, {}, { join })
      expect(await refusal(node.core.members.apply(node.by('ben'), group.id, 'ben'))).toBe('group.banned')
    }
    expect(await refusal(node.core.members.accept(node.by('dora'), group.id, 'dora'))).toBe('group.invitation.missing')
    expect(await node.core.members.count(group.id)).toBe(2)
  })

  test('comes in again when it ends, or is lifted', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    await ban('anna', group.id, ['ben'], clock.now() + 1000)
    await ban('anna', group.id, ['cleo'])
    clock.move(999)
    expect(await add(group.id, 'ben')).toEqual(['banned'])
    clock.move(1)
    expect(await add(group.id, 'ben')).toEqual(['added'])
    expect(await refusal(node.core.members.unban(node.by('ben'), group.id, ['cleo']))).toBe('group.role')
    await node.core.members.unban(node.by('anna'), group.id, ['cleo'])
    expect(await banned(group.id)).toEqual([])
    expect(await add(group.id, 'cleo')).toEqual(['added'])
  })

  for (const { name, open } of engines)
    test(`stays out when a ban and a way in meet on two nodes, on ${name}`, async () => {
      const { store, end } = await open()
      const nodes = [startNode({ store: unevenly(store) }), startNode({ store: unevenly(store) })]
      const [first, second] = nodes as [TestNode, TestNode]
      await first.users('anna', 'ben')
      for (let round = 0; round < 12; round++) {
        const { id } = await first.group('anna', [], { policy: { join: 'open' } })
        if (round % 2) await first.core.members.invite(first.call, id, ['ben'])
        await Promise.allSettled([
          first.core.members.ban(first.by('anna'), id, ['ben'], ever),
          second.core.members.addMany(second.call, id, [{ user: 'ben' }]),
          second.core.members.apply(second.by('ben'), id, 'ben'),
          round % 2 ? second.core.members.accept(second.by('ben'), id, 'ben') : undefined,
        ])
        expect(await second.core.members.find(id, 'ben')).toBeUndefined()
        expect(await second.core.members.count(id)).toBe(1)
        expect(await second.core.members.banned(id, { limit: 9 })).toHaveLength(1)
      }
      for (const each of nodes) await each.stop()
      await end()
    })

  test('was somebody else before they were deleted', async () => {
    const group = await node.group('anna', ['ben'])
    await ban('anna', group.id, ['ben'])
    clock.move(10)
    await node.core.users.remove(node.call, ['ben'])
    clock.move(10)
    await node.users('ben')
    expect(await banned(group.id)).toEqual([])
    expect(await add(group.id, 'ben')).toEqual(['added'])
  })
})

describe('[GE17] who bans whom', () => {
  test.each([
    ['anna', 'anna', 'group.role'],
    ['mick', 'ben', 'not refused'],
    ['mick', 'dora', 'not refused'],
    ['mick', 'max', 'group.role'],
    ['mick', 'anna', 'group.role'],
    ['ben', 'dora', 'group.role'],
    ['dora', 'ben', 'member.missing'],
  ])('%s bans %s: %s', async (by, user, result) => {
    await node.users('mick', 'max')
    const group = await node.group('anna', ['ben', 'mick', 'max'])
    await node.core.members.setManagers(node.call, group.id, ['mick', 'max'], true)
    expect(await refusal(ban(by, group.id, [user]))).toBe(result)
    expect((await banned(group.id)).map(each => each.user)).toEqual(result === 'not refused' ? [user] : [])
  })

  test('nobody bans the owner, and a live room has bans without members', async () => {
    const group = await node.group('anna')
    expect(await refusal(node.core.members.ban(node.call, group.id, ['anna'], ever))).toBe('group.role')
    const room = await node.group('anna', [], { kind: 'live' })
    expect(await node.core.members.ban(node.call, room.id, ['ben'], ever)).toEqual({ removed: [] })
    expect((await banned(room.id)).map(each => each.user)).toEqual(['ben'])
    const many = Array.from({ length: 101 }, (_, i) => `u${i}`)
    expect(await refusal(node.core.members.ban(node.call, room.id, many, ever))).toBe('request.batch')
    expect(await refusal(node.core.members.unban(node.call, room.id, many))).toBe('request.batch')
  })
})
