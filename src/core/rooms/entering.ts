import { type Appended, add, append, check, del, put, ref, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan, tell } from '../context.ts'
import { Fault } from '../errors.ts'
import { living } from '../groups/rows.ts'
import type { Group } from '../model.ts'
import type { SessionPlace } from '../presence/model.ts'
import { nodes, sessions } from '../presence/tables.ts'
import { conversations, messages } from '../tables.ts'
import { type Told, toldUser } from '../telling.ts'
import type { Comings } from './comings.ts'
import type { Losses } from './losses.ts'
import type { RoomMember } from './model.ts'
import { classOf, countedAs, demandRoom, type Known, knownOf, memberChanged, placeKey, strangeTo } from './rows.ts'
import {
  roomCount,
  roomDevices,
  roomEntries,
  roomLosses,
  roomMembers,
  roomSeats,
  roomsOfUser,
  roomTags,
} from './tables.ts'

/** What an account shows of itself in a room. Left out = as it was, or nothing. */
export type Shown = Partial<Pick<RoomMember, 'nick' | 'avatar' | 'ext' | 'text' | 'tags' | 'notify'>>

/** A device that wants to come in. */
export interface EntryDraft extends Shown {
  user: string
  /** Its connection, which must be signed in; the entry ends with it. */
  session: string
  platform?: string
  /** Told with the entry to others and to the app, and not kept. */
  words?: string
}

/** Where a device is now. */
export interface Entered {
  room: Group
  member: RoomMember
  /** How many accounts are in the room. */
  online: number
}

/** Rooms that one connection can be in at the same time. */
export const mostRooms = 10
/** Devices of one account that can be in a room at the same time. */
export const mostDevices = 100
/** Numbers of entries are needed only while they are given; the last one stays. */
const entryKept = 60_000

