import { partsOf } from '../../lib/parts.ts'
import { append, check, del, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Restriction, RestrictionKind } from '../groups/model.ts'
import { inForce, openRestricted, restrict } from '../groups/restricting.ts'
import { groupKey } from '../groups/rows.ts'
import { restrictions } from '../groups/tables.ts'
import type { Group, Member, User } from '../model.ts'
import { changes, conversations, members, users } from '../tables.ts'
import { type Told, toldConversation, unnumbered } from '../telling.ts'
import { holds } from '../users/rows.ts'
import { livingRoom } from './inside.ts'
import type { Leaving } from './leaving.ts'
import type { RoomMember } from './model.ts'
import { strangeTo } from './rows.ts'
import { roomMembers, roomMutes } from './tables.ts'

/** On whom something is to lie, and until when (ms; Infinity for ever). */
export interface Restraint {
  user: string
  until: number
}

/** Somebody with whom it could not be done, and why. */
export interface Spared {
  user: string
  why: Fault
}

/** A restriction, and its user as they show themselves while they are inside. */
export interface Restrained extends Restriction {
  inside?: RoomMember
}

/** Users in one call, and in one batch: three steps each, and a change for each end. */
const [mostRestrained, chunk] = [500, 100]

/** What is known of somebody on whom something is to lie, or lies. */
interface Target {
  user: string
  account: Row<User> | undefined
  /** Their place among the fixed members. */
  fixed: Member | undefined
  /** What lies on them now. */
  now: Restriction | undefined
}

