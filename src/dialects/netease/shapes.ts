import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import type { User } from '../../core/model.ts'
import { parseJson } from '../../lib/json.ts'
import { Refusal } from '../dialect.ts'

/** A form value that is left out or empty is as if it were not there. */
export function maybe<S extends z.ZodType>(schema: S) {
  return z.preprocess(value => (value === '' ? undefined : value), schema.optional())
}

/** A text of at most so many characters. */
export function text(max: number) {
  return z
    .string()
    .max(max)
    .refine(value => isPlain(value), 'holds a NUL or half a character')
}

/** A text of which the vendor keeps the first so many characters; never half of one. */
export function cutText(max: number) {
  return text(Infinity).transform(value => value.slice(0, max).replace(/[\uD800-\uDBFF]$/, ''))
}

/** An accid as one is registered: letters, digits, `_ @ . -`, at most 32 characters; kept in lower case. */
export const newAccid = z
  .string()
  .regex(/^[A-Za-z0-9_@.-]{1,32}$/, 'accid takes 1 to 32 letters, digits and _ @ . -')
  .transform(accid => accid.toLowerCase())

/** An accid that names somebody; users made through other dialects may have ids that none could be registered with. */
export const accid = text(128).min(1)

/** `true` or `false` as text. */
export const flag = z
  .string()
  .regex(/^(true|false)$/i, 'true or false')
  .transform(value => value.toLowerCase() === 'true')

/** One of a few integers as text. */
export function choice<const N extends number>(...values: N[]) {
  return z
    .string()
    .refine(value => values.some(each => String(each) === value.trim()), `one of ${values.join(', ')}`)
    .transform(value => Number(value) as N)
}

/** A whole number as text, within bounds. */
export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .regex(/^\s*-?\d{1,16}\s*$/, 'a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
}

/** A team's id, as text or as a number inside JSON. */
export const tid = z
  .union([z.string().regex(/^\s*\d{1,16}\s*$/, 'a team id'), z.number()])
  .transform(Number)
  .pipe(z.int().min(1))

/** A time in ms as text; those beyond all calendars mean the end of time. */
export const instant = z
  .string()
  .regex(/^\s*\d{1,19}\s*$/, 'a time in ms')
  .transform(value => Math.min(Number(value), 8.64e15))

/** JSON as text; what it must be is the inner schema's. */
export function jsonOf<S extends z.ZodType>(inner: S) {
  return z
    .string()
    .transform((value, ctx) => {
      try {
        return parseJson(value)
      } catch {
        ctx.addIssue({ code: 'custom', message: 'no JSON' })
        return z.NEVER
      }
    })
    .pipe(inner)
}

/** A text that must be a JSON object, kept as text so that it reads back letter by letter. */
export function objectText(max: number) {
  return text(max).refine(isObjectText, 'no JSON object')
}

/** `["a","b"]` as text; repeats count once. */
export function accids(max: number) {
  return jsonOf(z.array(accid).max(max)).transform(list => [...new Set(list)])
}

/** Either spelling of a field; the document's wins over the SDKs'. */
export function either<T>(documented: T | undefined, sdk: T | undefined): T | undefined {
  return documented ?? sdk
}

/** The user whom an accid names; Refusal(414, "<accid> not register"). */
export async function person(core: Core, call: Call, id: string): Promise<User> {
  return registered(await core.users.findFolded(call.app.id, id), id)
}

/** `person` for many, each user once. */
export async function people(core: Core, call: Call, ids: readonly string[]): Promise<User[]> {
  const found = await core.users.findManyFolded(call.app.id, ids)
  return [...new Map(found.map((user, i) => registered(user, ids[i] as string)).map(user => [user.id, user])).values()]
}

/** The users whom two accids name, who may be the same. */
export async function pair(core: Core, call: Call, one: string, other: string): Promise<[User, User]> {
  const [first, second] = await core.users.findManyFolded(call.app.id, [one, other])
  return [registered(first, one), registered(second, other)]
}

function registered(user: User | undefined, id: string): User {
  if (!user) throw new Refusal(414, `${id} not register`)
  return user
}

function isObjectText(value: string): boolean {
  try {
    const read = parseJson(value)
    return typeof read === 'object' && read !== null && !Array.isArray(read)
  } catch {
    return false
  }
}

// Ids are keys of the store, and JSON escapes can spell what UTF-8 cannot.
function isPlain(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}
