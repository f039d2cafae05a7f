import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import type { Member } from '../../core/model.ts'
import type { Present } from '../../core/rooms/audience.ts'
import type { RoomMember } from '../../core/rooms/model.ts'
import type { Restrained } from '../../core/rooms/restraining.ts'
import { errors } from './errors.ts'
import { cursor, type Int64, int64, keyText, list, maybe, seconds, shown, twinUsers } from './shapes.ts'

/** What is shown of members. */
export type Shown = Pick<Member, 'user' | 'mutedUntil' | 'invitedBy' | 'joined' | 'rank' | 'ext' | 'level' | 'nick'>

/** A page of a list of a live group. */
export const page = { Cursor: cursor, Limit: z.int().min(1).max(20) }

/** A list of users that must be there in one form or the other; apps with text ids send null or nothing as the first. */
export function manyUsers<N extends string>(name: N) {
  return { [name]: maybeIds, [`${name}Str`]: maybeTexts } as Record<N, typeof maybeIds> &
    Record<`${N}Str`, typeof maybeTexts>
}

const maybeIds = maybe(list(int64))
const maybeTexts = maybe(list(keyText.min(1)))

/** The users that such a pair of lists names; the texts win. Fault('request.invalid') when there is neither list. */
export function demandUsers(name: string, ids: Int64[] | undefined, texts: string[] | undefined): string[] {
  if (!ids && !texts) throw new Fault('request.invalid', `${name}: expected a list of int64`)
  return twinUsers(name, ids ?? [], texts ?? [])
}

/** Marks that are given, or taken away. */
export const marks = list(keyText.min(1))

/** 1 add, 2 remove. */
export const markAction = maybe(z.union([z.literal(1), z.literal(2)], 'expected 1 or 2'))

/** Users for whom something failed, in both fields. */
export function failed<N extends string>(name: N, spared: readonly { user: string }[]) {
  const both = spared.map(({ user }) => shown('id', user))
  return { [name]: both.map(each => each.id), [`${name}Str`]: both.map(each => each.idStr) }
}

/** `FailedInfos[]`: a user who was left out, and why. */
export function failedInfo({ user, why }: { user: string; why: Fault }) {
  return { Code: errors[why.reason], Message: why.message, ...shown('UserId', user) }
}

/** The end of a page: -1 when nothing follows. */
export function pageEnd(next: number | undefined) {
  return { HasMore: next !== undefined, NextCursor: next ?? -1 }
}

/** What somebody shows of themselves in a live group; nothing of it is known of those outside. */
export function shownInside(inside: RoomMember | undefined) {
  const { avatar = '', ext = {}, marks = [], nick = '' } = inside ?? {}
  return { AvatarUrl: avatar, Ext: ext, Marks: marks, NickName: nick }
}

/** Somebody in a live group as a member: as they show themselves inside, and by what is kept of them. */
export function asMember({ user, inside, fixed, mutedUntil }: Present): Shown {
  return {
    user,
    mutedUntil,
    invitedBy: fixed?.invitedBy,
    joined: fixed?.joined ?? inside?.entered ?? 0,
    rank: fixed?.rank ?? inside?.rank ?? 2,
    ext: inside?.ext ?? fixed?.ext,
    level: fixed?.level,
    nick: inside?.nick || fixed?.nick,
  }
}

/** Who is on one of the lists of a live group, and since when. */
export function listed({ since, inside }: Restrained) {
  return { ...shownInside(inside), CreateTime: seconds(since) }
}
