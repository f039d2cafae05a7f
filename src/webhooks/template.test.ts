// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the templates
import { describe, expect, test } from 'vitest'
import { applyTemplate } from './template.ts'

const values = {
  body: {
    From_Account: 'u_1',
    EventTime: 1_700_000_000_000,
    big: 9007199254740993n,
    off: false,
    none: null,
    empty: '',
    list: [{ text: 'one' }, { text: 'two' }],
    map: { a: 1, 's:from': 'biz', 'two words': 2 },
    marks: '${body.From_Account} $$ $& $1',
    missing: undefined,
  },
}

const fill = (template: unknown) => applyTemplate(template, values)

describe('[WH43] templates', () => {
  test('the example of the documentation', () => {
    const template = {
      who: '${body.From_Account}',
      at: '${body.EventTime}',
      line: 'from ${body.From_Account}',
      gone: '${body.x}',
    }
    expect(fill(template)).toStrictEqual({ who: 'u_1', at: 1_700_000_000_000, line: 'from u_1' })
  })

  test.each([
    ['${body.From_Account}', 'u_1'],
    ['${body.EventTime}', 1_700_000_000_000],
    ['${body.big}', 9007199254740993n],
    ['${body.off}', false],
    ['${body.none}', null],
    ['${body.empty}', ''],
    ['${body.list}', [{ text: 'one' }, { text: 'two' }]],
    ['${body.list.1}', { text: 'two' }],
    ['${body.list.0.text}', 'one'],
    ['${body.map.s:from}', 'biz'],
    ['${body.map.two words}', 2],
  ])('%s alone is the value with its type', (template, value) => {
    expect(fill(template)).toStrictEqual(value)
    expect(fill({ a: { b: [template] } })).toStrictEqual({ a: { b: [value] } })
  })

  test.each([
    ['a ${body.From_Account} b', 'a u_1 b'],
    ['${body.From_Account}${body.From_Account}', 'u_1u_1'],
    [' ${body.EventTime}', ' 1700000000000'],
    ['${body.big}!', '9007199254740993!'],
    ['${body.off}/${body.none}', 'false/null'],
    ['is ${body.list.0}', 'is {"text":"one"}'],
    ['<${body.nothing}>', '<>'],
    ['<${body.map.a.b.c}>', '<>'],
    // What was put in is not read again.
    ['= ${body.marks}', '= ${body.From_Account} $$ $& $1'],
  ])('%s is text', (template, text) => {
    expect(fill(template)).toBe(text)
  })

  test.each([
    ['$${body.From_Account}', '${body.From_Account}'],
    ['a $${x} ${body.off}', 'a ${x} false'],
    ['$$${body.off}', '$${body.off}'],
    ['$${', '${'],
    ['costs $5 {really} $', 'costs $5 {really} $'],
    ['open ${body.From_Account', 'open ${body.From_Account'],
    ['${a{b}c}', '${a{b}c}'],
  ])('%s: what stays as it is', (template, text) => {
    expect(fill(template)).toBe(text)
  })

  test('what is not there is left out, and what the template says itself stays', () => {
    const gone = '${body.nothing}'
    const template = { a: gone, b: [1, gone, 2], c: { d: gone }, e: '${body.missing}', f: null, g: true, h: 1.5, i: '' }
    expect(fill(template)).toStrictEqual({ b: [1, 2], c: {}, f: null, g: true, h: 1.5, i: '' })
    expect(fill(gone)).toBeUndefined()
    expect(fill('${}')).toBeUndefined()
  })

  test('only own fields count', () => {
    const paths = ['constructor', 'body.constructor', 'body.constructor.name', 'body.__proto__', '__proto__.toString']
    const more = ['body.From_Account.length', 'body.list.length', 'body.list.map', 'toString', 'body.hasOwnProperty']
    for (const path of [...paths, ...more]) {
      expect(fill(`\${${path}}`), path).toBeUndefined()
      expect(fill(`<\${${path}}>`), path).toBe('<>')
    }
    const made = Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })
    expect(applyTemplate({ a: '${made.inherited}', b: '${made.own}' }, { made })).toStrictEqual({ b: 2 })
    expect(applyTemplate('${f}', { f: () => 1 })).toBeUndefined()
  })

  test('a key __proto__ is a key like any other', () => {
    const template = JSON.parse('{"__proto__":{"admin":"${body.off}"},"constructor":"${body.From_Account}"}')
    const made = fill(template) as Record<string, unknown>
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
    expect(JSON.stringify(made)).toBe('{"__proto__":{"admin":false},"constructor":"u_1"}')
    expect(applyTemplate('${__proto__.x}', JSON.parse('{"__proto__":{"x":1}}'))).toBe(1)
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  test('neither the template nor the values change', () => {
    const template = { list: ['${body.list}', 'x ${body.off}'] }
    const before = structuredClone([template, values])
    fill(template)
    expect([template, values]).toStrictEqual(before)
  })

  test('depth and size are bounded', () => {
    const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
    expect(fill(nested(65))).toStrictEqual(nested(65))
    expect(() => fill(nested(66))).toThrow(new RangeError('a template nests deeper than 64'))
    expect(fill(Array(9_999).fill(0))).toHaveLength(9_999)
    expect(() => fill(Array(10_000).fill(0))).toThrow(new RangeError('a template holds more than 10000 values'))
    const text = 'x'.repeat(512 * 1024)
    const large = { text, pair: { text } }
    expect(applyTemplate('${text}${text}', large)).toHaveLength(1024 * 1024)
    const message = 'a filled template has more than 1048576 characters put in'
    expect(() => applyTemplate('${text}${text}${text}', large)).toThrow(new RangeError(message))
    expect(() => applyTemplate(['${pair}', '${pair}', '${pair}'], large)).toThrow(new RangeError(message))
  })

  test('patterns that match slowly elsewhere take no time', () => {
    const started = performance.now()
    fill('${'.repeat(200_000))
    fill(`\${${'a.'.repeat(200_000)}`)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
