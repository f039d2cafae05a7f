import type { Row } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import { belongs } from '../groups/rights.ts'
import { living, memberOf } from '../groups/rows.ts'
import type { Group, Member, Who } from '../model.ts'
import { conversations } from '../tables.ts'
import type { RoomMember } from './model.ts'
import { demandRoom } from './rows.ts'
import { roomMembers } from './tables.ts'

/**
 * A room that is there: Fault('group.missing'), Fault('group.dismissed') or Fault('group.kind') otherwise. Only the app
 * itself learns that a conversation of two is no room.
 */
export async function livingRoom(ctx: Context, call: Call, id: number): Promise<Row<Group>> {
  const found = await ctx.store.get(conversations, [id])
  const direct = found?.value.type === 'direct' && found.value.app === call.app.id
  if (direct && call.admin) throw new Fault('group.kind', 'a conversation of two is no room')
  const row = living(call.app.id, found)
  demandRoom(row.value)
  return row
}

/**
 * Refuses an end user who may not do something in a room: Fault('member.missing') for who is neither inside nor one of
 * its fixed members, Fault('group.role') for a role that is not enough. Gives the caller's place among the fixed members.
 */
export async function demandInside(ctx: Context, call: Call, room: Group, who: Who): Promise<Member | undefined> {
  if (call.admin) return undefined
  const user = call.operator ?? ''
  const [fixed, inside] = await Promise.all([memberOf(ctx, room, user), ctx.store.get(roomMembers, [room.id, user])])
  if (!fixed && !inside) throw new Fault('member.missing')
  if (who !== 'everyone' && !belongs(who, fixed)) throw new Fault('group.role')
  return fixed
}

/**
 * Somebody inside as a member of the conversation, which they are for as long as they are inside: they see what it keeps
 * from where they came in, and nothing of it is unread. `end` and `counted` are where it ends now.
 */
export function asMember(inside: RoomMember, end: number, counted: number): Member {
  const { conv, user, app, rank = 2, entered, hidden, nick, ext, text } = inside
  const read = { readSeq: end, readCounted: counted, readSent: 0 }
  return { conv, user, app, rank, joined: entered, hidden, nick, ext, text, ...read }
}
