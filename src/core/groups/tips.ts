import { type Appended, append, ref, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import type { Event } from '../events.ts'
import type { Notice } from '../messages/content.ts'
import type { Group, Message } from '../model.ts'
import { messages } from '../tables.ts'

/**
 * Adds the tip that tells a group's members of a change to the change's own batch, as the group's policy has it:
 * stored tips are numbered like messages but never counted. Gives the event to tell after the commit.
 */
export async function tip(
  ctx: Context,
  call: Call,
  group: Group,
  notice: Notice | undefined,
  steps: Step[],
): Promise<(results: readonly unknown[]) => Event | undefined> {
  if (!notice || group.policy.tips === 'none') return () => undefined
  const message = {
    app: group.app,
    id: await ctx.ids(),
    sender: notice.by,
    origin: call.origin,
    parts: [{ type: 'notice' as const, ...notice }],
    counted: false,
  }
  if (group.policy.tips === 'passing') {
    const now = ctx.clock()
    const passing: Message = { ...message, conv: group.id, seq: 0, time: now, shown: now, counters: {} }
    return () => ({ type: 'message.sent', message: passing, conversation: group })
  }
  const at = steps.length
  steps.push(append(messages, [group.id], { ...message, shown: ref(at).time }))
  return results => {
    const got = results[at] as Appended
    const stored = {
      ...message,
      conv: group.id,
      seq: got.number,
      time: got.time,
      shown: got.time,
      counters: got.counters,
    }
    return { type: 'message.sent', message: stored, conversation: group }
  }
}
