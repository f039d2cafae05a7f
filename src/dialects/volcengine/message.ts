import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { roleOf } from '../../core/groups/rights.ts'
import type { Conversation, Message } from '../../core/model.ts'
import { resource } from '../dialect.ts'
import { demandSize, readContent, writeContent } from './content.ts'
import { liveMessages } from './rates.ts'
import {
  conversationType,
  demandTwin,
  ext,
  int64,
  keyText,
  list,
  maybe,
  near,
  ownId,
  ownIdOf,
  participantRole,
  shown,
  twin,
  twins,
  twinUsers,
  userId,
} from './shapes.ts'

const operation = resource()

/** How long a ClientMsgId is remembered (ms). */
export const clientWindow = 7 * 24 * 3600 * 1000

/** Priority 0, 1, 2. */
export const priorities = ['low', 'normal', 'high'] as const

const sendRequest = z.object({
  Content: z.string(),
  ConversationShortId: ownId,
  MsgType: z.int32(),
  ...twin('Sender'),
  ClientMsgId: maybe(keyText),
  CreateTime: maybe(z.int().min(0)),
  Ext: maybe(ext),
  ...twins('InvisibleUsers'),
  ...twins('MentionedUsers'),
  Priority: maybe(z.int().min(0).max(2)),
  RefMsgInfo: maybe(z.object({ Hint: z.string(), ReferencedMessageId: int64 })),
  ...twins('VisibleUsers'),
})

/**
 * SendMessage: stores a message of a member. Mute is not checked and no callback asked; a ClientMsgId that was there
 * within seven days gives the first message's id. What a live group has no place for is dropped, and answered all the same.
 */
export const sendMessage = operation({
  key: 'SendMessage',
  request: sendRequest,
  async run(core, call, r) {
    const from = demandTwin('Sender', r.Sender, r.SenderStr)
    demandSize(r.Content, r.Ext)
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const mentioned = twinUsers('MentionedUsers', r.MentionedUsers, r.MentionedUsersStr)
    const visible = twinUsers('VisibleUsers', r.VisibleUsers, r.VisibleUsersStr)
    const invisible = twinUsers('InvisibleUsers', r.InvisibleUsers, r.InvisibleUsersStr)
    const sent = await core.send.toConversation({ ...call, operator: from }, conversation, {
      from,
      ...formOf(r),
      client: r.ClientMsgId ? { id: r.ClientMsgId, window: clientWindow } : undefined,
      shown: r.CreateTime || undefined,
      visibleTo: visible.length > 0 ? visible : undefined,
      hiddenFrom: invisible.length > 0 ? invisible : undefined,
      mentions: mentioned.length > 0 ? { users: mentioned } : undefined,
      priority: r.Priority === undefined ? undefined : priorities[r.Priority],
      quote: r.RefMsgInfo && { id: ownIdOf(r.RefMsgInfo.ReferencedMessageId), hint: r.RefMsgInfo.Hint },
      checks: { users: false, mute: false },
      unasked: true,
      over: conversationType(conversation) === 100 ? await isOver(core, conversation, r.Priority) : undefined,
    })
    return { MessageId: sent.id }
  },
})

/** GetMessages: the messages of these ids that the conversation has. */
export const getMessages = operation({
  key: 'GetMessages',
  request: z.object({ ConversationShortId: ownId, MessageIds: list(ownId) }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const found = await core.history.byIds(conversation.id, r.MessageIds)
    return { Messages: await infos(core, conversation, present(found)) }
  },
})

/**
 * GetConversationMessages: a page from the index Cursor on, forward or (Reverse 1) backward; backward from 0 begins at the
 * newest. NewCursor is where the next page begins: behind the last message, or -1 before the first.
 */
export const getConversationMessages = operation({
  key: 'GetConversationMessages',
  request: z.object({
    ConversationShortId: ownId,
    Cursor: int64,
    Limit: z.int().min(1).max(20),
    Reverse: maybe(int64),
  }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const reverse = r.Reverse === 1
    if (!reverse && conversationType(conversation) === 100)
      throw new Fault('request.invalid', 'Reverse: live groups are read backward only')
    const at = near(r.Cursor)
    if (reverse && at < 0) return { HasMore: false, Messages: [], NewCursor: -1 }
    const page = await core.history.read(conversation, {
      by: 'seq',
      limit: r.Limit,
      reverse,
      ...(reverse ? { to: at || undefined } : { from: at }),
    })
    const last = page.messages.at(-1)?.seq
    const next = reverse ? (last ?? 0) - 1 || -1 : last === undefined ? r.Cursor : last + 1
    return {
      HasMore: page.next !== undefined,
      Messages: await infos(core, conversation, page.messages),
      NewCursor: next,
    }
  },
})

