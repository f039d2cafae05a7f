import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Conversation, Message } from '../model.ts'
import { members as memberRows, messages, sent } from '../tables.ts'
import { visible } from './history.ts'

const people = ['anna', 'ben', 'cleo'] as const
const person = fc.constantFrom(...people)
const some = fc.option(fc.subarray([...people]), { nil: undefined })

/** One thing that happens in a group. */
const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      who: person,
      counted: fc.constantFrom(undefined, undefined, true, false),
      visibleTo: fc.option(fc.subarray([...people]), { nil: undefined, freq: 3 }),
      hiddenFrom: some,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('mark' as const),
      who: person,
      percent: fc.integer({ min: 0, max: 120 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), who: person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), who: person }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('recall' as const), percent: fc.integer({ min: 0, max: 100 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), who: person }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('count' as const), on: fc.boolean() }) },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

/** What is unread by its definition: a look at every message of the log. */
async function byLooking(node: TestNode, conv: number, user: string, counts: Set<number>): Promise<number> {
  const member = (await node.store.get(memberRows, [conv, user]))?.value
  if (!member) return 0
  const rows = await node.store.scan(messages, { prefix: [conv], limit: 1000 })
  const unread = (message: Message) =>
    counts.has(message.seq) && message.seq > member.readSeq && message.sender !== user && visible(message, { user })
  return rows.filter(row => unread(row.value)).length
}

async function play(node: TestNode, group: Conversation & { type: 'group' }, counts: Set<number>, step: Happening) {
  const { core, call } = node
  const head = (await node.store.heads(messages, [[group.id]]))[0]?.number ?? 0
  switch (step.do) {
    case 'send': {
      const { counted, visibleTo, hiddenFrom } = step
      const draft = { from: step.who, parts: [], counted, visibleTo, hiddenFrom, checks: { member: false } }
      const policy = (await core.groups.get(call.app.id, group.id)).policy
      const { seq } = await core.send.toGroup(call, group.id, draft)
      if (counted !== false && policy.counted) counts.add(seq)
      return
    }
    case 'mark':
      await core.unread.mark(call, group, step.who, Math.round((head * step.percent) / 100)).catch(() => undefined)
      return
    case 'join':
      await core.members.addMany(call, group.id, [{ user: step.who }])
      return
    case 'leave':
      await core.members.removeMany(call, group.id, [step.who])
      return
    case 'recall':
      await core.recall(call, group, Math.ceil((head * step.percent) / 100)).catch(() => undefined)
      return
    case 'rename':
      await core.groups.update(call, group.id, { name: step.who })
      return
    case 'count':
      await core.groups.update(call, group.id, {}, { counted: step.on })
  }
}

