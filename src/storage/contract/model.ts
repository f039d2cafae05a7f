import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Key, Range, Step, Table } from '../store.ts'
import { byKey, type Naive, naive } from './naive.ts'
import type { Subject } from './subject.ts'
import { lines, passing, sessions, sums, things } from './tables.ts'

/** Random batches against a store that is too simple to be wrong. */
export function model(subject: Subject): void {
  describe('model', () => {
    // Every run has a shard of its own in the same store.
    let app = 100

    test('[ST38] whatever batches come, outcomes and rows are those of a naive store', {
      timeout: 60_000,
    }, async () => {
      const run = fc.asyncProperty(fc.array(group, { maxLength: 12 }), ranges, async (groups, asked) => {
        app++
        const twin = naive()
        for (const plans of groups) await commitBoth(plans, twin)
        await compare(twin, asked)
      })
      await fc.assert(run, { numRuns: 150, seed: 7 })
    })

    // Both stores are read before the group and then given all its batches at once.
    async function commitBoth(plans: Plan[][], twin: Naive): Promise<void> {
      subject.now += 7
      const batches = await Promise.all(plans.map(plan => Promise.all(plan.map(stepOf))))
      const seen = plans.map(plan => plan.map(one => twin.find(one.table, keyOf(one))?.change))
      const expected = batches.map((batch, i) => twin.commit(batch, seen[i] ?? [], subject.now))
      expect(await Promise.all(batches.map(batch => subject.store.commit(batch)))).toEqual(expected)
    }

    const keyOf = (plan: Plan): Key => (plan.table.kind === 'log' ? [app, plan.id, plan.n] : [app, plan.id])

    async function stepOf(plan: Plan): Promise<Step> {
      const { table, id, n } = plan
      switch (plan.do) {
        case 'check': {
          const row = await subject.store.get(table, keyOf(plan))
          return { do: 'check', table, key: keyOf(plan), version: row?.version ?? 'absent' }
        }
        case 'del':
          return { do: 'del', table, key: keyOf(plan) }
        case 'put':
          return { do: 'put', table, value: { app, id, talk: id, seq: n, rank: n % 3, until: n * 1000, note: `${n}` } }
        case 'append':
          return { do: 'append', table, key: [app, id], value: { text: `${n}` }, raise: { [`c${n % 2}`]: n } } as Step
        case 'add':
          return { do: 'add', table, key: [app, id], delta: n - 3, min: -4, max: 9 } as Step
      }
    }

    async function compare(twin: Naive, asked: Asked[]): Promise<void> {
      for (const table of [...tables, ...volatileTables]) {
        const rows = await subject.store.scan(table, { prefix: [app], limit: 1000 })
        expect(rows.map(row => row.value)).toEqual(twin.rows(table).map(row => row.value))
      }
      const ranges = asked.map(
        ({ from, to, ...rest }): Range => ({
          ...rest,
          prefix: [app],
          from: from && [from.rank, from.id],
          to: to && [to.rank],
        }),
      )
      const together = await subject.store.scanMany(things, ranges, 'byRank')
      for (const [i, ask] of asked.entries()) {
        const { from, to } = ask
        const expected = twin
          .rows(things)
          .map(row => row.value as { id: string; rank: number })
          .sort((a, b) => a.rank - b.rank || byKey([a.id], [b.id]))
          .filter(row => !from || byKey([row.rank, row.id], [from.rank, from.id]) >= 0)
          .filter(row => !to || row.rank < to.rank)
        if (ask.reverse) expected.reverse()
        const found = await subject.store.scan(things, ranges[i] as Range, 'byRank')
        expect(found.map(row => row.value)).toEqual(expected.slice(ask.skip, ask.skip + ask.limit))
        expect(together[i]).toEqual(found)
      }
    }
  })
}

// A step before its shard and version are known.
interface Plan {
  do: Step['do']
  table: Table
  id: string
  n: number
}

const tables = [things, lines, sums] as readonly Table[]
const volatileTables = [sessions, passing] as readonly Table[]
const id = fc.constantFrom('a', 'b', 'ab', '\uffff', '😀')
const n = fc.integer({ min: 1, max: 6 })

// Which steps go with which kind of table.
function planOn(on: readonly Table[]): fc.Arbitrary<Plan> {
  return fc.constantFrom(...on).chain(table => {
    const kinds = {
      table: ['put', 'del', 'check'],
      log: ['append', 'append', 'put', 'del', 'check'],
      counters: ['add', 'del', 'check'],
    }
    const step = fc.constantFrom(...(kinds[table.kind] as Step['do'][]))
    return fc.record({ do: step, table: fc.constant(table), id, n })
  })
}

// Durable batches go together; one that touches memory goes by itself, since its turn among others is not promised.
const group = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(fc.array(planOn(tables), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
  },
  { weight: 1, arbitrary: fc.tuple(fc.array(planOn([...tables, ...volatileTables]), { minLength: 1, maxLength: 5 })) },
)

const ranges = fc.array(
  fc.record({
    from: fc.option(fc.record({ rank: fc.nat(3), id }), { nil: undefined }),
    to: fc.option(fc.record({ rank: fc.nat(3) }), { nil: undefined }),
    skip: fc.nat(3),
    limit: fc.integer({ min: 1, max: 5 }),
    reverse: fc.boolean(),
  }),
  { maxLength: 6 },
)
type Asked = typeof ranges extends fc.Arbitrary<(infer A)[]> ? A : never
