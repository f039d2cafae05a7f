import type { Core } from '../core/core.ts'
import { groupSubject, type News, userSubject } from '../core/events.ts'
import { codes, type Ending } from './codes.ts'
import { type Frame, frame } from './frames.ts'
import { openTellings, type Telling, type Views } from './tellings.ts'

/** A connected device, as news sees it. */
export interface Device {
  app: number
  user: string
  /** Sends; before the device was welcomed nothing is sent, because it reads everything afterwards. */
  push(frame: Frame): void
  end(ending: Ending, last?: Frame): void
}

/** Who is here for what: one subscription per user and per group with somebody online on this node. */
export interface Audience {
  /** From now on the device hears of its user's direct conversations and own matters. */
  enter(device: Device): void
  /** From now on the device hears of all groups of its user. Rejects when they cannot be read. */
  enterGroups(device: Device): Promise<void>
  leave(device: Device): void
  /** How many subscriptions there are. */
  size(): number
}

/** A device in a group. */
interface Place {
  /** The last message it may not see; undefined until that was read. */
  hidden: number | undefined
  /** What happened until then. */
  held: Telling[]
}

interface Room {
  places: Map<Device, Place>
  stop(): void
}

interface Home {
  devices: Set<Device>
  stop(): void
}

export function openAudience(core: Core, views: Views): Audience {
  const rooms = new Map<number, Room>()
  const homes = new Map<string, Home>()
  const groupsOf = new Map<Device, Set<number>>()
  const tellingOf = openTellings(views)

  function enter(device: Device) {
    const subject = userSubject(device.app, device.user)
    groupsOf.set(device, new Set())
    const home = homes.get(subject)
    if (home) {
      home.devices.add(device)
      return
    }
    const made: Home = { devices: new Set([device]), stop: () => {} }
    made.stop = core.bus.subscribe(subject, news => onUserNews(made, news as News))
    homes.set(subject, made)
  }

  async function enterGroups(device: Device) {
    const memberships = await core.members.joined(device.app, device.user)
    const convs = memberships.map(membership => membership.conv)
    for (const conv of convs) take(device, conv)
    await settle(device, convs)
  }

  /** Listens first and reads the barriers then: who is no member by then has no place after all. */
  async function settle(device: Device, convs: readonly number[]) {
    const places = convs.map(conv => rooms.get(conv)?.places.get(device))
    const barriers = await core.positions.barriers(device.user, convs)
    convs.forEach((conv, i) => {
      const place = places[i]
      if (!place || rooms.get(conv)?.places.get(device) !== place) return
      const hidden = barriers.get(conv)
      if (hidden === undefined) {
        release(device, conv)
        return
      }
      place.hidden = hidden
      const held = place.held
      place.held = []
      for (const telling of held) tell(device, telling, hidden)
    })
  }

  function take(device: Device, conv: number) {
    const mine = groupsOf.get(device)
    if (!mine || mine.has(conv)) return
    mine.add(conv)
    const room = rooms.get(conv)
    if (room) {
      room.places.set(device, { hidden: undefined, held: [] })
      return
    }
    const made: Room = { places: new Map([[device, { hidden: undefined, held: [] }]]), stop: () => {} }
    made.stop = core.bus.subscribe(groupSubject(conv), news => onGroupNews(conv, made, news as News))
    rooms.set(conv, made)
  }

  function release(device: Device, conv: number) {
    groupsOf.get(device)?.delete(conv)
    const room = rooms.get(conv)
    if (!room?.places.delete(device) || room.places.size > 0) return
    room.stop()
    rooms.delete(conv)
  }

  function leave(device: Device) {
    for (const conv of groupsOf.get(device) ?? []) release(device, conv)
    groupsOf.delete(device)
    const subject = userSubject(device.app, device.user)
    const home = homes.get(subject)
    if (!home?.devices.delete(device) || home.devices.size > 0) return
    home.stop()
    homes.delete(subject)
  }

  function onGroupNews(conv: number, room: Room, news: News) {
    const telling = tellingOf(news)
    if (telling)
      for (const [device, place] of room.places) {
        if (place.hidden === undefined) place.held.push(telling)
        else tell(device, telling, place.hidden)
      }
    if (news.event.type !== 'group.dismissed') return
    const gone = frame({ type: 'membership', conv, here: false })
    for (const device of [...room.places.keys()]) {
      release(device, conv)
      device.push(gone)
    }
  }

  function onUserNews(home: Home, news: News) {
    const { event } = news
    if (event.type === 'membership') onMembership(home, event)
    else if (event.type === 'user.kicked') {
      const last = frame({ type: 'kicked', why: event.why, text: event.text })
      for (const device of [...home.devices]) device.end(codes[event.why], last)
    } else {
      const telling = tellingOf(news)
      if (telling) for (const device of home.devices) tell(device, telling, 0)
    }
  }

  function onMembership(home: Home, event: { conv: number; here: boolean; kind: 'direct' | 'group' }) {
    const told = frame({ type: 'membership', conv: event.conv, here: event.here })
    for (const device of home.devices) {
      if (event.kind === 'group' && event.here) welcomeTo(device, event.conv, told)
      else {
        if (!event.here) release(device, event.conv)
        device.push(told)
      }
    }
  }

  /** Whoever comes back to a group may see less of it than before: the place is taken anew. */
  function welcomeTo(device: Device, conv: number, told: Frame) {
    release(device, conv)
    take(device, conv)
    rooms.get(conv)?.places.get(device)?.held.unshift({ frame: told, blank: undefined, seq: 0, sees: everybody })
    settle(device, [conv]).catch(error => {
      core.log.warn({ err: error, conv }, 'a group could not be joined to a socket')
      device.end(codes.unavailable)
    })
  }

  return { enter, enterGroups, leave, size: () => rooms.size + homes.size }
}

const everybody = () => true

function tell(device: Device, { frame, blank, seq, sees }: Telling, hidden: number) {
  if ((seq === 0 || seq > hidden) && sees(device.user)) device.push(frame)
  else if (blank) device.push(blank())
}
