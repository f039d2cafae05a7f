import { add, append, check, del, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import { rankOf } from '../groups/rights.ts'
import { atStart, memberSteps, mostManagers } from '../groups/rows.ts'
import { tip } from '../groups/tips.ts'
import type { Member } from '../model.ts'
import { changes, conversations, memberCount, members, memberships } from '../tables.ts'
import { type Told, toldConversation, toldUser, unnumbered } from '../telling.ts'
import { gets } from '../users/rows.ts'
import { demandInside, livingRoom } from './inside.ts'
import type { Words } from './moderating.ts'
import { classOf, knownOf, memberChanged, placeKey } from './rows.ts'
import { roomMembers } from './tables.ts'

/** Who runs a room and belongs to it, whether they are inside or not. */
export function openFixing(ctx: Context) {
  /**
   * Makes an account a manager of a room, an ordinary fixed member, or a guest again; gives its row as a fixed member, if
   * it is one now. The owner makes and unmakes managers, managers the others: Fault('group.role'). Fault('user.missing'),
   * unless the room takes strangers, and Fault('group.managers') when there are too many.
   */
  async function fix(
    call: Call,
    id: number,
    user: string,
    role: 'manager' | 'member' | 'guest',
    words: Words = {},
  ): Promise<Member | undefined> {
    return ctx.queue([`group.${id}`, placeKey(id, user)], () => change(ctx, () => plan(call, id, user, role, words)))
  }

  async function plan(
    call: Call,
    id: number,
    user: string,
    role: 'manager' | 'member' | 'guest',
    words: Words,
  ): Promise<Plan<Member | undefined>> {
    const found = await livingRoom(ctx, call, id)
    const room = found.value
    const [known, row, inside] = await Promise.all([
      knownOf(ctx, room, user),
      ctx.store.get(members, [id, user]),
      ctx.store.get(roomMembers, [id, user]),
    ])
    if (!known.user && (known.account || !room.policy.guests)) throw new Fault('user.missing')
    const old = known.fixed
    if (old?.rank === 0) throw new Fault('group.role', 'the owner stays the owner')
    const touchesManagers = role === 'manager' || old?.rank === 1
    await demandInside(ctx, call, room, touchesManagers ? 'owner' : 'managers')
    const rank = role === 'guest' ? undefined : rankOf(role)
    if (old?.rank === rank) return { steps: [], done: () => old }
    if (role === 'manager') await demandFew(id)
    const now = ctx.clock()
    const fixed: Member | undefined =
      rank === undefined
        ? undefined
        : { ...(old ?? { conv: id, user, app: room.app, joined: gets(now, known.account), ...atStart }), rank }
    // Changes of roles see each other, so that the number of managers holds.
    const steps: Step[] = [check(conversations, [id], found), put(conversations, room), check(members, [id, user], row)]
    if (!fixed) steps.push(del(members, [id, user]), del(memberships, [room.app, user, id]))
    else if (old) steps.push(put(members, fixed))
    else steps.push(...newMember(room, user, role, fixed.joined, call))
    if (!row !== !fixed) steps.push(add(memberCount, [id], fixed ? 1 : -1))
    if (inside) {
      const next = { ...inside.value, class: classOf(fixed), rank }
      steps.push(check(roomMembers, [id, user], inside), ...memberChanged(inside.value, next))
    }
    const at = steps.length
    const detail = { member: { role } }
    const record = { what: 'member' as const, by: call.operator ?? '', users: [user], detail }
    steps.push(append(changes, [id], record))
    const what = role === 'manager' ? ('manager.set' as const) : ('manager.unset' as const)
    const said = touchesManagers && !words.quiet
    const notice = said ? { what, by: call.operator ?? '', users: [user], text: words.text, ext: words.ext } : undefined
    const tips = await tip(ctx, call, room, notice, steps)
    const shown = fixed ?? ({ ...(old as Member), rank: 2 } satisfies Member)
    const event = {
      type: 'member.changed' as const,
      group: room,
      member: shown,
      change: unnumbered(id, record),
      fields: ['role'],
      tipped: tips.length > 0,
    }
    const tells: Told[] = [toldConversation(call, room, event, at), ...tips]
    const here = fixed !== undefined
    const membership = { type: 'membership' as const, user, conv: id, here, kind: 'group' as const, room: true }
    if (here !== (old !== undefined)) tells.push(toldUser(call, user, membership))
    return { steps, tells, done: () => fixed }
  }

  function newMember(
    room: Parameters<typeof memberSteps>[0],
    user: string,
    role: 'manager' | 'member' | 'guest',
    joined: number,
    call: Call,
  ): Step[] {
    const draft = { user, role: role === 'manager' ? ('manager' as const) : ('member' as const) }
    return memberSteps(room, draft, joined, atStart, call.operator)
  }

  async function demandFew(id: number): Promise<void> {
    const rows = await ctx.store.scan(members, { prefix: [id, 1], limit: mostManagers }, 'rank')
    if (rows.length >= mostManagers) throw new Fault('group.managers')
  }

  return fix
}
