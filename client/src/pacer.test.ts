import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openPacer } from './pacer.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('[GW80] questions wait in their order until fewer are under way', () => {
  const pacer = openPacer({ underWay: 2, rate: 100, burst: 100 })
  const begun: number[] = []
  for (const n of [1, 2, 3, 4]) pacer.add(() => begun.push(n))
  expect(begun).toEqual([1, 2])
  pacer.done()
  expect(begun).toEqual([1, 2, 3])
  vi.advanceTimersByTime(5000)
  expect(begun).toEqual([1, 2, 3])
})

test('[GW80] above the burst they go at the rate, and none after the end', () => {
  const pacer = openPacer({ underWay: 1000, rate: 10, burst: 5 })
  let begun = 0
  for (let n = 0; n < 30; n++) pacer.add(() => begun++)
  expect(begun).toBe(5)
  vi.advanceTimersByTime(1000)
  expect(begun).toBeGreaterThanOrEqual(14)
  expect(begun).toBeLessThanOrEqual(15)
  pacer.end()
  vi.advanceTimersByTime(10_000)
  expect(begun).toBeLessThanOrEqual(15)
})
