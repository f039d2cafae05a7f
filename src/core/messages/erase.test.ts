import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, handClock, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Conversation, Group, Member, Message } from '../model.ts'
import { members as memberRows, messages } from '../tables.ts'
import { visible } from './history.ts'

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

async function say(count: number, more: object = {}): Promise<void> {
  for (let i = 0; i < count; i++)
    await node.core.send.toGroup(node.call, group.id, { from: 'ann', parts: text(`${i}`), ...more })
}

async function seen(user: string, by: 'seq' | 'time' = 'seq'): Promise<number[]> {
  const member = await node.core.members.find(group.id, user)
  const query = { by, limit: 100, reverse: false, viewer: { user, member } } as const
  return (await node.core.history.read(group, query)).messages.map(message => message.seq)
}

const unread = (user: string) => node.core.unread.of(group, user)

describe('[MA4] what a member erased', () => {
  test('is gone from their history, their list and their pins, and from nobody else’s', async () => {
    await say(5)
    await node.core.pins.pin(node.call, group, 2)
    await node.core.pins.pin(node.call, group, 3)
    expect(await node.core.erase.messages(node.call, group, 'ben', [5, 2, 5, 99])).toEqual([2, 5])
    expect(await node.core.erase.messages(node.call, group, 'ben', [2])).toEqual([])
    expect(await seen('ben')).toEqual([1, 3, 4])
    expect(await seen('ben', 'time')).toEqual([1, 3, 4])
    expect(await seen('cy')).toEqual([1, 2, 3, 4, 5])
    const last = async (user: string) => {
      const { found } = await node.core.overview.list(node.call.app.id, user, { limit: 10 })
      return (await node.core.positions.lastSeen(found.map(({ standing }) => standing)))[0]?.seq
    }
    expect([await last('ben'), await last('cy')]).toEqual([4, 5])
    const member = await node.core.members.find(group.id, 'ben')
    const pinned = await node.core.pins.list(group.id, { user: 'ben', member })
    expect(pinned.map(message => message.seq)).toEqual([3])
  })

  test('takes no edit, reaction or pin of theirs any more', async () => {
    await say(1, { from: 'ben' })
    await node.core.erase.messages(node.by('ben'), group, 'ben', [1])
    const tries = [
      node.core.edit(node.by('ben'), group, 1, { parts: text('x') }),
      node.core.reactions.react(node.by('ben'), group, 1, '+1'),
      node.core.pins.pin(node.by('ben'), group, 1),
    ]
    for (const result of await Promise.allSettled(tries))
      expect(result).toMatchObject({ reason: { reason: 'message.missing' } })
    await node.core.reactions.react(node.by('cy'), group, 1, '+1')
  })

  test('is refused for who is outside, and above 500 at once', async () => {
    await expect(node.core.erase.messages(node.call, group, 'dee', [1])).rejects.toMatchObject({
      reason: 'member.missing',
    })
    await expect(node.core.erase.conversation(node.call, group, 'dee')).rejects.toMatchObject({
      reason: 'member.missing',
    })
    const many = Array.from({ length: 501 }, (_, i) => i + 1)
    await expect(node.core.erase.messages(node.call, group, 'ben', many)).rejects.toMatchObject({
      reason: 'request.batch',
    })
    await say(2)
    expect(await node.core.erase.messages(node.call, group, 'ben', many.slice(1))).toEqual([2])
  })

  test('is told to their own devices alone, with how many it is by now', async () => {
    await say(3)
    node.told.length = 0
    await node.core.erase.messages(node.call, group, 'ben', [1])
    await node.core.erase.messages(node.call, group, 'ben', [2, 3])
    expect(node.told).toEqual(
      [
        { seqs: [1], erased: 1 },
        { seqs: [2, 3], erased: 3 },
      ].map(each => ({
        subject: `u.${node.call.app.id}.ben`,
        event: { type: 'erased', conv: group.id, user: 'ben', ...each },
      })),
    )
  })
})

