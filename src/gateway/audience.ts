import type { Core } from '../core/core.ts'
import { type EventOf, groupSubject, type News, userSubject } from '../core/events.ts'
import { codes, type Ending } from './codes.ts'
import { openCrowds } from './crowds.ts'
import { type Frame, frame } from './frames.ts'
import { openTellings, type Telling, type Views } from './tellings.ts'
import { type Household, openWatchers, type PresenceViews } from './watchers.ts'

/** A connected device, as news sees it. */
export interface Device {
  app: number
  user: string
  session: string
  /** What it says it runs on. */
  platform: string
  /** Sends; before the device was welcomed nothing is sent, because it reads everything afterwards. */
  push(frame: Frame): void
  end(ending: Ending, last?: Frame): void
}

/** Who is here for what: one subscription per user and per group with somebody online on this node. */
export interface Audience {
  /** From now on the device hears of its user's direct conversations and own matters, and what is said to everybody. */
  enter(device: Device): void
  /** From now on the device hears of all groups of its user. Rejects when they cannot be read. */
  enterGroups(device: Device): Promise<void>
  leave(device: Device): void
  /** How many subscriptions there are. */
  size(): number
  /** How many users have a device here. */
  users(): number
}

/** A device in a group. */
interface Place {
  /** The last message it may not see; undefined until that was read. */
  hidden: number | undefined
  /** What happened until then. */
  held: Telling[]
  /** It is a live room, that the device entered itself. */
  entered: boolean
}

interface Room {
  places: Map<Device, Place>
  stop(): void
}

interface Home extends Household {
  devices: Set<Device>
  /** Whom its user watches is known. */
  ready: Promise<void>
  stop(): void
}

export function openAudience(core: Core, views: Views & PresenceViews): Audience {
  const rooms = new Map<number, Room>()
  const homes = new Map<string, Home>()
  /** Absent for a device in no group. */
  const groupsOf = new Map<Device, Set<number>>()
  const tellingOf = openTellings(views)
  const crowds = openCrowds(core, views)
  const watchers = openWatchers(core, views)

  function enter(device: Device) {
    const subject = userSubject(device.app, device.user)
    crowds.enter(device)
    const home = homes.get(subject)
    if (home) {
      home.devices.add(device)
      return
    }
    const { app, user } = device
    const made: Home = { app, user, devices: new Set([device]), ready: Promise.resolve(), stop: () => {} }
    made.stop = core.bus.subscribe(subject, news => onUserNews(made, news as News))
    homes.set(subject, made)
    made.ready = watchers.enter(made)
    // Whoever waits for it hears of it.
    made.ready.catch(() => {})
  }

  async function enterGroups(device: Device) {
    const [places] = await Promise.all([
      core.members.placesOf(device.app, device.user),
      homes.get(userSubject(device.app, device.user))?.ready,
    ])
    // Live rooms are heard by those inside, whoever runs them.
    const convs = places.filter(({ group }) => group.policy.members === 'stored').map(({ group }) => group.id)
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

  function take(device: Device, conv: number, hidden?: number) {
    if (!isHere(device) || groupsOf.get(device)?.has(conv)) return
    groupsOf.set(device, (groupsOf.get(device) ?? new Set()).add(conv))
    const room = rooms.get(conv)
    const place: Place = { hidden, held: [], entered: hidden !== undefined }
    if (room) {
      room.places.set(device, place)
      return
    }
    const made: Room = { places: new Map([[device, place]]), stop: () => {} }
    made.stop = core.bus.subscribe(groupSubject(conv), news => onGroupNews(conv, made, news as News))
    rooms.set(conv, made)
  }

  function isHere(device: Device): boolean {
    return homes.get(userSubject(device.app, device.user))?.devices.has(device) === true
  }

  function release(device: Device, conv: number) {
    const mine = groupsOf.get(device)
    if (mine?.delete(conv) && mine.size === 0) groupsOf.delete(device)
    const room = rooms.get(conv)
    if (!room?.places.delete(device) || room.places.size > 0) return
    room.stop()
    rooms.delete(conv)
  }

  function leave(device: Device) {
    for (const conv of groupsOf.get(device) ?? []) release(device, conv)
    crowds.leave(device)
    const subject = userSubject(device.app, device.user)
    const home = homes.get(subject)
    if (!home?.devices.delete(device) || home.devices.size > 0) return
    home.stop()
    homes.delete(subject)
    watchers.leave(home)
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
    const over = frame({ type: 'room', conv, here: false, why: 'dismissed' })
    for (const [device, { entered }] of [...room.places]) {
      release(device, conv)
      device.push(entered ? over : gone)
    }
  }

  function onUserNews(home: Home, news: News) {
    const { event } = news
    if (event.type === 'membership') onMembership(home, event)
    else if (event.type === 'user.kicked') {
      const last = frame({ type: 'kicked', why: event.why, text: event.text })
      for (const device of [...home.devices]) device.end(codes[event.why], last)
    } else if (event.type === 'session.ended') onEnded(home, event)
    else if (event.type === 'watching') watchers.change(home, event)
    else if (event.type === 'event.published') watchers.publish(home, event)
    else if (event.type === 'room.devices') onRoom(home, event)
    else {
      const telling = tellingOf(news)
      if (telling) for (const device of devicesFor(home, event)) tell(device, telling, 0)
    }
  }

  /** All of the user's; what is told of a live room only those that are in it. */
  function devicesFor(home: Home, event: News['event']): Iterable<Device> {
    if (event.type !== 'room.described') return home.devices
    return [...home.devices].filter(device => groupsOf.get(device)?.has(event.room.id))
  }

  function onEnded(home: Home, { sessions, why, by, text }: EventOf<'session.ended'>) {
    const last = why === 'left' ? undefined : frame({ type: 'kicked', why, by, text })
    for (const device of [...home.devices])
      if (sessions.includes(device.session)) device.end(why === 'replaced' ? codes.replaced : codes.ended, last)
  }

  /** A device is in a live room from now on, without being told of it otherwise, or is not any more. */
  function onRoom(home: Home, { conv, sessions, here, hidden, why }: EventOf<'room.devices'>) {
    const told = frame({ type: 'room', conv, here, why })
    for (const device of home.devices) {
      if (sessions && !sessions.includes(device.session)) continue
      if (here) take(device, conv, hidden)
      else if (!groupsOf.get(device)?.has(conv)) continue
      else release(device, conv)
      device.push(told)
    }
  }

  function onMembership(home: Home, event: EventOf<'membership'>) {
    const told = frame({ type: 'membership', conv: event.conv, here: event.here })
    for (const device of home.devices) {
      if (event.kind === 'group' && event.here && !event.room) welcomeTo(device, event.conv, told)
      else {
        if (!event.here && !event.room) release(device, event.conv)
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

  const size = () => rooms.size + homes.size + crowds.size() + watchers.size()
  return { enter, enterGroups, leave, size, users: () => homes.size }
}

const everybody = () => true

function tell(device: Device, { frame, blank, seq, sees }: Telling, hidden: number) {
  if ((seq === 0 || seq > hidden) && sees(device.user)) device.push(frame)
  else if (blank) device.push(blank())
}
