import { afterEach, describe, expect, test } from 'vitest'
import { startLane } from '../../tests/webhooks/lane-setting.ts'
import { type Kept, outbox, deliveries as table } from '../core/tables.ts'
import { del, put } from '../storage/store.ts'
import type { LaneSettings } from './lane.ts'

const [app, lane, name] = [1, 0, 'target']
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const soon = (ms = 100) => new Promise(resolve => setTimeout(resolve, ms))

async function start(settings?: Partial<LaneSettings>) {
  const at = await startLane(settings)
  stops.push(at.stop)
  return at
}

describe('a lane', () => {
  test('[WH2] tells events of one key one after another, and those of others beside them', async () => {
    const at = await start()
    const open: (() => void)[] = []
    at.answer(() => new Promise(resolve => open.push(() => resolve('told'))))
    await at.grow('a', 'a', 'b', 'a', 'c', 'b')
    at.own.wake()
    await expect.poll(at.places).toEqual([1, 3, 5])
    open[0]?.()
    open[1]?.()
    await expect.poll(at.places).toEqual([1, 3, 5, 2, 6])
    for (const go of open) go()
    await expect.poll(at.places).toEqual([1, 3, 5, 2, 6, 4])
    for (const go of open) go()
    await expect.poll(async () => (await at.row())?.next).toBe(7)
  })

  test('[WH38] lets thousands of events pass one that is stuck, and reads no more than it can hold', async () => {
    const at = await start()
    let free: (() => void) | undefined
    at.answer(kept => (kept.place === 1 ? new Promise(resolve => (free = () => resolve('told'))) : 'told'))
    await at.grow('stuck')
    for (let i = 0; i < 5; i++) await at.grow(...Array.from({ length: 900 }, (_, j) => `k${j % 50}`))
    await at.grow(...Array(400).fill('stuck'))
    at.own.wake()
    // All but the stuck ones are told.
    await expect.poll(() => at.sent.length).toBe(4501)
    expect((await at.row())?.next).toBe(1)
    // What it can hold of the stuck ones comes page by page; then it rests.
    await soon()
    const reads = at.calls.scan ?? 0
    await soon()
    expect((at.calls.scan ?? 0) - reads).toBeLessThan(3)
    free?.()
    await expect.poll(() => at.sent.length).toBe(4901)
    expect(at.places().slice(-400)).toEqual(Array.from({ length: 400 }, (_, i) => 4502 + i))
    await expect.poll(async () => (await at.row())?.next).toBe(4902)
  })

  test('[WH38] reads no more than a thousand events of which none ends, nor takes more that are shown to it', async () => {
    const at = await start()
    at.answer(() => new Promise(() => {}))
    for (let i = 0; i < 3; i++) await at.grow(...Array.from({ length: 900 }, (_, j) => `${i}/${j}`))
    at.own.wake()
    await expect.poll(() => at.sent.length).toBeGreaterThan(200)
    const held = at.sent.length
    expect(held).toBeLessThanOrEqual(1000)
    await at.tick()
    for (const row of await at.core.deliveries.read(app, lane, held + 1, 900)) at.own.offer(row)
    await soon()
    expect(at.sent).toHaveLength(held)
    stops.splice(stops.length - 1, 1)
  })

  test('[WH2] takes events that are shown to it without reading them again, in order, and reads those that it was not shown', async () => {
    const at = await start()
    at.own.wake()
    await expect.poll(() => at.own.holds()).toBe(true)
    await soon(20)
    const reads = at.calls.scan ?? 0
    await at.grow(...Array.from({ length: 9 }, (_, i) => `k${i % 2}`))
    const rows = await at.core.deliveries.read(app, lane, 1, 9)
    const [shown, others] = [rows.slice(0, 3), rows.slice(5)]
    for (const row of shown) at.own.offer(row)
    await expect.poll(() => at.sent.length).toBe(3)
    expect(at.calls.scan).toBe(reads + 1)
    // The fourth and fifth were shown to nobody; one is shown twice.
    for (const row of [...others, ...others, ...shown]) at.own.offer(row)
    await expect.poll(async () => (await at.row())?.next).toBe(10)
    expect(at.places().toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const key of ['k0', 'k1']) {
      const own = at.sent.filter(each => each.key === key).map(each => each.place)
      expect(own).toEqual(own.toSorted())
    }
  })

  test('[WH39] begins anew when the store failed, and leaves nothing out', async () => {
    const at = await start()
    at.answer(kept => (kept.place === 2 ? { why: 'no', tries: 1 } : 'told'))
    at.fails.add('commit')
    await at.grow('a', 'a', 'a', 'b')
    at.own.wake()
    await soon()
    expect(at.sent).toEqual([])
    at.fails.clear()
    await at.tick()
    await expect.poll(async () => (await at.row())?.node).toBe('one')
    await expect.poll(async () => (await at.row())?.next).toBe(5)
    expect(at.places().toSorted()).toEqual([1, 2, 3, 4])
    // Now it fails just when something is to be set aside, and when it is to be written down how far all is.
    at.answer(kept => {
      if (kept.place !== 6) return 'told'
      at.fails.add('commit')
      return { why: 'no', tries: 1 }
    })
    await at.grow('a', 'a', 'a')
    at.own.wake()
    await soon()
    expect(at.places().slice(4)).toEqual([5, 6])
    expect(at.logged).toContain('a lane of the outbox begins anew')
    at.fails.clear()
    at.answer(() => 'told')
    await at.tick()
    await expect.poll(async () => (await at.row())?.next).toBe(8)
    expect(at.places().slice(-3)).toEqual([5, 6, 7])
  })

  test('[WH39] writes down how far it is once the store works again, also when nothing new comes', async () => {
    const at = await start()
    await at.grow('a')
    at.own.wake()
    await expect.poll(async () => (await at.row())?.next).toBe(2)
    at.answer(() => {
      at.fails.add('commit')
      return 'told'
    })
    await at.grow('a')
    at.own.wake()
    await expect.poll(() => at.logged).toContain('a place in the outbox could not be written')
    at.fails.clear()
    await at.tick()
    expect((await at.row())?.next).toBe(3)
    expect(at.places()).toEqual([1, 2])
  })

  test('[WH39] is not held up by events that are not there any more', async () => {
    const at = await start()
    await at.grow('a', 'b', 'a', 'b', 'a', 'a')
    await at.store.commit([1, 2, 4].map(place => del(outbox, [app, lane, place])))
    at.own.wake()
    await expect.poll(async () => (await at.row())?.next).toBe(7)
    expect(at.places()).toEqual([3, 5, 6])
  })

  test('[WH30] asks for its claim now and then while another has it, not with every event', async () => {
    const at = await start()
    const row = await at.row()
    if (!row) throw new Error('nothing began')
    await at.store.commit([put(table, { ...row, node: 'two', until: 2_000_000 })])
    await at.grow('a')
    at.own.wake()
    await soon(20)
    const gets = at.calls.get ?? 0
    for (let i = 0; i < 50; i++) {
      at.own.wake()
      await soon(1)
    }
    expect(at.calls.get).toBe(gets)
    expect(at.own.holds()).toBe(false)
    await at.tick()
    await soon(20)
    expect(at.calls.get).toBe(gets + 1)
    at.pass(2_000_000)
    await at.tick()
    await expect.poll(at.places).toEqual([1])
    expect(at.own.holds()).toBe(true)
  })

  test('[WH31] whose claim was lost starts nothing more, and settles nothing', async () => {
    const at = await start()
    let free: (() => void) | undefined
    at.answer(() => new Promise(resolve => (free = () => resolve('told'))))
    await at.grow('a', 'a')
    at.own.wake()
    await expect.poll(at.places).toEqual([1])
    const row = await at.row()
    if (!row) throw new Error('nothing began')
    await at.store.commit([put(table, { ...row, node: 'two', until: 3_000_000 })])
    at.pass(9000)
    await at.tick()
    expect(at.own.holds()).toBe(false)
    free?.()
    await soon()
    expect(at.places()).toEqual([1])
    expect(await at.row()).toMatchObject({ node: 'two', next: 1 })
  })

  test('[WH30] renews its claim before it lapses, though nothing happens', async () => {
    const at = await start()
    at.own.wake()
    await expect.poll(() => at.own.holds()).toBe(true)
    for (let i = 0; i < 10; i++) {
      at.pass(4000)
      await at.tick()
      expect((await at.row())?.until).toBeGreaterThan(1_000_000 + (i + 1) * 4000)
    }
    await at.own.close()
    expect(await at.row()).toMatchObject({ until: 0, node: 'one' })
  })

  test('[WH8] sets aside the oldest of too many, and those that are too old', async () => {
    const at = await start({ bound: 10, age: 60_000 })
    at.answer(() => new Promise(() => {}))
    await at.grow(...Array(25).fill('a'))
    at.own.wake()
    await expect.poll(() => at.own.holds()).toBe(true)
    await at.tick()
    expect(await at.core.parking.list(app, name)).toMatchObject([
      { from: 1, to: 16, why: 'too many events were waiting' },
    ])
    await expect.poll(at.places).toEqual([1, 17])
    const [row] = await at.core.deliveries.read(app, lane, 17, 1)
    at.pass((row as Kept).at - 1_000_000 + 60_001)
    await at.tick()
    expect((await at.core.parking.list(app, name))[1]).toMatchObject({
      from: 17,
      to: 25,
      why: 'the events were too old',
    })
    expect((await at.row())?.next).toBe(26)
    stops.splice(stops.length - 1, 1)
  })

  test('[WH4] marks what follows something that was set aside, until one of its key is told', async () => {
    const at = await start()
    at.answer(kept => ([2, 3].includes(kept.place) ? { why: 'no', tries: 2 } : 'told'))
    await at.grow('a', 'a', 'a', 'b', 'a', 'a')
    at.own.wake()
    await expect.poll(() => at.sent.length).toBe(6)
    const marked = at.sent.filter((_, i) => at.marks[i]?.['x-magpie-after-parked'] === '1').map(each => each.place)
    expect(marked).toEqual([3, 5])
    expect((await at.core.parking.list(app, name)).map(each => each.from)).toEqual([2, 3])
  })

  test('[WH26] that is closed waits for what is under way, writes down how far it is, and begins nothing', async () => {
    const at = await start()
    let free: (() => void) | undefined
    at.answer(() => new Promise(resolve => (free = () => resolve('told'))))
    await at.grow('a', 'a')
    at.own.wake()
    await expect.poll(at.places).toEqual([1])
    const closing = at.own.close()
    free?.()
    await closing
    expect(await at.row()).toMatchObject({ next: 2, until: 0 })
    at.own.wake()
    await at.tick()
    await soon()
    expect(at.places()).toEqual([1])
    expect(at.logged).toEqual([])
  })
})
