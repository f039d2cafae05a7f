import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { Friend } from '../../core/friends/model.ts'
import { Refusal } from '../dialect.ts'
import { errors } from './errors.ts'
import { idOf, list, loneIdOf, maybe, seconds, userId } from './shapes.ts'

/** What a user's lists are kept apart by; 0 when it is not given. */
export const inbox = maybe(z.int32())

/** Up to ten users, each of them once. */
export const relatives = list(userId, 10).transform(ids => [...new Set(ids)])

/** The user whose lists they are. */
export const owner = { UserId: userId, InboxType: inbox }

/** A page's length. */
export const pageLimit = z.int().min(1).max(20)

interface Owner {
  UserId: string
  InboxType?: number
}

/** Whose lists are read, in the words of the core. */
export function scopeOf(call: Call, { UserId, InboxType = 0 }: Owner) {
  return { app: call.app.id, user: UserId, inbox: InboxType }
}

/** A page of a user's list: Cursor is the index of its first entry, below 0 as 0, NextCursor that of the next page's, or -1. */
export async function pageOf<W extends 'friend' | 'block'>(
  core: Core,
  call: Call,
  what: W,
  r: Owner & { Cursor?: number; Limit?: number; NeedTotal?: boolean },
) {
  const { Cursor = 0, Limit = 20, NeedTotal } = r
  const skip = Math.max(0, Cursor)
  const block = what === 'block'
  const options = { skip, limit: Limit, reverse: block, friends: block, total: NeedTotal }
  const { found, more, total = 0 } = await core.friends.part(scopeOf(call, r), what, options)
  return { found, place: { HasMore: more, NextCursor: more ? skip + Limit : -1, TotalCount: total } }
}

/** A friend as it is shown, in lists and beside an entry of a blacklist; times in unix seconds. */
export function friendInfo(core: Core, { other, remark = '', asked, at, changed, ext = {} }: Friend) {
  return {
    Alias: remark,
    ApplyTime: seconds(asked ?? 0),
    CreateTime: seconds(at),
    FriendUserId: loneIdOf(core, other),
    ModifyTime: seconds(changed),
    Ext: ext,
  }
}

/** `FailedInfos`: those of some users whose result is a refusal, in order; a user who is named twice fails once. */
export function failedOf(users: readonly string[], results: readonly unknown[]) {
  const refused = new Map<string, Fault | Refusal>()
  for (const [i, user] of users.entries()) {
    const result = results[i]
    if (result instanceof Fault || result instanceof Refusal) refused.set(user, result)
  }
  return [...refused].map(([user, why]) => ({ Code: codeOf(why), Message: why.message, UserId: idOf(user) }))
}

/** Of a single entry it can be said which field is too large. */
function codeOf(why: Fault | Refusal): string {
  if (why instanceof Refusal) return String(why.code)
  return why.reason === 'attributes.large' ? 'InvalidParameter.Ext' : errors[why.reason]
}
