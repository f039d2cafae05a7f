import type { Call } from './call.ts'
import type { Context } from './context.ts'
import { type Event, groupSubject, type News, userSubject } from './events.ts'
import type { Conversation, Message } from './model.ts'

/** Tells who listens to a subject what a call has done. To be called after the commit that did it. */
export function tell(ctx: Context, call: Call, subject: string, event: Event): void {
  ctx.bus.publish(subject, newsOf(call, event))
}

/** Tells everybody in a conversation: a group once, however many members it has, and both users of a pair. */
export function tellConversation(ctx: Context, call: Call, conversation: Conversation, event: Event): void {
  const news = newsOf(call, event)
  for (const subject of subjectsOf(call, conversation)) ctx.bus.publish(subject, news)
}

/** Tells a conversation that a message was sent. */
export function tellSent(ctx: Context, call: Call, conversation: Conversation, message: Message): void {
  tellConversation(ctx, call, conversation, { type: 'message.sent', message, conversation })
}

function newsOf(call: Call, event: Event): News {
  return { app: call.app.id, origin: call.origin, event }
}

function subjectsOf(call: Call, conversation: Conversation): string[] {
  if (conversation.type === 'group') return [groupSubject(conversation.id)]
  return [...new Set([conversation.a, conversation.b])].map(user => userSubject(call.app.id, user))
}
