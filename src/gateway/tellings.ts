import type { Broadcast } from '../core/broadcasts/model.ts'
import type { OwnGroup, OwnGroups, ShownSettings } from '../core/conversations/model.ts'
import type { Event, EventOf, News } from '../core/events.ts'
import { visible } from '../core/messages/history.ts'
import type { Change, Conversation, Message, Note } from '../core/model.ts'
import { type Frame, frame } from './frames.ts'
import { roomFrame } from './room-frames.ts'

/** How messages and changes look on a socket. */
export interface Views {
  message(message: Message, conversation: Conversation): object
  blankMessage(conv: number, seq: number): object
  change(seen: { change: Change; message?: Message }): object
  blankChange(change: Change): object
  note(note: Note): object
  settings(settings: ShownSettings): object
  group(group: OwnGroup): object
  broadcast(broadcast: Broadcast): object
}

/** One thing to tell, encoded once, and who sees it. */
export interface Telling {
  frame: Frame
  /** For those who do not see it; absent where they are told nothing. */
  blank: (() => Frame) | undefined
  /** The message it is about; 0 = none that a barrier could hide. */
  seq: number
  sees(user: string): boolean
}

/** What an event means to devices; undefined for what concerns none. News for two users is encoded once. */
export function openTellings(views: Views): (news: News) => Telling | undefined {
  // The two of a pair are told one right after the other, so the last is enough. In a WeakMap each telling would outlive
  // its news until the next full collection.
  let last: { event: Event; made: Telling | undefined } | undefined

  return function tellingOf({ event }) {
    if (last?.event !== event) last = { event, made: telling(event) }
    return last.made
  }

  function telling(event: Event): Telling | undefined {
    switch (event.type) {
      case 'message.sent':
        return messageTelling(event.message, event.conversation)
      case 'message.recalled':
      case 'message.edited':
      case 'message.reaction':
      case 'message.pinned':
        return changeTelling(event.change, event.message)
      case 'message.withdrawn':
        return withdrawnTelling(event)
      case 'group.changed':
      case 'group.dismissed':
      case 'members.joined':
      case 'members.left':
      case 'member.changed':
      case 'members.restricted':
        return changeTelling(event.change)
      case 'message.extended':
        return event.change && changeTelling(event.change, event.message)
      case 'read':
        return plain(frame({ type: 'read', conv: event.conv, user: event.user, seq: event.seq }))
      case 'receipts':
        return plain(frame({ type: 'receipts', conv: event.group.id, receipts: event.receipts }))
      case 'receipts.direct':
        return plain(frame({ type: 'receipts', conv: event.conversation.id, receipts: directReceipts(event) }))
      case 'erased':
        return plain(frame({ type: 'erased', conv: event.conv, seqs: event.seqs, erased: event.erased }))
      case 'cleared':
        return plain(frame({ type: 'cleared', conv: event.conv, seq: event.seq }))
      case 'typing':
        return typingTelling(event)
      case 'note':
        return plain(frame({ type: 'note', ...views.note(event.note) }, event.note.number === 0))
      case 'notification.sent':
        return event.change && noticeTelling(event.change)
      case 'conversation.settings':
        return plain(frame({ type: 'conversation', ...views.settings(event.settings) }))
      case 'conversation.groups':
        return groupsTelling(event.groups)
      case 'room.entered':
      case 'room.left':
      case 'room.described':
      case 'room.counted':
      case 'queue.changed':
      case 'group.attributes':
        return plain(roomFrame(event))
      case 'user.changed':
        if (event.fields.length === 0) return undefined
        return plain(frame({ type: 'profile', user: event.user, fields: event.fields }))
      default:
        return undefined
    }
  }

  function messageTelling(message: Message, conversation: Conversation): Telling {
    const { conv, seq } = message
    const told = frame({ type: 'message', ...views.message(message, conversation) }, seq === 0)
    const blank = seq === 0 ? undefined : once(() => frame({ type: 'message', ...views.blankMessage(conv, seq) }))
    return { frame: told, blank, seq, sees: seenBy(message) }
  }

  /** One that is not kept has no number, and is nothing to those whom it is not for. */
  function noticeTelling(change: Change): Telling {
    const { users } = change
    const sees = users ? seenAmong(new Set(users)) : everybody
    if (change.rev > 0) return { ...changeTelling(change), sees }
    return { ...plain(frame({ type: 'change', ...views.change({ change }) }, true)), sees }
  }

  /** Who sees it still is told nothing. */
  function withdrawnTelling({ change, message }: EventOf<'message.withdrawn'>): Telling {
    const spared = message.withdrawn?.from === 'others' ? message.sender : undefined
    return { ...changeTelling(change), sees: user => user !== spared }
  }

  function groupsTelling({ changed: number, groups }: OwnGroups): Telling {
    return plain(frame({ type: 'conversationGroups', number, groups: groups.map(group => views.group(group)) }))
  }

  function changeTelling(change: Change, message?: Message): Telling {
    const told = frame({ type: 'change', ...views.change({ change, message }) })
    const blank = once(() => frame({ type: 'change', ...views.blankChange(change) }))
    return { frame: told, blank, seq: change.seq ?? 0, sees: message ? seenBy(message) : everybody }
  }
}

/** In a pair a message that was read has no other readers left. */
function directReceipts({ user, seqs }: EventOf<'receipts.direct'>) {
  return seqs.map(seq => ({ seq, read: 1, unread: 0, users: [user] }))
}

/** Whoever writes knows it. */
function typingTelling({ conv, user, on }: EventOf<'typing'>): Telling {
  return { ...plain(frame({ type: 'typing', conv, user, on }, true)), sees: other => other !== user }
}

function plain(told: Frame): Telling {
  return { frame: told, blank: undefined, seq: 0, sees: everybody }
}

const everybody = () => true

function seenAmong(users: ReadonlySet<string>): (user: string) => boolean {
  return user => users.has(user)
}

/** Most messages have no list: those need no look at each user. */
function seenBy(message: Message): (user: string) => boolean {
  if (!message.visibleTo && !message.hiddenFrom && !message.withdrawn) return everybody
  return user => visible(message, { user })
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
