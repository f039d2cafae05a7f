/** Reads JSON; an integer that a double cannot hold becomes a bigint. Throws SyntaxError. */
export function readExact(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
    return context?.source && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value
  })
}

/** The value with every bigint inside made into what `JSON.stringify` writes as that integer. */
export function writable(value: unknown): unknown {
  if (typeof value === 'bigint') return rawJson(String(value))
  if (Array.isArray(value)) return value.map(writable)
  if (value === null || typeof value !== 'object' || isRaw(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, writable(field)]))
}

// TypeScript's library does not know these two yet.
const { rawJSON: rawJson, isRawJSON: isRaw } = JSON as unknown as {
  rawJSON(text: string): unknown
  isRawJSON(value: unknown): boolean
}
