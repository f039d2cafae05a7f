import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import type { Conversation, Group } from '../model.ts'
import { changes, exceptions, messages } from '../tables.ts'

const text = (words: string) => [{ type: 'text' as const, text: words }]
let node: TestNode
let group: Group

beforeEach(async () => {
  node = startNode()
  await node.users('ann', 'ben', 'cy')
  group = await node.group('ann', ['ben', 'cy'])
})
afterEach(() => node.stop())

async function say(words: string, more: object = {}) {
  return node.core.send.toGroup(node.call, group.id, { from: 'ann', parts: text(words), ...more })
}

/** What somebody's devices show, or the app itself. */
async function seen(where: Conversation, user?: string): Promise<number[]> {
  const viewer = user === undefined ? undefined : { user, member: await node.core.members.find(where.id, user) }
  const query = { by: 'seq', limit: 100, reverse: false, viewer } as const
  return (await node.core.history.read(where, query)).messages.map(message => message.seq)
}

const withdraw = (seq: number, from?: 'all' | 'others', where: Conversation = group) =>
  node.core.withdraw(node.call, where, seq, from)

describe('[MA22] what the app withdrew', () => {
  test('from all keeps its number and is found by nobody', async () => {
    await say('1')
    const { id } = await say('2', { native: { volcengine: { Ext: { a: '1' } } }, quote: { id: 1, hint: 'h' } })
    await node.core.pins.pin(node.call, group, 2)
    await node.core.reactions.react(node.by('ben'), group, 2, '+1')
    await withdraw(2)
    expect((await say('3')).seq).toBe(3)
    for (const user of [undefined, 'ann', 'ben']) expect(await seen(group, user)).toEqual([1, 3])
    const row = (await node.store.get(messages, [group.id, 2]))?.value
    expect(row).toMatchObject({ seq: 2, id, sender: 'ann', parts: [], withdrawn: { from: 'all' } })
    for (const gone of ['native', 'quote', 'reactions', 'pinned'] as const) expect(row?.[gone]).toBeUndefined()
    expect(await node.core.history.byIds(group.id, [id])).toEqual([undefined])
    expect(await node.core.history.byIds(group.id, [id], true)).toMatchObject([{ seq: 2 }])
    expect(await node.core.history.bySeqs(group.id, [1, 2])).toMatchObject([{ seq: 1 }, undefined])
    expect(await node.core.pins.list(group.id, { user: 'ben' })).toEqual([])
    for (let seq = 4; seq < 14; seq++) {
      await say(`${seq}`)
      await node.core.pins.pin(node.call, group, seq)
    }
    const tries = [
      node.core.edit(node.call, group, 2, { parts: text('x') }),
      node.core.recall(node.call, group, 2),
      node.core.reactions.react(node.by('ben'), group, 2, '+1'),
      withdraw(2),
      withdraw(2, 'others'),
      withdraw(99),
    ]
    for (const result of await Promise.allSettled(tries))
      expect(result).toMatchObject({ reason: { reason: 'message.missing' } })
  })

  test('from the others is its sender’s alone, and may go from all later', async () => {
    await say('1', { from: 'ben' })
    await node.core.pins.pin(node.call, group, 1)
    await withdraw(1, 'others')
    const pinned = async (user: string) => (await node.core.pins.list(group.id, { user })).map(({ seq }) => seq)
    expect([await pinned('ann'), await pinned('ben')]).toEqual([[], [1]])
    await withdraw(1, 'others')
    expect([await seen(group, 'ann'), await seen(group, 'ben'), await seen(group)]).toEqual([[], [1], [1]])
    expect(node.told.filter(({ event }) => event.type === 'message.withdrawn')).toHaveLength(1)
    const edited = await node.core.edit(node.by('ben'), group, 1, { parts: text('y') })
    expect(edited.parts).toEqual(text('y'))
    await expect(node.core.edit(node.by('ann'), group, 1, { parts: [] })).rejects.toMatchObject({
      reason: 'message.missing',
    })
    await withdraw(1)
    expect([await seen(group, 'ben'), await seen(group), await pinned('ben')]).toEqual([[], [], []])
  })

  test('is nothing that end users do', async () => {
    await say('1')
    await expect(node.core.withdraw(node.by('ann'), group, 1)).rejects.toMatchObject({ reason: 'caller.forbidden' })
    expect(await seen(group)).toEqual([1])
  })
})

describe('[MA23] what was withdrawn is unread to nobody', () => {
  const unread = async (where: Conversation) =>
    Promise.all(['ann', 'ben', 'cy'].map(user => node.core.unread.of(where, user)))

  test('by one row for all, besides those that members have of their own', async () => {
    await say('1', { from: 'ben' })
    await say('2', { hiddenFrom: ['cy'] })
    await say('3', { visibleTo: ['ben', 'cy'] })
    await say('4')
    await node.core.erase.messages(node.call, group, 'cy', [1, 3])
    expect(await unread(group)).toEqual([1, 3, 1])
    const rows = async () => (await node.store.scan(exceptions, { prefix: [group.id], limit: 100 })).length
    const before = await rows()
    await withdraw(1)
    expect([await unread(group), (await rows()) - before]).toEqual([[0, 3, 1], 2])
    await withdraw(2, 'others')
    expect(await unread(group)).toEqual([0, 2, 1])
    await withdraw(3)
    expect(await unread(group)).toEqual([0, 1, 1])
    await withdraw(4, 'others')
    await withdraw(4)
    expect(await unread(group)).toEqual([0, 0, 0])
    await say('5')
    expect(await unread(group)).toEqual([0, 1, 1])
  })

  test('also with more of them than one page has, and in all conversations of two', async () => {
    for (let i = 0; i < 30; i++) {
      await say(`${i}`)
      await withdraw(i + 1)
    }
    await say('last')
    expect(await unread(group)).toEqual([0, 1, 1])
    const { conv } = await node.core.send.toUser(node.call, 'ben', { from: 'ann', parts: text('a') })
    await node.core.send.toUser(node.call, 'ben', { from: 'ann', parts: text('b') })
    const pair = await node.core.directs.get(node.call.app.id, conv)
    expect(await node.core.unread.ofDirects(node.call.app.id, 'ben')).toBe(2)
    await withdraw(1, 'others', pair)
    expect(await node.core.unread.ofDirects(node.call.app.id, 'ben')).toBe(1)
    expect(await node.core.unread.ofDirects(node.call.app.id, 'ann')).toBe(0)
    await withdraw(1, 'all', pair)
    expect(await node.core.unread.of(pair, 'ben')).toBe(1)
  })
})

test('[MA24] a device that was away is told of it unless its user sees the message still', async () => {
  await say('1', { from: 'ben' })
  await withdraw(1, 'others')
  const missed = async (user: string, rev: number) => {
    const positions = [{ conv: group.id, seq: 1, rev }]
    const query = { epoch: node.store.epoch, positions, after: 0, partial: false, only: true, limit: 50 }
    const [moved] = (await node.core.resume(node.call.app.id, user, query)).moved
    return moved?.changes.slice(-1).map(each => (each.blank ? 'blank' : each.row.change.what))
  }
  const [head] = await node.store.heads(changes, [[group.id]])
  const before = (head?.number ?? 0) - 1
  expect([await missed('ann', before), await missed('ben', before)]).toEqual([['withdraw'], ['blank']])
  await withdraw(1)
  expect([await missed('ann', before), await missed('ben', before)]).toEqual([['withdraw'], ['withdraw']])
})
