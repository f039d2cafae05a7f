import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { MemberChange } from '../../core/groups/changing.ts'
import type { MemberDraft } from '../../core/groups/rows.ts'
import type { Conversation, Group } from '../../core/model.ts'
import { resource } from '../dialect.ts'
import { memberCounts } from './conversation.ts'
import { asMember, type Shown } from './live.ts'
import {
  conversationType,
  cursor,
  ext,
  idOf,
  int64,
  list,
  loneIdOf,
  maybe,
  ownId,
  participantRole,
  seconds,
  userId,
} from './shapes.ts'

const operation = resource()

const info = {
  ParticipantUserId: userId,
  Ext: maybe(ext),
  Level: maybe(z.int32()),
  NickName: maybe(z.string()),
  Role: maybe(int64),
}

const newcomer = z.object({ ...info, ReadIndex: maybe(cursor) })

const change = z.object({ ...info, BlockTime: maybe(cursor) })

/** IsUserInConversation: whether the user is a member, or inside a live group now. */
export const isUserInConversation = operation({
  key: 'IsUserInConversation',
  request: z.object({ ConversationShortId: ownId, ParticipantUserId: userId }),
  async run(core, call, r) {
    const { id } = await core.directs.get(call.app.id, r.ConversationShortId)
    const own = await core.positions.own(call.app.id, r.ParticipantUserId, [id])
    return { IsUserInConversation: own.length > 0 }
  },
})

/**
 * BatchModifyConversationParticipant: changes members of a group; those who are not in it have failed. What is left out
 * stays, but Role is 0 then. The owner stays owner, and nobody else becomes it here.
 */
export const batchModifyConversationParticipant = operation({
  key: 'BatchModifyConversationParticipant',
  request: z.object({ ConversationShortId: ownId, Operator: userId, ParticipantInfos: list(change) }),
  async run(core, call, r) {
    const group = await groupOf(core, call, r.ConversationShortId)
    const changes = r.ParticipantInfos.map(memberChange)
    const by = { ...call, operator: r.Operator }
    const { missing } = await core.members.updateMany(by, group.id, changes, { ownerStays: true })
    return { FailedUserIds: missing.map(idOf) }
  },
})

/** BatchDeleteConversationParticipant: takes members out of a group; those who are not in it have failed. */
export const batchDeleteConversationParticipant = operation({
  key: 'BatchDeleteConversationParticipant',
  request: z.object({ ConversationShortId: ownId, Operator: userId, ParticipantUserIds: list(userId) }),
  async run(core, call, r) {
    const group = await groupOf(core, call, r.ConversationShortId)
    const by = { ...call, operator: r.Operator }
    const { missing } = await core.members.removeMany(by, group.id, r.ParticipantUserIds)
    return { FailedUserIds: missing.map(idOf) }
  },
})

/** BatchGetConversationParticipant: those of the users who are in the conversation, in a live group also who is inside. */
export const batchGetConversationParticipant = operation({
  key: 'BatchGetConversationParticipant',
  request: z.object({ ConversationShortId: ownId, ParticipantUserIds: list(userId) }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const here = await membersHere(core, call, conversation, r.ParticipantUserIds)
    return { Participants: here.map(member => participantInfo(core, conversation, member)) }
  },
})

/** BatchAddConversationParticipant: adds members to a group, or writes over the data of those who are in it. */
export const batchAddConversationParticipant = operation({
  key: 'BatchAddConversationParticipant',
  request: z.object({
    ConversationShortId: ownId,
    Operator: userId,
    ParticipantInfos: list(newcomer),
    Barrier: maybe(z.boolean()),
  }),
  async run(core, call, r) {
    const group = await groupOf(core, call, r.ConversationShortId)
    const drafts = r.ParticipantInfos.map(memberDraft)
    const options = { present: 'overwrite', strangers: true, barrier: r.Barrier } as const
    const added = await core.members.addMany({ ...call, operator: r.Operator }, group.id, drafts, options)
    const failed = drafts.filter((_, i) => added[i] !== 'added' && added[i] !== 'present')
    return { FailedUserIds: failed.map(({ user }) => idOf(user)) }
  },
})

/** GetConversationUserCount: how many members a conversation has. */
export const getConversationUserCount = operation({
  key: 'GetConversationUserCount',
  request: z.object({ ConversationShortId: ownId }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const [Count] = await memberCounts(core, [conversation])
    return { Count }
  },
})

export const participantOperations = [
  isUserInConversation,
  batchModifyConversationParticipant,
  batchDeleteConversationParticipant,
  batchGetConversationParticipant,
  batchAddConversationParticipant,
  getConversationUserCount,
]

async function groupOf(core: Core, call: Call, id: number): Promise<Group> {
  const conversation = await core.directs.get(call.app.id, id)
  if (conversation.type === 'direct') throw new Fault('conversation.kind', 'not for single chats')
  return conversation
}

async function membersHere(core: Core, call: Call, conversation: Conversation, users: string[]): Promise<Shown[]> {
  if (conversationType(conversation) === 100)
    return (await core.rooms.present(call, conversation.id, users)).map(asMember)
  const found = await core.members.findMany(conversation.id, users)
  return found.filter(member => member !== undefined)
}

/** Who is added or changed through the API carries `s:from`, as with the vendor. */
function markedExt(given: Record<string, string> | undefined): Record<string, string> {
  return { ...given, 's:from': 'biz' }
}

/** Any role but 1 and 2 is 0. */
function memberDraft(each: z.output<typeof newcomer>): MemberDraft {
  return {
    user: each.ParticipantUserId,
    role: each.Role === 1 ? 'owner' : each.Role === 2 ? 'manager' : 'member',
    fields: {
      nick: each.NickName,
      level: each.Level,
      ext: markedExt(each.Ext),
      ...(each.ReadIndex && each.ReadIndex > 0 ? { readSeq: each.ReadIndex } : {}),
    },
  }
}

/** BlockTime is a time in seconds; what has passed by then, or is none, is no mute. */
function memberChange(each: z.output<typeof change>): MemberChange {
  return {
    user: each.ParticipantUserId,
    role: each.Role === 2 ? 'manager' : 'member',
    mutedUntil: each.BlockTime === undefined ? undefined : each.BlockTime * 1000,
    nick: each.NickName,
    level: each.Level,
    ext: each.Ext && markedExt(each.Ext),
  }
}

function participantInfo(core: Core, conversation: Conversation, member: Shown) {
  const mutedUntil = member.mutedUntil ?? 0
  return {
    ConversationShortId: conversation.id,
    Operator: loneIdOf(core, member.invitedBy ?? ''),
    ParticipantUserId: idOf(member.user),
    Role: participantRole(member),
    BlockTime: mutedUntil > core.clock() ? seconds(mutedUntil) : 0,
    CreateTime: seconds(member.joined),
    Ext: member.ext ?? {},
    Level: member.level ?? 0,
    NickName: member.nick ?? '',
    Status: 0,
  }
}
