import { type Appended, check, put, type Row, ref, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { pairOf, sideOf } from '../conversations/pairs.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Direct, Message } from '../model.ts'
import { exceptions, type Receipt, receipts } from '../tables.ts'
import type { MessageDraft, Sent } from './draft.ts'

/** The conversation of a pair as far as a send needs it: its id, its users and nothing that changes. */
export function pair(call: Call, from: string, to: string, id: number, inbox: number): Direct {
  const now = 0
  return {
    type: 'direct',
    id,
    app: call.app.id,
    ...pairOf(from, to),
    creator: from,
    created: now,
    updated: now,
    revision: 0,
    inbox,
  }
}

/** What a message holds before the commit gives it its number and time. */
export function fixed(call: Call, conversation: Conversation, draft: MessageDraft) {
  const { from, parts, native, client, visibleTo, hiddenFrom, priority, mentions, receipt, quote, push } = draft
  return {
    sender: from,
    origin: call.origin,
    parts,
    native,
    client: client?.id,
    counted: counts(conversation, draft),
    visibleTo,
    hiddenFrom,
    priority,
    mentions,
    receipt,
    quote,
    push,
  }
}

/** Whether a message counts for all who see it, those with an exception aside. */
function counts(conversation: Conversation, draft: MessageDraft): boolean {
  if (draft.counted === false) return false
  return conversation.type === 'direct' || (conversation.policy.counted && !draft.visibleTo)
}

/** A direct message counts for the other side only, so that nobody's own messages are unread to them. */
export function raise(conversation: Conversation, draft: MessageDraft): Record<string, number> | undefined {
  if (!counts(conversation, draft)) return undefined
  if (conversation.type === 'group') return { counted: 1 }
  const to = draft.from === conversation.a ? conversation.b : conversation.a
  return to !== draft.from && isShown(draft, to) ? { [sideOf(conversation, to)]: 1 } : undefined
}

function isShown(draft: MessageDraft, user: string): boolean {
  return !draft.hiddenFrom?.includes(user) && (!draft.visibleTo || draft.visibleTo.includes(user))
}

/** Most users for whom one message may count otherwise than for the rest: they fit its batch. */
const mostExceptions = 900

/** Rows for those for whom the group message of step `at` counts otherwise than for the rest. Fault('request.batch') for too many. */
export function exceptionSteps(conversation: Conversation, draft: MessageDraft, at: number): Step[] {
  if (conversation.type !== 'group' || draft.counted === false || !conversation.policy.counted) return []
  const weight = draft.visibleTo ? (1 as const) : (-1 as const)
  const affected = new Set(draft.visibleTo?.filter(user => isShown(draft, user)) ?? draft.hiddenFrom ?? [])
  affected.delete(draft.from)
  if (affected.size > mostExceptions) throw new Fault('request.batch')
  return [...affected].map(user => put(exceptions, { conv: conversation.id, user, seq: ref(at).number, weight }))
}

/** The sender's id of a message is as free as it was read. */
export function receiptChecks(conv: number, draft: MessageDraft, earlier: Row<Receipt> | undefined): Step[] {
  return draft.client ? [check(receipts, [conv, draft.from, draft.client.id], earlier)] : []
}

/** Remembers the sender's id of the message that step `at` of the batch appends. */
export function receiptSteps(conv: number, draft: MessageDraft, id: number, now: number, at: number): Step[] {
  if (!draft.client) return []
  const { id: client, window } = draft.client
  const [seq, time] = [ref(at).number, ref(at).time]
  return [put(receipts, { conv, user: draft.from, client, seq, id, time, expires: now + window })]
}

/** What is told of a message; its number and time may still be unknown. */
export function sentEvent(conversation: Conversation, message: Message, draft: Pick<MessageDraft, 'untold' | 'batch'>) {
  const event = { type: 'message.sent' as const, message, conversation }
  return { ...event, ...(draft.untold && { quiet: true }), ...(draft.batch && { batch: true }) }
}

/** The stored message with what its append got, as the sender's answer. */
export function whole(
  conv: number,
  message: Omit<Message, 'conv' | 'seq' | 'time' | 'shown' | 'counters'>,
  shown: number | undefined,
  got: Appended,
): Sent {
  const { number: seq, time, counters } = got
  const stored: Message = { ...message, conv, seq, time, shown: shown ?? time, counters }
  return { conv, seq, id: message.id, time, repeated: false, message: stored }
}