/** What happens in a conversation, by who. */
const happening = fc.record({
  do: fc.constantFrom('send', 'send', 'send', 'secret', 'mark', 'erase', 'erase', 'clear', 'withdraw'),
  who: fc.constantFrom('ann', 'ben', 'cy'),
  percent: fc.integer({ min: 0, max: 110 }),
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

async function play(on: TestNode, where: Conversation, step: Happening, erased: Map<string, Set<number>>) {
  const { core, call } = on
  const inside = where.type === 'group' || step.who !== 'cy'
  const [head] = await on.store.heads(messages, [[where.id]])
  const seq = Math.ceil(((head?.number ?? 0) * step.percent) / 100)
  if (!inside) return
  if (step.do === 'send' || step.do === 'secret') {
    const visibleTo = step.do === 'secret' ? ['ann', 'ben'] : undefined
    await core.send.toConversation(call, where, { from: step.who, parts: [], visibleTo })
  } else if (step.do === 'mark') await core.unread.mark(call, where, step.who, seq)
  else if (step.do === 'withdraw') {
    const from = step.percent % 2 ? 'all' : 'others'
    await core.withdraw(call, where, seq, from).catch(() => undefined)
  } else if (step.do === 'clear') {
    if (step.percent < 40) await core.erase.conversation(call, where, step.who, seq)
  } else {
    const gone = await core.erase.messages(call, where, step.who, [seq, seq + 1])
    for (const each of gone) (erased.get(step.who) as Set<number>).add(each)
  }
}

async function byLooking(on: TestNode, where: Conversation, user: string, erased: Set<number>): Promise<number> {
  const member = (await on.store.get(memberRows, [where.id, user]))?.value as Member
  const rows = await on.store.scan(messages, { prefix: [where.id], limit: 1000 })
  const counts = (message: Message) =>
    message.seq > member.readSeq &&
    message.sender !== user &&
    visible(message, { user, member }) &&
    !erased.has(message.seq)
  return rows.filter(row => counts(row.value)).length
}

describe('[MA5] [MA23] what is unread', () => {
  test.each(['group', 'pair'] as const)(
    'equals a look at every message, also with what was erased or withdrawn (%s)',
    async kind => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(happening, { minLength: 5, maxLength: 40, size: 'max' }),
          fc.boolean(),
          async (steps, atOnce) => {
            const store = atOnce ? unevenly(openMemory()) : openMemory()
            const [one, two] = [startNode({ store }), startNode({ store })]
            await one.users('ann', 'ben', 'cy')
            const where: Conversation =
              kind === 'group'
                ? await one.group('ann', ['ben', 'cy'])
                : (await one.core.directs.open(one.call, 'ann', 'ben')).direct
            const erased = new Map(['ann', 'ben', 'cy'].map(user => [user, new Set<number>()]))
            const plays = steps.map((step, i) => () => play(i % 2 ? one : two, where, step, erased))
            if (atOnce) await Promise.all(plays.map(each => each()))
            else for (const each of plays) await each()
            for (const user of kind === 'group' ? ['ann', 'ben', 'cy'] : ['ann', 'ben']) {
              const expected = await byLooking(one, where, user, erased.get(user) as Set<number>)
              expect(await one.core.unread.of(where, user), user).toBe(expected)
              const [standing] = await one.core.positions.standings(one.call.app.id, user, [where.id])
              expect(standing?.unread, user).toBe(expected)
              if (kind === 'pair') expect(await one.core.unread.ofDirects(one.call.app.id, user), user).toBe(expected)
            }
            await two.stop()
            await one.stop()
          },
        ),
        { numRuns: 120 },
      )
    },
    60_000,
  )
})

describe('[MA6] clearing a conversation', () => {
  test('takes out everything up to a number for one member, marks it read, and leaves what comes later', async () => {
    await say(4)
    expect(await node.core.erase.conversation(node.call, group, 'ben', 3)).toBe(3)
    expect(await seen('ben')).toEqual([4])
    expect(await unread('ben')).toBe(1)
    expect(await node.core.erase.conversation(node.call, group, 'ben', 2)).toBe(3)
    expect(await node.core.erase.conversation(node.call, group, 'ben')).toBe(4)
    expect([await seen('ben'), await unread('ben')]).toEqual([[], 0])
    expect([await seen('cy'), await unread('cy')]).toEqual([[1, 2, 3, 4], 4])
    await say(1)
    expect([await seen('ben'), await unread('ben')]).toEqual([[5], 1])
  })

  test('is told to their own devices; that it was read to the other side of a pair', async () => {
    const { conv } = await node.core.send.toUser(node.call, 'ben', { from: 'ann', parts: text('x') })
    const pair = await node.core.directs.get(node.call.app.id, conv)
    node.told.length = 0
    await node.core.erase.conversation(node.by('ben'), pair, 'ben')
    const to = (user: string) => `u.${node.call.app.id}.${user}`
    expect(node.told.map(({ subject, event }) => [subject, event.type])).toEqual([
      [to('ben'), 'cleared'],
      [to('ann'), 'read'],
      [to('ben'), 'read'],
    ])
    await node.core.unread.mark(node.by('ann'), pair, 'ann')
    node.told.length = 0
    await node.core.erase.conversation(node.by('ann'), pair, 'ann')
    expect(node.told.map(({ event }) => event.type)).toEqual(['cleared'])
  })
})

