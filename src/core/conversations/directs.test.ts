import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { conversations } from '../tables.ts'

let clock = handClock()
let node: TestNode

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('anna', 'ben', 'cleo')
})
afterEach(() => node.stop())

const app = () => node.call.app.id
const text = (from: string) => ({ from, parts: [{ type: 'text' as const, text: 't' }] })
const sentTo = (subject: string) =>
  node.told.filter(({ event, subject: at }) => event.type === 'message.sent' && at === subject)

describe('[CO1] conversations of two', () => {
  test('opened many times at once from both sides, over two nodes, there is one', async () => {
    const other = startNode({ store: node.store, clock: clock.now })
    const sent = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const [from, to] = i % 2 ? ['anna', 'ben'] : ['ben', 'anna']
        return (i % 3 ? node : other).core.send.toUser(node.call, to as string, text(from as string))
      }),
    )
    expect(new Set(sent.map(one => one.conv)).size).toBe(1)
    expect(sent.map(one => one.seq).sort((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect((await node.core.directs.list(app(), 'anna', { limit: 9 })).conversations).toHaveLength(1)
    await other.stop()
  })

  test('ids with slashes, inboxes and keys never meet', async () => {
    await node.users('a', 'b/c', 'a/b', 'c', '1/a')
    const open = async (one: string, other: string, options = {}) =>
      (await node.core.directs.open(node.call, one, other, options)).direct.id
    const ids = [
      await open('a', 'b/c'),
      await open('a/b', 'c'),
      await open('a', 'c'),
      await open('1/a', 'c'),
      await open('a', 'c', { inbox: 1 }),
      await open('a', 'c', { key: 'k' }),
      await open('a', 'c', { key: 'k', inbox: 1 }),
    ]
    expect(new Set(ids).size).toBe(7)
    expect(await open('c', 'a', { key: 'k' })).toBe(ids[5])
    expect(await open('c', 'a')).toBe(ids[2])
    const group = await node.core.groups.create(node.call, { kind: 'group', name: 'g', idempotent: 'of a group' })
    await expect(open('a', 'c', { key: 'of a group' })).rejects.toMatchObject({ reason: 'conversation.kind' })
    expect(group.exists).toBe(false)
    const again = { kind: 'group', name: 'g', idempotent: 'k' } as const
    await expect(node.core.groups.create(node.call, again)).rejects.toMatchObject({ reason: 'conversation.kind' })
    expect((await node.core.directs.keyed(app(), 'k'))?.id).toBe(ids[5])
    await node.core.users.remove(node.call, ['c'])
    const free = await node.core.groups.create(node.call, again)
    expect((await node.core.directs.keyed(app(), 'k'))?.id).toBe(free.group.id)
  })

  test('one with oneself has one member and counts nothing', async () => {
    const { conv } = await node.core.send.toUser(node.call, 'anna', text('anna'))
    const direct = await node.core.directs.get(app(), conv)
    expect(await node.core.unread.of(direct, 'anna')).toBe(0)
    expect((await node.core.directs.list(app(), 'anna', { limit: 9 })).conversations).toHaveLength(1)
    expect(sentTo(`u.${app()}.anna`)).toHaveLength(1)
  })

  test('concurrent changes of one all succeed', async () => {
    const { direct } = await node.core.directs.open(node.call, 'anna', 'ben')
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => node.core.directs.update(app(), direct.id, { name: `${i}` })),
    )
    expect((await node.store.get(conversations, [direct.id]))?.value.revision).toBe(31)
  })
})
