import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import type { Conversation, Group } from '../model.ts'

const people = Array.from({ length: 8 }, (_, i) => `u${i}`)
let node: TestNode
let group: Group

beforeEach(async () => {
  node = startNode()
  await node.users('ann', ...people)
  group = await node.group('ann', people)
})
afterEach(() => node.stop())

async function say(from = 'ann', more: object = {}, on = node, where: Conversation = group): Promise<number> {
  return (await on.core.send.toConversation(on.call, where, { from, parts: [], receipt: true, ...more })).seq
}

const numbers = (seqs: number[]) => node.core.receipts.numbers(group, seqs)

describe('[MA10] receipts', () => {
  test('count a reader once, for others’ messages that asked for one and that the reader sees', async () => {
    const asked = await say()
    const own = await say('u0')
    const silent = await say('ann', { receipt: undefined })
    const secret = await say('ann', { visibleTo: ['u1', 'u2'] })
    const hidden = await say('ann', { hiddenFrom: ['u0'] })
    const gone = await say()
    await node.core.recall(node.call, group, gone)
    const erased = await say()
    await node.core.erase.messages(node.call, group, 'u0', [erased])
    const all = [asked, own, silent, secret, hidden, gone, erased, 99]
    expect(await node.core.receipts.send(node.by('u0'), group, 'u0', all)).toEqual([asked])
    expect(await node.core.receipts.send(node.by('u0'), group, 'u0', [asked, asked])).toEqual([asked])
    await node.core.receipts.send(node.call, group, 'u1', [secret, own])
    expect(await numbers(all)).toEqual([
      { seq: asked, read: 1, unread: 7 },
      { seq: own, read: 1, unread: 7 },
      undefined,
      { seq: secret, read: 1, unread: 1 },
      { seq: hidden, read: 0, unread: 7 },
      undefined,
      { seq: erased, read: 0, unread: 8 },
      undefined,
    ])
    await expect(node.core.receipts.send(node.call, group, 'stranger', [asked])).rejects.toMatchObject({
      reason: 'member.missing',
    })
    const many = Array.from({ length: 101 }, (_, i) => i + 1)
    await expect(node.core.receipts.send(node.call, group, 'u0', many)).rejects.toMatchObject({
      reason: 'request.batch',
    })
  })

  test('are told to the devices of each sender alone, and only what is new', async () => {
    const [a, b, c] = [await say(), await say('u1'), await say()]
    await node.core.receipts.send(node.by('u0'), group, 'u0', [a])
    node.told.length = 0
    await node.core.receipts.send(node.by('u0'), group, 'u0', [a, b, c])
    await node.core.receipts.send(node.by('u0'), group, 'u0', [a, b, c])
    expect(node.told).toEqual([
      {
        subject: `u.${node.call.app.id}.u1`,
        event: { type: 'receipts', group, receipts: [{ seq: b, read: 1, unread: 7, users: ['u0'] }] },
      },
      {
        subject: `u.${node.call.app.id}.ann`,
        event: { type: 'receipts', group, receipts: [{ seq: c, read: 1, unread: 7, users: ['u0'] }] },
      },
    ])
  })

  test('of a pair are its other side’s', async () => {
    const { direct } = await node.core.directs.open(node.call, 'ann', 'u0')
    const seq = await say('ann', {}, node, direct)
    node.told.length = 0
    expect(await node.core.receipts.numbers(direct, [seq])).toEqual([{ seq, read: 0, unread: 1 }])
    expect(await node.core.receipts.send(node.by('u0'), direct, 'u0', [seq])).toEqual([seq])
    expect(await node.core.receipts.send(node.by('ann'), direct, 'ann', [seq])).toEqual([])
    expect(await node.core.receipts.numbers(direct, [seq])).toEqual([{ seq, read: 1, unread: 0 }])
    expect(node.told).toEqual([
      {
        subject: `u.${node.call.app.id}.ann`,
        event: { type: 'receipts.direct', conversation: direct, user: 'u0', seqs: [seq] },
      },
    ])
  })

  test.each(engines)(
    'are all counted when everybody sends them at once, on two nodes, and the last one told has the whole number ($name)',
    async ({ open }) => {
      const { store: plain, end } = await open()
      const store = unevenly(plain)
      const [one, two] = [startNode({ store }), startNode({ store })]
      await one.users('ann', ...people)
      const mine = await one.group('ann', people)
      const seqs = [await say('ann', {}, one, mine), await say('ann', {}, one, mine)]
      const sends = [...people, ...people].map((user, i) =>
        (i % 2 ? one : two).core.receipts.send(one.by(user), mine, user, seqs),
      )
      await Promise.all(sends)
      expect(await one.core.receipts.numbers(mine, seqs)).toEqual(seqs.map(seq => ({ seq, read: 8, unread: 0 })))
      const told = [...one.told, ...two.told].flatMap(({ event }) => (event.type === 'receipts' ? event.receipts : []))
      const counts = told.filter(each => each.seq === seqs[0]).map(each => each.read)
      expect(counts.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      await two.stop()
      await one.stop()
      await end()
    },
  )
})

describe('[MA11] who read and who did not', () => {
  async function walk(which: 'read' | 'missing', seq: number, limit: number): Promise<string[]> {
    const [message] = await node.core.history.bySeqs(group.id, [seq])
    if (!message) throw new Error('no message')
    const users: string[] = []
    for (let after: string | undefined, more = true; more; ) {
      const page =
        which === 'read'
          ? await node.core.receipts.readers(message, { after, limit })
          : await node.core.receipts.missing(group, message, { after, limit })
      users.push(...('readers' in page ? page.readers.map(each => each.user) : page.users))
      after = page.next
      more = after !== undefined
    }
    return users
  }

  test.each([1, 2, 3, 100])('are together everybody but the sender, in pages of %i', async limit => {
    const seq = await say()
    for (const user of ['u5', 'u0', 'u7']) await node.core.receipts.send(node.call, group, user, [seq])
    expect(await walk('read', seq, limit)).toEqual(['u0', 'u5', 'u7'])
    expect(await walk('missing', seq, limit)).toEqual(['u1', 'u2', 'u3', 'u4', 'u6'])
  })

  test('follow the members of the moment, and the lists of a message', async () => {
    const seq = await say()
    const some = await say('ann', { visibleTo: ['u6', 'u2', 'ann'] })
    const others = await say('ann', { hiddenFrom: ['u2', 'u3'] })
    await node.core.receipts.send(node.call, group, 'u2', [some])
    await node.core.members.removeMany(node.call, group.id, ['u0'])
    await node.users('new')
    await node.core.members.addMany(node.call, group.id, [{ user: 'new' }])
    expect(await walk('missing', seq, 3)).toEqual(['new', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7'])
    expect(await walk('missing', some, 1)).toEqual(['u6'])
    expect(await walk('missing', others, 100)).toEqual(['new', 'u1', 'u4', 'u5', 'u6', 'u7'])
    expect(await numbers([seq, some, others])).toEqual([
      { seq, read: 0, unread: 8 },
      { seq: some, read: 1, unread: 1 },
      { seq: others, read: 0, unread: 6 },
    ])
  })
})
