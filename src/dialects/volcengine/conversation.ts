import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { kindOf } from '../../core/groups/kinds.ts'
import type { Conversation } from '../../core/model.ts'
import { resource } from '../dialect.ts'
import {
  conversationId,
  conversationType,
  cursor,
  demandTwin,
  ext,
  keyText,
  list,
  maybe,
  ownId,
  seconds,
  shown,
  twin,
  twinUser,
} from './shapes.ts'

const operation = resource()

const texts = {
  AvatarUrl: maybe(z.string()),
  Description: maybe(z.string()),
  Ext: maybe(ext),
  Name: maybe(z.string()),
  Notice: maybe(z.string()),
}

const coreInfo = z.object({
  ConversationType: z.union([z.literal(1), z.literal(2), z.literal(100)], 'expected 1, 2 or 100'),
  ...texts,
})

const createRequest = z.object({
  ConversationCoreInfo: coreInfo,
  ...twin('OwnerUserId'),
  ...twin('OtherUserId'),
  IdempotentId: maybe(keyText),
  InboxType: maybe(z.int32()),
})

type CreateRequest = z.output<typeof createRequest>

/** CreateConversation: a single chat (one per pair), a group or a live group; a known IdempotentId gives what it made. */
export const createConversation = operation({
  key: 'CreateConversation',
  request: createRequest,
  async run(core, call, r) {
    const owner = demandTwin('OwnerUserId', r.OwnerUserId, r.OwnerUserIdStr)
    const known = r.IdempotentId ? await core.directs.keyed(call.app.id, r.IdempotentId, r.InboxType) : undefined
    const made = known ? { conversation: known, exists: true } : await create(core, call, r, owner)
    const [ConversationInfo] = await infos(core, [made.conversation], { count: true, viewer: owner })
    return {
      ConversationInfo,
      ConversationId: conversationId(made.conversation),
      ConversationShortId: made.conversation.id,
      Exist: made.exists,
    }
  },
})

/** BatchGetConversations: those that are there, without the dissolved; MemberCount only when SkipMemberCount is false. */
export const batchGetConversations = operation({
  key: 'BatchGetConversations',
  request: z.object({ ConversationShortId: list(ownId), SkipMemberCount: maybe(z.boolean()) }),
  async run(core, call, r) {
    const found = await core.directs.getMany(call.app.id, r.ConversationShortId)
    const here = found.filter(conversation => conversation !== undefined)
    return { ConversationCoreInfos: await infos(core, here, { count: r.SkipMemberCount === false }) }
  },
})

/**
 * GetUserConversations: DataType 0 the most recently active first, 1 the oldest first, both without live groups;
 * 2 the live groups the user created, newest first. Cursor 0 begins.
 */
export const getUserConversations = operation({
  key: 'GetUserConversations',
  request: z.object({
    Cursor: cursor,
    Limit: z.int().min(1).max(20),
    ...twin('ParticipantUserId'),
    DataType: maybe(z.int().min(0).max(2)),
    InboxType: maybe(z.int32()),
    SkipMemberCount: maybe(z.boolean()),
  }),
  async run(core, call, r) {
    const user = demandTwin('ParticipantUserId', r.ParticipantUserId, r.ParticipantUserIdStr)
    const ownLive = r.DataType === 2
    const page = await core.listing.list(call.app.id, user, {
      order: ownLive ? 'newest' : r.DataType === 1 ? 'oldest' : 'recent',
      among: ({ type, kind, inbox }) => inbox === (r.InboxType ?? 0) && isLive(type, kind) === ownLive,
      which: ownLive ? conversation => conversation.creator === user : undefined,
      after: r.Cursor > 0 ? r.Cursor : undefined,
      limit: r.Limit,
    })
    const count = r.SkipMemberCount !== true
    return {
      ConversationInfos: await infos(core, page.conversations, { count, viewer: user }),
      HasMore: page.next !== undefined,
      NextCursor: page.next ?? -1,
    }
  },
})

/** ModifyConversation: writes the named attributes; OwnerUserId hands a group over to one of its members. */
export const modifyConversation = operation({
  key: 'ModifyConversation',
  request: z.object({
    ConversationCoreInfo: z.object({ ConversationShortId: ownId, ...texts, ...twin('OwnerUserId') }),
  }),
  async run(core, call, r) {
    const info = r.ConversationCoreInfo
    const owner = twinUser('OwnerUserId', info.OwnerUserId, info.OwnerUserIdStr)
    const conversation = await core.directs.get(call.app.id, info.ConversationShortId)
    const fields = named({ name: info.Name, ...attributes(info) })
    if (conversation.type === 'group')
      await core.groups.update(call, conversation.id, owner ? { ...fields, owner } : fields)
    else if (owner) throw new Fault('conversation.kind', 'a single chat has no owner to change')
    else await core.directs.update(call.app.id, conversation.id, fields)
  },
})