describe('[CO2] what is unread', () => {
  test('equals a look at every message, after any schedule of sends, lists, marks, joins and leaves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 40, size: 'max' }), async steps => {
        const node = startNode()
        await node.users(...people)
        const group = await node.group('anna', ['ben', 'cleo'], { kind: 'public', policy: { tips: 'stored' } })
        const counts = new Set<number>()
        for (const step of steps) {
          await play(node, group, counts, step)
          for (const user of people)
            expect(await node.core.unread.of(group, user), `${user} after ${step.do}`).toBe(
              await byLooking(node, group.id, user, counts),
            )
        }
        await node.stop()
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  test('equals it also when everything happens at once, over two nodes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 60, size: 'max' }), async steps => {
        const store = unevenly(openMemory())
        const [one, two] = [startNode({ store }), startNode({ store })]
        await one.users(...people)
        const group = await one.group('anna', ['ben', 'cleo'])
        const counts = new Set<number>()
        const calm = steps.filter(step => step.do !== 'join' && step.do !== 'leave' && step.do !== 'count')
        await Promise.all(calm.map((step, i) => play(i % 2 ? one : two, group, counts, step)))
        for (const user of people)
          expect(await one.core.unread.of(group, user), user).toBe(await byLooking(one, group.id, user, counts))
        await two.stop()
        await one.stop()
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  test('of a pair counts what the other said and shows, from the read position on', async () => {
    const side = fc.constantFrom('anna', 'ben')
    const step = fc.record({
      who: side,
      counted: fc.boolean(),
      visibleTo: some,
      hiddenFrom: some,
      mark: fc.option(fc.nat(30)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }), async steps => {
        const node = startNode()
        await node.users(...people)
        const { direct } = await node.core.directs.open(node.call, 'ben', 'anna')
        const counts = new Set<number>()
        for (const { who, mark, ...draft } of steps) {
          const to = who === 'anna' ? 'ben' : 'anna'
          const { seq } = await node.core.send.toUser(node.call, to, { from: who, parts: [], ...draft })
          if (draft.counted) counts.add(seq)
          if (mark !== null) await node.core.unread.mark(node.call, direct, to, mark)
          for (const user of ['anna', 'ben'])
            expect(await node.core.unread.of(direct, user)).toBe(await byLooking(node, direct.id, user, counts))
        }
        await node.stop()
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  test('is found with more exceptions than one page has', async () => {
    const node = startNode()
    await node.users(...people)
    const group = await node.group('anna', ['ben'])
    const draft = { from: 'anna', parts: [], hiddenFrom: ['ben'] }
    for (let i = 0; i < 1005; i++) await node.core.send.toGroup(node.call, group.id, draft)
    expect(await node.core.unread.of(group, 'ben')).toBe(0)
    await node.core.send.toGroup(node.call, group.id, { from: 'anna', parts: [] })
    expect(await node.core.unread.of(group, 'ben')).toBe(1)
    await node.stop()
  })
})

describe('[CO3] the read position', () => {
  test('only moves forward, never beyond the end, and its mover’s devices hear of it', async () => {
    const node = startNode()
    await node.users(...people)
    const group = await node.group('anna', ['ben'])
    for (let i = 0; i < 5; i++) await node.core.send.toGroup(node.call, group.id, { from: 'anna', parts: [] })
    const mark = (seq?: number) => node.core.unread.mark(node.call, group, 'ben', seq)
    expect([await mark(3), await mark(1), await mark(-4), await mark(99), await mark()]).toEqual([3, 3, 3, 5, 5])
    const told = node.told.filter(({ event }) => event.type === 'read')
    expect(told[0]).toEqual({
      subject: `u.${node.call.app.id}.ben`,
      event: { type: 'read', conv: group.id, user: 'ben', seq: 3, counted: 3, conversation: group },
    })
    await expect(node.core.unread.mark(node.call, group, 'cleo')).rejects.toMatchObject({ reason: 'member.missing' })
    await node.stop()
  })

  test('[CO5] is found with a few rows, however long the log and however far in it', async () => {
    const node = startNode()
    await node.users(...people)
    const group = await node.group('anna', ['ben'])
    const said = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 'ben' : 'anna'))
    for (const from of said)
      await node.core.send.toGroup(node.call, group.id, { from, parts: [], counted: from === 'anna' || undefined })
    let asked = 0
    const { scan, scanMany } = node.store
    node.store.scan = (table, range, index) => {
      asked += range.limit
      return scan(table, range, index)
    }
    node.store.scanMany = (table, ranges, index) => {
      asked += ranges.reduce((sum, range) => sum + range.limit, 0)
      return scanMany(table, ranges, index)
    }
    for (const seq of [1, 2, 1500, 2998, 3000]) {
      asked = 0
      expect(await node.core.unread.mark(node.call, group, 'ben', seq)).toBe(seq)
      expect(asked).toBeLessThanOrEqual(2)
      const after = said.slice(seq).filter(from => from === 'anna').length
      expect(await node.core.unread.of(group, 'ben')).toBe(after)
    }
    await node.stop()
  })

  test('one’s own messages are never unread to oneself, however sends and marks meet', async () => {
    const node = startNode({ store: unevenly(openMemory()) })
    await node.users(...people)
    const group = await node.group('anna', ['ben'])
    for (let round = 1; round <= 60; round++) {
      await Promise.all([
        node.core.send.toGroup(node.call, group.id, { from: 'ben', parts: [] }),
        node.core.unread.mark(node.call, group, 'ben'),
        node.core.send.toGroup(node.call, group.id, { from: 'ben', parts: [] }),
      ])
      expect(await node.core.unread.of(group, 'ben')).toBe(0)
      await node.core.send.toGroup(node.call, group.id, { from: 'anna', parts: [] })
      expect(await node.core.unread.of(group, 'ben')).toBe(1)
      expect((await node.store.get(sent, [group.id, 'ben']))?.value.n).toBe(2 * round)
    }
    await node.stop()
  })
})
