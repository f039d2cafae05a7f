import { z } from 'zod'
import { Refusal } from '../dialect.ts'

/** An account name: 1 to 32 bytes without control characters. */
export const account = z.string().refine(isAccount, 'expected an account of 1 to 32 bytes')

/** Whether a text can be an account name. */
export function isAccount(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= 32 && text.isWellFormed() && !/\p{Cc}/u.test(text)
}

/** What to look up for a name from a list: one that cannot be an account's is nobody's, and must not trouble the store. */
export function lookedUp(name: string): string {
  return isAccount(name) ? name : ''
}

/** A text of at most so many bytes of UTF-8. */
export function text(bytes: number) {
  return z.string().refine(value => Buffer.byteLength(value) <= bytes, `expected at most ${bytes} bytes`)
}

/** An unsigned 32-bit integer. */
export const uint32 = z.int().min(0).max(0xffffffff)

/** A switch: 0 or 1. */
export const flag = z.literal([0, 1])

/** Tencent's times are in seconds. */
export function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}

/** Without the fields that are undefined, which would clear what is there. */
export function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** What a caller names to have it shown. A set, because it is held against every item of a reply. */
export const names = z.array(z.string()).transform(list => new Set(list))

/** The named fields of those an object has. */
export function pick(fields: Record<string, unknown>, named: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => named.has(name)))
}

/** The entry of a table under a name that comes from outside; undefined for what every object has besides. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Refuses more items than a command takes, by the command's code for that. */
export function demandAtMost(items: readonly unknown[], most: number, code: number): void {
  if (items.length > most) throw new Refusal(code, `${items.length} items, at most ${most} are allowed`)
}
