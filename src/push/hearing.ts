import type { Event, EventOf, News } from '../core/events.ts'

/** A message that was sent, with all that is known of it. */
export type SentMessage = EventOf<'message.sent'>

/** Whether news are of a message that may be pushed; to be asked before it is stored. */
export function hearsFor({ event }: News): boolean {
  // What nobody stores has its time already: only who is connected gets it.
  return isPushed(event) && event.message.time === 0
}

/** Whether an event is a message of a kind that is pushed. */
export function isPushed(event: Event): event is SentMessage {
  if (event.type !== 'message.sent') return false
  const { message, conversation } = event
  if (message.push?.off || message.recalled) return false
  if (conversation.type === 'group' && !conversation.policy.push) return false
  // What the server itself says is no news for who is away, unless somebody gave it words.
  return message.push?.text !== undefined || message.parts.some(part => part.type !== 'notice')
}
