import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import { kinds } from '../../core/groups/kinds.ts'
import { forever, type Restriction } from '../../core/groups/model.ts'
import type { Allowance } from '../../core/groups/places.ts'
import type { Group } from '../../core/model.ts'
import type * as form from './forms/forms.ts'
import { limit, user } from './shapes.ts'

/** So many users of one call. */
export function people(most: number) {
  return z.array(user).min(1).max(most)
}

/** Opaque texts by name. */
export const texts = z
  .record(z.string().min(1).max(64), z.string().max(1024))
  .refine(given => Object.keys(given).length <= 20, { error: 'at most 20 texts' })

/** How long something lasts, in seconds; left out = for ever. */
export const seconds = z.number().int().min(1).max(0xffffffff).optional().describe('how long; left out = for ever')

/** The end of it (ms). */
export function untilOf(core: Core, lasting: number | undefined): number {
  return lasting === undefined ? Number.POSITIVE_INFINITY : core.clock() + lasting * 1000
}

/** A page of those under a restriction. */
export const restrictedPage = {
  after: z.object({ until: z.number().int(), user }).optional().describe('`next` of the page before'),
  limit: limit(200, 100),
}

/** Somebody under a restriction; `until` (ms) is left out when it has no end. */
export function restrictedView({ user, since, until, by, text }: Restriction): z.output<typeof form.restricted> {
  return { user, since, until: until === forever ? undefined : until, by, words: text }
}

/** The page, and where to go on from. */
export function restrictedReply(found: readonly Restriction[], most: number) {
  const last = found.at(-1)
  const next = last && found.length === most ? { until: last.until, user: last.user } : undefined
  return { users: found.map(restrictedView), next }
}

/** What everybody may know of a group that lets people in. */
export function publicView(group: Group, members: number): z.output<typeof form.publicGroup> {
  const { id, alias, kind, name, avatar, description, created } = group
  return { conv: id, alias, kind, name, avatar, description, created, members, join: group.policy.join }
}

/** Which group something is about, for those who are not in it. */
export function groupNamed({ id, alias, kind, name, avatar }: Group) {
  return { conv: id, alias, kind, name, avatar }
}

/** How many groups an end user may own and be in; none is counted where limits are off. */
export function allowanceOf(core: Core): Allowance | undefined {
  return core.limits.off ? undefined : { kinds: Object.keys(kinds), owned: 500, joined: 5000 }
}
