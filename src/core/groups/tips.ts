import { append, ref, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import type { Notice } from '../messages/content.ts'
import type { Group } from '../model.ts'
import { messages } from '../tables.ts'
import { type Told, toldConversation, unsent } from '../telling.ts'

/**
 * Adds the tip that tells a group's members of a change to the change's own batch, as the group's policy has it:
 * stored tips are numbered like messages but never counted. Gives what is to be told of it.
 */
export async function tip(
  ctx: Context,
  call: Call,
  group: Group,
  notice: Notice | undefined,
  steps: Step[],
): Promise<Told[]> {
  if (!notice || group.policy.tips === 'none') return []
  const message = {
    app: group.app,
    id: await ctx.ids(),
    sender: notice.by,
    origin: call.origin,
    parts: [{ type: 'notice' as const, ...notice }],
    counted: false,
  }
  const event = { type: 'message.sent' as const, message: unsent(group.id, message), conversation: group }
  if (group.policy.tips === 'passing') {
    const now = ctx.clock()
    return [toldConversation(call, group, { ...event, message: { ...event.message, time: now, shown: now } })]
  }
  const at = steps.length
  steps.push(append(messages, [group.id], { ...message, shown: ref(at).time }))
  return [toldConversation(call, group, event, at)]
}
