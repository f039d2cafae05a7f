import { add, append, check, del, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import { demand } from '../groups/rights.ts'
import type { Conversation, Message } from '../model.ts'
import { changes, messages } from '../tables.ts'
import { toldConversation, unnumbered } from '../telling.ts'
import { erasedAt } from './erased.ts'
import { type Viewer, visible } from './history.ts'
import { pinCount, pins } from './tables.ts'
import { messageKey, type Touched, touched } from './touching.ts'

/** Messages that a conversation pins, unless the caller says otherwise; and at most, whatever they say. */
const [usually, most] = [10, 100]

export type Pins = ReturnType<typeof openPins>

/** Messages that a conversation keeps at hand for everybody in it. */
export function openPins(ctx: Context) {
  /**
   * Pins a message; nothing happens when it is pinned. In a group that is for those who may edit it. Fault: those of
   * `touched`, 'group.role', 'message.full' when the conversation has as many as `most` already (10 by default).
   */
  async function pin(
    call: Call,
    conversation: Conversation,
    seq: number,
    options: { by?: string; most?: number } = {},
  ): Promise<Message> {
    const conv = conversation.id
    const by = options.by ?? call.operator ?? ''
    return onMessage(call, conversation, seq, ({ row }) => {
      if (row.value.pinned) return { steps: [], done: () => row.value }
      const at = ctx.clock()
      const before = [add(pinCount, [conv], 1, { max: Math.min(most, options.most ?? usually) })]
      const after = [put(pins, { conv, seq, by, at })]
      return changed(call, conversation, { row }, { pinned: { by, at } }, { before, after, by })
    })
  }

  /** Takes a message from those at hand; nothing happens when it is not pinned. Rights and refusals are those of `pin`. */
  async function unpin(
    call: Call,
    conversation: Conversation,
    seq: number,
    options: { by?: string } = {},
  ): Promise<Message> {
    const by = options.by ?? call.operator ?? ''
    return onMessage(call, conversation, seq, ({ row }) => {
      if (!row.value.pinned) return { steps: [], done: () => row.value }
      const after = unpinSteps(row.value)
      return changed(call, conversation, { row }, { pinned: undefined }, { before: [], after, by })
    })
  }

  function onMessage(call: Call, conversation: Conversation, seq: number, plan: (found: Touched) => Plan<Message>) {
    return ctx.queue(messageKey(conversation.id, seq), () =>
      change(ctx, async () => {
        const found = await touched(ctx, call, conversation, seq)
        if (conversation.type === 'group') demand(call, conversation.policy.edit, found.member)
        return { ...plan(found), bounds: new Fault('message.full') }
      }),
    )
  }

  /** The pinned messages that somebody sees, the one pinned last first. */
  async function list(conv: number, viewer?: Viewer): Promise<Message[]> {
    const rows = await ctx.store.scan(pins, { prefix: [conv], limit: most, reverse: true }, 'at')
    const found = await ctx.store.getMany(
      messages,
      rows.map(({ value: { seq } }) => [conv, seq]),
    )
    const pinned = found.flatMap(row => (row && visible(row.value, viewer) ? [row.value] : []))
    if (!viewer) return pinned
    const { user, member } = viewer
    const erased = await erasedAt(
      ctx,
      pinned.map(({ seq }) => ({ conv, user, member, seq })),
    )
    return pinned.filter((_, i) => !erased[i])
  }

  return { pin, unpin, list }
}

/** The rows of a pinned message that is pinned no more; none for another. */
export function unpinSteps({ conv, seq, pinned }: Message): Step[] {
  return pinned ? [del(pins, [conv, seq]), add(pinCount, [conv], -1)] : []
}

function changed(
  call: Call,
  conversation: Conversation,
  { row }: Touched,
  now: Pick<Message, 'pinned'>,
  { before, after, by }: { before: Step[]; after: Step[]; by: string },
) {
  const { conv, seq } = row.value
  const message: Message = { ...row.value, ...now }
  const record = { what: 'pin' as const, seq, by, detail: { on: now.pinned !== undefined } }
  const steps = [
    check(messages, [conv, seq], row),
    ...before,
    put(messages, message),
    ...after,
    append(changes, [conv], record),
  ]
  const event = { type: 'message.pinned' as const, message, change: unnumbered(conv, record), conversation }
  return { steps, tells: [toldConversation(call, conversation, event, steps.length - 1)], done: () => message }
}
