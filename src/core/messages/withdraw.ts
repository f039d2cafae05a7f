import { append, check, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Direct, Message } from '../model.ts'
import { changes, exceptions, messages } from '../tables.ts'
import { toldConversation, unnumbered } from '../telling.ts'
import { everybody } from './exceptions.ts'
import { visible } from './history.ts'
import { unpinSteps } from './pins.ts'
import { messageKey } from './touching.ts'

export type Withdraw = ReturnType<typeof openWithdraw>

/** Taking messages out of the view of all. */
export function openWithdraw(ctx: Context) {
  /**
   * Takes a message out of everybody's view, or of all but its sender's, for good: it keeps its number, and nobody has it
   * unread any more. Of one that nobody sees nothing is left but its place. Fault: 'caller.forbidden' for end users,
   * 'message.missing', also for one that nobody sees any more.
   */
  return async function withdraw(
    call: Call,
    conversation: Conversation,
    seq: number,
    from: 'all' | 'others' = 'all',
  ): Promise<void> {
    if (!call.admin) throw new Fault('caller.forbidden')
    const conv = conversation.id
    await ctx.queue(messageKey(conv, seq), () =>
      change(ctx, async () => {
        const row = await ctx.store.get(messages, [conv, seq])
        const before = row?.value.withdrawn?.from
        if (!row || before === 'all') throw new Fault('message.missing')
        if (before === from) return { steps: [], done: () => undefined }
        const left = from === 'all' ? placeOf(row.value) : row.value
        const message: Message = { ...left, withdrawn: { at: ctx.clock(), from } }
        const record = { what: 'withdraw' as const, seq, by: call.operator ?? '' }
        const uncounting = before ? [] : await uncountSteps(conversation, row.value)
        const steps = [
          check(messages, [conv, seq], row),
          put(messages, message),
          append(changes, [conv], record, uncounting.length > 0 ? { withdrawn: 1 } : undefined),
          // For its sender it stays as it was, pinned too.
          ...(from === 'all' ? unpinSteps(row.value) : []),
          ...uncounting,
        ]
        const event = { type: 'message.withdrawn' as const, message, change: unnumbered(conv, record), conversation }
        return { steps, tells: [toldConversation(call, conversation, event, 2)], done: () => undefined }
      }),
    )
  }

  /** What makes a message count for nobody any more, however many members there are. */
  async function uncountSteps(conversation: Conversation, message: Message): Promise<Step[]> {
    const { conv, seq, sender, counted, visibleTo } = message
    if (conversation.type === 'direct') return uncountIn(conversation, message)
    if (visibleTo) return uncountFor(message, visibleTo)
    if (!counted) return []
    const shared = put(exceptions, { conv, user: everybody, seq, weight: -1 as const })
    // Their own messages never count for senders, so they are left out of what holds for all.
    return [shared, ...(sender === '' ? [] : await ownStep(message, sender, 0))]
  }

  async function uncountIn({ a, b }: Direct, message: Message): Promise<Step[]> {
    const other = message.sender === a ? b : a
    if (!message.counted || other === message.sender || !visible(message, { user: other })) return []
    return ownStep(message, other, -1)
  }

  /** Somebody's exception, unless they have one that takes the message out of their counting already. */
  async function ownStep({ conv, seq }: Message, user: string, weight: -1 | 0): Promise<Step[]> {
    const key = [conv, user, seq]
    const row = await ctx.store.get(exceptions, key)
    return row ? [] : [check(exceptions, key, row), put(exceptions, { conv, user, seq, weight })]
  }

  /** A message to some counted by an exception of each of them. */
  async function uncountFor({ conv, seq }: Message, users: readonly string[]): Promise<Step[]> {
    const rows = await ctx.store.getMany(
      exceptions,
      [...new Set(users)].map(user => [conv, user, seq]),
    )
    return rows.flatMap(row => (row?.value.weight === 1 ? [put(exceptions, { ...row.value, weight: 0 as const })] : []))
  }
}

/** What stays of a message that nobody sees: where it stood, and what counting and repeats need. */
function placeOf({
  conv,
  seq,
  time,
  counters,
  app,
  id,
  sender,
  shown,
  origin,
  client,
  counted,
  own,
}: Message): Message {
  return { conv, seq, time, counters, app, id, sender, shown, origin, client, counted, own, parts: [] }
}
