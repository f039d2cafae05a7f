/** How deep objects and arrays may stand inside each other. */
export const maxDepth = 64

/** No vendor's number has more digits; what is longer stays a (rounded) number instead of costing time. */
const maxDigits = 40

/** What the engine has and the type library does not know yet. */
const json = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown
  rawJSON(text: string): unknown
}

/**
 * Reads JSON; an integer that a number cannot hold exactly becomes a bigint. A key `__proto__` is a key like any other.
 * Throws SyntaxError when the text is no JSON or nests deeper than `maxDepth`.
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new SyntaxError(`JSON nests deeper than ${maxDepth}`)
  return /\d{16}/.test(text) ? json.parse(text, exactly) : JSON.parse(text)
}

/** Writes JSON; a bigint becomes the integer it is. Undefined is null. Throws TypeError on a circle. */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    // Bigints are rare: looking for them beforehand would cost every reply more than failing costs a few.
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? json.rawJSON(String(part)) : part))
  }
}

function exactly(_: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !source) return value
  return source.length <= maxDigits && /^-?\d+$/.test(source) ? BigInt(source) : value
}

// Runs before parsing, because what walks the value afterwards is recursive too.
function isTooDeep(text: string): boolean {
  // Every level takes an opening and a closing character.
  if (text.length <= 2 * maxDepth) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === quote) i = endOfString(text, i)
    else if (char === openBrace || char === openBracket) {
      if (++depth > maxDepth) return true
    } else if (char === closeBrace || char === closeBracket) depth--
  }
  return false
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const openBracket = 0x5b
const closeBrace = 0x7d
const closeBracket = 0x5d

// Where the string that begins here ends; behind the text when it never does, which the parser then refuses.
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return end
  }
  return text.length
}
