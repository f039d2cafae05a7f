import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group } from '../model.ts'
import { members, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import type { MessageDraft, Sent } from './draft.ts'

/** Sends into one group of which it is known that the sender may speak there. */
type SendInto = (call: Call, group: Group, draft: MessageDraft) => Promise<Sent>

/** Sending one message into several groups, each with a batch of its own. */
export function openSendGroups(ctx: Context, into: SendInto) {
  /**
   * One result per group in order. Asks nobody beforehand, and no mute stops it. Fault('member.missing') unless the sender is
   * a member of every group that keeps its members; then nothing is sent anywhere.
   */
  return async function toGroups(call: Call, groups: readonly Group[], draft: MessageDraft): Promise<Sent[]> {
    await demandMember(call, groups, draft.from)
    // All are of one moment, as one call sent them.
    const one = { ...draft, shown: draft.shown ?? ctx.clock(), unasked: true, batch: true }
    return Promise.all(groups.map(group => into(call, group, one)))
  }

  async function demandMember(call: Call, groups: readonly Group[], from: string): Promise<void> {
    const keeping = groups.filter(group => group.policy.members === 'stored')
    const [rows, known] = await Promise.all([
      ctx.store.getMany(
        members,
        keeping.map(({ id }) => [id, from]),
      ),
      ctx.store.get(users, [call.app.id, from]),
    ])
    const missing = rows.findIndex(row => !row || !holds(known, row.value.joined))
    if (missing >= 0) throw new Fault('member.missing', `${from} is not in the group ${keeping[missing]?.id}`)
  }
}