/** Restrictions of many users of rooms at once, in the name of the app: each lies or is lifted, or its user is named. */
export function openRestraining(ctx: Context, leave: Leaving['leave']) {
  const list = openRestricted(ctx)

  /**
   * Takes the voice from users ('mute'), keeps them out ('ban') and sends them out, or lets them speak while the room is
   * muted for all ('allow'). Gives on whom it cannot lie: 'group.role' for the owner, and for a ban whoever runs the
   * room; 'user.missing' for who was deleted, or is unknown where the room takes no strangers; 'request.invalid' for an
   * end that has passed. Fault('caller.forbidden') for an operator, Fault('request.batch') beyond 500.
   */
  async function restrain(
    call: Call,
    id: number,
    what: RestrictionKind,
    asked: readonly Restraint[],
  ): Promise<Spared[]> {
    const { value: room } = await demandApp(call, id, asked.length)
    const once = [...new Map(asked.map(each => [each.user, each])).values()]
    if (what === 'ban') return banEach(call, room, once)
    return inParts(once, id, part => layPart(call, id, what, part))
  }

  /** Lifts what lies on users. Gives on whom nothing lies ('member.missing'). Refuses as `restrain` does. */
  async function release(call: Call, id: number, what: RestrictionKind, ids: readonly string[]): Promise<Spared[]> {
    await demandApp(call, id, ids.length)
    return inParts([...new Set(ids)], id, part => liftPart(call, id, what, part))
  }

  /**
   * Those on whom something lies, in the order in which it was laid on them. `after` is the `next` of the page before, 0
   * begins; `next` is absent at the end.
   */
  async function restrained(
    call: Call,
    id: number,
    what: RestrictionKind,
    { after, limit }: { after: number; limit: number },
  ): Promise<{ restrained: Restrained[]; next?: number }> {
    await livingRoom(ctx, call, id)
    const from = Math.min(Math.max(0, after) + 1, Number.MAX_SAFE_INTEGER)
    const found = await list(id, what, { order: 'number', from, limit: limit + 1 })
    const page = found.slice(0, limit)
    const inside = await ctx.store.getMany(
      roomMembers,
      page.map(({ user }) => [id, user]),
    )
    const next = found.length > limit ? page.at(-1)?.number : undefined
    return { restrained: page.map((each, i) => ({ ...each, inside: inside[i]?.value })), next }
  }

  async function demandApp(call: Call, id: number, count: number): Promise<Row<Group>> {
    if (!call.admin) throw new Fault('caller.forbidden')
    if (count > mostRestrained) throw new Fault('request.batch')
    return livingRoom(ctx, call, id)
  }

  async function inParts<T>(all: readonly T[], id: number, run: (part: T[]) => Promise<Spared[]>): Promise<Spared[]> {
    const spared: Spared[] = []
    for (const part of partsOf(all, chunk)) spared.push(...(await ctx.queue(groupKey(id), () => run(part))))
    return spared
  }

  async function layPart(call: Call, id: number, what: 'mute' | 'allow', asked: readonly Restraint[]) {
    const numbers = await Promise.all(asked.map(() => ctx.ids()))
    return change<Spared[]>(ctx, async () => {
      const row = await livingRoom(ctx, call, id)
      const targets = await targetsOf(row.value, what, asked)
      const now = ctx.clock()
      const judged = asked.map((each, i) => ({
        ...each,
        number: numbers[i] as number,
        target: targets[i] as Target,
        why: refusalOf(row.value, what, targets[i] as Target, each.until, now),
      }))
      // Who is on the list already stays in their place.
      const laid = judged.filter(({ why, target }) => !why && !(what === 'allow' && target.now))
      const steps: Step[] = [check(conversations, [id], row)]
      for (const { target, ...draft } of laid) steps.push(restrict(call, row.value, what, target.account, draft, now))
      const alike = Map.groupBy(laid, ({ until }) => Math.min(until, Number.MAX_SAFE_INTEGER))
      const tells = [...alike].map(([until, some]) =>
        tellAlike(call, row.value, what, { users: some.map(({ user }) => user), until }, steps),
      )
      return { steps: laid.length > 0 ? steps : [], tells, done: () => sparedOf(judged) }
    })
  }

  async function liftPart(call: Call, id: number, what: RestrictionKind, ids: readonly string[]) {
    return change<Spared[]>(ctx, async () => {
      const row = await livingRoom(ctx, call, id)
      const [targets, passing] = await Promise.all([
        targetsOf(
          row.value,
          what,
          ids.map(user => ({ user })),
        ),
        what === 'mute'
          ? ctx.store.getMany(
              roomMutes,
              ids.map(user => [id, 'user', user]),
            )
          : [],
      ])
      const now = ctx.clock()
      const judged = targets.map((target, i) => {
        const lies = target.now !== undefined || (passing[i]?.value.until ?? 0) > now
        const why = lies ? undefined : new Fault('member.missing', 'nothing lies on the user')
        return { user: target.user, why }
      })
      const lifted = judged.filter(({ why }) => !why).map(({ user }) => user)
      const steps: Step[] = [check(conversations, [id], row)]
      for (const user of lifted) {
        steps.push(del(restrictions, [id, what, user]))
        if (what === 'mute') steps.push(del(roomMutes, [id, 'user', user]))
      }
      // Whoever is kept out is not inside, where it is told.
      const told = lifted.length > 0 && what !== 'ban'
      const tells = told ? [tellAlike(call, row.value, what, { users: lifted, until: 0 }, steps)] : []
      return { steps: lifted.length > 0 ? steps : [], tells, done: () => sparedOf(judged) }
    })
  }

  /** Each by itself: a ban and an entry of the same user never pass each other. */
  async function banEach(call: Call, room: Group, asked: readonly Restraint[]): Promise<Spared[]> {
    const [targets, numbers] = await Promise.all([
      targetsOf(room, 'ban', asked),
      Promise.all(asked.map(() => ctx.ids())),
    ])
    const now = ctx.clock()
    const judged = asked.map((each, i) => {
      const target = targets[i] as Target
      return { ...each, number: numbers[i] as number, target, why: refusalOf(room, 'ban', target, each.until, now) }
    })
    const banned = judged.filter(({ why }) => !why)
    await Promise.all(
      banned.map(({ target, ...draft }) =>
        leave(call, room.id, draft.user, undefined, 'banned', living =>
          living ? [restrict(call, living, 'ban', target.account, draft, ctx.clock())] : [],
        ),
      ),
    )
    return sparedOf(judged)
  }

  async function targetsOf(room: Group, what: RestrictionKind, asked: readonly { user: string }[]): Promise<Target[]> {
    const [accounts, rows, lying] = await Promise.all([
      ctx.store.getMany(
        users,
        asked.map(({ user }) => [room.app, user]),
      ),
      ctx.store.getMany(
        members,
        asked.map(({ user }) => [room.id, user]),
      ),
      ctx.store.getMany(
        restrictions,
        asked.map(({ user }) => [room.id, what, user]),
      ),
    ])
    const now = ctx.clock()
    return asked.map(({ user }, i) => {
      const [account, row] = [accounts[i], rows[i]]
      const fixed = row && holds(account, row.value.joined) ? row.value : undefined
      return { user, account, fixed, now: inForce(lying[i], account, now) }
    })
  }

  return { restrain, release, restrained }
}

/** Why something cannot lie on somebody; undefined when it can. */
function refusalOf(room: Group, what: RestrictionKind, target: Target, until: number, now: number): Fault | undefined {
  const { account, fixed } = target
  if (strangeTo(room, account)) return new Fault('user.missing')
  if (until <= now) return new Fault('request.invalid', 'the end has passed')
  const spared = what === 'allow' ? -1 : what === 'ban' ? 1 : 0
  return fixed && fixed.rank <= spared ? new Fault('group.role') : undefined
}

function sparedOf(judged: readonly { user: string; why: Fault | undefined }[]): Spared[] {
  return judged.flatMap(({ user, why }) => (why ? [{ user, why }] : []))
}

/** One change for all alike, told to those inside; `until` 0 lifts it. */
function tellAlike(
  call: Call,
  room: Group,
  what: 'mute' | 'allow',
  { users, until }: { users: string[]; until: number },
  steps: Step[],
): Told {
  const member = what === 'mute' ? { mutedUntil: until } : { allowed: until > 0 }
  const record = { what: 'member' as const, by: call.operator ?? '', users, detail: { member } }
  const at = steps.length
  steps.push(append(changes, [room.id], record))
  const event = { type: 'members.restricted' as const, group: room, users, change: unnumbered(room.id, record) }
  return toldConversation(call, room, event, at)
}
