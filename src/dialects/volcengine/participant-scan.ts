import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import type { Present } from '../../core/rooms/audience.ts'
import { resource } from '../dialect.ts'
import { asMember, pageEnd, shownInside } from './live.ts'
import { conversationType, cursor, keyText, maybe, ownId, participantRole, seconds, shown } from './shapes.ts'

const operation = resource()

const scanRequest = z.object({
  ConversationShortId: ownId,
  Cursor: cursor,
  Limit: z.int().min(1).max(500),
  MarkType: maybe(keyText),
  OnlyUserIds: maybe(z.boolean()),
  Reverse: maybe(z.boolean()),
  ScanOnlineParticipant: maybe(z.boolean()),
})

type ScanRequest = z.output<typeof scanRequest>

/** A page of those who were looked for; `next` is absent at the end. */
interface Page {
  present: Present[]
  next?: number
}

/**
 * ScanConversationParticipantList: the members of a conversation by when they joined; of a live group its owner and
 * managers, or those who are online, who entered last first. MarkType leaves only those online who have the mark.
 */
export const scanConversationParticipantList = operation({
  key: 'ScanConversationParticipantList',
  request: scanRequest,
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const live = conversationType(conversation) === 100
    const { present, next } = await (live ? scanLive(core, call, r) : scanMembers(core, r))
    const bare = r.OnlyUserIds && !r.ScanOnlineParticipant
    return {
      ...pageEnd(next),
      Participants: present.map(each =>
        bare ? shown('ParticipantUserId', each.user) : participant(r.ConversationShortId, each),
      ),
    }
  },
})

export const participantScanOperations = [scanConversationParticipantList]

async function scanLive(core: Core, call: Call, r: ScanRequest): Promise<Page> {
  const mark = r.MarkType || undefined
  const query = { mark, after: r.Cursor, limit: r.Limit }
  if (r.ScanOnlineParticipant) return core.rooms.newest(call, r.ConversationShortId, query)
  const runners = await core.rooms.runners(call, r.ConversationShortId)
  const all = runners.filter(({ inside }) => !mark || inside?.marks.includes(mark))
  if (r.Reverse) all.reverse()
  const start = Math.max(0, r.Cursor)
  const end = start + r.Limit
  return { present: all.slice(start, end), next: end < all.length ? end : undefined }
}

/** Nobody is online in a conversation that is no live group, and nobody has a mark there. */
async function scanMembers(core: Core, r: ScanRequest): Promise<Page> {
  if (r.ScanOnlineParticipant || r.MarkType) return { present: [] }
  const query = { skip: Math.max(0, r.Cursor), reverse: r.Reverse, limit: r.Limit }
  const { members, next } = await core.members.page(r.ConversationShortId, query)
  return { present: members.map(fixed => ({ user: fixed.user, fixed, mutedUntil: fixed.mutedUntil })), next }
}

function participant(ConversationShortId: number, present: Present) {
  const member = asMember(present)
  const { AvatarUrl, Marks } = shownInside(present.inside)
  return {
    AvatarUrl,
    BlockTime: seconds(member.mutedUntil ?? 0),
    ConversationShortId,
    CreateTime: seconds(member.joined),
    Ext: member.ext ?? {},
    Level: member.level ?? 0,
    Marks,
    NickName: member.nick ?? '',
    ...shown('Operator', member.invitedBy ?? ''),
    ...shown('ParticipantUserId', member.user),
    Role: participantRole(member),
    Status: 0,
  }
}
