import type { Call } from '../../../core/call.ts'
import type { Core } from '../../../core/core.ts'
import type { News } from '../../../core/events.ts'
import type { MessageAsked } from '../../../core/hooks.ts'
import type { Conversation, Direct, Group, Message } from '../../../core/model.ts'
import { asked, told } from '../../callbacks.ts'
import { writeContent } from '../content.ts'
import { conversationId, conversationType, idOf, shown } from '../shapes.ts'
import { decide } from './replies.ts'

/** Only what devices say is asked about: no send of the OpenAPI is, so none of another server API either. */
const byDevice = (call: Pick<Call, 'origin'>) => call.origin.via === 'client'

/** Before a message to one user is sent. */
const beforeDirect = asked({
  id: 'callback/BeforeSendMessage',
  point: 'message.direct',
  assumed: true,
  fires: byDevice,
  async body(core, call, draft) {
    const id = await core.directs.find(call.app.id, draft.from, draft.to)
    return {
      AppId: call.app.id,
      // The first message of two users makes their conversation, unless it is stopped.
      ...(id === undefined ? { ConversationType: 1 } : conversationFields({ type: 'direct', app: call.app.id, id })),
      ...shown('OtherUserId', draft.to),
      ...draftFields(core, draft),
    }
  },
  decide,
})

/** Before a message into a group is sent. */
const beforeGroup = asked({
  id: 'callback/BeforeSendMessage',
  point: 'message.group',
  assumed: true,
  fires: byDevice,
  body: (core, call, draft) => ({
    AppId: call.app.id,
    ...conversationFields(draft.group),
    ...draftFields(core, draft),
  }),
  decide,
})

/** After a message was sent: by a device, or as one of those of BatchSendGroupMessage. The server's own tips are none. */
const afterSend = told({
  id: 'callback/SendMessage',
  event: 'message.sent',
  assumed: true,
  fires: (news, { message, conversation, batch, quiet }) =>
    !quiet &&
    message.parts[0]?.type !== 'notice' &&
    (byDevice(news) || (batch === true && isOwnGroup(news, conversation))),
  body: (_core, _news, { message, conversation }) => ({
    AppId: message.app,
    ...conversationFields(conversation),
    ...(conversation.type === 'direct' ? shown('OtherUserId', otherOf(conversation, message.sender)) : {}),
    MessageId: message.id,
    IndexInConversation: message.seq,
    ...said(message.sender, message),
    CreateTime: message.shown,
    ...users('VisibleUsers', message.visibleTo),
    ...users('InvisibleUsers', message.hiddenFrom),
    ...(message.quote && { RefMsgInfo: quoted(message, message.quote) }),
  }),
})

function isOwnGroup({ origin }: News, conversation: Conversation): boolean {
  return origin.dialect === 'volcengine' && conversation.type === 'group'
}

type Place = Pick<Direct, 'type' | 'app' | 'id'> | Group

function conversationFields(conversation: Place) {
  return {
    ConversationShortId: conversation.id,
    ConversationId: conversationId(conversation),
    ConversationType: conversationType(conversation),
  }
}

function draftFields(core: Core, draft: MessageAsked) {
  return { MessageId: draft.id, ...said(draft.from, draft), CreateTime: core.clock() }
}

/** What a message says, and who says it to whom. */
function said(sender: string, message: Pick<Message, 'parts' | 'native' | 'client' | 'mentions'>) {
  const { MsgType, Content, Ext } = writeContent(message)
  return {
    ...shown('Sender', sender),
    MsgType,
    Content,
    Ext,
    ...(message.client === undefined ? {} : { ClientMsgId: message.client }),
    ...users('MentionedUsers', message.mentions?.users),
  }
}

/** Both fields of a list of users, if there are any. */
function users(name: string, list: readonly string[] = []) {
  return list.length > 0 ? { [name]: list.map(idOf), [`${name}Str`]: list } : {}
}

function quoted({ native }: Message, { id, hint }: { id: number; hint: string }) {
  const foreign = native?.volcengine?.ReferencedMessageId
  return { Hint: hint, ReferencedMessageId: typeof foreign === 'string' ? BigInt(foreign) : id }
}

function otherOf({ a, b }: Direct, one: string): string {
  return one === a ? b : a
}

/** What of `callbacks.json` is about messages. */
export const messages = { asked: [beforeDirect, beforeGroup], told: [afterSend] }
