import type { Row } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import { memberOf } from '../groups/rows.ts'
import type { Conversation, Member, Message } from '../model.ts'
import { messages } from '../tables.ts'
import { erasedAt } from './erased.ts'
import { visible } from './history.ts'

/** A message that something may be done with, and the end user's side of its conversation. */
export interface Touched {
  row: Row<Message>
  /** Absent for server-side callers, who need no place in the conversation. */
  member?: Member
}

/** In the keyed queue: what is done with one message waits for each other. */
export function messageKey(conv: number, seq: number): string {
  return `message.${conv}.${seq}`
}

/**
 * The message as it is now, for who wants to do something with it. Fault: 'message.missing', also for what an end user
 * does not see; 'message.recalled'; 'message.fixed' for the server's own notices; 'member.missing' for an end user outside.
 */
export async function touched(ctx: Context, call: Call, conversation: Conversation, seq: number): Promise<Touched> {
  const conv = conversation.id
  const user = call.operator ?? ''
  const [row, member] = await Promise.all([
    ctx.store.get(messages, [conv, seq]),
    call.admin ? undefined : memberOf(ctx, conversation, user),
  ])
  if (!call.admin && !member) throw new Fault('member.missing')
  if (!row || !visible(row.value, undefined)) throw new Fault('message.missing')
  if (member) {
    const [erased] = await erasedAt(ctx, [{ conv, user, member, seq }])
    if (erased || !visible(row.value, { user, member })) throw new Fault('message.missing')
  }
  if (row.value.recalled) throw new Fault('message.recalled')
  if (row.value.parts[0]?.type === 'notice') throw new Fault('message.fixed', 'notices of the server stay as they are')
  return { row, member }
}
