import { expect, test } from 'vitest'
import { together } from './together.ts'

test('what is asked in one turn is one question, equal keys once, and later turns ask anew', async () => {
  const calls: string[][] = []
  const ask = together(async keys => {
    calls.push(keys)
    return keys.map(key => key.toUpperCase())
  }, 2)
  expect(await Promise.all(['a', 'b', 'a', 'c'].map(ask))).toEqual(['A', 'B', 'A', 'C'])
  expect(calls).toEqual([['a', 'b'], ['c']])
  expect(await ask('a')).toBe('A')
  expect(calls).toHaveLength(3)
})

test('a failure fails those who asked, and nobody after them', async () => {
  let broken = true
  const ask = together(async keys => {
    if (broken) throw new Error('broken')
    return keys
  })
  const [one, other] = await Promise.allSettled([ask('a'), ask('b')])
  expect([one?.status, other?.status]).toEqual(['rejected', 'rejected'])
  broken = false
  expect(await ask('a')).toBe('a')
})
