import { expect, test } from 'vitest'
import type { Encoded } from '../encode.ts'
import { layout } from '../layout.ts'
import { type Table, table } from '../store.ts'
import { rowCache } from './cache.ts'

interface Thing {
  app: number
  id: string
  tags: { a?: string[] }
}

const things = table<Thing>('things', { columns: { app: 'int', id: 'text' }, key: ['app', 'id'] })
const of = layout(things as Table)
const layouts = new Map([['things', of]])
const cells = (id: string, doc = '{"tags":{"a":["x"]}}') => [1, id, 7, doc]

test('[ST63] a kept row is given again, and is frozen through and through', () => {
  const cache = rowCache(layouts)
  expect(cache.get(of, [1, 'a'])).toBeUndefined()
  const row = cache.keep<Thing>(of, [1, 'a'], cells('a'))
  expect(cache.get(of, [1, 'a'])).toBe(row)
  expect(cache.get(of, [11, ''])).toBeUndefined()
  expect(() => row.value.tags.a?.push('y')).toThrow(TypeError)
})

test.each<Encoded>([
  ['put', 'things', [1, 'a'], '{}', []],
  ['del', 'things', [1, 'a']],
])('[ST63] what a batch under way may write is read anew until it is answered: %s', (...step) => {
  const cache = rowCache(layouts)
  cache.keep(of, [1, 'a'], cells('a'))
  cache.keep(of, [1, 'b'], cells('b'))
  const [first, second] = [cache.hold([step as unknown as Encoded]), cache.hold([step as unknown as Encoded])]
  expect(cache.get(of, [1, 'a'])).toBeUndefined()
  first()
  cache.keep(of, [1, 'a'], cells('a'))
  expect(cache.get(of, [1, 'a'])).toBeUndefined()
  second()
  cache.keep(of, [1, 'a'], cells('a'))
  expect(cache.get(of, [1, 'a'])).toBeDefined()
  expect(cache.get(of, [1, 'b'])).toBeDefined()
})

test('[ST63] it holds a bounded number of rows, the ones used last, and no large ones', () => {
  const cache = rowCache(layouts, 10)
  for (let i = 0; i < 100; i++) {
    cache.keep(of, [1, `r${i}`], cells(`r${i}`))
    cache.get(of, [1, 'r0'])
  }
  const kept = Array.from({ length: 100 }, (_, i) => cache.get(of, [1, `r${i}`])).filter(Boolean)
  expect(kept.length).toBeLessThanOrEqual(20)
  expect(cache.get(of, [1, 'r0'])).toBeDefined()
  expect(cache.get(of, [1, 'r99'])).toBeDefined()
  cache.keep(of, [1, 'large'], cells('large', JSON.stringify({ text: 'x'.repeat(5000) })))
  expect(cache.get(of, [1, 'large'])).toBeUndefined()
})
