import fc from 'fast-check'
import { type Node, nameOf } from '../../../scripts/form-tables.ts'

/** A number as it is written, which no value of the language is: int64, beyond all doubles, with its sign. */
export class Written {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** One of the conversations that there are when the frame is sent: one's own, others', and such as nobody has. */
export class ConvNumber {
  readonly n: number

  constructor(n: number) {
    this.n = n
  }
}

/** Whom frames name: those who are hostile, others, and nobody at all. */
export const users = [
  'mallory',
  'oscar',
  'vic',
  'trudy',
  'ann',
  'ben',
  'nobody',
  'Mallory',
  '@RBT#001',
  'administrator',
]

/** Numbers of conversations that are none of theirs: of others, of another app, of two others. */
export const elsewhere = [25, 26, 27]

/** The number of a room that both who are hostile are in. */
export const roomAt = 2

const user = fc.constantFrom(...users)

/** What the world has of texts and of numbers, by the names of the fields that speak of it. */
const texts: Record<string, fc.Arbitrary<string>> = {
  ...{ to: user, user, users: user, members: user, after: user, names: fc.constantFrom('a', 'b') },
  ...{
    client: fc.nat(60).map(n => `c${n}`),
    alias: fc.constantFrom('g1', 'open'),
    key: fc.constantFrom('k', 'l', 'm'),
  },
  ...{ zone: fc.constant('Asia/Shanghai') },
}
const seq = fc.integer({ min: 1, max: 5 })
const numbers: Record<string, fc.Arbitrary<number>> = { seq, seqs: seq, id: seq, before: seq, after: seq }

/** Values that follow a schema, as far as it says what it wants; fields of these names hold what is given for them. */
export function fitting(root: Node, given: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  function of(node: Node, name: string): fc.Arbitrary<unknown> {
    if (given[name] && node.type !== 'array') return given[name]
    const form = nameOf(node)
    if (form) return of(root.$defs?.[form] ?? {}, name)
    const choices = node.oneOf ?? node.anyOf
    if (choices) return fc.oneof(...choices.map(each => of(each, name)))
    if (node.const !== undefined) return fc.constant(node.const)
    if (node.enum) return fc.constantFrom(...node.enum)
    if (node.type === 'array') return listOf(node, name)
    if (node.type === 'object') return objectOf(node)
    if (node.type === 'boolean') return fc.boolean()
    return node.type === 'string' ? (texts[name] ?? textOf(node)) : (numbers[name] ?? numberOf(node))
  }

  function listOf({ items = {}, minItems = 0, maxItems = 3 }: Node, name: string) {
    const maxLength = Math.max(minItems, Math.min(maxItems, 3))
    return fc.array(of(items, name), { minLength: minItems, maxLength })
  }

  function objectOf({ additionalProperties, properties, required }: Node): fc.Arbitrary<unknown> {
    if (typeof additionalProperties === 'object' && !properties)
      return fc.dictionary(fc.constantFrom('a', 'b', 'c'), of(additionalProperties, ''), { maxKeys: 3 })
    const fields = Object.entries(properties ?? {}).map(([name, child]) => [name, of(child, name)])
    const model = Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>
    return fc.record(model, { requiredKeys: required ?? [], noNullPrototype: true })
  }

  return of(root, '')
}

function textOf({ minLength = 0, maxLength = 40, pattern }: Node): fc.Arbitrary<string> {
  if (pattern) return fc.nat(20).map(n => `alias${n}`)
  const short = fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 6)) })
  const longest = fc.constant('x'.repeat(maxLength))
  return fc.oneof({ weight: 9, arbitrary: short }, { weight: 1, arbitrary: longest })
}

function numberOf({ type, minimum, exclusiveMinimum, maximum }: Node): fc.Arbitrary<number> {
  const min = exclusiveMinimum === undefined ? (minimum ?? 0) : exclusiveMinimum + 1
  const max = maximum ?? Number.MAX_SAFE_INTEGER
  if (type !== 'integer') return fc.double({ min, max, noNaN: true })
  const small = fc.integer({ min, max: Math.min(max, min + 20) })
  return fc.oneof(
    { weight: 8, arbitrary: small },
    { weight: 1, arbitrary: fc.constant(max) },
    { weight: 1, arbitrary: fc.maxSafeInteger().map(n => Math.max(min, Math.min(max, n))) },
  )
}

