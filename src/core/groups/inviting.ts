import { check, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Invitation } from '../model.ts'
import { note } from '../notes/notes.ts'
import { conversations, memberCount, members, users } from '../tables.ts'
import type { Told } from '../telling.ts'
import { holds, present } from '../users/rows.ts'
import { askInvite } from './asking.ts'
import type { Added, Joining } from './joining.ts'
import { type Allowance, openPlaces } from './places.ts'
import { inForce } from './restricting.ts'
import { demand, demandMembers } from './rights.ts'
import { groupKey, living, memberOf } from './rows.ts'
import { invitations, restrictions } from './tables.ts'

/** Most users invited in one batch: four steps each. */
export const mostInvited = 200

/** How long devices that are away are told of an invitation (ms). */
const keep = 30 * 24 * 3600 * 1000

/** Inviting users who have to agree first. */
export function openInviting(ctx: Context, joining: Joining) {
  const { crowded } = openPlaces(ctx)

  /**
   * Keeps an invitation for everybody named, in place of an earlier one, until they answer or the group is dismissed.
   * One result per user in order: 'pending', 'present' for members, 'missing' for whom the app does not know or want,
   * 'crowded' for who may be in no more groups. Fault('group.full') when there is no place for all who are pending.
   * 'banned' for who may not come in. An operator needs the group's right to invite. At most 200 users.
   */
  async function invite(
    call: Call,
    id: number,
    ids: readonly string[],
    options: { text?: string; ext?: string; allowance?: Allowance } = {},
  ): Promise<Added[]> {
    if (ids.length > mostInvited) throw new Fault('request.batch')
    const { allowance, ...words } = options
    const wanted = await askInvite(ctx, call, id, ids, options.text)
    const allowed = new Set(wanted)
    const full = await crowded(call.app.id, wanted, allowance)
    return ctx.queue(groupKey(id), () =>
      change(ctx, async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const group = row.value
        demandMembers(group)
        const [by, old, known, bans, size] = await Promise.all([
          memberOf(ctx, group, call.operator),
          ctx.store.getMany(
            members,
            ids.map(user => [id, user]),
          ),
          ctx.store.getMany(
            users,
            ids.map(user => [group.app, user]),
          ),
          ctx.store.getMany(
            restrictions,
            ids.map(user => [id, 'ban', user]),
          ),
          ctx.store.get(memberCount, [id]),
        ])
        demand(call, group.policy.invite, by)
        const results = ids.map((user, i): Added => {
          if (!allowed.has(user) || !present(known[i])) return 'missing'
          if (old[i] && holds(known[i], old[i].value.joined)) return 'present'
          if (inForce(bans[i], known[i], ctx.clock())) return 'banned'
          return full.has(user) ? 'crowded' : 'pending'
        })
        const pending = ids.filter((_, i) => results[i] === 'pending')
        if ((size?.value.n ?? 0) + pending.length > group.policy.maxMembers) throw new Fault('group.full')
        const made = pending.map(user => invitationOf(group, user, call, ctx.clock(), words))
        const steps: Step[] = made.map(invitation => put(invitations, invitation))
        // The group must not be dismissed in between.
        if (steps.length > 0) steps.unshift(check(conversations, [id], row))
        return { steps, tells: made.flatMap(each => tellInvited(ctx, call, group, each, steps)), done: () => results }
      }),
    )
  }

  /** Invites users where the group's policy wants their consent, and adds them at once where it does not. */
  async function bring(
    call: Call,
    id: number,
    ids: readonly string[],
    options: { text?: string; ext?: string; allowance?: Allowance } = {},
  ): Promise<Added[]> {
    const { value: group } = living(call.app.id, await ctx.store.get(conversations, [id]))
    if (group.policy.consent) return invite(call, id, ids, options)
    const drafts = ids.map(user => ({ user }))
    return joining.addMany(call, id, drafts, { ...options, how: 'invited' })
  }

  /** The invitations of users into a group, in order; undefined for those who were not invited or are members now. */
  async function invitationsOf(
    group: Pick<Group, 'app' | 'id'>,
    ids: readonly string[],
  ): Promise<(Invitation | undefined)[]> {
    const rows = await ctx.store.getMany(
      invitations,
      ids.map(user => [group.app, group.id, user]),
    )
    return rows.map(row => row?.value)
  }

  return { invite, bring, invitationsOf }
}

/** The invited user's devices hear of it by a note in the same batch, webhooks by an event. */
export function tellInvited(ctx: Context, call: Call, group: Group, invitation: Invitation, steps: Step[]): Told[] {
  const { user, by, text, ext } = invitation
  const { id: conv, alias, name, avatar } = group
  const data = { conv, alias, name, avatar, by, text, ext }
  return [
    { call, subjects: [], event: { type: 'member.invited', group, invitation } },
    note(ctx, call, user, { kind: 'group.invitation', from: by, data, keep }, steps),
  ]
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
