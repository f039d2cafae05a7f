import { check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { App } from '../apps/model.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import type { EventOf } from '../events.ts'
import type { Group } from '../model.ts'
import { type Told, toldUser } from '../telling.ts'
import type { Comings } from './comings.ts'
import { mostDevices } from './entering.ts'
import type { Losses } from './losses.ts'
import type { RoomDevice, RoomMember, RoomSeat } from './model.ts'
import { clearOwned, elementsGone } from './queue-rows.ts'
import { knownOf, memberGone, placeKey, roomOf } from './rows.ts'
import { roomDevices, roomMembers, roomSeats, roomsOfUser } from './tables.ts'

/** How somebody goes: by their own wish, because they are lost, or sent away; for a ban too. */
export type Going = 'left' | 'lost' | 'kicked' | 'banned'

/** Seats of a dead node that are ended together. */
const together = 200

export type Leaving = ReturnType<typeof openLeaving>

/** Leaving rooms. `apps` finds an app by its id. */
export function openLeaving(
  ctx: Context,
  comings: Comings,
  losses: Losses,
  apps: { byId(id: number): App | undefined },
) {
  /**
   * Takes devices of an account out of a room, all of them without `sessions`; with the last one the account goes, and
   * what it owns in the queue. Whether anything was there to go. `also` goes with the same batch.
   */
  async function leave(
    call: Call,
    conv: number,
    user: string,
    sessions: readonly string[] | undefined,
    how: Going,
    also: (room: Group | undefined) => Step[] = () => [],
  ): Promise<boolean> {
    const gone = await ctx.queue(placeKey(conv, user), () =>
      change(ctx, async () => {
        const [room, member] = await Promise.all([roomOf(ctx, conv), ctx.store.get(roomMembers, [conv, user])])
        // Read afterwards, so that they are as the member's row says unless that is another one by the commit.
        const devices = await devicesOf(conv, user, sessions)
        return plan(call, { room, member, devices, conv, user, how, steps: also(room) })
      }),
    )
    if (gone.queued) await clearOwned(ctx, call, conv, user)
    return gone.left
  }

  async function devicesOf(conv: number, user: string, sessions: readonly string[] | undefined) {
    if (!sessions) return ctx.store.scan(roomDevices, { prefix: [conv, user], limit: mostDevices })
    const rows = await ctx.store.getMany(
      roomDevices,
      sessions.map(session => [conv, user, session]),
    )
    return rows.filter(row => row !== undefined)
  }

  async function plan(call: Call, at: Standing): Promise<Plan<{ left: boolean; queued: boolean }>> {
    const { room, member, devices, conv, user, how, steps } = at
    // What goes with the leaving may rely on nobody coming in at the same moment.
    if (steps.length > 0 || member) steps.unshift(check(roomMembers, [conv, user], member))
    if (!member || devices.length === 0)
      return { steps: steps.length > 1 ? steps : [], done: () => ({ left: false, queued: false }) }
    const old = member.value
    for (const device of devices) steps.push(...deviceGone(device))
    const tells: Told[] = []
    if (how !== 'lost') tells.push(toldDevices(call, old, how, devices))
    const rest = old.devices - devices.length
    if (rest > 0) {
      steps.push(put(roomMembers, { ...old, devices: rest }))
      return { steps, tells, done: () => ({ left: true, queued: false }) }
    }
    steps.push(...memberGone(old), del(roomsOfUser, [old.app, user, conv]))
    const now = ctx.clock()
    // A room that was dismissed is told of as a whole.
    const living = room && !room.dismissed ? room : undefined
    let queued = false
    if (living) {
      if (how === 'lost') steps.push(...losses.lost(call, living, user, now))
      tells.push({ call, subjects: comings.subjects(living), event: await leftOf(living, old, how) })
      if (old.queued) queued = await elementsGone(ctx, call, living, user, steps, tells)
    }
    const done = () => {
      if (living) {
        comings.happened(living)
        if (how === 'lost') losses.happened(call, living, user)
      }
      return { left: true, queued }
    }
    return { steps, tells, done }
  }

  async function leftOf(room: Group, member: RoomMember, how: Going): Promise<EventOf<'room.left'>> {
    const { user, rank, anonymous } = member
    const muted = rank === undefined || rank === 2 ? (await knownOf(ctx, room, user)).muted : false
    const role = muted ? 'limited' : rank === undefined ? (anonymous ? 'anonymous' : 'guest') : fixedRoles[rank]
    const left = { type: 'room.left' as const, room, user, role }
    return how === 'banned' ? { ...left, how: 'kicked', banned: true } : { ...left, how }
  }

  /** A connection ended without leaving its rooms. Its session must have ended, so that it enters no more. */
  async function leaveAll(call: Call, user: string, session: string, how: 'left' | 'lost' = 'lost'): Promise<void> {
    const seats = await ctx.store.scan(roomSeats, { prefix: [ctx.node, session], limit: 1000 })
    await Promise.all(seats.map(({ value }) => leave(call, value.conv, user, [session], how)))
  }

  /**
   * Ends what a life of a node held in rooms, when that life is over: whoever was in by its connections alone is lost.
   * Several nodes may do so at the same time, and again after one failed: each account goes, and is told of, once.
   */
  async function endRoomsOf(node: string, epoch: number): Promise<void> {
    for (;;) {
      const seats = await ctx.store.scan(roomSeats, { prefix: [node, epoch], limit: together }, 'epoch')
      const places = Map.groupBy(seats, ({ value }) => placeKey(value.conv, value.user))
      await Promise.all([...places.values()].map(endPlace))
      if (seats.length < together) return
    }
  }

  async function endPlace(seats: readonly Row<RoomSeat>[]): Promise<void> {
    const [first] = seats as [Row<RoomSeat>]
    const { app: appId, conv, user } = first.value
    const app = apps.byId(appId)
    const gone = seats.map(({ value }) => seatGone(value))
    if (!app) return void (await ctx.store.commit(gone))
    const call: Call = { app, admin: true, origin: { dialect: 'native', via: 'rest' } }
    const sessions = seats.map(({ value }) => value.session)
    await leave(call, conv, user, sessions, 'lost', () => [...gone])
  }

  return { leave, leaveAll, endRoomsOf }
}

/** What a leaving is planned from. */
interface Standing {
  room: Group | undefined
  member: Row<RoomMember> | undefined
  devices: readonly Row<RoomDevice>[]
  conv: number
  user: string
  how: Going
  steps: Step[]
}

const fixedRoles = ['owner', 'manager', 'member'] as const

/** The steps that make a device vanish. */
export function deviceGone(row: Row<RoomDevice>): Step[] {
  const { conv, user, session } = row.value
  const key = [conv, user, session]
  return [check(roomDevices, key, row), del(roomDevices, key), seatGone(row.value)]
}

function seatGone({ node, session, conv }: Pick<RoomSeat, 'node' | 'session' | 'conv'>): Step {
  return del(roomSeats, [node, session, conv])
}

/** The nodes that hold the devices end to tell them what is told in the room. */
function toldDevices(
  call: Call,
  { conv, user, devices, hidden }: RoomMember,
  why: 'left' | 'kicked' | 'banned',
  gone: readonly Row<RoomDevice>[],
): Told {
  const all = gone.length >= devices
  const sessions = all ? undefined : gone.map(row => row.value.session)
  return toldUser(call, user, { type: 'room.devices', conv, user, sessions, here: false, hidden, why })
}