describe.each(engines)('[MA7] a device that was away ($name)', ({ open }) => {
  let end: () => Promise<void>

  beforeEach(async () => {
    await node.stop()
    const opened = await open(clock.now)
    end = opened.end
    node = startNode({ clock: clock.now, store: opened.store })
    await node.users('ann', 'ben', 'cy')
    group = await node.group('ann', ['ben', 'cy'])
  })
  // The node is stopped after this, and needs its store no more.
  afterEach(() => end())

  const ask = (known: object) =>
    node.core.resume(node.call.app.id, 'ben', {
      epoch: node.store.epoch,
      positions: [{ conv: group.id, seq: 4, rev: 0, read: 0, hidden: 0, erased: 0, ...known }],
      after: 0,
      partial: false,
      only: true,
      limit: 50,
    })

  test('learns which messages were erased, and up to where all are gone', async () => {
    await say(4)
    expect((await ask({})).moved).toEqual([])
    await node.core.erase.messages(node.call, group, 'ben', [3])
    await node.core.erase.messages(node.call, group, 'ben', [1])
    const [moved] = (await ask({})).moved
    expect(moved).toMatchObject({ reset: false, erased: [3, 1], standing: { member: { erased: 2 } } })
    expect((await ask({ erased: 1 })).moved).toMatchObject([{ erased: [1] }])
    expect((await ask({ erased: 2 })).moved).toEqual([])
    expect((await ask({ erased: undefined, hidden: undefined })).moved).toEqual([])
    await node.core.erase.conversation(node.call, group, 'ben', 2)
    expect((await ask({ erased: 2 })).moved).toMatchObject([{ erased: [], standing: { member: { hidden: 2 } } }])
    expect((await ask({ erased: 7 })).moved).toMatchObject([{ reset: true }])
    await node.core.unread.mark(node.call, group, 'ben', 4)
    expect((await ask({ erased: 2, read: 4 })).moved).toMatchObject([{ standing: { member: { hidden: 2 } } }])
    expect((await ask({ erased: 2, read: 4, hidden: 2 })).moved).toEqual([])
  })

  test('gets neither the erased messages it lacks nor what happened to them', async () => {
    await say(4)
    await node.core.edit(node.call, group, 2, { parts: text('changed') })
    await node.core.edit(node.call, group, 3, { parts: text('changed') })
    await node.core.erase.messages(node.call, group, 'ben', [2, 4])
    const [moved] = (await ask({ seq: 1, erased: 2 })).moved
    expect(moved?.messages.map(each => [each.number, each.blank])).toEqual([
      [2, true],
      [3, false],
      [4, true],
    ])
    expect(moved?.changes.slice(-2).map(each => each.blank)).toEqual([true, false])
  })

  test('begins anew when it missed more than a thousand', async () => {
    const sends = Array.from({ length: 1002 }, () =>
      node.core.send.toGroup(node.call, group.id, { from: 'ann', parts: [] }),
    )
    await Promise.all(sends)
    for (const from of [1, 401, 801]) {
      const some = Array.from({ length: 400 }, (_, i) => from + i)
      await node.core.erase.messages(node.call, group, 'ben', some)
    }
    expect((await ask({ seq: 1002, erased: 0 })).moved).toMatchObject([{ reset: true, erased: [] }])
    const [moved] = (await ask({ seq: 1002, erased: 2 })).moved
    expect(moved).toMatchObject({ reset: false })
    expect(moved?.erased).toEqual(Array.from({ length: 1000 }, (_, i) => i + 3))
  })
})

test('[MA8] who leaves and comes back begins anew: what they erased before is as it is for the others', async () => {
  const open = await node.group('ann', ['ben'], { policy: { earlier: true } })
  for (let i = 0; i < 3; i++) await node.core.send.toGroup(node.call, open.id, { from: 'ann', parts: [] })
  const shown = async () => {
    const member = await node.core.members.find(open.id, 'ben')
    const query = { by: 'seq', limit: 10, reverse: false, viewer: { user: 'ben', member } } as const
    return (await node.core.history.read(open, query)).messages.map(message => message.seq)
  }
  await node.core.erase.messages(node.call, open, 'ben', [1, 2])
  expect(await shown()).toEqual([3])
  await node.core.members.removeMany(node.call, open.id, ['ben'])
  clock.move(1)
  await node.core.members.addMany(node.call, open.id, [{ user: 'ben' }])
  expect(await shown()).toEqual([1, 2, 3])
  expect(await node.core.erase.messages(node.call, open, 'ben', [2])).toEqual([2])
  expect(await shown()).toEqual([1, 3])
})
