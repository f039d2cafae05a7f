import type { Head } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { sideOf } from '../conversations/pairs.ts'
import type { Conversation, Member } from '../model.ts'
import { messages } from '../tables.ts'

/** How far somebody has read, with the counts as they stood there. */
export type Reading = Pick<Member, 'readSeq' | 'readCounted' | 'readSent'>

/** Whose read position, and at which number; at the end of the log without one, or beyond it. */
export interface Place {
  user: string
  seq?: number
}

/** The read positions at places of one conversation, in order. Reads two rows for each at most, however long the log is. */
export async function readingsAt(
  ctx: Context,
  conversation: Conversation,
  places: readonly Place[],
): Promise<Reading[]> {
  const [head] = (await ctx.store.heads(messages, [[conversation.id]])) as [Head]
  const seqs = places.map(({ seq = head.number }) => Math.max(0, Math.min(seq, head.number)))
  const [counters, own] = await Promise.all([
    countersAt(ctx, conversation.id, seqs, head),
    conversation.type === 'group' ? ownAt(ctx, conversation.id, places, seqs) : undefined,
  ])
  return places.map(({ user }, i) => ({
    readSeq: seqs[i] as number,
    readCounted: counters[i]?.[counterOf(conversation, user)] ?? 0,
    readSent: own?.[i] ?? 0,
  }))
}

/** What had been counted by the messages up to these numbers, in order. */
async function countersAt(ctx: Context, conv: number, seqs: readonly number[], head: Head) {
  const inside = [...new Set(seqs)].filter(seq => seq < head.number)
  const found = await ctx.store.scanMany(
    messages,
    inside.map(seq => ({ prefix: [conv], to: [seq + 1], limit: 1, reverse: true })),
  )
  const byPlace = new Map(inside.map((seq, i) => [seq, found[i]?.[0]?.value.counters]))
  return seqs.map(seq => (seq === head.number ? head.counters : byPlace.get(seq)))
}

/** How many counted messages each had sent up to the number, in order. */
async function ownAt(ctx: Context, conv: number, places: readonly Place[], seqs: readonly number[]) {
  const found = await ctx.store.scanMany(
    messages,
    places.map(({ user }, i) => ({ prefix: [conv, user], to: [(seqs[i] as number) + 1], limit: 1, reverse: true })),
    'own',
  )
  return found.map(([last]) => last?.value.own ?? 0)
}

/** Which of a log's counters counts for somebody: their side of a pair, or the one of the group. */
export function counterOf(conversation: Conversation, user: string): string {
  return conversation.type === 'direct' ? sideOf(conversation, user) : 'counted'
}