/** DestroyConversation: dissolves a group in the name of its owner. */
export const destroyConversation = operation({
  key: 'DestroyConversation',
  request: z.object({ ConversationShortId: ownId, ...twin('OwnerUserId') }),
  async run(core, call, r) {
    const owner = demandTwin('OwnerUserId', r.OwnerUserId, r.OwnerUserIdStr)
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    if (conversation.type === 'direct') throw new Fault('conversation.kind', 'a single chat cannot be dissolved')
    if (conversation.owner !== owner) throw new Fault('group.role', 'OwnerUserId is not the owner')
    await core.groups.dismiss({ ...call, operator: owner }, conversation.id)
  },
})

export const conversationOperations = [
  modifyConversation,
  createConversation,
  batchGetConversations,
  getUserConversations,
  destroyConversation,
]

async function create(core: Core, call: Call, r: CreateRequest, owner: string) {
  const { ConversationType: type, Name, ...info } = r.ConversationCoreInfo
  const by = { ...call, operator: owner }
  const fields = attributes(info)
  const inbox = r.InboxType
  if (type === 1) {
    const other = demandTwin('OtherUserId', r.OtherUserId, r.OtherUserIdStr)
    const options = { inbox, key: r.IdempotentId || undefined, fields: named({ name: Name, ...fields }) }
    const { direct, exists } = await core.directs.open(by, owner, other, options)
    return { conversation: direct, exists }
  }
  const { group, exists } = await core.groups.create(by, {
    kind: type === 2 ? 'group' : 'livegroup',
    name: Name ?? '',
    owner,
    fields: named(fields),
    inbox,
    idempotent: r.IdempotentId || undefined,
    strangers: true,
  })
  return { conversation: group, exists }
}

function attributes(info: z.output<z.ZodObject<Omit<typeof texts, 'Name'>>>) {
  return { avatar: info.AvatarUrl, description: info.Description, notice: info.Notice, ext: info.Ext }
}

/** Only the fields that the caller named. */
function named<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
}

function isLive(type: 'direct' | 'group', kind: string): boolean {
  return type === 'group' && kindOf(kind).shown.volcengine === 100
}

/** How many members conversations have, in order; of live groups only owner and managers are members. */
export async function memberCounts(core: Core, conversations: readonly Conversation[]): Promise<number[]> {
  const groups = conversations.filter(each => each.type === 'group').map(each => each.id)
  const counts = groups.length > 0 ? await core.members.counts(groups) : []
  const byGroup = new Map(groups.map((id, i) => [id, counts[i] as number]))
  return conversations.map(each => {
    if (each.type === 'direct') return each.a === each.b ? 1 : 2
    return byGroup.get(each.id) as number
  })
}

/** Conversations as they are shown; for a single chat OtherUserId is the peer of the viewer, or of its creator. */
async function infos(core: Core, conversations: Conversation[], view: { count: boolean; viewer?: string }) {
  const live = conversations.filter(each => conversationType(each) === 100).map(each => each.id)
  const inside = live.length > 0 ? await core.rooms.online(live) : []
  const online = new Map(live.map((id, i) => [id, inside[i] as number]))
  const counts = view.count ? await memberCounts(core, conversations) : []
  return conversations.map((each, i) => ({
    ...info(each, view.viewer ?? each.creator),
    ...(view.count ? { MemberCount: counts[i] } : {}),
    ...(online.has(each.id) ? { OnlineCount: online.get(each.id) } : {}),
  }))
}

function info(conversation: Conversation, viewer: string) {
  const { app, id, inbox, created, updated, creator, name, avatar, description, notice, ext } = conversation
  return {
    AppId: app,
    ConversationShortId: id,
    ConversationId: conversationId(conversation),
    ConversationType: conversationType(conversation),
    InboxType: inbox,
    AvatarUrl: avatar ?? '',
    CreateTime: seconds(created),
    ...shown('CreatorUserId', creator),
    Description: description ?? '',
    Ext: ext ?? {},
    ModifyTime: seconds(updated),
    Name: name ?? '',
    Notice: notice ?? '',
    ...(conversation.type === 'direct'
      ? { ...shown('OtherUserId', peerOf(conversation, viewer)), ...shown('OwnerUserId', creator) }
      : shown('OwnerUserId', conversation.owner)),
    Status: 0,
  }
}

function peerOf(pair: { a: string; b: string }, user: string): string {
  return user === pair.a ? pair.b : pair.a
}
