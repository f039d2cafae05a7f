import { Fault } from '../errors.ts'

type TextMap = Record<string, string>

/** Bytes of the keys and texts of one string map: a batch rewrites up to forty of them. */
const most = 16 * 1024

/**
 * The string map of a friend or a block entry after some keys were written: new ones are added, those there are
 * overwritten, none goes, and '' is a text like others. Undefined for an empty one; Fault 'attributes.large' above 16 KiB.
 */
export function writtenMap(old: TextMap | undefined, keys: TextMap | undefined): TextMap | undefined | Fault {
  const map = { ...old, ...keys }
  const entries = Object.entries(map)
  const bytes = entries.reduce((sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text), 0)
  if (bytes > most) return new Fault('attributes.large', `a string map takes ${most} bytes`)
  return entries.length > 0 ? map : undefined
}
