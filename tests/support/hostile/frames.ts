import fc from 'fast-check'
import { nodeOf } from '../../../scripts/form-tables.ts'
import type { Operation } from '../../../src/dialects/dialect.ts'
import { nativeOperations } from '../../../src/dialects/native/native.ts'
import { ConvNumber, elsewhere, fitting, odd, oddTexts, roomAt, spoilt, written } from './values.ts'

/** In which state the socket is on which a frame is sent. */
export type State = 'new' | 'signing' | 'mallory' | 'oscar'

/** One attempt: a frame, how it goes over the wire, and on which socket. */
export interface Attempt {
  state: State
  /** The operation it is about. */
  about: string
  frame: unknown
  /** What is done with its text. */
  shape: Shape
  /** As one message, in pieces, as bytes that are no text, or as a binary one. */
  way: 'text' | 'pieces' | 'binary' | 'bytes'
}

type Shape = 'whole' | 'cut' | 'doubled' | 'trailing' | 'marked' | 'padded' | 'listed'

/** Where one waits to come in, and where one is asked to. */
const special: Record<string, number> = { 'group.withdraw': 4, 'group.join': 4, 'group.invitation.answer': 5 }

/** What an operation finds something to do with, often enough: rooms want a room, answers somebody who asked. */
function hintsOf(key: string): Record<string, fc.Arbitrary<unknown>> {
  const [kind = ''] = key.split('.')
  const own = special[key] ?? (kind === 'room' ? roomAt : kind === 'group' ? 0 : 1)
  const any = fc.nat(30).map(n => new ConvNumber(n))
  const conv = fc.oneof({ weight: 2, arbitrary: fc.constant(new ConvNumber(own)) }, { weight: 3, arbitrary: any })
  const hints = { conv, convs: conv }
  if (key === 'group.transfer') return { ...hints, user: fc.constantFrom('oscar', 'vic', 'nobody') }
  if (key.endsWith('.answer')) return { ...hints, user: fc.constantFrom('trudy', 'trudy', 'vic', 'nobody') }
  const plain = fc.constant({ type: 'text', text: 'other' })
  return key === 'message.edit' ? { ...hints, parts: plain } : hints
}

/** Inputs of an operation: as it wants them, or with something odd in some place. */
function inputs(key: string): fc.Arbitrary<unknown> {
  const operation = nativeOperations.get(key)
  const valid = operation ? fitting(nodeOf(operation.request, 'input'), hintsOf(key)) : odd
  const spoil = fc.record({ at: fc.nat(40), how: fc.nat(40), with: odd })
  const once = fc.tuple(valid, spoil).map(([value, what]) => spoilt(value, what))
  const twice = fc.tuple(once, spoil).map(([value, what]) => spoilt(value, what))
  return fc.oneof(
    { weight: 4, arbitrary: valid },
    { weight: 5, arbitrary: once },
    { weight: 2, arbitrary: twice },
    { weight: 1, arbitrary: odd },
  )
}

const ids = fc.oneof(
  { weight: 30, arbitrary: fc.nat(3) },
  { weight: 3, arbitrary: fc.constantFrom<unknown>('', 'x'.repeat(64), '__proto__', -1, 0.5, 1e308) },
  { weight: 1, arbitrary: odd },
)

const unknown = [
  '',
  'constructor',
  '__proto__',
  'toString',
  'message',
  'message.',
  'MESSAGE.EDIT',
  'signIn',
  'x'.repeat(64),
  'sync ',
]

/** Credentials of all dialects, half right. */
const credentials = fc.oneof(
  fc.record(
    {
      dialect: fc.constantFrom('tencent', 'netease', 'volcengine', 'native', 'trusting', '__proto__', ''),
      app: fc.constantFrom(1400000001, 1400000002, 7),
      sdkappid: fc.constantFrom<unknown>(1400000001, '1400000001'),
      appKey: fc.constantFrom('', 'x'),
      appId: fc.constant(1400000001),
      token: fc.oneof(fc.string(), tokens()),
      userid: fc.constantFrom('mallory', 'vic', ''),
      accid: fc.constantFrom('mallory', 'vic'),
      usersig: fc.string(),
      user: fc.constantFrom('mallory', 'trudy', 'nobody'),
      word: fc.constant('wrong'),
    },
    { requiredKeys: ['dialect'] },
  ),
  fc
    .tuple(
      fc.constant({
        dialect: 'trusting',
        app: 1400000001,
        user: 'trudy',
        word: 'open',
        platform: 'web',
        device: 'd',
        sdk: 's',
        tag: 't',
      }),
      fc.record({ at: fc.nat(10), how: fc.nat(20), with: odd }),
    )
    .map(([value, what]) => spoilt(value, what)),
  fc.record(
    {
      ...{ dialect: fc.constant('trusting'), app: fc.constant(1400000001), user: fc.constant('trudy') },
      ...{ word: fc.constant('open'), platform: oddTexts, device: oddTexts, sdk: oddTexts, tag: oddTexts },
    },
    { requiredKeys: ['dialect', 'app', 'user', 'word'] },
  ),
  odd,
)

