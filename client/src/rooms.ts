import type { Link } from './link.ts'
import { plain } from './place.ts'
import type { Insider, InsiderPlace, PassingFrame, QueueElement, Room, RoomTold, Shown } from './protocol.ts'

/** What is told with something done in a room. */
export interface RoomWords {
  text?: string
  /** The caller's own data for those who are told. */
  ext?: string
}

/** Which of those in a room to list. */
export interface InsidersPage {
  of?: 'managers' | 'members' | 'guests'
  tag?: string
  newest?: boolean
  after?: InsiderPlace
  limit?: number
}

type Numbered = { number: number }

/** Live rooms: who is in them is who is connected. The client goes back into its rooms when it comes back. */
export function openRooms({ call, request }: Pick<Link, 'call' | 'request'>, tell: (told: RoomTold) => void) {
  const inside = new Map<number, object>()

  /** After the connection was lost; a room that lets this device in no more is out. */
  async function enterAgain(): Promise<void> {
    const entering = [...inside].map(async ([conv, shown]) => {
      try {
        await request('room.enter', { conv, ...shown })
      } catch (error) {
        const { code } = error as { code: string }
        if (code === 'offline' || !inside.delete(conv)) return
        tell({ what: 'here', conv, here: false, why: code })
      }
    })
    await Promise.all(entering)
  }

  function out(conv: number) {
    inside.delete(conv)
  }

  const methods = {
    /** Comes into a room with this device; said again, it changes what the user shows. */
    async enter(conv: number, shown: Shown & { words?: string } = {}) {
      const entered = await call<{ room: Room; me: Insider; online: number }>('room.enter', { conv, ...shown })
      const { words: _, ...kept } = shown
      inside.set(conv, { ...inside.get(conv), ...kept })
      return entered
    },
    /** Leaves it with this device. */
    leave(conv: number) {
      out(conv)
      return call<object>('room.leave', { conv })
    },
    info: (conv: number) => call<Room>('room.info', { conv }),
    /** How many are in it. */
    count: (conv: number) =>
      call<{ online: number; managers: number; members: number; guests: number }>('room.count', { conv }),
    /** Who is in it: who came first comes first, or last with `newest`. */
    members: (conv: number, page: InsidersPage = {}) =>
      call<{ members: Insider[]; next?: InsiderPlace }>('room.members', { conv, ...page }),
    /** Changes what the user shows in it. */
    async describe(conv: number, shown: Shown) {
      const described = await call<{ me: Insider }>('room.describe', { conv, ...shown })
      if (inside.has(conv)) inside.set(conv, { ...inside.get(conv), ...shown })
      return described
    },
    /** Sends users out; they may come back. */
    kick: (conv: number, users: string[], words: RoomWords = {}) =>
      call<{ kicked: string[] }>('room.kick', { conv, users, ...words }),
    /** Keeps users out, for some seconds or for ever. */
    ban: (conv: number, users: string[], options: { seconds?: number; text?: string } = {}) =>
      call<object>('room.ban', { conv, users, ...options }),
    unban: (conv: number, users: string[]) => call<object>('room.unban', { conv, users }),
    /** Takes the voice from a user, or from all with a tag, for some seconds; 0 gives it back. */
    mute: (conv: number, whom: { user: string } | { tag: string }, seconds: number, words: RoomWords = {}) =>
      call<{ seconds: number }>('room.mute', { conv, ...whom, seconds, ...words }),
    /** Leaves the voice to those who run the room, or gives it back. */
    muteAll: (conv: number, on: boolean, words: RoomWords = {}) => call<object>('room.muteAll', { conv, on, ...words }),
    /** Makes somebody a manager, a fixed member, or a guest again. */
    fix: (conv: number, user: string, role: 'manager' | 'member' | 'guest', words: RoomWords = {}) =>
      call<object>('room.fix', { conv, user, role, ...words }),
    /** Named texts that all of a group or a room share. */
    attributes: {
      get: (conv: number, names?: string[]) =>
        call<{ attributes: Record<string, string>; number: number }>('room.attributes.get', { conv, names }),
      /** These are all there are. */
      set: (conv: number, attributes: Record<string, string>) =>
        call<Numbered>('room.attributes.set', { conv, attributes }),
      /** Some of them; the others stay. */
      modify: (conv: number, attributes: Record<string, string>) =>
        call<Numbered>('room.attributes.modify', { conv, attributes }),
      delete: (conv: number, names: string[]) => call<Numbered>('room.attributes.delete', { conv, names }),
      clear: (conv: number) => call<Numbered>('room.attributes.clear', { conv }),
    },
    /** A line of elements by key, in the order in which they came. */
    queue: {
      /** How many it holds at most. */
      init: (conv: number, size: number) => call<object>('room.queue.init', { conv, size }),
      /** `failed`: the keys for which there is no place. */
      offer: (conv: number, elements: QueueElement[]) =>
        call<{ failed: string[] }>('room.queue.offer', { conv, elements }),
      /** Takes one out: this, or the first. */
      poll: (conv: number, key?: string) => call<{ element?: QueueElement }>('room.queue.poll', { conv, key }),
      peek: (conv: number) => call<{ element?: QueueElement }>('room.queue.peek', { conv }),
      list: (conv: number) => call<{ elements: QueueElement[] }>('room.queue.list', { conv }),
      drop: (conv: number) => call<object>('room.queue.drop', { conv }),
    },
  }

  return { methods, enterAgain, out, clear: () => inside.clear() }
}

type RoomFrame = Extract<PassingFrame, { type: RoomTold['what'] }>

/** What a frame tells of a room. */
export function roomToldOf(frame: RoomFrame): RoomTold {
  if (frame.type === 'queue') {
    const { what: did, ...rest } = plain(frame)
    return { ...rest, what: 'queue', did }
  }
  if (frame.type === 'attributes') {
    const { what: did, ...rest } = plain(frame)
    return { ...rest, what: 'attributes', did }
  }
  const { type: what, ...rest } = frame
  return { what, ...rest } as RoomTold
}
