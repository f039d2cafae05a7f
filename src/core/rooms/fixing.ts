import { partsOf } from '../../lib/parts.ts'
import { add, append, check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import { rankOf } from '../groups/rights.ts'
import { atStart, groupKey, memberSteps, mostManagers } from '../groups/rows.ts'
import { tip } from '../groups/tips.ts'
import type { Group, Member, User } from '../model.ts'
import { changes, conversations, memberCount, members, memberships, users } from '../tables.ts'
import { type Told, toldConversation, toldUser, unnumbered } from '../telling.ts'
import { gets, holds } from '../users/rows.ts'
import { demandInside, livingRoom } from './inside.ts'
import type { RoomMember } from './model.ts'
import type { Words } from './moderating.ts'
import { classOf, memberChanged, placeKey, strangeTo } from './rows.ts'
import { roomMembers } from './tables.ts'

/** What somebody can be made in a room. */
type Fixed = 'manager' | 'member' | 'guest'

/** Accounts in one call, and in one batch: twelve steps each at most. */
const [mostFixed, chunk] = [500, 60]

/** Somebody who is to be made something. */
interface Target {
  user: string
  account: Row<User> | undefined
  row: Row<Member> | undefined
  inside: Row<RoomMember> | undefined
  /** Their place among the fixed members, as it is and as it is to be. */
  old: Member | undefined
  next: Member | undefined
  why?: Fault
}

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
    role: Fixed,
    words: Words = {},
  ): Promise<Member | undefined> {
    const [one] = await fixPart(call, id, [user], role, () => undefined, words)
    if (one?.why) throw one.why
    return one?.next
  }

  /**
   * Makes accounts managers of a room, or managers guests again, many in one batch; whoever is one already stays one.
   * Gives with whom it could not be done, and why: what `fix` refuses, and 'member.missing' for who is no manager.
   */
  async function setManagers(
    call: Call,
    id: number,
    ids: readonly string[],
    on: boolean,
    words: Words = {},
  ): Promise<{ user: string; why: Fault }[]> {
    if (ids.length > mostFixed) throw new Fault('request.batch')
    const demand = (old: Member | undefined) =>
      on || (old && old.rank <= 1) ? undefined : new Fault('member.missing', 'the user is no manager')
    const done: Target[] = []
    await livingRoom(ctx, call, id)
    for (const part of partsOf([...new Set(ids)], chunk))
      done.push(...(await fixPart(call, id, part, on ? 'manager' : 'guest', demand, words)))
    return done.flatMap(({ user, why }) => (why ? [{ user, why }] : []))
  }

  function fixPart(
    call: Call,
    id: number,
    ids: readonly string[],
    role: Fixed,
    demand: (old: Member | undefined) => Fault | undefined,
    words: Words,
  ): Promise<Target[]> {
    const keys = [groupKey(id), ...ids.map(user => placeKey(id, user))]
    return ctx.queue(keys, () => change(ctx, () => plan(call, id, ids, role, demand, words)))
  }

  async function plan(
    call: Call,
    id: number,
    ids: readonly string[],
    role: Fixed,
    demand: (old: Member | undefined) => Fault | undefined,
    words: Words,
  ): Promise<Plan<Target[]>> {
    const found = await livingRoom(ctx, call, id)
    const room = found.value
    const targets = await targetsOf(room, ids)
    for (const each of targets) each.why = refusalOf(room, each) ?? demand(each.old)
    const able = targets.filter(({ why }) => !why)
    const touchesManagers = role === 'manager' || able.some(({ old }) => old?.rank === 1)
    if (able.length > 0) await demandInside(ctx, call, room, touchesManagers ? 'owner' : 'managers')
    const rank = role === 'guest' ? undefined : rankOf(role)
    const moving = able.filter(({ old }) => old?.rank !== rank)
    for (const each of able) each.next = each.old
    if (role === 'manager') await spareThoseOver(id, moving)
    const moved = moving.filter(({ why }) => !why)
    if (moved.length === 0) return { steps: [], done: () => targets }
    const now = ctx.clock()
    // Changes of roles see each other, so that the number of managers holds.
    const steps: Step[] = [check(conversations, [id], found), put(conversations, room)]
    for (const each of moved) fixOne(call, room, each, role, now, steps)
    const at = steps.length
    const names = moved.map(({ user }) => user)
    const record = { what: 'member' as const, by: call.operator ?? '', users: names, detail: { member: { role } } }
    steps.push(append(changes, [id], record))
    const what = role === 'manager' ? ('manager.set' as const) : ('manager.unset' as const)
    const said = touchesManagers && !words.quiet
    const notice = said ? { what, by: call.operator ?? '', users: names, text: words.text, ext: words.ext } : undefined
    const tips = await tip(ctx, call, room, notice, steps)
    const tells: Told[] = moved.map((each, i) => {
      const member = each.next ?? ({ ...(each.old as Member), rank: 2 } satisfies Member)
      const change = unnumbered(id, record)
      const tipped = tips.length > 0
      const event = { type: 'member.changed' as const, group: room, member, change, fields: ['role'], tipped }
      // Devices need the change once; webhooks are told of each member.
      return i === 0 ? toldConversation(call, room, event, at) : { call, subjects: [], event, at }
    })
    tells.push(...tips)
    for (const { user, old, next } of moved) {
      const here = next !== undefined
      const membership = { type: 'membership' as const, user, conv: id, here, kind: 'group' as const, room: true }
      if (here !== (old !== undefined)) tells.push(toldUser(call, user, membership))
    }
    return { steps, tells, done: () => targets }
  }

  async function targetsOf(room: Group, ids: readonly string[]): Promise<Target[]> {
    const [accounts, rows, inside] = await Promise.all([
      ctx.store.getMany(
        users,
        ids.map(user => [room.app, user]),
      ),
      ctx.store.getMany(
        members,
        ids.map(user => [room.id, user]),
      ),
      ctx.store.getMany(
        roomMembers,
        ids.map(user => [room.id, user]),
      ),
    ])
    return ids.map((user, i) => {
      const [account, row] = [accounts[i], rows[i]]
      const old = row && holds(account, row.value.joined) ? row.value : undefined
      return { user, account, row, inside: inside[i], old, next: undefined }
    })
  }

  /** Those who would be more managers than a room may have; who is named first comes first. */
  async function spareThoseOver(id: number, more: readonly Target[]): Promise<void> {
    if (more.length === 0) return
    const rows = await ctx.store.scan(members, { prefix: [id, 1], limit: mostManagers }, 'rank')
    for (const each of more.slice(mostManagers - rows.length)) each.why = new Fault('group.managers')
  }

  return { fix, setManagers }
}

