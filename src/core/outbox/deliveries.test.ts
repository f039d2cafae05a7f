import { afterEach, describe, expect, test } from 'vitest'
import { openMemory } from '../../storage/memory.ts'
import { append, put, type Store } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { outbox, deliveries as table } from '../tables.ts'
import { type Held, openDeliveries } from './deliveries.ts'
import { openParking } from './parking.ts'

const [app, lane] = [1, 0]
let store: Store = openMemory()
let now = 1000
afterEach(async () => {
  await store.close()
  store = openMemory()
  now = 1000
})

function open(node = 'one', over = store) {
  const ctx = { store: over, clock: () => now, node } as Context
  const [deliveries, parking] = [openDeliveries(ctx), openParking(ctx)]
  const held = async (target: string) => (await deliveries.claim(app, lane, target, 0)) as Held
  return {
    deliveries,
    parking,
    held,
    advance: async (target: string, next: number) => deliveries.advance(await held(target), next, 0),
    async overflow(target: string, next: number) {
      const claimed = await held(target)
      await deliveries.move(claimed, { next }, parking.overflow(claimed, next, 'too many'))
    },
    async park(target: string, place: number) {
      await parking.park({ app, lane, target }, { from: place, to: place, why: 'no', tries: 1 })
    },
  }
}

async function grow(count: number) {
  for (let left = count; left > 0; left -= 900)
    await store.commit(Array.from({ length: Math.min(900, left) }, () => append(outbox, [app, lane], { key: 'k' })))
}

