import { afterEach, expect, test } from 'vitest'
import { type GivingWay, openGivingWay } from './giving-way.ts'

let way: GivingWay
afterEach(() => way.close())

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Keeps the process from anything else for so long (ms), again and again. */
async function toil(times: number) {
  for (let i = 0; i < times; i++) {
    const end = performance.now() + 120
    while (performance.now() < end);
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('[WH45] with time left all may be taken up; with none only a few, and whoever went without is called again', async () => {
  let calls = 0
  let full = false
  way = openGivingWay(
    () => calls++,
    () => full,
  )
  await pause(220)
  expect(way.take(100_000)).toBe(100_000)
  expect(calls).toBe(0)
  full = true
  await pause(3000)
  const given = way.take(5000)
  expect(given).toBe(100)
  expect(way.take(10)).toBe(0)
  // What one lane did not find, another may take up.
  way.giveBack(given)
  expect(way.take(5000)).toBe(given)
  await pause(220)
  expect(calls).toBeGreaterThan(0)
  full = false
  await pause(300)
  expect(way.take(5000)).toBeGreaterThan(100)
  await pause(2000)
  expect(way.take(100_000)).toBe(100_000)
})

test('[WH45] a process that is busy all the time has none left', async () => {
  way = openGivingWay(() => {})
  way.take(1000)
  await toil(6)
  expect(way.take(5000)).toBeLessThan(5000)
})
