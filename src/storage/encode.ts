import { type Cell, checkCell, checkKey, type Layout } from './layout.ts'
import { batchLimits, isRef, type Key, type KeyPart, type Ref, type Step, type Table } from './store.ts'

/** A cell, or the reference whose value goes there. */
export type Slot = Cell | Ref

/** References among the fields of a document, filled in when the number is known. */
export type Late = readonly (readonly [field: string, ref: Ref])[]

/** A step as engines take it: checked, flat, cheap to hand to another thread. `cells` are the row's columns. */
export type Encoded =
  | readonly [op: 'check', table: string, key: readonly Slot[], version: number]
  | readonly [op: 'del', table: string, key: readonly Slot[]]
  | readonly [op: 'put', table: string, cells: readonly Slot[], doc: string, late: Late]
  | readonly [
      op: 'append',
      table: string,
      cells: readonly Slot[],
      doc: string,
      late: Late,
      raise: Record<string, number> | null,
    ]
  | readonly [op: 'add', table: string, key: readonly Slot[], delta: number, min: number, max: number]

/** The version that stands for "no such row". */
export const noVersion = -1

/** One raise of a log's counter is at most this much, so that no log lives to see its counters leave the safe integers. */
const maxRaise = 1_000_000

interface Sized {
  steps: Encoded[]
  bytes: number
}

/** Checks a batch and flattens it. Throws RangeError when it is too large, TypeError when a step cannot be meant. */
export function encode(steps: readonly Step[], layoutOf: (table: Table) => Layout): Sized {
  if (steps.length > batchLimits.steps) throw new RangeError(`${steps.length} steps are more than ${batchLimits.steps}`)
  let bytes = 0
  const encoded = steps.map((step, at) => {
    const one = encodeStep(step, layoutOf(step.table), (ref, own) => checkRef(steps, own ? at + 1 : at, ref))
    bytes += sizeOf(one)
    return one
  })
  if (bytes > batchLimits.bytes) throw new RangeError(`${bytes} bytes are more than ${batchLimits.bytes}`)
  return { steps: encoded, bytes }
}

// Throws unless the reference names an earlier append or add; `own`: or this one, for a row that shows its own number or time.
type CheckRef = (ref: Ref, own?: boolean) => void

function encodeStep(step: Step, of: Layout, check: CheckRef): Encoded {
  const { name, kind } = of.table
  const refused = () => new TypeError(`${step.do} does not go with ${name}, which is ${kind}`)
  switch (step.do) {
    case 'check': {
      const version = step.version === 'absent' ? noVersion : step.version
      if (!Number.isSafeInteger(version)) throw new TypeError(`${name}: ${version} is not a version`)
      return ['check', name, slots(of, step.key, of.keyLength, check), version]
    }
    case 'del':
      return ['del', name, slots(of, step.key, of.keyLength, check)]
    case 'put':
      if (kind === 'counters') throw refused()
      return ['put', name, columns(of, step.value, check), ...document(of, step.value, check)]
    case 'append': {
      if (kind !== 'log') throw refused()
      const key = slots(of, step.key, of.keyLength - 1, check)
      const filled = { ...step.value, ...Object.fromEntries(key.map((part, i) => [of.columns[i], part])) }
      const raise = step.raise && Object.keys(step.raise).length > 0 ? step.raise : null
      for (const by of Object.values(raise ?? {}))
        if (!Number.isInteger(by) || Math.abs(by) > maxRaise) throw new RangeError(`${name}: raise by ${by}`)
      const orOwn: CheckRef = ref => check(ref, true)
      return ['append', name, columns(of, filled, orOwn, true), ...document(of, filled, orOwn), raise]
    }
    case 'add': {
      if (kind !== 'counters') throw refused()
      if (!Number.isSafeInteger(step.delta)) throw new TypeError(`${name}: add ${step.delta}`)
      const min = Math.max(step.min ?? -Infinity, Number.MIN_SAFE_INTEGER)
      const max = Math.min(step.max ?? Infinity, Number.MAX_SAFE_INTEGER)
      return ['add', name, slots(of, step.key, of.keyLength, check), step.delta, min, max]
    }
  }
}

// A key's cells. References are numbers, so they only stand in int columns.
function slots(of: Layout, key: Key, length: number, check: CheckRef): Slot[] {
  if (!(key as readonly unknown[]).some(isRef)) {
    checkKey(of, key, length)
    return key.map(plain)
  }
  if (key.length !== length) throw new TypeError(`${of.table.name}: a key of ${key.length} parts instead of ${length}`)
  return key.map((part, i) => slot(of, i, part, check))
}

// The cells of all columns. What the commit sets itself in an appended row stays open.
function columns(of: Layout, value: object, check: CheckRef, appended = false): Slot[] {
  return of.columns.map((name, i) => {
    if (appended && (i === of.keyLength - 1 || i === of.time)) return null
    const part = (value as Record<string, unknown>)[name]
    if (part === undefined && (of.optional[i] || i === of.time)) return null
    return slot(of, i, part, check)
  })
}

function slot(of: Layout, column: number, part: unknown, check: CheckRef): Slot {
  if (!isRef(part)) {
    checkCell(of, column, part)
    return plain(part as KeyPart)
  }
  // Its place must be known before a batch over both kinds of tables begins: see `[ST31]`.
  if (of.table.volatile && column < of.keyLength) throw new TypeError(`${of.table.name}: a reference in a volatile key`)
  if (of.types[column] !== 'int') throw new TypeError(`${of.table.name}.${of.columns[column]}: a reference is an int`)
  check(part)
  return part
}

// JSON knows no negative zero, and neither do SQL's integers.
function plain(part: KeyPart): KeyPart {
  return part === 0 ? 0 : part
}

// All fields that are no columns, as JSON, and the references that are missing in it.
function document(of: Layout, value: object, check: CheckRef): [doc: string, late: Late] {
  const rest: Record<string, unknown> = {}
  let late: [string, Ref][] = none
  for (const name of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[name]
    if (field === undefined || of.elsewhere.has(name)) continue
    if (isRef(field)) {
      check(field)
      late = [...late, [name, field]]
    }
    // Setting an inherited name such as `__proto__` would not make a field.
    else if (name in rest) Object.defineProperty(rest, name, { value: field, enumerable: true })
    else rest[name] = field
  }
  return [JSON.stringify(rest), late]
}

const none: [string, Ref][] = []

function checkRef(steps: readonly Step[], before: number, ref: Ref): void {
  const meant = ref.$ref < before ? steps[ref.$ref] : undefined
  const wanted = ref.field === 'sum' ? 'add' : 'append'
  if (meant?.do !== wanted) throw new TypeError(`a reference to step ${ref.$ref}, which is no ${wanted} before it`)
}

// Roughly what the step takes on disk.
function sizeOf(step: Encoded): number {
  let bytes = 16
  for (const cell of step[2]) bytes += typeof cell === 'string' ? Buffer.byteLength(cell) : 8
  if (step[0] === 'put' || step[0] === 'append') bytes += Buffer.byteLength(step[3])
  return bytes
}
