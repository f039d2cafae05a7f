import type { Group } from '../model.ts'

/** What somebody is in a room: its owner or a manager, another fixed member, or one who is only here now. */
export type RoomClass = 'manager' | 'member' | 'guest'

/** The number that the next one who enters a room gets. Volatile. */
export interface RoomEntry {
  conv: number
  number: number
  time: number
  counters: Record<string, number>
  user: string
  expires: number
}

/** An account in a room, however many devices it has there. Volatile. */
export interface RoomMember {
  conv: number
  user: string
  app: number
  /** 0 for those whom lists leave out. */
  listed: 0 | 1
  class: RoomClass
  /** Of fixed members: 0 owner, 1 manager, 2 ordinary. */
  rank?: 0 | 1 | 2
  /** The app does not know them. */
  anonymous?: boolean
  /** Which entry of the room theirs was, and when (ms). */
  entry: number
  entered: number
  /** Messages up to and including this number are not shown to them. */
  hidden: number
  devices: number
  nick?: string
  avatar?: string
  ext?: Record<string, string>
  /** One opaque text. */
  text?: string
  tags: string[]
  /** Whom of the others their coming and going is told, by tags. */
  notify?: string
  marks: string[]
  /** Elements of the room's queue go when they go. */
  queued?: boolean
}

/** One connection of an account in a room. Volatile. */
export interface RoomDevice {
  conv: number
  user: string
  session: string
  app: number
  node: string
  epoch: number
  platform: string
  entered: number
}

/** The rooms of a connection, by the node that holds it. Volatile. */
export interface RoomSeat {
  node: string
  session: string
  conv: number
  epoch: number
  app: number
  user: string
}

/** The rooms that an account is in. Volatile. */
export interface RoomOfUser {
  app: number
  user: string
  conv: number
  entered: number
}

/** A member with a mark, or with a tag. Volatile. */
export interface RoomMark {
  conv: number
  mark: string
  user: string
  entry: number
}

export interface RoomTag {
  conv: number
  tag: string
  user: string
  entered: number
}

/** Who may not speak for a while: a user, or all who have a tag. Volatile. */
export interface RoomMute {
  conv: number
  what: 'user' | 'tag'
  /** The user or the tag. */
  user: string
  /** ms. */
  until: number
  by: string
}

/** An account whose last device in a room was lost. Volatile. */
export interface RoomLoss {
  conv: number
  user: string
  app: number
  /** ms. */
  at: number
  /** The app was told that they are gone. */
  told?: boolean
  expires: number
}

/** What holds for the whole queue of a room. */
export interface Queue {
  conv: number
  /** How many elements it holds at most, and how many it holds. */
  size: number
  length: number
  /** The place of the next new element. */
  next: number
}

/** One element of a room's queue. */
export interface QueueElement {
  conv: number
  /** Its key. */
  name: string
  /** Grows with each new element. */
  place: number
  value: string
  /** Whose it is. */
  by: string
  /** The same while it goes when they go; '' for one that stays. */
  owner: string
}

/** Named texts beside a group, all in one row, with a number that grows with each change of them. */
export interface GroupAttributes {
  conv: number
  texts: Record<string, string>
  number: number
  /** ms. */
  updated: number
}

/** What happens in rooms besides what the app hears. */
export type RoomEvent =
  /** A device came into a room or has to go: whoever holds it begins or ends to tell it. Without sessions, all of the user's. */
  | {
      type: 'room.devices'
      conv: number
      user: string
      sessions?: string[]
      here: boolean
      /** The last message they may not see. */
      hidden: number
      why?: 'left' | 'kicked' | 'banned'
    }
  /** What somebody inside shows of themselves, or their marks, are different now. */
  | { type: 'room.described'; room: Group; member: RoomMember }
  /** How many are in a room now, after some came or went. */
  | { type: 'room.counted'; conv: number; online: number }
