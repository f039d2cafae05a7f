import { append, check, put } from '../../storage/store.ts'
import type { Call, DialectName } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Message } from '../model.ts'
import { changes, messages } from '../tables.ts'
import { toldConversation, unnumbered } from '../telling.ts'
import type { Part } from './content.ts'
import { messageKey, touched } from './touching.ts'

/** What a message is to say instead; what is left out stays. */
export interface EditDraft {
  parts?: Part[]
  /**
   * Fields of the forms that dialects keep, written one by one; undefined removes one. With other parts only the dialects
   * that are named here keep theirs: what the others had is untrue then.
   */
  native?: Message['native']
  mentions?: Message['mentions']
}

/** How a message is edited. */
export interface EditOptions {
  /** In whose name; the operator by default. */
  by?: string
  /** How old it may be (ms); no limit when absent. */
  within?: number
  /** Judges the message as it is now, by a Fault. */
  demand?(message: Message): void
}

export type Edit = ReturnType<typeof openEdit>

/** Changing what a message says. */
export function openEdit(ctx: Context) {
  /**
   * Writes other content into a message: it keeps its number, id, time and place, and nobody's unread number moves.
   * Fault: 'message.missing', 'message.recalled', 'message.fixed', 'message.late', 'group.role' for an end user who is not
   * its sender.
   */
  async function edit(
    call: Call,
    conversation: Conversation,
    seq: number,
    draft: EditDraft,
    options: EditOptions = {},
  ): Promise<Message> {
    const conv = conversation.id
    const by = options.by ?? call.operator ?? ''
    return ctx.queue(messageKey(conv, seq), () =>
      change(ctx, async () => {
        const { row } = await touched(ctx, call, conversation, seq)
        demandRight(call, row.value, options)
        const at = ctx.clock()
        const edited = { by, at, times: (row.value.edited?.times ?? 0) + 1 }
        const message: Message = { ...row.value, ...withDraft(row.value, draft), edited }
        const record = { what: 'edit' as const, seq, by }
        const steps = [check(messages, [conv, seq], row), put(messages, message), append(changes, [conv], record)]
        const event = { type: 'message.edited' as const, message, change: unnumbered(conv, record), conversation }
        return { steps, tells: [toldConversation(call, conversation, event, 2)], done: () => message }
      }),
    )
  }

  function demandRight(call: Call, message: Message, { within, demand }: EditOptions): void {
    if (!call.admin && message.sender !== call.operator)
      throw new Fault('group.role', 'only its sender edits a message')
    if (within !== undefined && ctx.clock() - message.time > within)
      throw new Fault('message.late', 'it is too late to edit the message')
    demand?.(message)
  }

  return edit
}

function withDraft(message: Message, { parts, native, mentions }: EditDraft): Partial<Message> {
  return {
    ...(parts ? { parts } : {}),
    ...(mentions ? { mentions } : {}),
    native: mergeNative(message.native, native, parts !== undefined),
  }
}

function mergeNative(old: Message['native'], given: Message['native'], others: boolean): Message['native'] {
  const names = Object.keys({ ...(others ? {} : old), ...given }) as DialectName[]
  const merged = names.flatMap(name => {
    const fields = Object.entries({ ...old?.[name], ...given?.[name] }).filter(([, value]) => value !== undefined)
    return fields.length > 0 ? [[name, Object.fromEntries(fields)] as const] : []
  })
  return merged.length > 0 ? Object.fromEntries(merged) : undefined
}