function tokens(): fc.Arbitrary<string> {
  const part = fc.jsonValue({ maxDepth: 1 }).map(value => Buffer.from(JSON.stringify(value)).toString('base64url'))
  return fc.array(part, { minLength: 1, maxLength: 4 }).map(parts => parts.join('.'))
}

function frameOf(key: string): fc.Arbitrary<unknown> {
  const usual = fc.record({ id: ids, do: fc.constant(key), with: key === 'signIn' ? credentials : inputs(key) })
  const spoil = fc.record({ at: fc.nat(6), how: fc.nat(20), with: odd })
  const broken = fc.tuple(usual, spoil).map(([value, what]) => spoilt(value, what))
  return fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: broken })
}

const shapes = fc.oneof(
  { weight: 60, arbitrary: fc.constant<Shape>('whole') },
  { weight: 4, arbitrary: fc.constantFrom<Shape>('cut', 'doubled', 'trailing', 'marked', 'padded', 'listed') },
)
const ways = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Attempt['way']>('text') },
  { weight: 4, arbitrary: fc.constant<Attempt['way']>('pieces') },
  { weight: 1, arbitrary: fc.constantFrom<Attempt['way']>('binary', 'bytes') },
)
const states = fc.oneof(
  { weight: 8, arbitrary: fc.constant<State>('mallory') },
  { weight: 8, arbitrary: fc.constant<State>('oscar') },
  { weight: 1, arbitrary: fc.constantFrom<State>('new', 'signing') },
)

/** Inputs that fit their operation in every way, also in what its schema cannot say. */
function fittingInputs(key: string, count: number, seed: number, hints = hintsOf(key)): unknown[] {
  const { request } = nativeOperations.get(key) as Operation
  const found = fc.sample(fitting(nodeOf(request, 'input'), hints), { numRuns: 30, seed })
  return found.filter(input => request.safeParse(plainly(input)).success).slice(0, count)
}

/** All operations in turn, first as they should be asked, and what is none, each as often: the same for the same seed. */
export function attempts(count: number, seed: number): Attempt[] {
  const all = [...nativeOperations.keys(), 'signIn', 'nonsense']
  const each = Math.ceil(count / all.length)
  const lists = all.map((about, i) => {
    const frame = about === 'nonsense' ? fc.constantFrom(...unknown).chain(frameOf) : frameOf(about)
    const state = about === 'signIn' ? fc.oneof({ weight: 6, arbitrary: fc.constant<State>('new') }, states) : states
    const first = nativeOperations.has(about)
      ? fittingInputs(about, 1, seed + i).map(input => plainAttempt(about, input))
      : []
    const others = fc.sample(fc.record({ state, about: fc.constant(about), frame, shape: shapes, way: ways }), {
      numRuns: each,
      seed: seed + i,
    })
    return [...first, ...others]
  })
  return Array.from({ length: each }, (_, n) => lists.map(list => list[n] as Attempt))
    .flat()
    .slice(0, Math.max(count, all.length))
}

/** Every operation that names a conversation, as it should be asked, about conversations that are none of theirs. */
export function trespasses(seed: number): Attempt[] {
  return [...nativeOperations].flatMap(([about, { request }], i) => {
    if (!/"convs?":/.test(JSON.stringify(nodeOf(request, 'input')))) return []
    return elsewhere.flatMap(n => {
      const conv = fc.constant(new ConvNumber(n))
      const inputs = fittingInputs(about, 2, seed + i, { ...hintsOf(about), conv, convs: conv })
      return inputs.map((input, k) => plainAttempt(about, input, k === 0 ? 'mallory' : 'oscar'))
    })
  })
}

function plainAttempt(about: string, input: unknown, state: State = 'mallory'): Attempt {
  return { state, about, frame: { id: 1, do: about, with: input }, shape: 'whole', way: 'text' }
}

/** The input as the server reads it, with some conversation. */
function plainly(input: unknown): unknown {
  return JSON.parse(written(input, n => n))
}

/** The text with what was done to it. */
export function shaped(text: string, shape: Shape): string {
  if (shape === 'cut') return text.slice(0, Math.floor(text.length / 2))
  if (shape === 'doubled') return `${text}\n${text}`
  if (shape === 'trailing') return `${text},`
  if (shape === 'marked') return `\ufeff${text}`
  if (shape === 'padded') return `${text}${' '.repeat(70_000)}`
  return shape === 'listed' ? `[${text}]` : text
}
