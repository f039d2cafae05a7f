import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import type { Group, Message } from '../model.ts'

const text = (words: string) => [{ type: 'text' as const, text: words }]
const people = Array.from({ length: 12 }, (_, i) => `u${String(i).padStart(2, '0')}`)

const clock = handClock()
let node: TestNode
let group: Group
let seq: number

beforeEach(async () => {
  node = startNode({ clock: clock.now })
  await node.users('ann', ...people)
  group = await node.group('ann', people)
  seq = (await node.core.send.toGroup(node.call, group.id, { from: 'ann', parts: text('hi') })).seq
})
afterEach(() => node.stop())

async function now(): Promise<Message> {
  return (await node.core.history.bySeqs(group.id, [seq]))[0] as Message
}

describe('[MA12] reactions', () => {
  test('are counted once a user and kind, with the first few by name, and taken back exactly', async () => {
    const { react, unreact } = node.core.reactions
    for (const user of people.slice(0, 7)) await react(node.by(user), group, seq, '+1')
    await react(node.by('u00'), group, seq, 'heart')
    await react(node.by('u00'), group, seq, '+1')
    expect((await now()).reactions).toEqual([
      { kind: '+1', count: 7, users: people.slice(0, 5) },
      { kind: 'heart', count: 1, users: ['u00'] },
    ])
    await unreact(node.by('u01'), group, seq, '+1')
    await unreact(node.by('u01'), group, seq, '+1')
    await unreact(node.by('u11'), group, seq, '+1')
    await react(node.by('u07'), group, seq, '+1')
    await unreact(node.by('u07'), group, seq, '+1')
    await unreact(node.by('u00'), group, seq, 'heart')
    expect((await now()).reactions).toEqual([{ kind: '+1', count: 6, users: ['u00', 'u02', 'u03', 'u04', 'u05'] }])
    for (const user of people) await unreact(node.by(user), group, seq, '+1')
    expect((await now()).reactions).toBeUndefined()
  })

  test('are listed in the order in which they came, page by page, with their own data', async () => {
    const { react, list, ofMessages, own } = node.core.reactions
    const came = [...people].reverse()
    for (const user of came) {
      clock.move(1)
      await react(node.by(user), group, seq, '+1', { ext: `of ${user}` })
    }
    await react(node.call, group, seq, 'eyes', { by: 'u03', ext: 'a' })
    await react(node.call, group, seq, 'eyes', { by: 'u03', ext: 'b' })
    const users: string[] = []
    for (let after: { at: number; user: string } | undefined, more = true; more; ) {
      const page = await list(group.id, seq, '+1', { after, limit: 5 })
      users.push(...page.reactions.map(each => each.user))
      after = page.next
      more = after !== undefined
    }
    expect(users).toEqual(came)
    const [all] = await ofMessages(group.id, [seq], 100)
    expect(all).toHaveLength(13)
    expect(all?.filter(each => each.kind === 'eyes')).toMatchObject([{ user: 'u03', ext: 'b' }])
    expect(await own('u03', [await now()])).toEqual([['+1', 'eyes']])
    expect(await own('ann', [await now()])).toEqual([[]])
  })

  test('are told with all that the message shows then; saying one again tells nobody', async () => {
    node.told.length = 0
    await node.core.reactions.react(node.by('u01'), group, seq, '+1')
    await node.core.reactions.react(node.by('u01'), group, seq, '+1', { ext: 'more' })
    expect(node.told).toHaveLength(1)
    expect(node.told[0]).toMatchObject({
      subject: `c.${group.id}`,
      event: {
        type: 'message.reaction',
        message: { seq, reactions: [{ kind: '+1', count: 1, users: ['u01'] }] },
        change: { what: 'reaction', seq, by: 'u01', detail: { kind: '+1', on: true } },
      },
    })
  })

  test.each(engines)('are exact however many react and take back at once, on two nodes ($name)', async ({ open }) => {
    const { store: plain, end } = await open()
    const store = unevenly(plain)
    const [one, two] = [startNode({ store }), startNode({ store })]
    await one.users('ann', ...people)
    const mine = await one.group('ann', people)
    const { seq: at } = await one.core.send.toGroup(one.call, mine.id, { from: 'ann', parts: text('hi') })
    const on = people.map((user, i) => (i % 2 ? one : two).core.reactions.react(one.by(user), mine, at, '+1'))
    await Promise.all(on)
    const off = people.slice(0, 7).flatMap((user, i) => {
      const { reactions } = (i % 2 ? one : two).core
      return [reactions.unreact(one.by(user), mine, at, '+1'), reactions.react(one.by(user), mine, at, 'x')]
    })
    await Promise.all(off)
    const [message] = await one.core.history.bySeqs(mine.id, [at])
    expect(message?.reactions?.map(({ kind, count }) => [kind, count])).toEqual([
      ['+1', 5],
      ['x', 7],
    ])
    for (const { kind, count, users } of message?.reactions ?? []) {
      const { reactions } = await one.core.reactions.list(mine.id, at, kind, { limit: 100 })
      expect(reactions).toHaveLength(count)
      expect([...users].sort().every(user => reactions.some(each => each.user === user))).toBe(true)
    }
    await two.stop()
    await one.stop()
    await end()
  })
})

test('[MA13] a message holds twenty kinds; one more is refused until a kind is gone, and its recall ends them', async () => {
  const { react, unreact } = node.core.reactions
  for (let kind = 0; kind < 20; kind++) await react(node.by('u00'), group, seq, `k${kind}`)
  await expect(react(node.by('u01'), group, seq, 'k20')).rejects.toMatchObject({ reason: 'message.full' })
  await react(node.by('u01'), group, seq, 'k19')
  await unreact(node.by('u00'), group, seq, 'k3')
  await react(node.by('u01'), group, seq, 'k20')
  expect((await now()).reactions).toHaveLength(20)
  await expect(react(node.by('stranger'), group, seq, 'k1')).rejects.toMatchObject({ reason: 'member.missing' })
  await node.core.recall(node.call, group, seq)
  expect((await now()).reactions).toBeUndefined()
  await expect(react(node.by('u01'), group, seq, 'k1')).rejects.toMatchObject({ reason: 'message.recalled' })
})