/** Texts that look like others and are none, or mean something to the language. */
export const oddTexts = fc.constantFrom(
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    'x\ud83d',
    '\u202e',
    '\ufeff',
    '__proto__',
    'constructor',
    'S3CRE',
  ],
)

/** What nobody should send in any place. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, -1, 0, 0.5, 1e308, -0, 2 ** 53, [], {}),
  oddTexts,
  fc
    .constantFrom(
      '9223372036854775807',
      '-9223372036854775808',
      '18446744073709551616',
      '1e400',
      '-1e400',
      '-0',
      '1E-400',
      `1${'0'.repeat(400)}`,
      '0.1e1',
    )
    .map(text => new Written(text)),
  fc.constantFrom(10, 70, 5000).map(depth => new Written(`${'['.repeat(depth)}${']'.repeat(depth)}`)),
  fc.constantFrom(10, 70, 3000).map(depth => new Written(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)),
  fc.constantFrom(300, 5000, 60_000).map(length => 'x'.repeat(length)),
  fc.constantFrom(300, 5000).map(length => '\u{1f600}'.repeat(length)),
  fc.constantFrom(101, 1001, 9000).map(length => Array.from({ length }, (_, i) => i)),
  fc.constantFrom(201, 3000).map(length => Object.fromEntries(Array.from({ length }, (_, i) => [`k${i}`, 'v']))),
  fc
    .constantFrom('__proto__', 'constructor', 'toString', 'then', 'toJSON')
    .map(name => record(name, { admin: true, length: 7 })),
  fc.jsonValue({ maxDepth: 2 }),
  fc.nat(30).map(n => new ConvNumber(n)),
  user,
)

/** An object with one field of that name, whatever it means to the language. */
function record(name: string, value: unknown): object {
  return Object.defineProperty({}, name, { value, enumerable: true })
}

/** A value and what was done to it: something odd in the place of a part, a part less, or a part more. */
export function spoilt(value: unknown, { at, how, with: other }: { at: number; how: number; with: unknown }): unknown {
  const places = placesIn(value)
  const place = places[at % (places.length + 1)]
  // The last choice is the value itself.
  if (!place) return how === 0 ? value : other
  const copy = structuredCloneOf(value)
  const [holder, key] = follow(copy, place)
  if (how % 4 === 0 && !Array.isArray(holder)) delete holder[key]
  else if (how % 4 === 1)
    Object.defineProperty(holder, Array.isArray(holder) ? holder.length : (names[how % names.length] as string), {
      value: other,
      enumerable: true,
      writable: true,
      configurable: true,
    })
  else holder[key] = other
  return copy
}

const names = ['__proto__', 'constructor', 'conv', 'from', 'sender', 'operator', 'admin', 'user', 'app', 'x']

type Holder = Record<string | number, unknown>

function follow(root: unknown, path: (string | number)[]): [Holder, string | number] {
  let holder = root as Holder
  for (const key of path.slice(0, -1)) holder = holder[key] as Holder
  return [holder, path.at(-1) as string | number]
}

/** The paths of all parts, the outer ones first. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (!isPlain(value)) return []
  return Object.keys(value).flatMap(key => [[...path, key], ...placesIn((value as Holder)[key], [...path, key])])
}

function structuredCloneOf(value: unknown): unknown {
  if (!isPlain(value)) return value
  if (Array.isArray(value)) return value.map(structuredCloneOf)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, structuredCloneOf(each)]))
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Written) && !(value instanceof ConvNumber)
}

/** Writes JSON as a careless or hostile client would: with numbers that nobody can hold, and any key. */
export function written(value: unknown, convOf: (n: number) => number): string {
  if (value instanceof Written) return value.text
  if (value instanceof ConvNumber) return `${convOf(value.n)}`
  if (Array.isArray(value)) return `[${value.map(each => written(each, convOf)).join(',')}]`
  if (!isPlain(value)) return JSON.stringify(value) ?? 'null'
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${written(each, convOf)}`)
    .join(',')}}`
}
