import { expect, test } from 'vitest'
import { partsOf } from './parts.ts'

test('a list is cut in order, and nothing is cut of nothing', () => {
  expect(partsOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(partsOf([1, 2], 2)).toEqual([[1, 2]])
  expect(partsOf([], 2)).toEqual([])
})