async function places(): Promise<number[]> {
  const found: number[] = []
  for (let more = true; more; ) {
    const rows = await store.scan(outbox, { prefix: [app, lane], from: [(found.at(-1) ?? 0) + 1], limit: 1000 })
    found.push(...rows.map(row => row.value.place))
    more = rows.length === 1000
  }
  return found
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('what is removed', () => {
  test('[WH35] nothing that is set aside in bulk, though others come by bit by bit, also after a restart', async () => {
    const { deliveries, advance, overflow } = open()
    await deliveries.begin(app, ['a', 'b'])
    await grow(200)
    await overflow('a', 151)
    for (const next of [40, 50, 80]) await advance('b', next)
    expect(await places()).toEqual(range(1, 200))
    const again = open()
    for (const next of [90, 120, 201]) await again.advance('b', next)
    await again.advance('a', 201)
    expect(await places()).toEqual([...range(1, 150), 200])
  })

  test('[WH35] what was set aside goes once it was told, also what others had not behind them by then', async () => {
    const { deliveries, parking, advance, overflow } = open()
    await deliveries.begin(app, ['a', 'b'])
    await grow(100)
    await overflow('a', 91)
    await advance('b', 50)
    await parking.again(app, 'a')
    const rows = await parking.wanted(app, lane, 'a', 0)
    expect(await parking.settle(rows, 90, [])).toBe(true)
    deliveries.free({ app, lane, from: 1, to: 90 })
    await deliveries.tidy()
    expect(await places()).toEqual(range(49, 100))
    await advance('b', 101)
    await advance('a', 101)
    expect(await places()).toEqual([100])
  })

  test('[WH35] nothing that is set aside one by one, however much that is', async () => {
    const { deliveries, advance, park } = open()
    await deliveries.begin(app, ['a'])
    await grow(2002)
    for (const place of range(1, 1900)) await park('a', place)
    await advance('a', 2003)
    await deliveries.tidy()
    expect(await places()).toEqual([...range(1, 1900), 2002])
  })

  test('[WH35] all of a long row that waited for one, bit by bit', async () => {
    const { deliveries, advance } = open()
    await deliveries.begin(app, ['a', 'b'])
    await grow(17_000)
    await advance('a', 17_001)
    expect(await places()).toHaveLength(17_000)
    await advance('b', 17_001)
    for (let left = (await places()).length; left > 1; ) {
      await deliveries.tidy()
      const now = (await places()).length
      expect(now).toBeLessThan(left)
      left = now
    }
    expect(await places()).toEqual([17_000])
  })

  test('[WH36] what is kept for a target that goes, but not what others need, and never the last row', async () => {
    const { deliveries, parking, advance, park } = open()
    await deliveries.begin(app, ['a', 'b'])
    await grow(1500)
    for (const place of range(1, 1000)) await park('a', place)
    for (const place of [3, 700]) await park('b', place)
    await advance('b', 1401)
    await deliveries.end(app, 'a')
    await deliveries.tidy()
    expect(await parking.count(app, 'a')).toBe(0)
    expect(await places()).toEqual([3, 700, ...range(1400, 1500)])
    await deliveries.end(app, 'b')
    await deliveries.tidy()
    expect(await places()).toEqual([1500])
    // Numbers go on, and who comes now begins with what comes now.
    await deliveries.begin(app, ['c'])
    await grow(1)
    expect((await deliveries.all(app)).find(row => row.value.lane === lane)?.value.next).toBe(1501)
    expect(await places()).toEqual([1500, 1501])
  })

  test('[WH35] nothing is forgotten that could not be removed because the store failed', async () => {
    let broken = false
    const failing = new Proxy(store, {
      get: (target, name) =>
        name === 'commit' && broken ? () => Promise.reject(new Error('no')) : Reflect.get(target, name),
    })
    const { deliveries, advance } = open('one', failing)
    await deliveries.begin(app, ['a'])
    await grow(2000)
    await advance('a', 2001)
    broken = true
    await expect(deliveries.tidy()).rejects.toThrow('no')
    broken = false
    await deliveries.tidy()
    expect(await places()).toEqual([2000])
  })
})

describe('claims', () => {
  test('[WH30] hold until they lapse, and for their own node in any case', async () => {
    const [one, two] = [open('one'), open('two')]
    await one.deliveries.begin(app, ['a'])
    const held = await one.deliveries.claim(app, lane, 'a', 100)
    expect(held?.value).toMatchObject({ node: 'one', until: 1100, next: 1 })
    expect(await two.deliveries.claim(app, lane, 'a', 100)).toBeUndefined()
    expect(await one.deliveries.claim(app, lane, 'a', 100)).toBeDefined()
    expect(await one.deliveries.claim(app, lane, 'nobody', 100)).toBeUndefined()
    now = 1101
    expect((await two.deliveries.claim(app, lane, 'a', 100))?.value.node).toBe('two')
  })

  test('[WH32] that were lost move nothing, and remove nothing', async () => {
    const [one, two] = [open('one'), open('two')]
    await one.deliveries.begin(app, ['a'])
    await grow(10)
    const held = await one.held('a')
    now = 2000
    const other = await two.held('a')
    expect(await one.deliveries.advance(held, 11, 100)).toBeUndefined()
    expect(await places()).toEqual(range(1, 10))
    expect((await two.deliveries.advance(other, 6, 100))?.value.next).toBe(6)
  })

  test('[WH31] are not taken for one’s own when another took them before one could look', async () => {
    const asleep = new Proxy(store, {
      get(target, name) {
        if (name !== 'commit') return Reflect.get(target, name)
        return async (steps: Parameters<Store['commit']>[0]) => {
          const result = await target.commit(steps)
          const row = await target.get(table, [app, lane, 'a'])
          if (row?.value.node === 'one') await target.commit([put(table, { ...row.value, node: 'two' })])
          return result
        }
      },
    })
    await open().deliveries.begin(app, ['a'])
    expect(await open('one', asleep).deliveries.claim(app, lane, 'a', 0)).toBeUndefined()
  })

  test('[WH29] nodes that begin different targets at once begin all of them', async () => {
    const nodes = Array.from({ length: 6 }, (_, i) => open(`node ${i}`))
    await Promise.all(nodes.map(({ deliveries }, i) => deliveries.begin(app, ['all', `own ${i}`])))
    expect(await store.scan(table, { prefix: [app], limit: 100 })).toHaveLength(7 * 4)
  })
})
