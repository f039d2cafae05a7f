import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import type { EventOf } from '../events.ts'

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

const update = (by: string, id: number, user: string, fields: object) =>
  node.core.members.update(node.by(by), id, user, fields)
const changed = () =>
  node.told.map(each => each.event).filter(event => event.type === 'member.changed') as EventOf<'member.changed'>[]

describe('[GE13] who changes what', () => {
  test('a member writes their own card; what is left out stays, an empty text clears', async () => {
    const group = await node.group('anna', ['ben'])
    await update('ben', group.id, 'ben', { nick: 'B', text: 't', custom: { a: '1', b: '2' }, ext: { x: '1' } })
    await update('ben', group.id, 'ben', { custom: { a: '', c: '3' }, ext: { y: '2' } })
    expect(await node.core.members.find(group.id, 'ben')).toMatchObject({
      ...{ nick: 'B', text: 't', custom: { b: '2', c: '3' }, ext: { y: '2' } },
    })
    await update('ben', group.id, 'ben', { nick: '', text: '' })
    const now = await node.core.members.find(group.id, 'ben')
    expect([now?.nick, now?.text]).toEqual([undefined, undefined])
    expect(changed().map(event => event.fields)).toEqual([
      ['nick', 'ext', 'custom', 'text'],
      ['ext', 'custom'],
      ['nick', 'text'],
    ])
    expect(changed()[2]?.change).toMatchObject({
      by: 'ben',
      users: ['ben'],
      detail: { member: { nick: '', text: '' } },
    })
  })

  test.each([
    ['ben', 'ben', { level: 3 }, 'group.role'],
    ['anna', 'ben', { level: 3, nick: 'x', text: 'y' }, 'not refused'],
    ['mick', 'ben', { nick: 'x' }, 'not refused'],
    ['mick', 'max', { nick: 'x' }, 'group.role'],
    ['mick', 'anna', { nick: 'x' }, 'group.role'],
    ['ben', 'cleo', { nick: 'x' }, 'group.role'],
    ['dora', 'ben', { nick: 'x' }, 'member.missing'],
    ['dora', 'dora', { nick: 'x' }, 'member.missing'],
    ['anna', 'dora', { nick: 'x' }, 'member.missing'],
    ['anna', 'ben', { notify: 'none' }, 'group.role'],
    ['ben', 'ben', { notify: 'none' }, 'not refused'],
  ])('%s of %s: %j is %s', async (by, user, fields, result) => {
    await node.users('mick', 'max')
    const group = await node.group('anna', ['ben', 'cleo', 'mick', 'max'])
    await node.core.members.setManagers(node.call, group.id, ['mick', 'max'], true)
    const before = await node.core.members.find(group.id, user)
    expect(await refusal(update(by, group.id, user, fields))).toBe(result)
    const after = await node.core.members.find(group.id, user)
    if (result === 'not refused') expect(after).toMatchObject(fields)
    else expect(after).toEqual(before)
  })

  test('what was so before changes nothing and is told to nobody', async () => {
    const group = await node.group('anna', ['ben'])
    await update('ben', group.id, 'ben', { nick: 'B', ext: { x: '1' }, notify: 'silent' })
    node.told.length = 0
    await update('ben', group.id, 'ben', { nick: 'B', ext: { x: '1' }, notify: 'silent' })
    expect(node.told).toEqual([])
    const [head] = await node.store.heads((await import('../tables.ts')).changes, [[group.id]])
    expect(head?.number).toBe(1)
  })
})

test('[GE14] a member’s own setting is told to their devices alone', async () => {
  const group = await node.group('anna', ['ben'])
  node.told.length = 0
  await update('ben', group.id, 'ben', { notify: 'none' })
  expect(new Set(node.told.map(each => each.subject))).toEqual(new Set([`u.${node.call.app.id}.ben`]))
  expect(JSON.stringify(node.told)).toContain('"notify":"none"')
  expect(await node.core.members.find(group.id, 'ben')).toMatchObject({ notify: 'none' })
})