/** Entering rooms. */
export function openEntering(ctx: Context, comings: Comings, losses: Losses) {
  /**
   * Lets a device into a room; an account comes in with its first device. A device that is in already changes what the
   * account shows, as far as that is given. Fault: 'group.kind' for what is no room, 'group.closed' where one may only
   * enter as a fixed member, 'group.banned', 'group.full', 'group.limit.joined' for a connection that is in ten rooms,
   * 'user.missing' where the room takes no strangers, 'user.banned', 'caller.unknown' for a connection that ended.
   */
  async function enter(call: Call, id: number, draft: EntryDraft): Promise<Entered> {
    if (ctx.hooks.listens('room.enter', call)) {
      const room = living(call.app.id, await ctx.store.get(conversations, [id])).value
      demandRoom(room)
      await ctx.hooks.ask('room.enter', call, { room, user: draft.user })
    }
    try {
      return await ctx.queue(placeKey(id, draft.user), () => change(ctx, () => plan(call, id, draft)))
    } catch (error) {
      if (error instanceof Fault && error.reason === 'group.full') await tellFull(call, id)
      throw error
    }
  }

  async function plan(call: Call, id: number, draft: EntryDraft): Promise<Plan<Entered>> {
    const { user, session } = draft
    const seats = { prefix: [ctx.node, session], limit: mostRooms }
    const [row, member, device, place, loss, taken, count] = await Promise.all([
      ctx.store.get(conversations, [id]),
      ctx.store.get(roomMembers, [id, user]),
      ctx.store.get(roomDevices, [id, user, session]),
      ctx.store.get(sessions, [call.app.id, user, session]),
      ctx.store.get(roomLosses, [id, user]),
      ctx.store.scan(roomSeats, seats),
      ctx.store.get(roomCount, [id, '']),
    ])
    const found = living(call.app.id, row)
    const room = found.value
    demandRoom(room)
    if (!place) throw new Fault('caller.unknown', 'the connection has ended')
    const life = [place.value.node, place.value.epoch]
    const [known, node] = await Promise.all([knownOf(ctx, room, user), ctx.store.get(nodes, life)])
    if (!node || node.value.gone) throw new Fault('caller.unknown', 'the connection has ended')
    demandEntry(room, known)
    const steps: Step[] = [
      check(conversations, [id], found),
      check(sessions, [call.app.id, user, session], place),
      // Whoever ends what the node held begins when this does not hold any more.
      check(nodes, life, node),
      known.check,
      check(roomMembers, [id, user], member),
      check(roomDevices, [id, user, session], device),
    ]
    const online = count?.value.n ?? 1
    if (member && device) return showAgain(room, member.value, draft, steps, online)
    if (taken.length >= mostRooms) throw new Fault('group.limit.joined', 'the connection is in as many rooms as it may')
    if (member) return addDevice(call, room, member.value, place.value, draft, steps, online)
    return addMember(call, room, known, place.value, draft, loss, steps)
  }

  /** The device is in already: at most what its account shows is different now. */
  function showAgain(room: Group, old: RoomMember, draft: EntryDraft, steps: Step[], online: number): Plan<Entered> {
    const member = { ...old, ...shownOf(draft) }
    const same = JSON.stringify(member) === JSON.stringify(old)
    if (!same) steps.push(...memberChanged(old, member))
    return { steps: same ? [] : steps, done: () => ({ room, member, online }) }
  }

  function addDevice(
    call: Call,
    room: Group,
    old: RoomMember,
    place: SessionPlace,
    draft: EntryDraft,
    steps: Step[],
    online: number,
  ): Plan<Entered> {
    if (old.devices >= mostDevices) throw new Fault('group.limit.joined', 'too many devices of one account')
    const member = { ...old, ...shownOf(draft), devices: old.devices + 1 }
    steps.push(...memberChanged(old, member), ...deviceSteps(room, place, draft, ctx.clock()))
    return { steps, tells: [toldDevice(call, member, draft.session)], done: () => ({ room, member, online }) }
  }

  async function addMember(
    call: Call,
    room: Group,
    known: Known,
    place: SessionPlace,
    draft: EntryDraft,
    loss: Awaited<ReturnType<typeof lossOf>>,
    steps: Step[],
  ): Promise<Plan<Entered>> {
    const { id: conv, app } = room
    const { user } = draft
    const now = ctx.clock()
    const hidden = room.policy.earlier || !room.policy.stored ? 0 : await endOf(conv)
    const at = steps.length
    const begun: RoomMember = {
      ...{ conv, user, app, listed: 1, class: classOf(known.fixed), rank: known.fixed?.rank },
      ...(known.user ? {} : { anonymous: true }),
      ...{ entry: 0, entered: now, hidden, devices: 1, tags: [], marks: [] },
      ...shownOf(draft),
    }
    const counted = countedAs(begun)
    steps.push(
      append(roomEntries, [conv], { user, expires: now + entryKept }),
      ...counted.map(what => add(roomCount, [conv, what], 1, what === '' ? { max: room.policy.maxMembers } : {})),
      put(roomMembers, { ...begun, entry: ref(at).number, entered: ref(at).time }),
      ...begun.tags.map(tag => put(roomTags, { conv, tag, user, entered: ref(at).time })),
      put(roomsOfUser, { app, user, conv, entered: ref(at).time }),
      ...deviceSteps(room, place, draft, now),
    )
    const back = loss !== undefined && loss.value.expires > now
    if (loss) steps.push(check(roomLosses, [conv, user], loss), del(roomLosses, [conv, user]))
    const event = {
      type: 'room.entered' as const,
      room,
      user,
      role: roleOf(known),
      anonymous: !known.user,
      tags: begun.tags,
      notify: begun.notify,
      ext: draft.words,
      ...(back ? { back } : {}),
    }
    const tells: Told[] = [
      { call, subjects: comings.subjects(room), event },
      toldDevice(call, begun, draft.session),
      ...losses.toldBack(call, room, user, loss?.value, now),
    ]
    const done: Plan<Entered>['done'] = results => {
      comings.happened(room)
      const { number: entry, time: entered } = results[at] as Appended
      return { room, member: { ...begun, entry, entered }, online: results[at + 1] as number }
    }
    return { steps, tells, bounds: new Fault('group.full'), done }
  }

  const lossOf = (conv: number, user: string) => ctx.store.get(roomLosses, [conv, user])

  async function endOf(conv: number): Promise<number> {
    const [head] = await ctx.store.heads(messages, [[conv]])
    return head?.number ?? 0
  }

  async function tellFull(call: Call, id: number): Promise<void> {
    const group = (await ctx.store.get(conversations, [id]))?.value
    if (group?.type === 'group') await tell(ctx, { call, subjects: [], event: { type: 'group.full', group } })
  }

  return enter
}

function demandEntry(room: Group, { account, user, fixed, banned }: Known): void {
  if (strangeTo(room, account)) throw new Fault('user.missing')
  if (user?.banned) throw new Fault('user.banned')
  // Whoever runs the room cannot be kept out of it.
  if (banned && (fixed?.rank ?? 2) > 1) throw new Fault('group.banned')
  if (room.policy.join !== 'open' && !fixed) throw new Fault('group.closed')
}

function roleOf({ fixed, user, muted }: Known): string {
  if (fixed && fixed.rank <= 1) return fixed.rank === 0 ? 'owner' : 'manager'
  if (muted) return 'limited'
  if (fixed) return 'member'
  return user ? 'guest' : 'anonymous'
}

function shownOf({ nick, avatar, ext, text, tags, notify }: Shown): Shown {
  const all = { nick, avatar, ext, text, tags: tags && [...new Set(tags)], notify }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function deviceSteps(room: Group, place: SessionPlace, draft: EntryDraft, now: number): Step[] {
  const { id: conv, app } = room
  const { node, epoch } = place
  const { user, session, platform = '' } = draft
  return [
    put(roomDevices, { conv, user, session, app, node, epoch, platform, entered: now }),
    put(roomSeats, { node, session, conv, epoch, app, user }),
  ]
}

/** The node that holds the device begins to tell it what is told in the room. */
function toldDevice(call: Call, { conv, user, hidden }: RoomMember, session: string): Told {
  return toldUser(call, user, { type: 'room.devices', conv, user, sessions: [session], here: true, hidden })
}
