import { expect, test } from 'vitest'
import { objectIn, overlay } from './overlay.ts'

test('wishes are laid over field by field, null takes away, lists are replaced', () => {
  const base = { a: 1, b: { c: 2, d: { e: 3 } }, list: [1, 2], gone: 1 }
  const wishes = {
    b: { c: null, d: { f: 4 } },
    list: [3],
    gone: null,
    a: undefined,
    never: null,
    fresh: { g: null, h: 1 },
  }
  expect(overlay(base, wishes)).toEqual({ a: 1, b: { d: { e: 3, f: 4 } }, list: [3], fresh: { h: 1 } })
  expect(base).toEqual({ a: 1, b: { c: 2, d: { e: 3 } }, list: [1, 2], gone: 1 })
})

test('a wish of another type replaces, and a prototype is a name like any other', () => {
  expect(overlay({ a: 'text', b: { c: 1 } }, { a: { d: 1 }, b: 'text' })).toEqual({ a: { d: 1 }, b: 'text' })
  const result = overlay({}, JSON.parse('{"__proto__":{"polluted":1}}'))
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
  expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":1}}')
})

test('only objects are objects', () => {
  expect(objectIn('{"a":1}')).toEqual({ a: 1 })
  for (const text of ['[]', 'null', '1', '"a"', '', 'x', undefined]) expect(objectIn(text)).toBeUndefined()
})
