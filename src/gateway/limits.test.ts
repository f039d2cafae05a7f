import { expect, test } from 'vitest'
import { take } from './limits.ts'

test('[GW24] a bucket allows its burst, then its rate, and says when somebody goes on all the same', () => {
  const bucket = { tokens: 3, at: 0 }
  const allows = (now: number) => take(bucket, { rate: 10, burst: 3 }, now)
  expect([0, 0, 0, 0].map(allows)).toEqual(['yes', 'yes', 'yes', 'no'])
  expect(allows(250)).toBe('yes')
  expect([250, 250, 250, 250].map(allows)).toEqual(['no', 'no', 'no', 'enough'])
  expect(allows(60_000)).toBe('yes')
})
