import { check, del, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, changeBeside } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Invitation } from '../model.ts'
import { note } from '../notes/notes.ts'
import { conversations, users } from '../tables.ts'
import type { Told } from '../telling.ts'
import { holds } from '../users/rows.ts'
import { named } from './applying.ts'
import type { AddOptions, Joining } from './joining.ts'
import { groupKey, living, memberKeys } from './rows.ts'
import { invitations } from './tables.ts'

/** How long inviters who are away are told of the answer (ms). */
const keep = 30 * 24 * 3600 * 1000

/** Answering invitations. */
export function openAccepting(ctx: Context, joining: Joining) {
  /**
   * An invited user agrees and becomes a member. Fault: 'group.invitation.missing', 'group.full', 'group.banned',
   * 'group.limit.joined', 'member.exists', 'user.missing'; 'caller.forbidden' for an operator who is somebody else.
   */
  async function accept(call: Call, id: number, user: string, options: AddOptions = {}): Promise<void> {
    demandSelf(call, user)
    let by = ''
    await joining.admit(
      call,
      id,
      user,
      {
        async judge(group) {
          const row = await waiting(group, user)
          by = row.value.by
          return { checks: [check(invitations, [group.app, id, user], row)], by }
        },
        finish: (group, steps) => answered(call, group, user, by, { accepted: true, text: '' }, steps),
      },
      { ...options, how: 'accepted' },
    )
  }

  /** An invited user does not want to. Fault as above, as far as it can happen. */
  async function refuse(call: Call, id: number, user: string, text = ''): Promise<void> {
    demandSelf(call, user)
    await ctx.queue(memberKeys(id, [user]), () =>
      changeBeside(ctx, groupKey(id), async () => {
        const { value: group } = living(call.app.id, await ctx.store.get(conversations, [id]))
        const row = await waiting(group, user)
        const key = [group.app, id, user]
        const steps: Step[] = [check(invitations, key, row), del(invitations, key)]
        const { by } = row.value
        const event = { type: 'group.invitation.refused' as const, group, user, by, text }
        const notes = answered(call, group, user, by, { accepted: false, text }, steps)
        return { steps, tells: [{ call, subjects: [], event }, ...notes], done: () => undefined }
      }),
    )
  }

  async function waiting(group: Group, user: string): Promise<Row<Invitation>> {
    const [row, account] = await Promise.all([
      ctx.store.get(invitations, [group.app, group.id, user]),
      ctx.store.get(users, [group.app, user]),
    ])
    if (!row || !holds(account, row.value.at)) throw new Fault('group.invitation.missing')
    return row
  }

  /** The inviter hears of it, unless it was the app. */
  function answered(
    call: Call,
    group: Group,
    user: string,
    by: string,
    answer: { accepted: boolean; text: string },
    steps: Step[],
  ): Told[] {
    if (by === '') return []
    const data = { ...named(group), user, ...answer }
    return [note(ctx, call, by, { kind: 'group.invitation.answered', from: user, data, keep }, steps)]
  }

  return { accept, refuseInvitation: refuse }
}

function demandSelf(call: Call, user: string): void {
  if (!call.admin && call.operator !== user) throw new Fault('caller.forbidden')
}
