import type { Event, EventOf, News } from '../core/events.ts'
import type { Message, Push } from '../core/model.ts'

/** A message that was sent, with all that is known of it. */
export type SentMessage = EventOf<'message.sent'>

/** What devices that are away may be told of. */
export type Pushed = SentMessage | EventOf<'message.recalled'> | EventOf<'notification.sent'>

/** Whether news are of something that may be pushed; to be asked before it is stored. */
export function hearsFor({ event }: News): boolean {
  if (!isPushed(event)) return false
  // A message that nobody stores has its time already: only who is connected gets it.
  return event.type !== 'message.sent' || event.message.time === 0
}

/** Whether an event is of a kind that is pushed. */
export function isPushed(event: Event): event is Pushed {
  switch (event.type) {
    case 'message.sent':
      return isPushedMessage(event, event.message)
    case 'message.recalled':
      return isPushedMessage(event, event.original) && !recallWords(event)?.off
    case 'notification.sent': {
      const { stored, push, to } = event
      return stored && push?.text !== undefined && !push.off && ('user' in to || to.group.policy.push)
    }
    default:
      return false
  }
}

/** The words that were given to a recall for those who are away. */
export function recallWords({ change }: EventOf<'message.recalled'>): Push | undefined {
  return change.detail?.push as Push | undefined
}

function isPushedMessage({ conversation }: Pick<SentMessage, 'conversation'>, message: Message): boolean {
  if (message.push?.off || message.recalled) return false
  if (conversation.type === 'group' && !conversation.policy.push) return false
  // What the server itself says is no news for who is away, unless somebody gave it words.
  return message.push?.text !== undefined || message.parts.some(part => part.type !== 'notice')
}
