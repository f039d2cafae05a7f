import type { Emitter } from './emitter.ts'
import type { Events } from './options.ts'
import { plain } from './place.ts'
import type { Down, Presence, PublishedEvent, Reply, Welcome } from './protocol.ts'
import { roomToldOf } from './rooms.ts'
import type { Shelf } from './shelf.ts'
import type { Timelines, Told } from './timelines.ts'
import type { Watching } from './watching.ts'

/** Who takes what the server pushes. */
export interface Takers {
  events: Emitter<Events>
  timelines: Timelines | undefined
  watching: { presence: Watching<Presence>; events: Watching<PublishedEvent> }
  /** This device is in a room no longer. */
  outOf(conv: number): void
}

/** Gives a frame to whom it concerns. What is not known here is for newer clients. */
export function takeFrame(frame: Exclude<Down, Welcome | Reply>, { events, timelines, watching, outOf }: Takers) {
  switch (frame.type) {
    case 'message':
    case 'change':
    case 'read':
    case 'erased':
    case 'cleared':
    case 'membership':
    case 'note':
    case 'broadcast':
    case 'conversation':
    case 'conversationGroups':
      return timelines?.push(frame)
    case 'room': {
      const { conv, here, why } = frame
      if (!here) outOf(conv)
      timelines?.push(frame)
      return events.emit('room', { what: 'here', conv, here, why })
    }
    case 'entered':
    case 'left':
    case 'described':
    case 'online':
    case 'queue':
    case 'attributes':
      return events.emit('room', roomToldOf(frame))
    case 'presence':
      return watching.presence.push(plain(frame))
    case 'event':
      return watching.events.push(plain(frame))
    case 'receipts':
      return events.emit('receipts', plain(frame))
    case 'typing':
      return events.emit('typing', plain(frame))
    case 'profile':
      return events.emit('profile', plain(frame))
    case 'kicked':
      return events.emit('kicked', plain(frame))
  }
}

/** What timelines tell goes to the shelf first, so that handlers find there what they are told. */
export function tellAll({ emit }: Emitter<Events>, shelf: Shelf, stuck: Told['stuck']): Told {
  return {
    stuck,
    message(message) {
      shelf.add(message)
      emit('message', message)
    },
    change(change) {
      shelf.change(change)
      emit('change', change)
    },
    erased(erased) {
      shelf.erase(erased)
      emit('erased', erased)
    },
    conversation(told) {
      if (!told.here) shelf.forget(told.conv)
      else if (told.reset) shelf.begin(told.conv, told.messages)
      emit('conversation', told)
    },
    membership: told => emit('membership', told),
    read: read => emit('read', read),
    peerRead: read => emit('peerRead', read),
    note: note => emit('note', note),
    broadcast: broadcast => emit('broadcast', broadcast),
    settings: told => emit('settings', told),
  }
}
