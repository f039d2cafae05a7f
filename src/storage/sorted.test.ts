import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sorted } from './sorted.ts'

const keys = Array.from({ length: 5000 }, (_, i) => `k${(i * 7919) % 5000}`)

test('a sorted list answers every range as a sorted array would, through many chunks and after deletions', () => {
  const list = sorted<string>()
  for (const key of keys) list.set(key, key)
  for (const key of keys.filter((_, i) => i % 3 > 0)) list.delete(key)
  const left = keys.filter((_, i) => i % 3 === 0).sort()
  const key = fc.nat(6000).map(n => `k${n}`)
  const range = fc.property(
    key,
    key,
    fc.nat(2500),
    fc.integer({ min: 1, max: 1500 }),
    fc.boolean(),
    (from, to, skip, limit, reverse) => {
      const all = left.filter(each => each >= from && each < to)
      if (reverse) all.reverse()
      expect(list.range(from, to, skip, limit, reverse)).toEqual(all.slice(skip, skip + limit))
    },
  )
  fc.assert(range, { numRuns: 300, seed: 1 })
  for (const each of left) expect(list.get(each)).toBe(each)
  for (const each of left) list.delete(each)
  expect(list.range('', '\uffff', 0, 10, false)).toEqual([])
  list.set('again', 'again')
  expect(list.range('', '\uffff', 0, 10, true)).toEqual(['again'])
})

test('a hundred thousand insertions in random order are quick', () => {
  const list = sorted<number>()
  const before = performance.now()
  for (let i = 0; i < 100_000; i++) list.set(`${(i * 48271) % 100_003}`, i)
  expect(performance.now() - before).toBeLessThan(2000)
})
