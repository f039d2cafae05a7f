import { check, put } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Member } from '../model.ts'
import { changes, members, messages, sent, users } from '../tables.ts'
import { type Told, toldConversation, toldUser } from '../telling.ts'
import { holds } from '../users/rows.ts'
import { exceptionsSince, sideOf } from './exceptions.ts'
import { counterOf, type Reading, readingsAt } from './reading.ts'
import { openTotals } from './totals.ts'

export { counterOf } from './reading.ts'

export type Unread = ReturnType<typeof openUnread>

/** What is unread, and marking it read. */
export function openUnread(ctx: Context) {
  /** How many messages a member has not read: counted since their read position, less their own, with exceptions. */
  async function of(conversation: Conversation, user: string): Promise<number> {
    const [member, known, [head], [changed], own] = await Promise.all([
      ctx.store.get(members, [conversation.id, user]),
      ctx.store.get(users, [conversation.app, user]),
      ctx.store.heads(messages, [[conversation.id]]),
      ctx.store.heads(changes, [[conversation.id]]),
      ctx.store.get(sent, [conversation.id, user]),
    ])
    if (!member || !head || !holds(known, member.value.joined)) return 0
    const counted = head.counters[counterOf(conversation, user)] ?? 0
    const side = sideOf(conversation.type, member.value, changed?.counters.withdrawn)
    const [differing = 0] = await exceptionsSince(ctx, side)
    return unreadOf(conversation, member.value, counted, own?.value.n ?? 0, differing)
  }

  /**
   * Moves the read position forward to a number, or to the end; never back. Tells the user's own devices, and those of the
   * other side of a pair unless the app hides it. Gives the number it stands at then.
   */
  async function mark(call: Call, conversation: Conversation, user: string, seq?: number): Promise<number> {
    const conv = conversation.id
    const read = await ctx.queue(`read.${conv}.${user}`, () =>
      change(ctx, async () => {
        const [row, known] = await Promise.all([
          ctx.store.get(members, [conv, user]),
          ctx.store.get(users, [conversation.app, user]),
        ])
        if (!row || !holds(known, row.value.joined)) throw new Fault('member.missing')
        const [reading] = (await readingsAt(ctx, conversation, [{ user, seq }])) as [Reading]
        if (reading.readSeq <= row.value.readSeq) return { steps: [], done: () => row.value }
        const next: Member = { ...row.value, ...reading }
        const tells = [toldRead(call, conversation, next)]
        return { steps: [check(members, [conv, user], row), put(members, next)], tells, done: () => next }
      }),
    )
    return read.readSeq
  }

  return { of, ofDirects: openTotals(ctx), mark }
}

/** How far a member has read; the other side of a pair hears of it too, unless the app hides it. */
export function toldRead(call: Call, conversation: Conversation, { user, readSeq: seq, readCounted }: Member): Told {
  const event = { type: 'read' as const, conv: conversation.id, user, seq, counted: readCounted, conversation }
  const shown = conversation.type === 'direct' && !call.app.hidesReads
  return shown ? toldConversation(call, conversation, event) : toldUser(call, user, event)
}

/**
 * How many messages a member has not read: `counted` so far less what was counted at their read position, in a group
 * less their own since, and with the sum of their exceptions since.
 */
export function unreadOf(
  conversation: Conversation,
  member: Pick<Member, 'readCounted' | 'readSent'>,
  counted: number,
  own: number,
  differing: number,
): number {
  if (conversation.type === 'direct') return counted - member.readCounted + differing
  return Math.max(0, counted - member.readCounted - (own - member.readSent) + differing)
}
