import { check, put, type Row } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Exception, Member, Message } from '../model.ts'
import { exceptions, members, messages, users } from '../tables.ts'
import { toldUser } from '../telling.ts'
import { holds } from '../users/rows.ts'
import { isErased } from './erased.ts'
import { visible } from './history.ts'
import { type Reading, readingsAt } from './reading.ts'
import { toldRead } from './unread.ts'

/** Messages erased in one call: they fit one batch. */
const most = 500

export type Erase = ReturnType<typeof openErase>

/** Taking messages out of one user's own view; the others keep them. */
export function openErase(ctx: Context) {
  /**
   * Erases messages for one member alone, on all their devices and for good; those that were unread are so no more. Gives
   * the numbers of those that are gone by this call: what the member does not see is left out. Tells their own devices.
   * Fault: 'member.missing', 'request.batch' above 500.
   */
  async function messagesOf(
    call: Call,
    conversation: Conversation,
    user: string,
    seqs: readonly number[],
  ): Promise<number[]> {
    const conv = conversation.id
    const wanted = [...new Set(seqs)].sort((a, b) => a - b)
    if (wanted.length > most) throw new Fault('request.batch')
    const keys = wanted.map(seq => [conv, seq])
    return alone(conv, user, async member => {
      const [rows, marks] = await Promise.all([
        ctx.store.getMany(messages, keys),
        ctx.store.getMany(
          exceptions,
          wanted.map(seq => [conv, user, seq]),
        ),
      ])
      const found = rows.flatMap((row, i) =>
        row && visible(row.value, { user, member: member.value }) && !isErased(marks[i]?.value, member.value)
          ? [row.value]
          : [],
      )
      if (found.length === 0) return { steps: [], done: () => [] }
      const before = member.value.erased ?? 0
      const next: Member = { ...member.value, erased: before + found.length }
      const steps = [
        check(members, [conv, user], member),
        put(members, next),
        ...found.map((message, i) => put(exceptions, exceptionOf(message, next, before + i + 1))),
      ]
      const numbers = found.map(message => message.seq)
      const event = { type: 'erased' as const, conv, user, seqs: numbers, erased: next.erased as number }
      return { steps, tells: [toldUser(call, user, event)], done: () => numbers }
    })
  }

  /**
   * Takes everything up to a number out of one member's view, or everything; it is read then. Gives the number. Tells their
   * own devices. Fault: 'member.missing'.
   */
  async function conversationOf(call: Call, conversation: Conversation, user: string, seq?: number): Promise<number> {
    const conv = conversation.id
    return alone(conv, user, async member => {
      const [reading] = (await readingsAt(ctx, conversation, [{ user, seq }])) as [Reading]
      const hidden = reading.readSeq
      if (hidden <= member.value.hidden) return { steps: [], done: () => member.value.hidden }
      const further = hidden > member.value.readSeq
      const next: Member = { ...member.value, hidden, ...(further ? reading : {}) }
      const tells = [
        toldUser(call, user, { type: 'cleared' as const, conv, user, seq: hidden }),
        ...(further ? [toldRead(call, conversation, next)] : []),
      ]
      const steps = [check(members, [conv, user], member), put(members, next)]
      return { steps, tells, done: () => hidden }
    })
  }

  /** Changes of one member's view wait for each other. */
  function alone<T>(conv: number, user: string, plan: (member: Row<Member>) => Promise<Plan<T>>) {
    return ctx.queue(`read.${conv}.${user}`, () =>
      change<T>(ctx, async () => {
        const row = await ctx.store.get(members, [conv, user])
        if (!row) throw new Fault('member.missing')
        const known = await ctx.store.get(users, [row.value.app, user])
        if (!holds(known, row.value.joined)) throw new Fault('member.missing')
        return plan(row)
      }),
    )
  }

  return { messages: messagesOf, conversation: conversationOf }
}

/** What counted for the member counts no more: for a message to some only, what made it count for them is replaced. */
function exceptionOf({ conv, seq, counted, sender }: Message, { user, joined }: Member, erased: number): Exception {
  return { conv, user, seq, weight: counted && sender !== user ? -1 : 0, erased, since: joined }
}