describe('[GE15] many at once, for the app itself', () => {
  test('each as asked; those alike are one change', async () => {
    const group = await node.group('anna', ['ben', 'cleo', 'dora'], { kind: 'public' })
    node.told.length = 0
    const until = Date.now() + 60_000
    const outcome = await node.core.members.updateMany(node.call, group.id, [
      { user: 'ben', role: 'manager', nick: 'B', level: 2 },
      { user: 'cleo', mutedUntil: until },
      { user: 'dora', mutedUntil: until },
      { user: 'nobody', nick: 'x' },
    ])
    expect(outcome).toEqual({ changed: ['ben', 'cleo', 'dora'], missing: ['nobody'] })
    expect(await node.core.members.findMany(group.id, ['ben', 'cleo'])).toMatchObject([
      { rank: 1, nick: 'B', level: 2 },
      { rank: 2, mutedUntil: until },
    ])
    // The second of those alike goes to webhooks only.
    expect(changed().map(event => [event.change.rev, event.change.users, event.fields])).toEqual([
      [1, ['ben'], ['role', 'nick', 'level']],
      [2, ['cleo', 'dora'], ['mutedUntil']],
    ])
    const sent = node.told.flatMap(({ event }) => (event.type === 'message.sent' ? [event.message.parts[0]] : []))
    expect(sent).toMatchObject([
      { what: 'manager.set', users: ['ben'] },
      { what: 'muted', users: ['cleo', 'dora'] },
    ])
  })

  test('is not for end users, and a refusal of one changes nobody', async () => {
    const group = await node.group('anna', ['ben'])
    const asked = [{ user: 'ben', nick: 'x' }]
    expect(await refusal(node.core.members.updateMany(node.by('anna'), group.id, asked))).toBe('caller.forbidden')
    const both = [...asked, { user: 'anna', role: 'manager' as const }]
    expect(await refusal(node.core.members.updateMany(node.call, group.id, both))).toBe('group.role')
    expect((await node.core.members.find(group.id, 'ben'))?.nick).toBeUndefined()
  })

  test('[GE28] too many managers are refused as a whole, also where they come in several batches', async () => {
    const people = Array.from({ length: 250 }, (_, i) => `p${i}`)
    await node.users(...people)
    const group = await node.group('anna', people)
    const change = (users: string[], role: 'manager' | 'member') =>
      node.core.members.updateMany(
        node.call,
        group.id,
        users.map(user => ({ user, role, nick: role })),
      )
    const cards = async () =>
      (await node.core.members.findMany(group.id, people)).map(member => [member?.rank, member?.nick])
    const before = await cards()
    // The first batch alone would fit.
    const late = [...people.slice(0, 99).reverse(), ...Array.from({ length: 40 }, (_, i) => `x${i}`), 'p100', 'p101']
    expect(await refusal(change(late, 'manager'))).toBe('group.managers')
    expect(await cards()).toEqual(before)
    expect((await change(late.slice(0, -1), 'manager')).missing).toHaveLength(40)
    expect((await cards()).filter(([rank]) => rank === 1)).toHaveLength(100)
    // Those who are managers already take no place again.
    expect((await change(late.slice(0, -1), 'manager')).changed).toHaveLength(100)
    expect((await change(people, 'member')).changed).toHaveLength(250)
    expect((await cards()).every(([rank, nick]) => rank === 2 && nick === 'member')).toBe(true)
  })

  test('[GE30] however much is kept with members, many are changed at once', async () => {
    const people = Array.from({ length: 40 }, (_, i) => `p${i}`)
    await node.users(...people)
    const group = await node.group('anna', people)
    const ext = { k: 'x'.repeat(60_000) }
    for (const user of people) await node.core.members.update(node.call, group.id, user, { ext })
    const asked = [...people, 'nobody'].map((user, i) => ({ user, level: i }))
    expect(await node.core.members.updateMany(node.call, group.id, asked)).toEqual({
      changed: people,
      missing: ['nobody'],
    })
    const found = await node.core.members.findMany(group.id, people)
    expect(found.map(member => member?.level)).toEqual(people.map((_, i) => i))
    expect(found.every(member => member?.ext?.k === ext.k)).toBe(true)
    const long = people.map((user, i) => ({ user, level: -i, ext: { k: `${i}${'y'.repeat(6000)}` } }))
    expect((await node.core.members.updateMany(node.call, group.id, long)).changed).toEqual(people)
    expect((await node.core.members.find(group.id, 'p7'))?.level).toBe(-7)
    expect(await node.core.members.updateMany(node.call, group.id, [])).toEqual({ changed: [], missing: [] })
  })

  test('[GE29] where the caller says so the owner stays owner, and the rest of what is asked for them is done', async () => {
    const group = await node.group('anna', ['ben'])
    for (const role of ['manager', 'member'] as const) {
      const asked = [
        { user: 'anna', role, nick: role },
        { user: 'ben', role: 'manager' as const },
      ]
      expect(await refusal(node.core.members.updateMany(node.call, group.id, asked))).toBe('group.role')
      await node.core.members.updateMany(node.call, group.id, asked, { ownerStays: true })
      expect(await node.core.members.findMany(group.id, ['anna', 'ben'])).toMatchObject([
        { rank: 0, nick: role },
        { rank: 1 },
      ])
    }
    expect((await node.core.groups.get(node.call.app.id, group.id)).owner).toBe('anna')
  })

  test('two nodes that write one card at once lose nothing', async () => {
    const group = await node.group('anna', ['ben'])
    const other = startNode({ store: node.store })
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const one = i % 2 ? node : other
        return one.core.members.update(one.by('ben'), group.id, 'ben', { custom: { [`k${i}`]: 'v' } })
      }),
    )
    expect(Object.keys((await node.core.members.find(group.id, 'ben'))?.custom ?? {})).toHaveLength(20)
    await other.stop()
  })
})

