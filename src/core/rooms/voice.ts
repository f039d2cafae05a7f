import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import type { Reason } from '../errors.ts'
import type { MessageDraft } from '../messages/draft.ts'
import type { Group } from '../model.ts'
import { roomMembers, roomMutes } from './tables.ts'

/**
 * Why somebody may not speak in a room besides what holds in all groups; undefined when they may: an end user has to be
 * inside, and nobody may who is muted for a while, by name or by a tag.
 */
export async function roomRefusal(
  ctx: Context,
  call: Call,
  room: Group,
  { from, checks }: Pick<MessageDraft, 'from' | 'checks'>,
): Promise<Reason | undefined> {
  if (from === '') return undefined
  const [row, mute] = await Promise.all([
    ctx.store.get(roomMembers, [room.id, from]),
    ctx.store.get(roomMutes, [room.id, 'user', from]),
  ])
  const inside = row?.value
  if (!call.admin && checks?.member !== false && !inside) return 'member.missing'
  if (checks?.mute === false) return undefined
  const tags = inside?.tags ?? []
  const byTag = await ctx.store.getMany(
    roomMutes,
    tags.map(tag => [room.id, 'tag', tag]),
  )
  const now = ctx.clock()
  return [mute, ...byTag].some(each => each && each.value.until > now) ? 'user.muted' : undefined
}
