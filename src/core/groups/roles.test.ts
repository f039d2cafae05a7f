import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { members as memberRows } from '../tables.ts'

let node: TestNode
beforeEach(async () => {
  node = startNode()
  await node.users('anna', 'ben', 'cleo', 'dora')
})
afterEach(() => node.stop())

function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'not refused',
    error => error.reason,
  )
}

const ranks = async (id: number, ...users: string[]) =>
  (await node.core.members.findMany(id, users)).map(member => member?.rank)
const set = (by: string, id: number, users: string[], on = true) =>
  node.core.members.setManagers(node.by(by), id, users, on)

describe('[GE8] managers', () => {
  test('the owner makes and unmakes them, of members alone', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    expect(await set('anna', group.id, ['ben', 'dora', 'ben'])).toEqual({ changed: ['ben'], missing: ['dora'] })
    expect(await ranks(group.id, 'anna', 'ben', 'cleo')).toEqual([0, 1, 2])
    for (const by of ['ben', 'cleo']) expect(await refusal(set(by, group.id, ['cleo']))).toBe('group.role')
    expect(await refusal(set('dora', group.id, ['cleo']))).toBe('member.missing')
    expect(await refusal(set('anna', group.id, ['anna']))).toBe('group.role')
    await set('anna', group.id, ['ben'], false)
    expect(await ranks(group.id, 'ben')).toEqual([2])
    const listed = await node.core.members.list(group.id, { roles: ['manager'], limit: 9 })
    expect(listed).toEqual([])
  })

  test('some kinds have none', async () => {
    const group = await node.group('anna', ['ben'], { kind: 'work' })
    expect(await refusal(set('anna', group.id, ['ben']))).toBe('group.kind')
    const room = await node.group('anna', [], { kind: 'live' })
    expect(await refusal(set('anna', room.id, ['ben']))).toBe('group.kind')
  })

  test('there are at most 100, also when they are made on two nodes at once', async () => {
    const users = Array.from({ length: 130 }, (_, i) => `u${i}`)
    await node.users(...users)
    const group = await node.group('anna', users)
    const store = unevenly(node.store)
    const nodes = [startNode({ store }), startNode({ store })]
    const parts = Array.from({ length: 13 }, (_, i) => users.slice(i * 10, i * 10 + 10))
    const outcomes = await Promise.allSettled(
      parts.map((part, i) => {
        const one = nodes[i % 2] as TestNode
        return one.core.members.setManagers(one.by('anna'), group.id, part, true)
      }),
    )
    const refused = outcomes.flatMap(each => (each.status === 'rejected' ? [each.reason.reason] : []))
    expect(refused).toEqual(['group.managers', 'group.managers', 'group.managers'])
    const rows = await node.store.scan(memberRows, { prefix: [group.id, 1], limit: 1000 }, 'rank')
    expect(rows).toHaveLength(100)
    for (const each of nodes) await each.stop()
  })

  test('[GE15] those made together are one change for devices, an event each, and a tip', async () => {
    const group = await node.group('anna', ['ben', 'cleo'], { kind: 'public' })
    node.told.length = 0
    await set('anna', group.id, ['ben', 'cleo'])
    const told = node.told.filter(each => each.subject === `c.${group.id}`).map(each => each.event)
    expect(told.map(event => event.type)).toEqual(['member.changed', 'message.sent'])
    expect(told[0]).toMatchObject({
      fields: ['role'],
      tipped: true,
      change: { what: 'member', by: 'anna', users: ['ben', 'cleo'], detail: { member: { role: 'manager' } } },
    })
    expect(told[1]).toMatchObject({
      message: { parts: [{ type: 'notice', what: 'manager.set', by: 'anna', users: ['ben', 'cleo'] }] },
    })
    node.told.length = 0
    expect(await set('anna', group.id, ['ben', 'cleo'])).toEqual({ changed: ['ben', 'cleo'], missing: [] })
    expect(node.told).toEqual([])
  })
})

