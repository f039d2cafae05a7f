import { afterEach, expect, test } from 'vitest'
import { type GivingWay, openGivingWay } from './giving-way.ts'

let way: GivingWay
afterEach(() => way.close())

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Keeps the process from anything else for so long (ms), again and again. */
async function toil(times: number) {
  for (let i = 0; i < times; i++) {
    const end = performance.now() + 60
    while (performance.now() < end);
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('[WH45] with time left all may be taken up; with none only a few, and whoever went without is called again', async () => {
  let calls = 0
  way = openGivingWay(() => calls++)
  await pause(120)
  expect(way.take(5000)).toBe(5000)
  expect(calls).toBe(0)
  await toil(6)
  const given = way.take(5000)
  expect(given).toBeLessThan(5000)
  expect(way.take(10)).toBe(0)
  // What one lane did not find, another may take up.
  way.giveBack(given)
  expect(way.take(5000)).toBe(given)
  await pause(200)
  expect(calls).toBeGreaterThan(0)
  expect(way.take(5000)).toBe(5000)
})
