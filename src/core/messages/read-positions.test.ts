import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import type { Conversation, Group } from '../model.ts'

let clock: ReturnType<typeof handClock>
let node: TestNode
let group: Group

beforeEach(async () => {
  clock = handClock()
  node = startNode({ clock: clock.now })
  await node.users('ann', 'ben', 'cat', 'dan', 'eve')
  group = await node.group('ann', ['ben', 'cat', 'dan'])
  clock.move(1)
})
afterEach(() => node.stop())

async function say(from: string, more: object = {}, where: Conversation = group): Promise<number> {
  const sent = await node.core.send.toConversation(node.call, where, { from, parts: [], ...more })
  clock.move(1)
  return sent.id
}

const read = (user: string, seq?: number) => node.core.unread.mark(node.by(user), group, user, seq)
const positions = async (most = 10) =>
  (await node.core.readPositions.list(group, most)).map(({ user, readSeq }) => [user, readSeq])
const readBy = async (...ids: number[]) =>
  (await node.core.readPositions.ofMessages(group, ids)).map(({ message, read, unread }) => [message.id, read, unread])
const refused = (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    error => error.reason,
  )

describe('[MA18] how far members have read', () => {
  test('is listed for all who are in the conversation now', async () => {
    for (let i = 0; i < 3; i++) await say('ann')
    await read('ben', 2)
    await read('cat')
    const before = [
      ['ann', 0],
      ['ben', 2],
      ['cat', 3],
      ['dan', 0],
    ]
    expect(await positions()).toEqual(before)
    expect(await positions(4)).toEqual(before)
    expect(await refused(positions(3))).toBe('request.batch')
    await node.core.members.removeMany(node.call, group.id, ['cat'])
    await node.core.users.remove(node.call, ['dan'])
    expect(await positions()).toEqual(before.slice(0, 2))
  })

  test('is whole in groups of more than one page, and what is above the limit is not read to its end', async () => {
    const people = Array.from({ length: 2100 }, (_, i) => `p${i}`)
    await node.users(...people)
    for (let at = 0; at < people.length; at += 300) {
      const drafts = people.slice(at, at + 300).map(user => ({ user }))
      await node.core.members.addMany(node.call, group.id, drafts)
    }
    await say('ann')
    await read('p2099')
    await read('p7')
    const all = await positions(3000)
    expect(new Set(all.map(([user]) => user)).size).toBe(2104)
    expect(all.filter(([, seq]) => seq === 1).map(([user]) => user)).toEqual(['p2099', 'p7'])
    expect(await refused(positions(2103))).toBe('request.batch')
  })
})

describe('[MA19] who has read a message', () => {
  test('are those who read up to it or beyond, without a receipt from anybody, and never its sender', async () => {
    const [one, two] = [await say('ann'), await say('ben')]
    await read('cat', 1)
    await read('dan', 2)
    await read('ben', 2)
    expect(await readBy(two, 5, one)).toEqual([
      [two, ['dan'], ['ann', 'cat']],
      [one, ['ben', 'cat', 'dan'], []],
    ])
    expect(await readBy()).toEqual([])
    expect(await readBy(5)).toEqual([])
  })

  test('are among those whom its lists show it to, and who were there when it was sent', async () => {
    const some = await say('ann', { visibleTo: ['ben', 'eve'] })
    const others = await say('ann', { hiddenFrom: ['ben'] })
    const all = await say('ann')
    await node.core.members.addMany(node.call, group.id, [{ user: 'eve' }])
    clock.move(1)
    const late = await say('ann')
    await read('eve')
    await read('ben')
    expect(await readBy(some, others, all, late)).toEqual([
      [some, ['ben'], []],
      [others, [], ['cat', 'dan']],
      [all, ['ben'], ['cat', 'dan']],
      [late, ['ben', 'eve'], ['cat', 'dan']],
    ])
    await node.core.members.removeMany(node.call, group.id, ['ben'])
    expect(await readBy(all)).toEqual([[all, [], ['cat', 'dan']]])
  })

  test('is nobody any more when it was withdrawn from all others, and not told when it was from all', async () => {
    const [some, all] = [await say('ann'), await say('ann')]
    await read('ben')
    await node.core.withdraw(node.call, group, 1, 'others')
    await node.core.withdraw(node.call, group, 2, 'all')
    expect(await readBy(some, all)).toEqual([[some, [], []]])
  })

  test('whoever cleared the conversation has read it, and both of a pair are there from the start', async () => {
    const first = await say('ann')
    await node.core.erase.conversation(node.by('cat'), group, 'cat')
    expect(await readBy(first)).toEqual([[first, ['cat'], ['ben', 'dan']]])
    const { direct } = await node.core.directs.open(node.call, 'ann', 'ben')
    const id = await say('ann', {}, direct)
    const [seen] = await node.core.readPositions.ofMessages(direct, [id])
    expect(seen).toMatchObject({ read: [], unread: ['ben'] })
  })

  test('is answered for no more than 100,000 members times messages', async () => {
    const people = Array.from({ length: 396 }, (_, i) => `p${i}`)
    await node.users(...people)
    for (const part of [people.slice(0, 198), people.slice(198)])
      await node.core.members.addMany(
        node.call,
        group.id,
        part.map(user => ({ user })),
      )
    clock.move(1)
    const id = await say('ann')
    const many = Array.from({ length: 251 }, () => id)
    const found = await node.core.readPositions.ofMessages(group, many.slice(1))
    expect(found.map(each => each.unread.length)).toEqual(Array.from({ length: 250 }, () => 399))
    expect(await refused(node.core.readPositions.ofMessages(group, many))).toBe('request.batch')
  })
})