function refusalOf(room: Group, { account, old }: Target): Fault | undefined {
  if (strangeTo(room, account)) return new Fault('user.missing')
  return old?.rank === 0 ? new Fault('group.role', 'the owner stays the owner') : undefined
}

/** Gives the target what it is to be, and the batch the steps for it. */
function fixOne(call: Call, room: Group, target: Target, role: Fixed, now: number, steps: Step[]): void {
  const { user, account, row, inside, old } = target
  const { id } = room
  const rank = role === 'guest' ? undefined : rankOf(role)
  const fresh = { conv: id, user, app: room.app, joined: gets(now, account), ...atStart }
  const fixed: Member | undefined = rank === undefined ? undefined : { ...(old ?? fresh), rank }
  target.next = fixed
  steps.push(check(members, [id, user], row))
  if (!fixed) steps.push(del(members, [id, user]), del(memberships, [room.app, user, id]))
  else if (old) steps.push(put(members, fixed))
  else {
    const draft = { user, role: role === 'manager' ? ('manager' as const) : ('member' as const) }
    steps.push(...memberSteps(room, draft, fixed.joined, atStart, call.operator))
  }
  if (!row !== !fixed) steps.push(add(memberCount, [id], fixed ? 1 : -1))
  if (!inside) return
  const next = { ...inside.value, class: classOf(fixed), rank }
  steps.push(check(roomMembers, [id, user], inside), ...memberChanged(inside.value, next))
}
