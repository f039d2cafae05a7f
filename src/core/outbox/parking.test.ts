import { afterEach, describe, expect, test } from 'vitest'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { parked } from '../tables.ts'
import type { Held } from './deliveries.ts'
import { mostInBulk, openParking } from './parking.ts'

const [app, lane, target] = [1, 0, 'a']
let store: Store = openMemory()
let now = 1000
afterEach(async () => {
  await store.close()
  store = openMemory()
  now = 1000
})

const open = (over = store) => openParking({ store: over, clock: () => now, node: 'one' } as Context)

async function park(from: number, to = from, more: { lane?: number; target?: string } = {}) {
  await open().park({ app, lane, target, ...more }, { from, to, why: 'no', tries: 3 })
}

const rangesOf = async (name = target) =>
  (await open().list(app, name, undefined, 1000)).map(each => [each.from, each.to])

describe('what is set aside', () => {
  test('[WH8] in bulk is several rows, of which none is too long, and one batch', async () => {
    const held = { value: { app, lane, target, next: 11, node: 'one', until: 0 }, version: 1 } as Held
    expect(open().overflow(held, 11 + mostInBulk, 'why').length).toBeLessThan(1000)
    await store.commit(open().overflow(held, 2512, 'too many'))
    expect(await rangesOf()).toEqual([
      [11, 1010],
      [1011, 2010],
      [2011, 2511],
    ])
    expect(await open().count(app, target)).toBe(2501)
    expect(await open().list(app, target)).toMatchObject(Array(3).fill({ why: 'too many', tries: 0, at: 1000 }))
  })

  test('[WH4] is counted and shown by page, however much it is', async () => {
    for (let i = 0; i < 2500; i++) await park(i * 2 + 1, undefined, { lane: i % 4 })
    await park(1, 7, { target: 'b' })
    const { count, list } = open()
    expect(await count(app, target)).toBe(2500)
    expect(await count(app, 'b')).toBe(7)
    const first = await list(app, target)
    const second = await list(app, target, first.at(-1))
    expect([first.length, second.length]).toEqual([100, 100])
    expect(first.at(-1)?.from).toBeLessThan(second[0]?.from as number)
  })

  test('[WH4] is told again when asked for, wherever it stands behind what is not', async () => {
    for (let i = 1; i <= 250; i++) await park(i)
    expect(await open().again(app, target)).toBe(250)
    expect(await open().again(app, target)).toBe(250)
    let rows = await open().wanted(app, lane, target, 0)
    expect(rows.map(row => row.value.from)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    // They fail again, and nobody asks for those a third time.
    const failed = rows.map(({ value: { from, to } }) => ({ from, to, why: 'still', tries: 1 }))
    now = 5000
    expect(await open().settle(rows, 100, failed)).toBe(true)
    rows = await open().wanted(app, lane, target, 0)
    expect(rows[0]?.value.from).toBe(101)
    expect(await open().wanted(app, lane, target, 251)).toEqual([])
    // They have been there since the first time.
    expect((await open().list(app, target))[0]).toMatchObject({ from: 1, why: 'still', tries: 1, at: 1000 })
    expect(await open().count(app, target)).toBe(250)
  })

  test('[WH4] in bulk is settled bit by bit, but for what fails', async () => {
    await park(1, 500)
    await open().again(app, target)
    const [row] = await open().wanted(app, lane, target, 0)
    if (!row) throw new Error('nothing is wanted')
    expect(await open().settle([row], 100, [{ from: 7, to: 7, why: 'still', tries: 2 }])).toBe(true)
    expect(await rangesOf()).toEqual([
      [7, 7],
      [101, 500],
    ])
    expect(await open().count(app, target)).toBe(401)
    // Somebody else was faster.
    expect(await open().settle([row], 200, [])).toBe(false)
    expect(await open().count(app, target)).toBe(401)
    const [rest] = await open().wanted(app, lane, target, 0)
    expect(rest?.value).toMatchObject({ from: 101, to: 500, count: 400, again: true })
  })

  test('[WH4] and was told meanwhile does not come back because somebody asks for it', async () => {
    await park(1)
    await park(2)
    let settled = false
    const racing = new Proxy(store, {
      get(real, name) {
        if (name !== 'commit') return Reflect.get(real, name)
        return async (steps: Parameters<Store['commit']>[0]) => {
          if (!settled) {
            settled = true
            const [first] = await store.scan(parked, { prefix: [app, target], limit: 1 })
            await open().settle(first ? [first] : [], 1, [])
          }
          return real.commit(steps)
        }
      },
    })
    expect(await open(racing).again(app, target)).toBe(1)
    expect(await rangesOf()).toEqual([[2, 2]])
  })
})

describe('[WH37] what is given up', () => {
  test('is what is too old', async () => {
    for (const at of [1000, 2000, 3000]) {
      now = at
      await park(at, at + 9)
      await park(at, at, { lane: 1 })
      await park(at, at, { target: 'b' })
    }
    const gone = await open().forget(app, lane, target, 2001, 1000)
    expect(gone.map(each => each.from)).toEqual([1000, 2000])
    expect(await rangesOf()).toEqual([
      [3000, 3009],
      [1000, 1000],
      [2000, 2000],
      [3000, 3000],
    ])
    expect(await open().count(app, 'b')).toBe(3)
    expect(await open().forget(app, lane, target, 2001, 1000)).toEqual([])
  })

  test('is the oldest of too much, and no more than it must be', async () => {
    for (let i = 1; i <= 3000; i++) await park(i)
    expect(await open().forget(app, lane, target, 0, 3000)).toEqual([])
    const gone = await open().forget(app, lane, target, 0, 1200)
    expect(gone).toHaveLength(1800)
    expect(await open().count(app, target)).toBe(1200)
    expect((await rangesOf())[0]).toEqual([1801, 1801])
    expect(await open().forget(app, lane, target, 0, 0)).toHaveLength(1200)
    expect(await rangesOf()).toEqual([])
  })
})
