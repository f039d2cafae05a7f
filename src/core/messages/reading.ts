import type { Count, Head, Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { sideOf } from '../conversations/pairs.ts'
import type { Conversation, Member } from '../model.ts'
import { messages, sent } from '../tables.ts'

/** How far somebody has read, with the counts as they stood there. */
export type Reading = Pick<Member, 'readSeq' | 'readCounted' | 'readSent'>

/** A read position, and the row of own messages that it relies on: to be checked in the commit that keeps the position. */
export interface ReadingAt {
  reading: Reading
  own: Row<Count> | undefined
}

/**
 * The read position at a number, or at the end of the log; numbers beyond are the end. Reads few rows when it is near
 * `before` (an earlier position of the same member) or near the end.
 */
export async function readingAt(
  ctx: Context,
  conversation: Conversation,
  user: string,
  seq: number | undefined,
  before: Reading,
): Promise<ReadingAt> {
  const { id } = conversation
  // Before the end: an own message between the two makes the check of this row fail, and everything is read anew.
  const own = conversation.type === 'group' ? await ctx.store.get(sent, [id, user]) : undefined
  const [head] = (await ctx.store.heads(messages, [[id]])) as [Head]
  const counter = counterOf(conversation, user)
  const total = own?.value.n ?? 0
  if (seq === undefined || seq >= head.number) {
    const reading = { readSeq: head.number, readCounted: head.counters[counter] ?? 0, readSent: total }
    return { reading, own }
  }
  const readSeq = Math.max(0, seq)
  const [last] = await ctx.store.scan(messages, { prefix: [id], to: [readSeq + 1], limit: 1, reverse: true })
  const readCounted = last?.value.counters[counter] ?? 0
  if (conversation.type === 'direct') return { reading: { readSeq, readCounted, readSent: 0 }, own }
  const fromBefore = readSeq >= before.readSeq && readSeq - before.readSeq <= head.number - readSeq
  const readSent = fromBefore
    ? before.readSent + (await ownBetween(ctx, id, user, before.readSeq, readSeq))
    : total - (await ownBetween(ctx, id, user, readSeq, head.number))
  return { reading: { readSeq, readCounted, readSent }, own }
}

/** Own counted messages after one number and up to another. */
async function ownBetween(ctx: Context, conv: number, user: string, after: number, upTo: number): Promise<number> {
  let own = 0
  for (let from = after + 1; from <= upTo; from += 1000) {
    const to = Math.min(upTo, from + 999) + 1
    const rows = await ctx.store.scan(messages, { prefix: [conv], from: [from], to: [to], limit: 1000 })
    own += rows.filter(row => row.value.sender === user && row.value.counted).length
  }
  return own
}

/** Which of a log's counters counts for somebody: their side of a pair, or the one of the group. */
export function counterOf(conversation: Conversation, user: string): string {
  return conversation.type === 'direct' ? sideOf(conversation, user) : 'counted'
}
