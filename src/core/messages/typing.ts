import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { blockKey } from '../friends/blocking.ts'
import { relations } from '../friends/tables.ts'
import type { Conversation } from '../model.ts'
import { memberCount } from '../tables.ts'
import { publish, toldConversation, toldUser } from '../telling.ts'

/** Members of a group in which it is still told who writes: each word of one goes to all the others. */
const mostMembers = 200

export type Typing = ReturnType<typeof openTyping>

/** Telling that somebody writes something. */
export function openTyping(ctx: Context) {
  /**
   * Tells the others of a conversation who are connected that a user writes something, or stopped. Nothing of it is kept
   * and no webhook hears of it. Somebody who blocks the user is not told, nor is anybody in groups of more than 200.
   */
  return async function typing(call: Call, conversation: Conversation, user: string, on: boolean): Promise<void> {
    const event = { type: 'typing' as const, conv: conversation.id, user, on }
    if (conversation.type === 'direct') {
      const peer = conversation.a === user ? conversation.b : conversation.a
      const block = await ctx.store.get(relations, blockKey(call.app.id, conversation.inbox, peer, user))
      if (!block) publish(ctx.bus, [toldUser(call, peer, event)], [])
      return
    }
    const count = await ctx.store.get(memberCount, [conversation.id])
    if ((count?.value.n ?? 0) <= mostMembers) publish(ctx.bus, [toldConversation(call, conversation, event)], [])
  }
}
