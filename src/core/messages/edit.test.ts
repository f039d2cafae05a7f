import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Group, Message } from '../model.ts'

const clock = handClock()
let node: TestNode
let group: Group

beforeEach(async () => {
  node = startNode({ clock: clock.now })
  await node.users('ann', 'ben', 'cy')
  group = await node.group('ann', ['ben', 'cy'])
})
afterEach(() => node.stop())

const text = (words: string) => [{ type: 'text' as const, text: words }]

async function say(words: string, more: object = {}): Promise<Message> {
  const sent = await node.core.send.toGroup(node.call, group.id, { from: 'ben', parts: text(words), ...more })
  return sent.message as Message
}

async function at(seq: number): Promise<Message> {
  return (await node.core.history.bySeqs(group.id, [seq]))[0] as Message
}

describe('[MA1] an edited message', () => {
  test('keeps number, id, time, sender and place, and nobody has more or less unread', async () => {
    const before = await say('helo')
    await say('next')
    const unread = await node.core.unread.of(group, 'cy')
    clock.move(5000)
    const edited = await node.core.edit(node.call, group, before.seq, { parts: text('hello') }, { by: 'ann' })
    expect(await at(before.seq)).toEqual({
      ...before,
      parts: text('hello'),
      native: undefined,
      edited: { by: 'ann', at: clock.now(), times: 1 },
    })
    expect(edited).toEqual(await at(before.seq))
    expect(await node.core.unread.of(group, 'cy')).toBe(unread)
    expect((await node.core.edit(node.call, group, before.seq, {})).edited?.times).toBe(2)
  })

  test('keeps what the edit leaves out; with other parts the forms of other dialects go', async () => {
    const native = { tencent: { MsgBody: ['x'], CloudCustomData: 'old' }, netease: { ext: 'e' } }
    const { seq } = await say('one', { native })
    await node.core.edit(node.call, group, seq, { native: { tencent: { CloudCustomData: 'new' } } })
    expect(await at(seq)).toMatchObject({
      parts: text('one'),
      native: { tencent: { MsgBody: ['x'], CloudCustomData: 'new' }, netease: { ext: 'e' } },
    })
    await node.core.edit(node.call, group, seq, { parts: text('two'), native: { tencent: { MsgBody: undefined } } })
    expect((await at(seq)).native).toEqual({ tencent: { CloudCustomData: 'new' } })
    expect((await at(seq)).parts).toEqual(text('two'))
    await node.core.edit(node.call, group, seq, { parts: text('three') })
    expect((await at(seq)).native).toBeUndefined()
  })

  test('is told with what it says now, as a change of its own number', async () => {
    const { seq } = await say('a')
    const rev = (await node.core.positions.standings(node.call.app.id, 'cy', [group.id]))[0]?.rev as number
    const message = await node.core.edit(node.by('ben'), group, seq, { parts: text('b') })
    const told = node.told.at(-1)
    expect(told?.subject).toBe(`c.${group.id}`)
    expect(told?.event).toMatchObject({ type: 'message.edited', message, conversation: { id: group.id } })
    expect(told?.event).toMatchObject({ change: { what: 'edit', rev: rev + 1, seq, by: 'ben' } })
  })
})

describe('[MA2] editing', () => {
  test('is for the sender alone among end users, and only for so long', async () => {
    const { seq } = await say('a')
    for (const other of ['ann', 'cy'])
      await expect(node.core.edit(node.by(other), group, seq, { parts: text('x') })).rejects.toMatchObject({
        reason: 'group.role',
      })
    await expect(node.core.edit(node.by('dee'), group, seq, { parts: text('x') })).rejects.toMatchObject({
      reason: 'member.missing',
    })
    clock.move(1001)
    await expect(
      node.core.edit(node.by('ben'), group, seq, { parts: text('x') }, { within: 1000 }),
    ).rejects.toMatchObject({ reason: 'message.late' })
    expect((await at(seq)).parts).toEqual(text('a'))
    await node.core.edit(node.by('ben'), group, seq, { parts: text('x') }, { within: 1001 })
    expect((await at(seq)).parts).toEqual(text('x'))
  })

  test('does nothing to what is not there, was recalled, is the server’s own, or is hidden from its sender', async () => {
    const { seq } = await say('a')
    await node.core.recall(node.call, group, seq)
    const hidden = await say('b', { hiddenFrom: ['ben'] })
    const tips = await node.group('ann', ['ben'], { kind: 'public', policy: { tips: 'stored' } })
    await node.core.groups.update(node.call, tips.id, { name: 'other' })
    const refused: [TestNode['call'], Group, number, string][] = [
      [node.call, group, 99, 'message.missing'],
      [node.call, group, seq, 'message.recalled'],
      [node.by('ben'), group, hidden.seq, 'message.missing'],
      [node.call, tips, 1, 'message.fixed'],
    ]
    for (const [call, where, number, reason] of refused)
      await expect(node.core.edit(call, where, number, { parts: text('x') })).rejects.toMatchObject({ reason })
  })
})

test('[MA3] edits at once, on two nodes, are all counted and the last one holds', async () => {
  const store = unevenly(openMemory())
  const [one, two] = [startNode({ store }), startNode({ store })]
  await one.users('ann', 'ben')
  const mine = await one.group('ann', ['ben'])
  const { seq } = await one.core.send.toGroup(one.call, mine.id, { from: 'ben', parts: text('a') })
  const nodes = Array.from({ length: 12 }, (_, i) => (i % 2 ? one : two))
  await Promise.all(nodes.map((each, i) => each.core.edit(each.call, mine, seq, { parts: text(`${i}`) })))
  const [message] = await one.core.history.bySeqs(mine.id, [seq])
  expect(message?.edited?.times).toBe(12)
  const told = [...one.told, ...two.told].flatMap(({ event }) => (event.type === 'message.edited' ? [event] : []))
  const last = told.sort((a, b) => a.change.rev - b.change.rev).at(-1)
  expect(new Set(told.map(event => event.change.rev)).size).toBe(12)
  expect(message?.parts).toEqual(last?.message.parts)
  await two.stop()
  await one.stop()
})
