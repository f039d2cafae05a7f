/** Values that a scenario's earlier steps kept, by name. */
export type Kept = Map<string, unknown>

/** The first place where a reply is not what was expected. */
export interface Difference {
  /** Such as `Result.List[2].Name`; empty for the reply itself. */
  path: string
  expected: string
  actual: string
}

/** A fixture says something that no reply could fulfil, such as a value that nobody kept. */
export class FixtureError extends Error {
  override name = 'FixtureError'
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kinds: Record<string, (value: unknown) => boolean> = {
  int: value => typeof value === 'bigint' || Number.isInteger(value),
  number: value => typeof value === 'bigint' || typeof value === 'number',
  string: value => typeof value === 'string',
  bool: value => typeof value === 'boolean',
  array: Array.isArray,
  object: isObject,
  any: () => true,
}

/** The words with which a matcher may begin. */
const words = new Set(['$is', '$save', '$use', '$has', '$unordered', '$absent'])

/** Whether an object in a fixture is a matcher. Throws FixtureError for a `$word` nobody knows. */
export function isMatcher(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false
  const dollars = Object.keys(value).filter(name => name.startsWith('$'))
  if (dollars.length === 0) return false
  const odd = dollars.find(name => !words.has(name))
  if (odd) throw new FixtureError(`"${odd}" is no matcher; there are ${[...words].join(', ')}`)
  return true
}

/**
 * Where a reply first differs from what was expected, or undefined; values under `$save` are kept.
 * Throws FixtureError when the expectation itself makes no sense.
 */
export function difference(expected: unknown, actual: unknown, kept: Kept, path = ''): Difference | undefined {
  if (isMatcher(expected)) return matcherDifference(expected, actual, kept, path)
  if (typeof expected === 'string') return same(filled(expected, kept), actual, path)
  if (Array.isArray(expected)) return arrayDifference(expected, actual, kept, path)
  if (isObject(expected)) return objectDifference(expected, actual, kept, path, true)
  return same(expected, actual, path)
}

/** A `send` with the kept values filled in. Throws FixtureError for a name that was not kept. */
export function fill(value: unknown, kept: Kept): unknown {
  if (typeof value === 'string') return filled(value, kept)
  if (Array.isArray(value)) return value.map(item => fill(item, kept))
  if (!isObject(value)) return value
  if (Object.keys(value).length === 1 && '$use' in value) return recall(value.$use, kept)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fill(field, kept)]))
}

function matcherDifference(matcher: Record<string, unknown>, actual: unknown, kept: Kept, path: string) {
  if (matcher.$absent) return { path, expected: 'no such key', actual: show(actual) }
  if ('$is' in matcher) {
    const fits = kinds[String(matcher.$is)]
    if (!fits) throw new FixtureError(`"$is": "${matcher.$is}" is none of ${Object.keys(kinds).join(', ')}`)
    if (!fits(actual)) return { path, expected: `any ${matcher.$is}`, actual: show(actual) }
  }
  let found: Difference | undefined
  if ('$use' in matcher) found = same(recall(matcher.$use, kept), actual, path)
  else if ('$has' in matcher) {
    if (!isObject(matcher.$has)) throw new FixtureError('"$has" wants an object')
    found = objectDifference(matcher.$has, actual, kept, path, false)
  } else if ('$unordered' in matcher) found = unorderedDifference(matcher.$unordered, actual, kept, path)
  if (!found && '$save' in matcher) kept.set(String(matcher.$save), actual)
  return found
}

function arrayDifference(expected: unknown[], actual: unknown, kept: Kept, path: string): Difference | undefined {
  if (!Array.isArray(actual)) return { path, expected: show(expected), actual: show(actual) }
  for (let i = 0; i < Math.min(expected.length, actual.length); i++) {
    const found = difference(expected[i], actual[i], kept, `${path}[${i}]`)
    if (found) return found
  }
  return sameLength(expected, actual, path)
}

