import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxDepth, parseJson, writeJson } from './json.ts'

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + (open === '[' ? '' : '1') + close.repeat(depth)
}

describe('parseJson', () => {
  test('[VO1] keeps every int64 exact, as a number where that is possible and as a bigint otherwise', () => {
    fc.assert(
      fc.property(int64, n => {
        const read = parseJson(`{"a":[${n}],"b":"${n}"}`) as { a: [number | bigint]; b: string }
        expect(BigInt(read.a[0])).toBe(n)
        expect(typeof read.a[0]).toBe(Number.isSafeInteger(Number(n)) ? 'number' : 'bigint')
        expect(read.b).toBe(String(n))
      }),
    )
  })

  test('knows the edges of the safe integers', () => {
    expect(parseJson('[9007199254740991, 9007199254740992, -9007199254740992]')).toEqual([
      9007199254740991,
      9007199254740992n,
      -9007199254740992n,
    ])
  })

  test('leaves fractions, exponents and absurdly long integers to the usual numbers', () => {
    expect(parseJson('[1234567890123456.5, 1e20, 12345678901234567e3]')).toEqual([
      1234567890123456.5, 1e20, 12345678901234567e3,
    ])
    expect(parseJson('9'.repeat(400))).toBe(Number.POSITIVE_INFINITY)
  })

  test('does not take digits in strings or keys for numbers', () => {
    expect(parseJson('{"12345678901234567890":"98765432109876543210"}')).toEqual({
      '12345678901234567890': '98765432109876543210',
    })
  })

  test('reads everything else as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), text => {
        expect(writeJson(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  test('refuses what is no JSON', () => {
    const wrong = ['', '{', '"', '{"a":"', `{"a":12345678901234567890`, 'undefined', `[${'"\\'.repeat(100)}`]
    for (const text of wrong) expect(() => parseJson(text), text).toThrow(SyntaxError)
  })

  test('takes the deepest allowed nesting and refuses one level more', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      expect(() => parseJson(nested(maxDepth, open, close))).not.toThrow()
      expect(() => parseJson(nested(maxDepth + 1, open, close))).toThrow(/deeper/)
      expect(() => parseJson(nested(500_000, open, close))).toThrow(/deeper/)
    }
  })

  test('does not count brackets inside strings', () => {
    const text = `{"a":"${'[{\\"'.repeat(200)}\\\\","b":"${'{'.repeat(200)}"}`
    expect(parseJson(text)).toEqual({ a: `${'[{"'.repeat(200)}\\`, b: '{'.repeat(200) })
  })

  test('keeps __proto__ as a key of its own, on both paths', () => {
    for (const n of ['1', '12345678901234567890']) {
      const read = parseJson(`{"__proto__":{"admin":${n}},"constructor":{"prototype":{"admin":${n}}}}`) as object
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
      expect(Object.keys(read)).toEqual(['__proto__', 'constructor'])
      expect(({} as { admin?: number }).admin).toBeUndefined()
    }
  })
})

describe('writeJson', () => {
  test('[VO1] writes bigints as bare integers and comes back to the same', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ id: int64, name: fc.string() })), list => {
        const text = writeJson(list)
        expect(text).not.toContain('"id":"')
        const read = parseJson(text) as { id: number | bigint; name: string }[]
        expect(read.map(item => ({ ...item, id: BigInt(item.id) }))).toEqual(list)
      }),
    )
  })

  test('writes everything else as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(writeJson(value)).toBe(JSON.stringify(value))
      }),
    )
    expect(writeJson({ a: undefined, big: 2n ** 63n })).toBe('{"big":9223372036854775808}')
    expect(writeJson(undefined)).toBe('null')
  })

  test('refuses a circle', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    expect(() => writeJson(circle)).toThrow(TypeError)
  })
})