/**
 * RecallMessage in the name of a user: senders recall their own, owner and managers those of all. RecallRole, when it is
 * given, is the role the user acts in: 1 and 2 must be theirs, 0 recalls only what they sent.
 */
export const recallMessage = operation({
  key: 'RecallMessage',
  request: z.object({
    ConversationShortId: ownId,
    MessageId: ownId,
    ParticipantUserId: userId,
    RecallRole: maybe(z.int32()),
  }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const message = await core.history.byId(conversation.id, r.MessageId)
    if (!message) throw new Fault('message.missing')
    const own = message.sender === r.ParticipantUserId
    if (r.RecallRole !== undefined && !(own && r.RecallRole === 0))
      await demandRole(core, conversation, r.ParticipantUserId, r.RecallRole)
    const by = { ...call, operator: r.ParticipantUserId, admin: false }
    await core.recall(by, conversation, message.seq)
  },
})

export const messageOperations = [getConversationMessages, sendMessage, getMessages, recallMessage]

/** The content, and the id of a quoted message that was never one of ours: it shows as it was given. */
function formOf(r: z.output<typeof sendRequest>) {
  const { parts, native } = readContent(r.MsgType, r.Content, r.Ext)
  const quoted = r.RefMsgInfo?.ReferencedMessageId
  if (typeof quoted !== 'bigint') return { parts, native }
  return { parts, native: { volcengine: { ...native?.volcengine, ReferencedMessageId: String(quoted) } } }
}

async function demandRole(core: Core, conversation: Conversation, user: string, role: number): Promise<void> {
  const member = await core.members.find(conversation.id, user)
  if (!member) throw new Fault('member.missing')
  if (role === 0 || participantRole(member) !== role)
    throw new Fault('group.role', `RecallRole ${role} does not allow ${roleOf(member)} ${user} to recall this message`)
}

/** Whether a live group has no place for a message at this moment; for one of high priority it always has. */
async function isOver(core: Core, { id }: Conversation, priority: number | undefined): Promise<boolean> {
  return priority !== 2 && core.rooms.flow.overOwn('volcengine', 'SendMessage.live', liveMessages, id)
}

function present<T>(found: (T | undefined)[]): T[] {
  return found.filter(each => each !== undefined)
}

/** Messages as they are shown; what they quote is read once for all. */
async function infos(core: Core, conversation: Conversation, messages: Message[]) {
  const quoted = [...new Set(messages.flatMap(message => (message.quote ? [message.quote.id] : [])))]
  const found = present(quoted.length > 0 ? await core.history.byIds(conversation.id, quoted, true) : [])
  const byId = new Map(found.map(message => [message.id, message]))
  return messages.map(message => info(conversation, message, byId))
}

function info(conversation: Conversation, message: Message, quoted: Map<number, Message>) {
  const { MsgType, Content, Ext } = writeContent(message)
  return {
    AppId: message.app,
    Content,
    ConversationShortId: conversation.id,
    ConversationType: conversationType(conversation),
    CreateTime: message.shown,
    MessageId: message.id,
    MsgType,
    ...shown('Sender', message.sender),
    Status: statusOf(message),
    Ext,
    IndexInConversation: message.seq,
    ...(message.quote ? { RefMsgInfo: quoteInfo(message, message.quote, quoted.get(message.quote.id)) } : {}),
  }
}

/** 0 visible, 3 recalled: the numbers of RefMsgInfo.Status, as those of Messages[].Status are not known. */
function statusOf(message: Message): 0 | 3 {
  return message.recalled ? 3 : 0
}

/** It was visible, and was deleted since for all. */
function isGone(message: Message): boolean {
  return message.withdrawn?.from === 'all'
}

function quoteInfo(by: Message, quote: { id: number; hint: string }, quoted: Message | undefined) {
  const foreign = by.native?.volcengine?.ReferencedMessageId
  return {
    Hint: quote.hint,
    ReferencedMessageId: typeof foreign === 'string' ? BigInt(foreign) : quote.id,
    ReferencedMessageType: quoted && !isGone(quoted) ? writeContent(quoted).MsgType : 0,
    Status: quoted ? (isGone(quoted) ? 4 : statusOf(quoted)) : 1,
  }
}
