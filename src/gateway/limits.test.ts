import { expect, test } from 'vitest'
import { meter } from './limits.ts'

test('[GW24] a bucket allows its burst, then its rate, and says when somebody goes on all the same', () => {
  const allows = meter({ rate: 10, burst: 3 }, 0)
  expect([0, 0, 0, 0].map(allows)).toEqual(['yes', 'yes', 'yes', 'no'])
  expect(allows(250)).toBe('yes')
  expect([250, 250, 250, 250].map(allows)).toEqual(['no', 'no', 'no', 'enough'])
  expect(allows(60_000)).toBe('yes')
})
