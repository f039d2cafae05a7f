import { z } from 'zod'
import { resource } from '../dialect.ts'
import { conv, conversationView, limit, messageView, number, ownConversation, self } from './shapes.ts'

const operation = resource()

/**
 * Read a conversation's messages in the order of their numbers: the newest page, or those `before` or `after` a number.
 * Messages the caller does not see are left out; `next`, if there, is the number to go on from.
 */
const readHistory = operation({
  key: 'history.read',
  request: z
    .object({ conv, before: number.optional(), after: number.optional(), limit: limit(100, 50) })
    .refine(r => r.before === undefined || r.after === undefined, { error: 'before and after exclude each other' }),
  async run(core, call, r) {
    const { conversation, member } = await ownConversation(core, call, r.conv)
    const reverse = r.after === undefined
    const page = await core.history.read(conversation, {
      by: 'seq',
      from: (reverse ? member.hidden : Math.max(member.hidden, r.after ?? 0)) + 1,
      to: r.before === undefined ? undefined : r.before - 1,
      limit: r.limit,
      reverse,
      viewer: { user: self(call), member },
    })
    const found = reverse ? page.messages.reverse() : page.messages
    return { messages: found.map(message => messageView(message, conversation)), next: page.next?.seq }
  },
})

/** List the caller's conversations, the one with the newest message first, with its last message and what is unread. */
const list = operation({
  key: 'conversation.list',
  request: z.object({ before: z.object({ time: number, conv }).optional(), limit: limit(100, 50) }),
  async run(core, call, r) {
    const { standings, next } = await core.positions.recent(call.app.id, self(call), r)
    const last = await core.positions.lastSeen(standings)
    const conversations = standings.map((standing, i) => {
      const message = last[i]
      return { ...conversationView(standing), last: message && messageView(message, standing.conversation) }
    })
    return { conversations, next }
  },
})

/** Mark a conversation as read up to a message, or to its end; never back. */
const markRead = operation({
  key: 'conversation.read',
  request: z.object({ conv, seq: number.optional() }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    const read = await core.unread.mark(call, conversation, self(call), r.seq)
    return { read, unread: await core.unread.of(conversation, self(call)) }
  },
})

export const conversationOperations = [readHistory, list, markRead]
