import { check, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { userSubject } from '../events.ts'
import type { Group, Invitation } from '../model.ts'
import { conversations, invitations, memberCount, members, users } from '../tables.ts'
import { tell } from '../telling.ts'
import { holds, present } from '../users/rows.ts'
import type { Added } from './joining.ts'
import { type Allowance, openPlaces } from './places.ts'
import { demand, demandMembers } from './rights.ts'
import { groupKey, living, memberOf } from './rows.ts'

/** Inviting users who have to agree first. */
export function openInviting(ctx: Context) {
  const { crowded } = openPlaces(ctx)

  /**
   * Keeps an invitation for everybody named, in place of an earlier one, until they answer or the group is dismissed.
   * One result per user in order: 'pending', 'present' for members, 'missing' for whom the app does not know or want,
   * 'crowded' for who may be in no more groups. Fault('group.full') when there is no place for all who are pending.
   * An operator needs the group's right to invite. At most 300 users.
   */
  async function invite(
    call: Call,
    id: number,
    ids: readonly string[],
    options: { text?: string; ext?: string; allowance?: Allowance } = {},
  ): Promise<Added[]> {
    const { allowance, ...words } = options
    const asked = await ctx.ask('group.invite', call, { group: id, by: call.operator ?? '', users: [...ids] })
    const allowed = new Set(asked.users)
    const full = await crowded(call.app.id, asked.users, allowance)
    const { group, made, results } = await ctx.queue(groupKey(id), () =>
      change(ctx, async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const group = row.value
        demandMembers(group)
        const [by, old, known, size] = await Promise.all([
          memberOf(ctx, group, call.operator),
          ctx.store.getMany(
            members,
            ids.map(user => [id, user]),
          ),
          ctx.store.getMany(
            users,
            ids.map(user => [group.app, user]),
          ),
          ctx.store.get(memberCount, [id]),
        ])
        demand(call, group.policy.invite, by)
        const results = ids.map((user, i): Added => {
          if (!allowed.has(user) || !present(known[i])) return 'missing'
          if (old[i] && holds(known[i], old[i].value.joined)) return 'present'
          return full.has(user) ? 'crowded' : 'pending'
        })
        const pending = ids.filter((_, i) => results[i] === 'pending')
        if ((size?.value.n ?? 0) + pending.length > group.policy.maxMembers) throw new Fault('group.full')
        const made = pending.map(user => invitationOf(group, user, call, ctx.clock(), words))
        const steps: Step[] = made.map(invitation => put(invitations, invitation))
        // The group must not be dismissed in between.
        if (steps.length > 0) steps.unshift(check(conversations, [id], row))
        return { steps, done: () => ({ group, made, results }) }
      }),
    )
    for (const invitation of made)
      tell(ctx, call, userSubject(call.app.id, invitation.user), { type: 'member.invited', group, invitation })
    return results
  }

  /** The invitations of users into a group, in order; undefined for those who were not invited or are members now. */
  async function invitationsOf(group: number, ids: readonly string[]): Promise<(Invitation | undefined)[]> {
    const rows = await ctx.store.getMany(
      invitations,
      ids.map(user => [group, user]),
    )
    return rows.map(row => row?.value)
  }

  return { invite, invitationsOf }
}

/** The invitation of a user in the caller's words. */
export function invitationOf(
  group: Group,
  user: string,
  call: Call,
  at: number,
  words: { text?: string; ext?: string } = {},
): Invitation {
  return { conv: group.id, user, app: group.app, by: call.operator ?? '', at, ...words }
}
