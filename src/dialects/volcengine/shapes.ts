import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { kindOf } from '../../core/groups/kinds.ts'
import type { Conversation, Member } from '../../core/model.ts'

/** A number of the wire, exact: a bigint where a number could not hold it. */
export type Int64 = number | bigint

const largest = 2n ** 63n - 1n

/** Any int64. */
export const int64 = z.union(
  [
    z.int(),
    z
      .bigint()
      .min(-largest - 1n)
      .max(largest),
  ],
  'expected an int64',
)

/** The id of a user, as the core keeps it: its decimal digits. */
export const userId = int64.refine(id => id > 0, 'must be above 0').transform(String)

/** The id of a conversation or message, as the core keeps it. */
export const ownId = int64.transform(ownIdOf)

/** Ids beyond 2^53 were never given; they become 0, which nothing has. */
export function ownIdOf(id: Int64): number {
  return typeof id === 'bigint' ? 0 : id
}

/** A place in a list or a point in time; what lies beyond any is as good as the end. */
export const cursor = int64.transform(near)

/** A place as a number: the nearest that the store knows. */
export function near(at: Int64): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(at)))
}

/** A text that may become part of a key of the store. */
export const keyText = z
  .string()
  .max(256)
  .refine(text => text.isWellFormed() && !text.includes('\0'), 'expected well-formed text without NUL')

/** A string map with whatever keys: zod's own would leave out `__proto__`. */
export const ext = z.custom<Record<string, string>>(isTextMap, 'expected a map of strings')

function isTextMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every(text => typeof text === 'string')
}

/** A field that may be missing. Go sends null for it when its struct has no omitempty. */
export function maybe<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform(value => value ?? undefined)
}

/** A list without a stated limit; this one keeps a call within what one batch of the store takes. */
export function list<S extends z.ZodType>(schema: S, most = 300) {
  return z.array(schema).max(most, `at most ${most} items`)
}

/** Like `list`, but it may be missing and then is empty. */
export function maybeList<S extends z.ZodType>(schema: S) {
  return list(schema)
    .nullish()
    .transform(value => value ?? [])
}

/** The two fields of a user, of which apps with text ids fill the second and send 0 or null as the first. */
export function twin<N extends string>(name: N) {
  return { [name]: maybe(int64), [`${name}Str`]: maybe(keyText) } as Record<N, typeof maybeId> &
    Record<`${N}Str`, typeof maybeText>
}

/** `twin` for lists of users. */
export function twins<N extends string>(name: N) {
  return { [name]: maybeList(int64), [`${name}Str`]: maybeList(keyText.min(1)) } as Record<N, typeof maybeIds> &
    Record<`${N}Str`, typeof maybeTexts>
}

const maybeId = maybe(int64)
const maybeText = maybe(keyText)
const maybeIds = maybeList(int64)
const maybeTexts = maybeList(keyText)

/** The user that a pair of fields names, if it names one; the text wins. Fault('request.invalid') for a number below 0. */
export function twinUser(name: string, id: Int64 | undefined, text: string | undefined): string | undefined {
  if (text) return text
  if (id !== undefined && id < 0) throw new Fault('request.invalid', `${name}: must be above 0`)
  return id ? String(id) : undefined
}

/** `twinUser` for a field that must not be missing. */
export function demandTwin(name: string, id: Int64 | undefined, text: string | undefined): string {
  const user = twinUser(name, id, text)
  if (user === undefined) throw new Fault('request.invalid', `${name}: must be above 0`)
  return user
}

/** The users that a pair of lists names; the texts win. Fault('request.invalid') for a number that is not above 0. */
export function twinUsers(name: string, ids: Int64[], texts: string[]): string[] {
  return texts.length > 0 ? texts : ids.map(id => demandTwin(name, id, undefined))
}

/** A user id as a number; 0 unless it is a canonical positive int64. */
export function idOf(user: string): Int64 {
  if (!/^[1-9]\d{0,18}$/.test(user)) return 0
  const id = BigInt(user)
  if (id > largest) return 0
  return id <= Number.MAX_SAFE_INTEGER ? Number(id) : id
}

/** How many user ids a reply could only show as 0, because the field has no text twin; for metrics. */
export const unshown = { count: 0 }

/** `idOf` for a field without a twin: an id that is lost is counted and logged. */
export function loneIdOf(core: Core, user: string): Int64 {
  const id = idOf(user)
  if (id === 0 && user !== '') {
    unshown.count++
    core.log.info({ user }, 'a user id cannot be shown as an int64')
  }
  return id
}

/** Both fields of a user. */
export function shown<N extends string>(name: N, user: string) {
  return { [name]: idOf(user), [`${name}Str`]: user } as Record<N, Int64> & Record<`${N}Str`, string>
}

/** Unix seconds of a time in ms. */
export function seconds(time: number): number {
  return Math.floor(time / 1000)
}

/** 1 single chat, 2 group, 100 live group. */
export function conversationType(conversation: Pick<Conversation, 'type'> & { kind?: string }): 1 | 2 | 100 {
  return conversation.type === 'direct' ? 1 : kindOf(conversation.kind ?? '').shown.volcengine
}

/** The older string id of a conversation: app, type and number with colons between them. */
export function conversationId(conversation: Pick<Conversation, 'type' | 'app' | 'id'> & { kind?: string }): string {
  return `${conversation.app}:${conversationType(conversation)}:${conversation.id}`
}

/** 0 member, 1 owner, 2 manager. */
export function participantRole(member: Pick<Member, 'rank'>): 0 | 1 | 2 {
  return member.rank === 0 ? 1 : member.rank === 1 ? 2 : 0
}
