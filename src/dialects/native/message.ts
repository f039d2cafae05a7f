import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { belongs } from '../../core/groups/rights.ts'
import type { Sent } from '../../core/messages/send.ts'
import { parts } from './content.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { conv, keyText, number, ownConversation, self, user } from './shapes.ts'

/** How long a repeated client id is answered with the first message (ms). */
const clientWindow = 7 * 24 * 3600 * 1000
/** How long end users may take back what they said (ms). */
const recallWindow = 2 * 60 * 1000

const draft = {
  client: keyText(64).describe('the sender’s own id for it'),
  parts: parts.describe('what it says'),
  mentions: z
    .object({
      all: z.boolean().optional().describe('everybody in the group'),
      users: z.array(user).max(100).default([]),
    })
    .optional()
    .describe('whom it means'),
  quote: z
    .object({
      id: z.number().int().positive().describe('of the message'),
      hint: z.string().max(200).describe('some words of it'),
    })
    .optional()
    .describe('the message that it answers'),
  receipt: z.boolean().optional().describe('it asks for receipts'),
  passing: z.boolean().default(false).describe('only for who is connected; it is not kept'),
}

type Draft = z.output<z.ZodObject<typeof draft>>

/** Send to a user, in the caller's name. A passing message reaches who is connected and is not kept. */
const sendToUser = operation({
  key: 'message.sendToUser',
  request: z.object({ to: user.describe('the receiver'), ...draft }),
  reply: form.sent,
  async run(core, call, r) {
    return sent(await core.send.toUser(call, r.to, draftOf(self(call), r)))
  },
})

/**
 * Send to a group that the caller is a member of, or to a live room that they are in. A room that has too much to say at
 * the moment drops messages without saying so, those with a high `priority` last.
 */
const sendToGroup = operation({
  key: 'message.sendToGroup',
  request: z.object({
    conv,
    ...draft,
    priority: z.enum(['high', 'normal', 'low', 'lowest']).optional().describe('in live rooms'),
  }),
  reply: form.sent,
  async run(core, call, r) {
    const { priority } = r
    return sent(await core.send.toGroup(call, r.conv, { ...draftOf(self(call), r), priority }))
  },
})

/** Recall one's own message within two minutes; owner and managers of a group recall any, at any time. */
const recall = operation({
  key: 'message.recall',
  request: z.object({
    conv,
    seq: number.min(1).describe('the message'),
    reason: z.string().max(200).optional().describe('for those who saw it'),
  }),
  reply: form.nothing,
  async run(core, call, r) {
    const { conversation, member } = await ownConversation(core, call, r.conv)
    const managers = conversation.type === 'group' && belongs('managers', member)
    if (r.seq <= member.hidden) throw new Fault('message.missing')
    await core.recall(call, conversation, r.seq, { reason: r.reason, within: managers ? undefined : recallWindow })
    return {}
  },
})

export const messageOperations = [sendToUser, sendToGroup, recall]

function draftOf(from: string, { client, parts, mentions, quote, receipt, passing }: Draft) {
  return {
    from,
    client: { id: client, window: clientWindow },
    parts,
    mentions,
    quote,
    receipt,
    delivery: passing ? ('passing' as const) : ('stored' as const),
  }
}

function sent({ conv, seq, id, time, repeated }: Sent) {
  return { conv, seq, id, time, repeated }
}
