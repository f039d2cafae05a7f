import type { Call } from '../../src/core/call.ts'
import type { Event } from '../../src/core/events.ts'
import { lanes } from '../../src/core/outbox/outbox.ts'
import type { Entered } from '../../src/core/rooms/entering.ts'
import { roomCount, roomDevices, roomMembers, roomSeats, roomsOfUser } from '../../src/core/rooms/tables.ts'
import { outbox } from '../../src/core/tables.ts'
import type { Store, Table } from '../../src/storage/store.ts'
import type { TestNode } from './core.ts'

let made = 0

/** A signed-in device of a user, without a socket. */
export interface Visitor {
  user: string
  session: string
  call: Call
  enter(room: number, shown?: object): Promise<Entered>
  leave(room: number): Promise<boolean>
  /** Its connection ends without a word. */
  cut(): Promise<void>
}

/** Signs a device of a user in at a node. */
export async function visitor(node: TestNode, user: string): Promise<Visitor> {
  const session = `s${++made}`
  const call: Call = { ...node.by(user), origin: { dialect: 'native', via: 'client' }, session }
  await node.core.presence.enter({ app: call.app.id, user, id: session, platform: 'Web', device: session }, call)
  return {
    user,
    session,
    call,
    enter: (room, shown = {}) => node.core.rooms.enter(call, room, { user, session, ...shown }),
    leave: room => node.core.rooms.leave(call, room, user, [session], 'left'),
    async cut() {
      await node.core.presence.leave({ app: call.app.id, user, id: session })
      await node.core.rooms.leaveAll(call, user, session)
    },
  }
}

/** What is counted in tests although nobody has it any more. */
const everyName = [
  ...['', 'class/manager', 'class/member', 'class/guest'],
  ...['x', 'y', 'z', 't'].flatMap(name => [`tag/${name}`, `mark/${name}`]),
]

/** All rows of a table under a prefix. */
export async function rowsOf<T>(store: Store, table: Table<T>, prefix: (string | number)[]): Promise<T[]> {
  const found: T[] = []
  for (;;) {
    const page = await store.scan(table, { prefix, skip: found.length, limit: 1000 })
    found.push(...page.map(row => row.value))
    if (page.length < 1000) return found
  }
}

/** What the store says of a room, counted from its rows and by its counters: both must agree. */
export async function census(store: Store, room: number) {
  const members = await rowsOf(store, roomMembers, [room])
  const devices = await rowsOf(store, roomDevices, [room])
  const counted = new Map<string, number>()
  const count = (what: string) => counted.set(what, (counted.get(what) ?? 0) + 1)
  for (const { class: of, tags, marks } of members) {
    count('')
    count(`class/${of}`)
    for (const tag of tags) count(`tag/${tag}`)
    for (const mark of marks) count(`mark/${mark}`)
  }
  const owners = new Map<string, number>()
  for (const { user } of devices) owners.set(user, (owners.get(user) ?? 0) + 1)
  const names = [...new Set([...counted.keys(), ...everyName])]
  const counts = await store.getMany(
    roomCount,
    names.map(name => [room, name]),
  )
  const listed = names.flatMap((name, i) => (counts[i]?.value.n ? [[name, counts[i].value.n] as const] : []))
  return {
    members: members.map(({ user }) => user).sort(),
    /** By rows, and by counters. */
    counted: Object.fromEntries([...counted].sort()),
    counters: Object.fromEntries([...listed].sort()),
    /** By rows of devices, and as their members say. */
    devices: Object.fromEntries([...owners].sort()),
    said: Object.fromEntries(members.map(({ user, devices }) => [user, devices] as const).sort()),
  }
}

/** Rows that only exist while somebody is in a room. */
export async function leftovers(store: Store, room: number, users: string[], nodes: string[], app: number) {
  const seats = await Promise.all(nodes.map(node => rowsOf(store, roomSeats, [node])))
  const rooms = await Promise.all(users.map(user => rowsOf(store, roomsOfUser, [app, user])))
  const { members, devices } = await census(store, room)
  return { seats: seats.flat().length, rooms: rooms.flat().length, members: members.length, devices }
}

/** What back ends were to hear of, in the order of its lanes. */
export async function kept(store: Store, app: number): Promise<Event[]> {
  const all = await Promise.all(Array.from({ length: lanes }, (_, lane) => rowsOf(store, outbox, [app, lane])))
  return all.flat().map(row => row.news.event)
}
