import { check, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { userSubject } from '../events.ts'
import type { Conversation, Member } from '../model.ts'
import { exceptions, members, messages, sent, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import { counterOf, readingAt } from './reading.ts'

export { counterOf } from './reading.ts'

export type Unread = ReturnType<typeof openUnread>

export function openUnread(ctx: Context) {
  /** How many messages a member has not read: counted since their read position, less their own, with exceptions. */
  async function of(conversation: Conversation, user: string): Promise<number> {
    const [member, known, [head], own] = await Promise.all([
      ctx.store.get(members, [conversation.id, user]),
      ctx.store.get(users, [conversation.app, user]),
      ctx.store.heads(messages, [[conversation.id]]),
      ctx.store.get(sent, [conversation.id, user]),
    ])
    if (!member || !head || !holds(known, member.value.joined)) return 0
    const counted = head.counters[counterOf(conversation, user)] ?? 0
    const differing =
      conversation.type === 'direct' ? 0 : await exceptionsSince(conversation.id, user, member.value.readSeq)
    return unreadOf(conversation, member.value, counted, own?.value.n ?? 0, differing)
  }

  async function exceptionsSince(conv: number, user: string, seq: number): Promise<number> {
    let sum = 0
    for (let from = seq + 1, more = true; more; ) {
      const rows = await ctx.store.scan(exceptions, { prefix: [conv, user], from: [from], limit: 1000 })
      for (const { value } of rows) sum += value.weight
      more = rows.length === 1000
      from = (rows.at(-1)?.value.seq ?? 0) + 1
    }
    return sum
  }

  /**
   * Moves the read position forward to a number, or to the end; never back. Tells the user's own devices.
   * Gives the number it stands at then.
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
        const { reading, own } = await readingAt(ctx, conversation, user, seq, row.value)
        if (reading.readSeq <= row.value.readSeq) return { steps: [], done: () => row.value }
        const next: Member = { ...row.value, ...reading }
        const steps: Step[] = [check(members, [conv, user], row), put(members, next)]
        if (conversation.type === 'group') steps.push(check(sent, [conv, user], own))
        return { steps, done: () => next }
      }),
    )
    const event = { type: 'read' as const, conv, user, seq: read.readSeq, counted: read.readCounted }
    ctx.bus.publish(userSubject(call.app.id, user), { app: call.app.id, origin: call.origin, event })
    return read.readSeq
  }

  return { of, mark }
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
  if (conversation.type === 'direct') return counted - member.readCounted
  return Math.max(0, counted - member.readCounted - (own - member.readSent) + differing)
}
