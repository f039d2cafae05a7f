import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openMemory } from '../../storage/memory.ts'
import { append, type Store } from '../../storage/store.ts'
import { redrive } from '../../webhooks/redrive.ts'
import type { Sending } from '../../webhooks/sending.ts'
import type { Context } from '../context.ts'
import type { Core } from '../core.ts'
import { type Kept, outbox, parked } from '../tables.ts'
import { type Deliveries, type Held, openDeliveries } from './deliveries.ts'
import { openParking, type Parking } from './parking.ts'

const [app, lane] = [1, 2]
const all = ['a', 'b', 'c']

interface Node {
  deliveries: Deliveries
  parking: Parking
}

/** What a target still needs, as it should be. */
interface Needs {
  next: number
  aside: Set<number>
}

type Command =
  | { do: 'append'; count: number }
  /** Some of the next events are told, and some set aside. */
  | { do: 'advance'; target: string; node: number; count: number; aside: number[] }
  | { do: 'overflow'; target: string; node: number; count: number }
  /** What is set aside is told again, and some of it fails. */
  | { do: 'again'; target: string; node: number; rounds: number; failing: number }
  | { do: 'forget'; target: string; node: number; bound: number }
  | { do: 'tidy'; node: number }
  | { do: 'restart'; node: number }
  | { do: 'end'; target: string; node: number }

const target = fc.constantFrom(...all)
const node = fc.nat(1)
const count = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 2500 }))
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), count }) },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ do: fc.constant('advance' as const), target, node, count },
      aside: fc.array(fc.nat(2500), { maxLength: 8 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('overflow' as const), target, node, count }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant('again' as const), target, node },
      ...{ rounds: fc.integer({ min: 1, max: 8 }), failing: fc.integer({ min: 0, max: 4 }) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), target, node, bound: fc.nat(2000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tidy' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), target, node }) },
)

