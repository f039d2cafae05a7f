import { add, append, check, del, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group } from '../model.ts'
import { changes, conversations, memberCount, members, memberships, users } from '../tables.ts'
import { type Told, toldConversation, toldUser, unnumbered } from '../telling.ts'
import { holds } from '../users/rows.ts'
import { askAbout } from './asking.ts'
import { type Changed, changeMembers } from './changing.ts'
import type { Telling } from './leaving.ts'
import { demandMembers } from './rights.ts'
import { demandOperator, groupKey, living, memberKeys } from './rows.ts'
import { tip } from './tips.ts'

/** Managers and owners of groups. */
export function openRoles(ctx: Context) {
  /**
   * Makes members managers, or plain members again; those who are no members are named in `missing`. An operator must be
   * the owner. Fault('group.kind') where there are no managers, Fault('group.managers') when there would be too many.
   */
  async function setManagers(
    call: Call,
    id: number,
    ids: readonly string[],
    on: boolean,
    options: Telling = {},
  ): Promise<Changed> {
    const draft = { by: call.operator ?? '', users: [...new Set(ids)] }
    const asked = (await askAbout(ctx, call, on ? 'manager.add' : 'manager.remove', id, draft)) ?? draft
    const role = on ? 'manager' : 'member'
    const wanted = asked.users.map(user => ({ user, role }) as const)
    return changeMembers(ctx, call, id, wanted, {
      ...options,
      async judge(group) {
        const { checks } = await demandOperator(ctx, call, group, 'owner')
        if (!group.policy.managers) throw new Fault('group.kind', 'this kind of group has no managers')
        return checks
      },
    })
  }

  /**
   * Makes a member the owner. The old one stays as a plain member, or leaves with it. An operator must be the owner.
   * Fault('member.missing') for a new owner who is no member.
   */
  async function transfer(
    call: Call,
    id: number,
    owner: string,
    options: Telling & { leave?: boolean } = {},
  ): Promise<Group> {
    const leave = options.leave ?? false
    await askAbout(ctx, call, 'group.owner', id, { by: call.operator ?? '', owner, leave })
    return ctx.queue([groupKey(id), ...memberKeys(id, [owner])], () =>
      change(ctx, () => planTransfer(call, id, owner, { ...options, leave })),
    )
  }

  async function planTransfer(call: Call, id: number, owner: string, options: Telling & { leave: boolean }) {
    const row = living(call.app.id, await ctx.store.get(conversations, [id]))
    const group = row.value
    demandMembers(group)
    const { checks } = await demandOperator(ctx, call, group, 'owner')
    const old = group.owner
    if (old === owner) return { steps: [], done: () => group } satisfies Plan<Group>
    const [[mine, theirs], account] = await Promise.all([
      ctx.store.getMany(members, [
        [id, old],
        [id, owner],
      ]),
      ctx.store.get(users, [group.app, owner]),
    ])
    if (!theirs || !holds(account, theirs.value.joined))
      throw new Fault('member.missing', `${owner} is not in the group`)
    const next: Group = { ...group, owner, updated: ctx.clock(), revision: group.revision + 1 }
    const steps: Step[] = [check(conversations, [id], row), ...checks, check(members, [id, owner], theirs)]
    if (mine) steps.push(check(members, [id, old], mine))
    steps.push(put(conversations, next), put(members, { ...theirs.value, rank: 0 }))
    const leaves = options.leave && mine !== undefined
    if (leaves) steps.push(del(members, [id, old]), del(memberships, [group.app, old, id]), add(memberCount, [id], -1))
    else if (mine) steps.push(put(members, { ...mine.value, rank: 2 }))
    const tells = await tellTransfer(call, next, old, leaves, steps, options)
    return { steps, tells, done: () => next } satisfies Plan<Group>
  }

  /** Devices see the owner in the change; whoever left is told like any other. */
  async function tellTransfer(
    call: Call,
    group: Group,
    old: string,
    leaves: boolean,
    steps: Step[],
    { quiet, text, ext }: Telling,
  ): Promise<Told[]> {
    const { id, owner } = group
    const by = call.operator ?? ''
    const at = steps.length
    const record = { what: 'settings' as const, by, users: [owner], detail: { owner } }
    steps.push(append(changes, [id], record))
    const gone = { what: 'member' as const, by: old, users: [old], detail: { joined: false } }
    if (leaves) steps.push(append(changes, [id], gone))
    const said = quiet ? undefined : { what: 'owner' as const, by, users: [owner], text, ext }
    const left = quiet || !leaves ? undefined : { what: 'left' as const, by: old, users: [old] }
    const [ownerTips, leftTips] = [await tip(ctx, call, group, said, steps), await tip(ctx, call, group, left, steps)]
    const tipped = ownerTips.length > 0
    const changed = { type: 'group.changed' as const, group, change: unnumbered(id, record), fields: [], tipped }
    const tells: Told[] = [
      toldConversation(call, group, changed, at),
      { call, subjects: [], event: { type: 'group.owner', group, old, owner, tipped } },
      ...ownerTips,
    ]
    if (!leaves) return tells
    const event = {
      type: 'members.left' as const,
      group,
      users: [old],
      change: unnumbered(id, gone),
      how: 'left' as const,
    }
    const membership = { type: 'membership' as const, user: old, conv: id, here: false, kind: 'group' as const }
    return [
      ...tells,
      toldConversation(call, group, { ...event, tipped: leftTips.length > 0 }, at + 1),
      ...leftTips,
      toldUser(call, old, membership),
    ]
  }

  return { setManagers, transfer }
}
