import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { messages } from '../tables.ts'
import type { MessageDraft } from './send.ts'

let clock = handClock()
let node: TestNode

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo')
})
afterEach(() => node.stop())

const app = () => node.call.app.id
const text = (from: string, more: Partial<MessageDraft> = {}): MessageDraft => ({
  from,
  parts: [{ type: 'text', text: 't' }],
  ...more,
})

describe('[MS5] client ids', () => {
  const client = { id: 'c1', window: 60_000 }

  for (const { name, open } of engines)
    test(`50 at once, over two nodes on ${name}: one is stored and told, all get its result`, async () => {
      const { store, end } = await open()
      const [one, two] = [startNode({ store }), startNode({ store })]
      await one.users('anna', 'ben')
      const group = await one.group('anna', ['ben'])
      const toGroup = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          (i % 2 ? one : two).core.send.toGroup(one.call, group.id, text('ben', { client })),
        ),
      )
      const toUser = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          (i % 2 ? one : two).core.send.toUser(one.call, 'ben', text('anna', { client })),
        ),
      )
      for (const sent of [toGroup, toUser]) {
        expect(new Set(sent.map(({ conv, seq, id, time }) => `${conv} ${seq} ${id} ${time}`)).size).toBe(1)
        expect(sent.filter(one => !one.repeated)).toHaveLength(1)
        expect(sent[0]?.seq).toBe(1)
      }
      const told = [...one.told, ...two.told].filter(({ event }) => event.type === 'message.sent')
      expect(told.map(({ subject }) => subject)).toEqual([`c.${group.id}`, `u.${app()}.anna`, `u.${app()}.ben`])
      expect(await store.scan(messages, { prefix: [group.id], limit: 9 })).toHaveLength(1)
      await one.stop()
      await two.stop()
      await end()
    })

  test('a repeat within the window answers the first result and tells nobody; after it the message is new', async () => {
    const group = await node.group('anna', ['ben'])
    const first = await node.core.send.toGroup(node.call, group.id, text('ben', { client }))
    clock.move(59_999)
    const told = node.told.length
    const again = await node.core.send.toGroup(node.call, group.id, text('ben', { client }))
    const { message: _, ...result } = first
    expect(again).toEqual({ ...result, repeated: true })
    expect(node.told).toHaveLength(told)
    clock.move(1)
    const late = await node.core.send.toGroup(node.call, group.id, text('ben', { client }))
    expect(late).toMatchObject({ seq: 2, repeated: false })
    expect((await node.core.send.toGroup(node.call, group.id, text('ben', { client }))).seq).toBe(2)
  })

  test('is the sender’s own in each conversation', async () => {
    const [one, two] = [await node.group('anna', ['ben']), await node.group('anna', ['ben'])]
    const sent = [
      await node.core.send.toGroup(node.call, one.id, text('ben', { client })),
      await node.core.send.toGroup(node.call, one.id, text('anna', { client })),
      await node.core.send.toGroup(node.call, two.id, text('ben', { client })),
      await node.core.send.toUser(node.call, 'anna', text('ben', { client })),
      await node.core.send.toUser(node.call, 'ben', text('anna', { client })),
    ]
    expect(sent.map(one => one.repeated)).toEqual([false, false, false, false, false])
  })
})