/** Two nodes over a store, and what must be there. */
async function openWorld(names: readonly string[]) {
  const store: Store = openMemory()
  const open = (name: string): Node => {
    const ctx = { store, clock: () => 1000, node: name } as Context
    return { deliveries: openDeliveries(ctx), parking: openParking(ctx) }
  }
  const nodes = [open('one'), open('two')] as [Node, Node]
  const needs = new Map<string, Needs>()
  let last = 0

  async function begin(name: string, { deliveries }: Node) {
    await deliveries.begin(app, [name])
    needs.set(name, { next: last + 1, aside: new Set() })
  }

  for (const name of names) await begin(name, nodes[0])

  async function held(name: string, { deliveries }: Node): Promise<Held> {
    const got = await deliveries.claim(app, lane, name, 0)
    if (!got) throw new Error(`${name} cannot be claimed`)
    return got
  }

  async function grow(wanted: number) {
    for (let left = wanted; left > 0; left -= 500) {
      const steps = Array.from({ length: Math.min(500, left) }, () => append(outbox, [app, lane], { key: 'k' }))
      await store.commit(steps)
    }
    last += wanted
  }

  async function advance(name: string, at: Node, wanted: number, aside: number[]) {
    const own = needs.get(name) as Needs
    const next = Math.min(last + 1, own.next + wanted)
    const claimed = await held(name, at)
    // Also beyond what is told: others of their keys may be under way still.
    for (const place of new Set(aside.map(each => own.next + each).filter(place => place <= last))) {
      await at.parking.park(claimed.value, { from: place, to: place, why: 'no', tries: 1 })
      own.aside.add(place)
    }
    expect(await at.deliveries.advance(claimed, next, 0)).toBeDefined()
    own.next = next
  }

  async function overflow(name: string, { deliveries, parking }: Node, wanted: number) {
    const own = needs.get(name) as Needs
    const next = Math.min(last + 1, own.next + wanted)
    if (next === own.next) return
    const claimed = await held(name, { deliveries, parking })
    expect(await deliveries.move(claimed, { next }, parking.overflow(claimed, next, 'too many'))).toBeDefined()
    for (let place = own.next; place < next; place++) own.aside.add(place)
    own.next = next
  }

  async function again(name: string, at: Node, rounds: number, failing: number) {
    const own = needs.get(name) as Needs
    await at.parking.again(app, name)
    const told = new Set<number>()
    let left = failing
    const send = async ({ place }: Kept) => {
      if (left-- > 0) return { why: 'again', tries: 1 }
      told.add(place)
      return 'told' as const
    }
    let from: number | undefined = 0
    for (let round = 0; round < rounds && from !== undefined; round++)
      from = await redrive(at as unknown as Core, { app, name }, lane, from, { send } as unknown as Sending, () => true)
    const covered = await asideOf(name)
    for (const place of told) if (!covered.has(place)) own.aside.delete(place)
  }

  /** Everything that is set aside for a target. */
  async function asideOf(name: string): Promise<Set<number>> {
    const rows = await store.scan(parked, { prefix: [app, name, lane], limit: 1000 })
    const covered = new Set<number>()
    for (const { value } of rows) for (let place = value.from; place <= value.to; place++) covered.add(place)
    return covered
  }

  async function forget(name: string, { deliveries, parking }: Node, bound: number) {
    const before = await parking.count(app, name)
    const gone = await parking.forget(app, lane, name, 0, bound)
    for (const each of gone) {
      deliveries.free(each)
    }
    const covered = await asideOf(name)
    const own = needs.get(name) as Needs
    for (const { from, to } of gone)
      for (let place = from; place <= to; place++) if (!covered.has(place)) own.aside.delete(place)
    const kept = await parking.count(app, name)
    expect(kept).toBeLessThanOrEqual(bound)
    expect(kept).toBe(before - gone.reduce((sum, each) => sum + each.count, 0))
    // No more than it takes: ranges go as a whole.
    if (gone.length > 0) expect(kept + 1000).toBeGreaterThan(bound)
  }

  async function places(): Promise<number[]> {
    const found: number[] = []
    for (let from = 0; ; ) {
      const rows = await store.scan(outbox, { prefix: [app, lane], from: [from], limit: 1000 })
      found.push(...rows.map(row => row.value.place))
      if (rows.length < 1000) return found
      from = (found.at(-1) as number) + 1
    }
  }

  async function run(each: Command) {
    if ('target' in each && !names.includes(each.target)) return
    const at = 'node' in each ? (nodes[each.node] as Node) : nodes[0]
    if (each.do === 'append') await grow(each.count)
    if (each.do === 'advance') await advance(each.target, at, each.count, each.aside)
    if (each.do === 'overflow') await overflow(each.target, at, each.count)
    if (each.do === 'again') await again(each.target, at, each.rounds, each.failing)
    if (each.do === 'forget') await forget(each.target, at, each.bound)
    if (each.do === 'tidy') await at.deliveries.tidy()
    if (each.do === 'restart') nodes[each.node] = open(`node ${each.node} again`)
    if (each.do === 'end') {
      await at.deliveries.end(app, each.target)
      await begin(each.target, at)
    }
  }

  async function expectNeeded() {
    const there = new Set(await places())
    const missing: string[] = []
    for (const [name, { next, aside }] of needs) {
      for (const place of aside) if (!there.has(place)) missing.push(`${place}, aside for ${name}`)
      for (let place = next; place <= last; place++) if (!there.has(place)) missing.push(`${place}, before ${name}`)
    }
    if (last > 0 && !there.has(last)) missing.push(`${last}, the head`)
    expect(missing).toEqual([])
  }

  /** Everybody is told everything; then nothing but the log's last row is left. */
  async function finish() {
    const [at] = nodes
    for (const name of names) {
      // Where one range lies in another, it is told by itself.
      for (let i = 0; i < 20; i++) await again(name, at, Number.MAX_SAFE_INTEGER, 0)
      await advance(name, at, last, [])
    }
    for (let i = 0; i < 5; i++) for (const { deliveries } of nodes) await deliveries.tidy()
    expect(await store.scan(parked, { prefix: [app], limit: 10 })).toEqual([])
    expect(await places()).toEqual(last > 0 ? [last] : [])
  }

  return { run, expectNeeded, finish, close: () => store.close() }
}

test('[WH35] whatever is told, set aside, told again and given up: what somebody needs is there, and in the end nothing else is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.array(command, { minLength: 5, maxLength: 40 }), async (more, commands) => {
      const world = await openWorld(all.slice(0, more + 1))
      for (const each of commands) {
        await world.run(each)
        await world.expectNeeded()
      }
      await world.finish()
      await world.close()
    }),
    { numRuns: 40 },
  )
})
