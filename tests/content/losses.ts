import { isDeepStrictEqual } from 'node:util'
import type { Part } from '../../src/core/messages/content.ts'

/**
 * What parts no longer say after they went through another form: `<field>` for one that is gone, `<field> (nearest)` for
 * one that says about the same, `becomes <type>` for a part that turned into another, `becomes one <type>` for several
 * that turned into one.
 */
export function losses(before: readonly Part[], after: readonly Part[]): string[] {
  if (before.length !== after.length) return [`becomes one ${after.map(part => part.type).join(' and ')}`]
  return before.flatMap((part, i) => {
    const now = after[i] as Part
    return part.type === now.type ? lostOf(part, now) : [`becomes ${now.type}`]
  })
}

/** The paths of fields that an object has no longer, or not as they were. */
function lostOf(before: object, after: object): string[] {
  return Object.entries(before).flatMap(([name, value]) => {
    const now = (after as Record<string, unknown>)[name]
    if (isDeepStrictEqual(value, now)) return []
    if (now === undefined) return [name]
    if (Array.isArray(value) && Array.isArray(now) && value.length === now.length)
      return [...new Set(value.flatMap((item, i) => lostOf(item, now[i])))].map(field => `${name}[].${field}`)
    if (isPlain(value) && isPlain(now)) return lostOf(value, now).map(field => `${name}.${field}`)
    return [`${name} (nearest)`]
  })
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