describe('[GE31] who is added again, or as a manager', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`)
  const add = (on: TestNode, id: number, users: readonly string[], fields: object = {}) =>
    on.core.members.addMany(
      node.call,
      id,
      users.map(user => ({ user, role: 'manager' as const, fields })),
      { present: 'overwrite', strangers: true },
    )
  const ranks = async (id: number, users: readonly string[]) =>
    (await node.core.members.findMany(id, users)).map(member => member?.rank)

  test('is told of to all, once, and not where all is as it was', async () => {
    const group = await node.group('anna', ['ben'])
    await node.core.send.toGroup(node.call, group.id, { from: 'anna', parts: [] })
    node.told.length = 0
    const fields = { nick: 'B', level: 2, ext: { x: '1' }, readSeq: 1 }
    expect(await add(node, group.id, ['ben', 'anna', 'cleo'], fields)).toEqual(['present', 'present', 'added'])
    expect(changed().map(event => [event.change.users, event.change.detail])).toEqual([
      [['ben'], { member: { role: 'manager', nick: 'B', level: 2, ext: { x: '1' } } }],
      [['anna'], { member: { nick: 'B', level: 2, ext: { x: '1' } } }],
    ])
    const read = node.told.filter(({ event }) => event.type === 'read').map(each => each.subject)
    expect(read).toEqual(['ben', 'anna'].map(user => `u.${node.call.app.id}.${user}`))
    expect(await node.core.members.find(group.id, 'ben')).toMatchObject({ rank: 1, nick: 'B', readSeq: 1 })
    node.told.length = 0
    await add(node, group.id, ['ben', 'anna', 'cleo'], fields)
    expect(node.told).toEqual([])
  })

  test('is a plain member where there are no managers', async () => {
    const group = await node.group('anna', ['ben', 'cleo'], { kind: 'work' })
    expect(await add(node, group.id, ['anna', 'ben', 'dora'])).toEqual(['present', 'present', 'added'])
    const asked = { user: 'cleo', role: 'manager' as const, nick: 'C' }
    await node.core.members.updateMany(node.call, group.id, [asked], { ownerStays: true })
    expect(await ranks(group.id, ['anna', 'ben', 'cleo', 'dora'])).toEqual([0, 2, 2, 2])
    expect((await node.core.members.find(group.id, 'cleo'))?.nick).toBe('C')
  })

  test('is refused with all others when there would be too many, also in several batches', async () => {
    const group = await node.group('anna', ['ben', 'cleo'])
    expect(new Set(await add(node, group.id, many(99)))).toEqual(new Set(['added']))
    expect(await add(node, group.id, ['anna', 'm0', 'ben'])).toEqual(['present', 'present', 'present'])
    expect(await refusal(add(node, group.id, ['dora', 'm1']))).toBe('group.managers')
    expect(await refusal(add(node, group.id, ['cleo', 'm1']))).toBe('group.managers')
    expect(await ranks(group.id, ['ben', 'cleo', 'dora'])).toEqual([1, 2, undefined])
    const other = await node.group('anna')
    expect(await refusal(add(node, other.id, many(200)))).toBe('group.managers')
    expect(await refusal(add(node, other.id, many(101), { ext: { a: 'x'.repeat(4000) } }))).toBe('group.managers')
    expect(await node.core.members.count(other.id)).toBe(1)
  })

  test('comes with however much is kept with them', async () => {
    const group = await node.group('anna')
    const drafts = many(200).map(user => ({ user, fields: { ext: { a: 'x'.repeat(9000) } } }))
    for (const was of ['added', 'present'] as const) {
      const results = await node.core.members.addMany(node.call, group.id, drafts, {
        ...{ strangers: true, present: 'overwrite' },
      })
      expect(new Set(results)).toEqual(new Set([was]))
    }
    const last = (await node.core.members.find(group.id, 'm199'))?.ext
    expect([await node.core.members.count(group.id), last?.a?.length]).toEqual([201, 9000])
  })

  test('is one of 100 at most on two nodes together', async () => {
    const other = startNode({ store: node.store })
    const group = await node.group('anna')
    await add(node, group.id, many(95))
    const one = (i: number) => refusal(add(i % 2 ? node : other, group.id, [`n${i}`]))
    const results = await Promise.all(Array.from({ length: 12 }, (_, i) => one(i)))
    expect(results.filter(each => each === 'group.managers')).toHaveLength(7)
    await other.stop()
  })
})