function sameLength(expected: unknown[], actual: unknown[], path: string): Difference | undefined {
  if (expected.length === actual.length) return undefined
  return { path, expected: `${expected.length} items`, actual: `${actual.length} items: ${show(actual)}` }
}

function objectDifference(
  expected: Record<string, unknown>,
  actual: unknown,
  kept: Kept,
  path: string,
  whole: boolean,
): Difference | undefined {
  if (!isObject(actual)) return { path, expected: show(expected), actual: show(actual) }
  const at = (name: string) => (path ? `${path}.${name}` : name)
  for (const [name, value] of Object.entries(expected)) {
    const absent = isMatcher(value) && value.$absent
    if (absent && !Object.hasOwn(actual, name)) continue
    if (!absent && !Object.hasOwn(actual, name))
      return { path: at(name), expected: show(value), actual: 'nothing: the key is missing' }
    const found = difference(value, actual[name], kept, at(name))
    if (found) return found
  }
  const extra = whole ? Object.keys(actual).find(name => !Object.hasOwn(expected, name)) : undefined
  return extra === undefined ? undefined : { path: at(extra), expected: 'no such key', actual: show(actual[extra]) }
}

function unorderedDifference(expected: unknown, actual: unknown, kept: Kept, path: string): Difference | undefined {
  if (!Array.isArray(expected)) throw new FixtureError('"$unordered" wants an array')
  if (!Array.isArray(actual)) return { path, expected: show(expected), actual: show(actual) }
  const length = sameLength(expected, actual, path)
  if (length) return length
  const trial = pair(expected, actual, kept)
  if (!trial) {
    const lost = expected.find(item => !actual.some(each => !difference(item, each, new Map(kept), path)))
    return { path, expected: `in any order, ${show(lost ?? expected)}`, actual: show(actual) }
  }
  for (const [name, value] of trial) kept.set(name, value)
  return undefined
}

/** Finds every expected item its own actual one; what that keeps, or undefined. Tries again where a first choice was wrong. */
function pair(expected: unknown[], actual: unknown[], kept: Kept): Kept | undefined {
  const [first, ...others] = expected
  if (expected.length === 0) return kept
  for (let i = 0; i < actual.length; i++) {
    const trial = new Map(kept)
    if (difference(first, actual[i], trial)) continue
    const rest = pair(others, actual.toSpliced(i, 1), trial)
    if (rest) return rest
  }
  return undefined
}

function same(expected: unknown, actual: unknown, path: string): Difference | undefined {
  return equal(expected, actual) ? undefined : { path, expected: show(expected), actual: show(actual) }
}

// Kept values may be whole objects; they hold no matchers.
function equal(a: unknown, b: unknown): boolean {
  if (typeof a === 'bigint' || typeof b === 'bigint') return isNumeric(a) && isNumeric(b) && String(a) === String(b)
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]))
  if (!isObject(a)) return Object.is(a, b) || (a === 0 && b === 0)
  const names = Object.keys(a)
  if (!isObject(b) || names.length !== Object.keys(b).length) return false
  return names.every(name => Object.hasOwn(b, name) && equal(a[name], b[name]))
}

const isNumeric = (value: unknown) => typeof value === 'bigint' || typeof value === 'number'

function filled(text: string, kept: Kept): string {
  return text.replace(/\$\{(\w+)\}/g, (_all, name: string) => {
    const value = recall(name, kept)
    return typeof value === 'object' ? show(value) : String(value)
  })
}

function recall(name: unknown, kept: Kept): unknown {
  if (!kept.has(String(name)))
    throw new FixtureError(`nothing was kept as "${name}"; there is ${[...kept.keys()].join(', ') || 'nothing'}`)
  return kept.get(String(name))
}

/** A value on one line, cut where it is long. */
export function show(value: unknown, most = 400): string {
  const text = JSON.stringify(value, (_key, field) => (typeof field === 'bigint' ? String(field) : field)) ?? 'nothing'
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text
}
