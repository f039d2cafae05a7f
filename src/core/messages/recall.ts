import { append, check, put } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { belongs } from '../groups/rights.ts'
import { memberOf } from '../groups/rows.ts'
import type { Conversation, Message } from '../model.ts'
import { changes, messages } from '../tables.ts'
import { toldConversation, unnumbered } from '../telling.ts'
import { visible } from './history.ts'
import { unpinSteps } from './pins.ts'

/** How a message is recalled. */
export interface RecallOptions {
  /** In whose name; the operator by default. */
  by?: string
  /** How old it may be (ms); no limit when absent. */
  within?: number
  reason?: string
  /** A line to show in its place. */
  text?: string
  /** The caller's own data for the clients that are told. */
  ext?: string
  /** What devices that are away are shown. */
  push?: Message['push']
  /** Things only one dialect can say about the recall, kept as they were given. */
  native?: Message['native']
}

export type Recall = ReturnType<typeof openRecall>

/** Taking messages back. */
export function openRecall(ctx: Context) {
  /**
   * Recalls a message: it keeps its number and loses its content, for everybody and for good.
   * Fault: 'message.missing', 'message.recalled', 'message.late', 'message.fixed' for tips, 'group.role' for an end user
   * who is neither its sender nor a manager, 'hook.refused' when the app says no.
   */
  async function recall(
    call: Call,
    conversation: Conversation,
    seq: number,
    options: RecallOptions = {},
  ): Promise<Message> {
    const conv = conversation.id
    const by = options.by ?? call.operator ?? ''
    const { reason, text, ext, push, native } = options
    if (ctx.hooks.listens('message.recall', call)) {
      const { value: message } = await recallable(call, conversation, seq, options)
      await ctx.hooks.ask('message.recall', call, { conversation, message, by })
    }
    return change(ctx, async () => {
      const row = await recallable(call, conversation, seq, options)
      const recalled: Message = {
        ...row.value,
        parts: [],
        native: undefined,
        push: undefined,
        reactions: undefined,
        pinned: undefined,
        recalled: { by, at: ctx.clock(), reason, text },
      }
      const record = { what: 'recall' as const, seq, by, detail: { reason, text, ext, push, native } }
      const steps = [
        check(messages, [conv, seq], row),
        put(messages, recalled),
        append(changes, [conv], record),
        ...unpinSteps(row.value),
      ]
      const event = {
        type: 'message.recalled' as const,
        message: recalled,
        change: unnumbered(conv, record),
        conversation,
        original: row.value,
      }
      return { steps, tells: [toldConversation(call, conversation, event, 2)], done: () => recalled }
    })
  }

  /** The message, as it may be recalled now. */
  async function recallable(call: Call, conversation: Conversation, seq: number, options: RecallOptions) {
    const row = await ctx.store.get(messages, [conversation.id, seq])
    if (!row || !visible(row.value, undefined)) throw new Fault('message.missing')
    if (row.value.recalled) throw new Fault('message.recalled')
    if (row.value.parts[0]?.type === 'notice') throw new Fault('message.fixed')
    if (options.within !== undefined && ctx.clock() - row.value.time > options.within) throw new Fault('message.late')
    await demandRight(call, conversation, row.value)
    return row
  }

  async function demandRight(call: Call, conversation: Conversation, message: Message): Promise<void> {
    if (call.admin || message.sender === call.operator) return
    if (conversation.type === 'direct') throw new Fault('group.role')
    if (!belongs('managers', await memberOf(ctx, conversation, call.operator))) throw new Fault('group.role')
  }

  return { recall }
}
