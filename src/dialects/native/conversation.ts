import { z } from 'zod'
import type { Overviewed } from '../../core/conversations/overview.ts'
import type { Core } from '../../core/core.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { settingsView } from './own-views.ts'
import { conv, conversationView, limit, messageView, number, ownConversation, self } from './shapes.ts'

/**
 * Read a conversation's messages in the order of their numbers: the newest page, or those `before` or `after` a number.
 * Messages the caller does not see are left out; `next`, if there, is the number to go on from.
 */
const readHistory = operation({
  key: 'history.read',
  request: z
    .object({
      conv,
      before: number.optional().describe('a message; those below it'),
      after: number.optional().describe('a message; those above it'),
      limit: limit(100, 50),
    })
    .refine(r => r.before === undefined || r.after === undefined, { error: 'before and after exclude each other' })
    .describe('`before` and `after` exclude each other'),
  reply: z.strictObject({ messages: z.array(form.message).describe('in order'), next: form.next(form.number) }),
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

const kinds = {
  type: z.enum(['direct', 'group']).optional().describe('only those'),
  pinned: z.boolean().optional().describe('only those that are pinned, or are not'),
  mark: z.number().int().min(0).max(63).optional().describe('only those with this mark'),
  group: z.number().int().positive().optional().describe('a group of conversations of the caller'),
  unread: z.literal(true).optional().describe('only those with something unread'),
  unlisted: z.boolean().default(false).describe('those too that were taken out of the list'),
}

const place = z.strictObject({ pinned: form.number, time: form.ms, conv: form.conv })

/**
 * List the caller's conversations, the one with the newest message first, with its last message, what is unread, and what
 * the caller set of it.
 */
const list = operation({
  key: 'conversation.list',
  request: z.object({
    before: z
      .object({ pinned: number.default(0), time: number, conv })
      .optional()
      .describe('the `next` of the page before'),
    pinnedFirst: z
      .boolean()
      .default(false)
      .describe('those that are pinned stand first, the one pinned last at the top'),
    ...kinds,
    limit: limit(100, 50),
  }),
  reply: z.strictObject({ conversations: z.array(form.listedConversation), next: form.next(place) }),
  async run(core, call, r) {
    const { found, next } = await core.overview.list(call.app.id, self(call), r)
    return { conversations: await overviewed(core, found), next }
  },
})

/** Tell about conversations of the caller; those that are not in the list, or not the caller's, are left out. */
const get = operation({
  key: 'conversation.get',
  request: z.object({ convs: z.array(conv).min(1).max(100) }),
  reply: z.strictObject({ conversations: z.array(form.listedConversation) }),
  async run(core, call, r) {
    const standings = await core.positions.standings(call.app.id, self(call), [...new Set(r.convs)])
    const here = standings.filter(standing => standing !== undefined)
    const settings = await core.conversationSettings.of(
      call.app.id,
      self(call),
      here.map(({ member }) => member),
    )
    const found = here.map((standing, i) => ({ standing, settings: settings[i] }))
    return { conversations: await overviewed(core, found) }
  },
})

const unreadTotal = z.strictObject({
  unread: form.number.describe('in all conversations of the list that make a sound'),
  muted: form.number.describe('in those that make none'),
  conversations: form.number.describe('how many of the first have something unread'),
})

/** Tell how much the caller has not read in all their conversations; what is out of the list does not count. */
const unread = operation({
  key: 'conversation.unread',
  request: z.object({}),
  reply: unreadTotal,
  run: (core, call) => core.overview.unread(call.app.id, self(call)),
})

/** Mark a conversation as read up to a message, or to its end; never back. */
const markRead = operation({
  key: 'conversation.read',
  request: z.object({ conv, seq: number.optional().describe('up to here; absent: to its end') }),
  reply: z.strictObject({ read: form.number.describe('up to here'), unread: form.number.describe('what is left') }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    const read = await core.unread.mark(call, conversation, self(call), r.seq)
    return { read, unread: await core.unread.of(conversation, self(call)) }
  },
})

export const conversationOperations = [readHistory, list, get, unread, markRead]

async function overviewed(core: Core, found: readonly Overviewed[]) {
  const last = await core.positions.lastSeen(found.map(({ standing }) => standing))
  return found.map(({ standing, settings }, i) => {
    const message = last[i]
    return {
      ...conversationView(standing),
      last: message && messageView(message, standing.conversation),
      settings: settings && settingsView(settings),
    }
  })
}