describe('[GE9] the owner', () => {
  test('hands the group on and stays', async () => {
    const group = await node.group('anna', ['ben', 'cleo'], { kind: 'public' })
    for (const by of ['ben', 'dora'])
      expect(await refusal(node.core.members.transfer(node.by(by), group.id, 'ben'))).toMatch(/role|missing/)
    expect(await refusal(node.core.members.transfer(node.by('anna'), group.id, 'dora'))).toBe('member.missing')
    const next = await node.core.members.transfer(node.by('anna'), group.id, 'ben')
    expect(next).toMatchObject({ owner: 'ben', revision: group.revision + 1 })
    expect(await ranks(group.id, 'anna', 'ben')).toEqual([2, 0])
    const sent = node.told.flatMap(({ event }) => (event.type === 'message.sent' ? [event.message.parts[0]] : []))
    expect(sent.at(-1)).toMatchObject({ what: 'owner', by: 'anna', users: ['ben'] })
    expect(await refusal(set('anna', group.id, ['cleo']))).toBe('group.role')
    await set('ben', group.id, ['cleo'])
  })

  test('hands it on and leaves in the same moment', async () => {
    const group = await node.group('anna', ['ben'], { kind: 'public' })
    node.told.length = 0
    await node.core.members.transfer(node.by('anna'), group.id, 'ben', { leave: true })
    expect(await ranks(group.id, 'anna', 'ben')).toEqual([undefined, 0])
    expect(await node.core.members.count(group.id)).toBe(1)
    expect(await node.core.members.joined(node.call.app.id, 'anna')).toEqual([])
    expect(node.told.map(({ event }) => event.type)).toEqual([
      ...['group.changed', 'message.sent', 'members.left', 'message.sent', 'membership'],
    ])
    expect(node.told[2]?.event).toMatchObject({ how: 'left', users: ['anna'], change: { rev: 2 } })
  })

  test('the app hands on what has no owner, and to who has it already is no change', async () => {
    const group = await node.group('anna', ['ben'], { kind: 'work' })
    await node.core.members.leave(node.by('anna'), group.id, 'anna')
    expect(await node.core.members.transfer(node.call, group.id, 'ben', { leave: true })).toMatchObject({
      owner: 'ben',
    })
    expect(await node.core.members.count(group.id)).toBe(1)
    node.told.length = 0
    await node.core.members.transfer(node.by('ben'), group.id, 'ben', { leave: true })
    expect(node.told).toEqual([])
    expect(await ranks(group.id, 'ben')).toEqual([0])
  })

  for (const { name, open } of engines)
    test(`is one at any time, whoever hands on at once on two nodes, on ${name}`, async () => {
      const { store, end } = await open()
      const nodes = [startNode({ store: unevenly(store) }), startNode({ store: unevenly(store) })]
      const [first, second] = nodes as [TestNode, TestNode]
      await first.users('anna', 'ben', 'cleo')
      for (let round = 0; round < 6; round++) {
        const { id } = await first.group('anna', ['ben', 'cleo'])
        const outcomes = await Promise.allSettled([
          first.core.members.transfer(first.by('anna'), id, 'ben'),
          second.core.members.transfer(second.by('anna'), id, 'cleo', { leave: true }),
          second.core.members.leave(second.by('ben'), id, 'ben'),
          first.core.members.removeMany(first.by('anna'), id, ['cleo']),
        ])
        const group = await second.core.groups.get(second.call.app.id, id)
        const left = await second.core.members.list(id, { limit: 9 })
        expect(left.filter(member => member.rank === 0).map(member => member.user)).toEqual([group.owner])
        expect(await second.core.members.count(id)).toBe(left.length)
        expect(outcomes.slice(0, 2).filter(each => each.status === 'fulfilled').length).toBeLessThan(2)
      }
      for (const each of nodes) await each.stop()
      await end()
    })
})
