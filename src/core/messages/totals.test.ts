import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Direct } from '../model.ts'
import { memberships } from '../tables.ts'

const people = ['ann', 'ben', 'cy', 'dot']
const happening = fc.record({
  do: fc.constantFrom('send', 'send', 'send', 'hidden', 'many', 'mark', 'erase', 'clear'),
  who: fc.constantFrom(...people),
  other: fc.constantFrom(...people),
  percent: fc.integer({ min: 0, max: 110 }),
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

async function play({ core, call }: TestNode, step: Happening): Promise<void> {
  const { who, other } = step
  if (step.do === 'send') await core.send.toUser(call, other, { from: who, parts: [] })
  else if (step.do === 'hidden') await core.send.toUser(call, other, { from: who, parts: [], hiddenFrom: [other] })
  else if (step.do === 'many') await core.send.toUsers(call, people, { from: who, parts: [] })
  else {
    const where: Direct = (await core.directs.open(call, who, other)).direct
    const [standing] = await core.positions.standings(call.app.id, who, [where.id])
    const seq = Math.ceil(((standing?.head.number ?? 0) * step.percent) / 100)
    if (step.do === 'mark') await core.unread.mark(call, where, who, seq)
    else if (step.do === 'erase') await core.erase.messages(call, where, who, [seq])
    else await core.erase.conversation(call, where, who, seq)
  }
}

test('[CO6] a total that is kept equals one that is read, whatever happens, also while it is read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40, size: 'max' }), async steps => {
      const store = openMemory()
      const node = startNode({ store })
      const { app } = node.call
      await node.users(...people)
      const totals = (from: TestNode) => Promise.all(people.map(user => from.core.unread.ofDirects(app.id, user)))
      for (const step of steps) {
        // Half of the questions are under way together with what changes their answer.
        const asked = step.percent % 2 ? totals(node) : undefined
        await Promise.all([play(node, step), asked])
        const fresh = startNode({ store })
        expect(await totals(node)).toEqual(await totals(fresh))
        await fresh.stop()
      }
      await node.stop()
    }),
    { numRuns: 60 },
  )
}, 60_000)

test('[CO6] who was asked about a moment ago is not read again, and is after ten seconds', async () => {
  let now = 1_000_000
  const store = openMemory({ clock: () => now })
  let reads = 0
  const counting = new Proxy(store, {
    get(target, name) {
      if (name !== 'scanMany') return Reflect.get(target, name)
      return (...asked: Parameters<typeof store.scanMany>) => {
        if (asked[0] === memberships) reads++
        return target.scanMany(...asked)
      }
    },
  })
  const node = startNode({ store: counting, clock: () => now })
  const { core, call } = node
  await node.users('ann', 'ben')
  const unread = () => core.unread.ofDirects(call.app.id, 'ben')
  for (let i = 0; i < 5; i++) {
    await core.send.toUser(call, 'ben', { from: 'ann', parts: [] })
    expect(await unread()).toBe(i + 1)
  }
  expect(reads).toBe(1)
  now += 10_001
  expect(await unread()).toBe(5)
  expect(reads).toBe(2)
  await node.stop()
})
