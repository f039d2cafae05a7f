import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import type { Group } from '../model.ts'

const text = (words: string) => [{ type: 'text' as const, text: words }]
const clock = handClock()
let node: TestNode
let group: Group

beforeEach(async () => {
  node = startNode({ clock: clock.now })
  await node.users('ann', 'ben', 'cy')
  group = await node.group('ann', ['ben', 'cy'])
})
afterEach(() => node.stop())

async function say(count: number, more: object = {}): Promise<number[]> {
  const seqs: number[] = []
  for (let i = 0; i < count; i++)
    seqs.push((await node.core.send.toGroup(node.call, group.id, { from: 'ben', parts: text(`${i}`), ...more })).seq)
  return seqs
}

const pinned = async (viewer?: { user: string }) =>
  (await node.core.pins.list(group.id, viewer)).map(message => message.seq)

describe('[MA14] pins', () => {
  test('are listed with the newest pin first, told, and gone when taken away or recalled', async () => {
    const [a, b, c] = (await say(3)) as [number, number, number]
    for (const seq of [b, a, c]) {
      clock.move(1)
      await node.core.pins.pin(node.call, group, seq, { by: 'ann' })
    }
    expect(await pinned()).toEqual([c, a, b])
    expect(node.told.at(-1)?.event).toMatchObject({
      type: 'message.pinned',
      message: { seq: c, pinned: { by: 'ann', at: clock.now() } },
      change: { what: 'pin', seq: c, detail: { on: true } },
    })
    const told = node.told.length
    await node.core.pins.pin(node.call, group, c)
    expect(node.told).toHaveLength(told)
    await node.core.pins.unpin(node.call, group, a)
    await node.core.pins.unpin(node.call, group, a)
    expect(node.told).toHaveLength(told + 1)
    await node.core.recall(node.call, group, c)
    expect(await pinned()).toEqual([b])
    expect((await node.core.history.bySeqs(group.id, [a, b, c])).map(each => each?.pinned?.by)).toEqual([
      undefined,
      'ann',
      undefined,
    ])
  })

  test('are as many as the caller says, ten by default; what is taken away or recalled makes room', async () => {
    const seqs = await say(14)
    for (const seq of seqs.slice(0, 10)) await node.core.pins.pin(node.call, group, seq)
    await expect(node.core.pins.pin(node.call, group, seqs[10] as number)).rejects.toMatchObject({
      reason: 'message.full',
    })
    await node.core.pins.pin(node.call, group, seqs[10] as number, { most: 11 })
    await node.core.pins.unpin(node.call, group, seqs[0] as number)
    await node.core.recall(node.call, group, seqs[1] as number)
    await node.core.pins.pin(node.call, group, seqs[11] as number)
    await expect(node.core.pins.pin(node.call, group, seqs[12] as number)).rejects.toMatchObject({
      reason: 'message.full',
    })
    expect(await pinned()).toHaveLength(10)
  })

  test('are made in a group by those who may edit it, in a pair by both, and never by who does not see the message', async () => {
    await node.core.groups.update(node.call, group.id, {}, { edit: 'managers' })
    const strict = await node.core.groups.get(node.call.app.id, group.id)
    const [seq] = (await say(1)) as [number]
    for (const [who, reason] of [
      ['ben', 'group.role'],
      ['dee', 'member.missing'],
    ] as const) {
      await expect(node.core.pins.pin(node.by(who), strict, seq)).rejects.toMatchObject({ reason })
      await expect(node.core.pins.unpin(node.by(who), strict, seq)).rejects.toMatchObject({ reason })
    }
    await node.core.pins.pin(node.by('ann'), strict, seq)
    const { conv, seq: first } = await node.core.send.toUser(node.call, 'cy', { from: 'ben', parts: text('x') })
    const pair = await node.core.directs.get(node.call.app.id, conv)
    await node.core.pins.pin(node.by('cy'), pair, first)
    await node.core.pins.unpin(node.by('ben'), pair, first)
    const [secret] = (await say(1, { visibleTo: ['ben'] })) as [number]
    await expect(node.core.pins.pin(node.by('ann'), strict, secret)).rejects.toMatchObject({
      reason: 'message.missing',
    })
    await node.core.pins.pin(node.call, strict, secret)
    expect(await pinned({ user: 'cy' })).toEqual([seq])
    expect(await pinned({ user: 'ben' })).toHaveLength(2)
  })

  test.each(engines)('never pass their number, also when two nodes pin at once ($name)', async ({ open }) => {
    const { store: plain, end } = await open()
    const store = unevenly(plain)
    const [one, two] = [startNode({ store }), startNode({ store })]
    await one.users('ann')
    const mine = await one.group('ann')
    const sends = Array.from({ length: 20 }, () =>
      one.core.send.toGroup(one.call, mine.id, { from: 'ann', parts: text('x') }),
    )
    const seqs = (await Promise.all(sends)).map(sent => sent.seq)
    const results = await Promise.allSettled(
      seqs.map((seq, i) => (i % 2 ? one : two).core.pins.pin(one.call, mine, seq)),
    )
    expect(results.filter(result => result.status === 'fulfilled')).toHaveLength(10)
    expect(await one.core.pins.list(mine.id)).toHaveLength(10)
    await two.stop()
    await one.stop()
    await end()
  })
})
