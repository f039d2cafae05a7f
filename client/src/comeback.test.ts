import { expect, test } from 'vitest'
import { backOf, usualPace, waitOf } from './comeback.ts'

test('[GW70] the range of a close code says whether to come back', () => {
  expect([4000, 4001, 4099, 1000, 1001, 1006, 1011].map(backOf)).toEqual(Array(7).fill('now'))
  expect([4100, 4102, 4199].map(backOf)).toEqual(Array(3).fill('later'))
  expect([4200, 4210, 4299, 1009].map(backOf)).toEqual(Array(4).fill('never'))
})

test('[GW71] waits grow, differ from client to client, and never pass the longest', () => {
  const first = usualPace.first
  expect(waitOf('now', 0, usualPace, () => 0)).toBe(0)
  expect(waitOf('now', 0, usualPace, () => 0.5)).toBe(first / 2)
  expect(waitOf('now', 3, usualPace, () => 0.5)).toBe(first * 4)
  expect(waitOf('later', 0, usualPace, () => 0)).toBe(usualPace.later)
  expect(waitOf('later', 500, usualPace, () => 0.999)).toBe(usualPace.most)
})
