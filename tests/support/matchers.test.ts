import { describe, expect, test } from 'vitest'
import { readExact, writable } from './exact-json.ts'
import { difference, FixtureError, fill, isMatcher, type Kept } from './matchers.ts'

const kept = (values: Record<string, unknown> = {}): Kept => new Map(Object.entries(values))
const differs = (expected: unknown, actual: unknown, values = {}) => difference(expected, actual, kept(values))

describe('exact comparison', () => {
  test('an equal reply has no difference', () => {
    expect(differs({ a: [1, 'x', null, { b: true }] }, { a: [1, 'x', null, { b: true }] })).toBeUndefined()
  })

  test.each([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, 'a.b'],
    ['another type', { a: 1 }, { a: '1' }, 'a'],
    ['null instead of a value', { a: 0 }, { a: null }, 'a'],
    ['a missing key', { a: 1, b: 2 }, { a: 1 }, 'b'],
    ['an extra key', { a: 1 }, { a: 1, b: 2 }, 'b'],
    ['an extra key deep inside', { a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] }, 'a[0].c'],
    ['a shorter list', { a: [1, 2] }, { a: [1] }, 'a'],
    ['a longer list', { a: [1] }, { a: [1, 2] }, 'a'],
    ['another order', { a: [1, 2] }, { a: [2, 1] }, 'a[0]'],
    ['a list instead of an object', { a: {} }, { a: [] }, 'a'],
    ['an object instead of a list', { a: [] }, { a: {} }, 'a'],
    ['text instead of the reply', { a: 1 }, '<html>', ''],
  ])('%s is a difference', (_name, expected, actual, path) => {
    expect(differs(expected, actual)?.path).toBe(path)
  })

  test('a difference shows both values', () => {
    expect(differs({ a: 'x' }, { a: ['y'] })).toEqual({ path: 'a', expected: '"x"', actual: '["y"]' })
  })

  test('long integers are compared digit by digit', () => {
    const expected = readExact('{"id":731000000000000123}')
    expect(differs(expected, readExact('{"id":731000000000000123}'))).toBeUndefined()
    expect(differs(expected, readExact('{"id":731000000000000124}'))?.path).toBe('id')
    expect(differs(expected, { id: '731000000000000123' })?.path).toBe('id')
  })
})

