import type { Core } from '../core/core.ts'
import type { EventOf } from '../core/events.ts'
import type { Wishes } from '../core/messages/wishes.ts'
import type { Conversation, Direct, Message } from '../core/model.ts'
import { newsKept } from '../core/outbox/outbox.ts'
import type { Kept } from '../core/tables.ts'
import { isPushed, type Pushed, recallWords, type SentMessage } from './hearing.ts'
import { usualWords, wordsFor } from './render.ts'

/** What is pushed, as a message: the one that was sent, or one that stands for what else there is to tell. */
export interface Matter {
  message: Message
  conversation: Conversation
  wishes: Wishes | undefined
  /** It takes the place of a message that was taken back. */
  recalled?: true
}

/** What the dialect of a message says of its push. */
export type WishesOf = (message: Message, conversation: Conversation) => Wishes | undefined

/** What is to be pushed of an event as it is now, for it may have waited; undefined when nothing is any more. */
export async function matterOf(core: Core, kept: Kept, wishesOf: WishesOf): Promise<Matter | undefined> {
  const { event } = newsKept(kept)
  if (!isPushed(event)) return undefined
  switch (event.type) {
    case 'message.sent':
      return messageMatter(core, event, wishesOf)
    case 'message.recalled':
      return recallMatter(event, wishesOf)
    case 'notification.sent':
      return notificationMatter(kept, event, wishesOf)
  }
}

/** How long an event that happened at a time (ms) is worth a push: until when (ms). */
export function worthUntil(event: Pushed, at: number, life: number): number {
  switch (event.type) {
    case 'message.sent':
      return at + (event.message.push?.ttl ?? life)
    case 'message.recalled': {
      const { original } = event
      // Without words of its own it only mends what is still shown.
      return recallWords(event)?.text ? at + life : original.time + (original.push?.ttl ?? life)
    }
    case 'notification.sent':
      return at + (event.push?.ttl ?? life)
  }
}

async function messageMatter(core: Core, event: SentMessage, wishesOf: WishesOf): Promise<Matter | undefined> {
  const { conversation } = event
  const [message] = await core.history.bySeqs(event.message.conv, [event.message.seq])
  if (!message || !isPushed({ ...event, message })) return undefined
  return { message, conversation, wishes: wishesOf(message, conversation) }
}

/** For the same devices as the message was, in silence. */
function recallMatter(event: EventOf<'message.recalled'>, wishesOf: WishesOf): Matter | undefined {
  const { original, conversation } = event
  // Nothing was shown of what had nothing to say.
  if (original.push?.text === undefined && wordsFor(original.parts) === '') return undefined
  const { overMute } = wishesOf(original, conversation) ?? {}
  const message: Message = {
    ...original,
    parts: [{ type: 'text', text: usualWords.recalled }],
    push: recallWords(event),
    native: undefined,
    counted: false,
  }
  return { message, conversation, wishes: { ...wishesOf(message, conversation), overMute, sound: '' }, recalled: true }
}

/** As a message to a group that nobody can have read, or to a pair that has no conversation for it. */
function notificationMatter({ app, at, news }: Kept, event: EventOf<'notification.sent'>, wishesOf: WishesOf): Matter {
  const { id, from, to, push, users: visibleTo } = event
  const conversation: Conversation = 'user' in to ? pairOf(app, from, to.user, at) : to.group
  const message: Message = {
    ...{ app, conv: conversation.id, seq: Number.MAX_SAFE_INTEGER, id, sender: from, time: at, shown: at },
    ...{ origin: news.origin, parts: [], push, visibleTo, counted: false, counters: {} },
  }
  return { message, conversation, wishes: wishesOf(message, conversation) }
}

function pairOf(app: number, from: string, to: string, at: number): Direct {
  const times = { created: at, updated: at, revision: 0 }
  return { type: 'direct', id: 0, app, a: from, b: to, creator: from, inbox: 0, ...times }
}
