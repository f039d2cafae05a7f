import type { Call } from '../../../core/call.ts'
import type { EventOf, News } from '../../../core/events.ts'
import type { MessageAsked } from '../../../core/hooks.ts'
import type { Conversation, Direct, Group, Message } from '../../../core/model.ts'
import { bodyOf } from '../content.ts'
import { typeOf } from '../group-shapes.ts'
import { keyOf, textOf } from '../handles.ts'

/** What callbacks look at of a message that was sent, is about to be, or could not be. */
export type Said = Pick<
  Message,
  'id' | 'origin' | 'client' | 'shown' | 'sender' | 'parts' | 'native' | 'mentions' | 'seq'
>

/** A message that the app is asked about, at a time (ms). */
export function askedOf(call: Call, draft: MessageAsked, now: number): Said {
  const { id, from, parts, native, client, mentions, passing } = draft
  return { id, sender: from, parts, native, client, mentions, origin: call.origin, shown: now, seq: passing ? 0 : 1 }
}

/** A message that was refused, at a time (ms). It never got an id: numbers that its sender did not bring are 0. */
export function failedOf({ origin }: News, event: EventOf<'message.failed'>, at: number): Said {
  const { from, parts, native, client, passing } = event
  return { id: 0, sender: from, parts, native, client, origin, shown: at, seq: passing ? 0 : 1 }
}

/** Of a one-to-one message: who to whom, and its numbers. */
export function directFields(message: Said, to: string) {
  const key = keyOf(message)
  return {
    From_Account: message.sender,
    To_Account: to,
    ...key,
    MsgKey: textOf(key),
    OnlineOnlyFlag: message.seq === 0 ? 1 : 0,
  }
}

/** Of a group message: where, who in whose name, and its Random. Messages of an AVChatRoom never count as online-only. */
export function groupFields(group: Group, message: Said, operator: string) {
  const Type = typeOf(group)
  return {
    GroupId: group.alias,
    Type,
    From_Account: message.sender,
    Operator_Account: operator,
    Random: keyOf(message).MsgRandom,
    OnlineOnlyFlag: message.seq === 0 && Type !== 'AVChatRoom' ? 1 : 0,
  }
}

/** What a message says. */
export function contentFields(message: Pick<Message, 'native' | 'parts'>) {
  return { MsgBody: bodyOf(message), CloudCustomData: (message.native?.tencent?.CloudCustomData as string) ?? '' }
}

/** Only communities with topics name one. */
export function topicField(topic: string | undefined) {
  return topic === undefined ? {} : { TopicId: topic }
}

/** What happened to a message's extension; `Seq` is its newest version. */
export function extensionFields({ what, pairs, version }: EventOf<'message.extended'>) {
  return {
    OperateType: { set: 1, delete: 2, clear: 3 }[what],
    ExtensionList: pairs.map(pair => ({ Key: pair.key, Value: pair.value, Seq: pair.version })),
    Seq: version,
  }
}

/** The other side of a pair, as its one side sees it. */
export function otherOf({ a, b }: Direct, one: string): string {
  return one === a ? b : a
}

/** Whether a conversation is that of two. */
export function isDirect(conversation: Conversation): conversation is Direct {
  return conversation.type === 'direct'
}