describe('matchers', () => {
  test.each([
    ['int', 3, 3.5],
    ['int', 9007199254740993n, '3'],
    ['number', 3.5, '3'],
    ['string', '', 0],
    ['bool', false, 0],
    ['array', [], {}],
    ['object', {}, []],
    ['object', {}, null],
  ])('$is %s takes %s and refuses %s', (kind, right, wrong) => {
    expect(differs({ a: { $is: kind } }, { a: right })).toBeUndefined()
    expect(differs({ a: { $is: kind } }, { a: wrong })?.path).toBe('a')
  })

  test('$is any takes null, but not a missing key', () => {
    expect(differs({ a: { $is: 'any' } }, { a: null })).toBeUndefined()
    expect(differs({ a: { $is: 'any' } }, {})?.path).toBe('a')
  })

  test('$save keeps any value, and asks for its kind where $is stands beside', () => {
    const values = kept()
    expect(difference({ a: { $save: 'x', $is: 'int' } }, { a: 7 }, values)).toBeUndefined()
    expect(values.get('x')).toBe(7)
    expect(difference({ a: { $save: 'y', $is: 'int' } }, { a: 'z' }, values)?.path).toBe('a')
    expect(values.has('y')).toBe(false)
    expect(difference({ a: { $save: 'y' } }, {}, values)?.path).toBe('a')
  })

  test('$use wants the kept value, whole objects too', () => {
    expect(differs({ a: { $use: 'x' } }, { a: { b: [1] } }, { x: { b: [1] } })).toBeUndefined()
    expect(differs({ a: { $use: 'x' } }, { a: { b: [1, 2] } }, { x: { b: [1] } })?.path).toBe('a')
    expect(differs({ a: { $use: 'x' } }, { a: '7' }, { x: 7 })?.path).toBe('a')
  })

  test('names in strings are filled in', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the fixtures' own form
    const expected = { a: 'id-${x}!' }
    expect(differs(expected, { a: 'id-7!' }, { x: 7 })).toBeUndefined()
    expect(differs(expected, { a: 'id-8!' }, { x: 7 })?.path).toBe('a')
  })

  test('$has leaves other keys out of account', () => {
    expect(differs({ $has: { a: { $is: 'int' } } }, { a: 1, b: 2 })).toBeUndefined()
    expect(differs({ $has: { a: 1 } }, { a: 2, b: 2 })?.path).toBe('a')
    expect(differs({ $has: { a: 1 } }, { b: 2 })?.path).toBe('a')
    expect(differs({ $has: { a: { b: 1 } } }, { a: { b: 1, c: 2 } })?.path).toBe('a.c')
  })

  test('$unordered gives every item its own partner', () => {
    expect(differs({ $unordered: [1, 2, 2] }, [2, 1, 2])).toBeUndefined()
    expect(differs({ $unordered: [1, 1, 2] }, [2, 1, 2])).toBeDefined()
    expect(differs({ $unordered: [1, 2] }, [2, 1, 3])).toBeDefined()
    expect(differs({ $unordered: [1, 2] }, [2])).toBeDefined()
    expect(differs({ $unordered: [{ $is: 'int' }, 1] }, [1, 5])).toBeUndefined()
    expect(differs({ $unordered: [{ $is: 'int' }, 1] }, [1, 'x'])).toBeDefined()
  })

  test('$unordered keeps what its final partners say', () => {
    const values = kept()
    const expected = {
      $unordered: [
        { id: { $save: 'b' }, n: 2 },
        { id: { $save: 'a' }, n: 1 },
      ],
    }
    expect(
      difference(
        expected,
        [
          { id: 'x', n: 1 },
          { id: 'y', n: 2 },
        ],
        values,
      ),
    ).toBeUndefined()
    expect([...values]).toEqual([
      ['b', 'y'],
      ['a', 'x'],
    ])
  })

  test('$absent wants the key to be missing', () => {
    expect(differs({ $has: { a: { $absent: true } } }, { b: 1 })).toBeUndefined()
    expect(differs({ a: { $absent: true } }, {})).toBeUndefined()
    expect(differs({ $has: { a: { $absent: true } } }, { a: null })?.path).toBe('a')
  })

  test('a fixture that makes no sense is an error, not a difference', () => {
    expect(() => differs({ a: { $iss: 'int' } }, { a: 1 })).toThrow(FixtureError)
    expect(() => differs({ a: { $is: 'integer' } }, { a: 1 })).toThrow(FixtureError)
    expect(() => differs({ a: { $use: 'nobody' } }, { a: 1 })).toThrow('nobody')
    expect(() => differs({ $has: [1] }, { a: 1 })).toThrow(FixtureError)
    expect(() => differs({ $unordered: {} }, [])).toThrow(FixtureError)
  })

  test('an object without $ is no matcher', () => {
    expect(isMatcher({ a: { $is: 'int' } })).toBe(false)
    expect(isMatcher([{ $is: 'int' }])).toBe(false)
    expect(isMatcher(null)).toBe(false)
  })
})

describe('what is sent', () => {
  test('kept values are filled in anywhere, in their own type', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the fixtures' own form
    const send = { a: { $use: 'x' }, b: ['n${x}'], c: { d: { $use: 'y' } }, e: 1 }
    expect(fill(send, kept({ x: 7, y: [1] }))).toEqual({ a: 7, b: ['n7'], c: { d: [1] }, e: 1 })
    expect(() => fill({ a: { $use: 'z' } }, kept({ x: 7 }))).toThrow('nothing was kept as "z"; there is x')
  })

  test('long integers leave as they were written', () => {
    const text = '{"id":731000000000000123,"list":[-9223372036854775808,1],"x":1.5}'
    expect(JSON.stringify(writable(readExact(text)))).toBe(text)
  })
})
