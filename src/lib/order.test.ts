import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compare } from './order.ts'

const text = fc.string({ unit: 'binary', maxLength: 6 })

/** The order that is promised, by its definition. */
function byCodePoints(a: string, b: string): number {
  const [x, y] = [[...a], [...b]].map(units => units.map(unit => unit.codePointAt(0) as number)) as [number[], number[]]
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return (x[i] as number) - (y[i] as number)
  return x.length - y.length
}

test('compares by code point', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compare(a, b))).toBe(Math.sign(byCodePoints(a, b)))
    }),
    { numRuns: 2000 },
  )
})

test('differs from the order of JavaScript where pairs stand against the end of the basic plane', () => {
  expect('\u{1F600}' < '\uFFFD').toBe(true)
  expect(compare('\u{1F600}', '\uFFFD')).toBeGreaterThan(0)
  expect(compare('a', 'a')).toBe(0)
  expect(compare('a', 'ab')).toBeLessThan(0)
})
