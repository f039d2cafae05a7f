import type { Event, News } from '../core/events.ts'
import { visible } from '../core/messages/history.ts'
import type { Change, Conversation, Message } from '../core/model.ts'
import { type Frame, frame } from './frames.ts'

/** How messages and changes look on a socket. */
export interface Views {
  message(message: Message, conversation: Conversation): object
  blankMessage(conv: number, seq: number): object
  change(seen: { change: Change; message?: Message }): object
  blankChange(change: Change): object
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
  const known = new WeakMap<Event, Telling>()

  return function tellingOf({ event }) {
    const before = known.get(event)
    if (before) return before
    const made = telling(event)
    if (made) known.set(event, made)
    return made
  }

  function telling(event: Event): Telling | undefined {
    switch (event.type) {
      case 'message.sent':
        return messageTelling(event.message, event.conversation)
      case 'message.recalled':
        return changeTelling(event.change, event.message)
      case 'group.changed':
      case 'group.dismissed':
      case 'members.joined':
      case 'members.left':
      case 'member.changed':
        return changeTelling(event.change)
      case 'read':
        return plain(frame({ type: 'read', conv: event.conv, seq: event.seq }))
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

  function changeTelling(change: Change, message?: Message): Telling {
    const told = frame({ type: 'change', ...views.change({ change, message }) })
    const blank = once(() => frame({ type: 'change', ...views.blankChange(change) }))
    return { frame: told, blank, seq: change.seq ?? 0, sees: message ? seenBy(message) : everybody }
  }
}

function plain(told: Frame): Telling {
  return { frame: told, blank: undefined, seq: 0, sees: everybody }
}

const everybody = () => true

/** Most messages have no list: those need no look at each user. */
function seenBy(message: Message): (user: string) => boolean {
  if (!message.visibleTo && !message.hiddenFrom) return everybody
  return user => visible(message, { user })
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
