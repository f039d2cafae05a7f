import type { Session } from '../model.ts'
import type { Platform } from './platforms.ts'

/** A connected device of a user whose row says who they are. */
export interface Connected extends Omit<Session, 'app' | 'user'> {
  /** What it says beside its user's status. */
  said?: Said
}

/** What a device says of itself to who watches its user, until it goes or the time is over. */
export interface Said {
  /** What it means is the app's. */
  value?: number
  config?: string
  /** When it was said, and until when it holds (ms). */
  at: number
  until: number
}

/** A user's connected devices in one row, so that one check decides who may come. Gone with the last device. Volatile. */
export interface Online {
  app: number
  user: string
  devices: Connected[]
  /** What they say they are doing; gone with the last device. */
  text?: string
}

/** Finds a session by the node that holds it. Volatile. */
export interface SessionPlace {
  app: number
  user: string
  id: string
  node: string
  epoch: number
}

/** One life of a node: from its first session until it ended, or until the others gave it up. Volatile. */
export interface NodeLife {
  name: string
  /** Grows with each life of the same name. */
  epoch: number
  since: number
  /** The others gave it up; the node of this name cleans up after it. */
  gone?: string
}

/** A sign of life of a node. Volatile. */
export interface Beat {
  name: string
  epoch: number
  at: number
}

/** When a user was last connected on a platform (ms). */
export interface LastSeen {
  app: number
  user: string
  platform: Platform
  at: number
}

/** A sign-in, or the end of a session. */
export interface UserEvent {
  app: number
  user: string
  number: number
  time: number
  counters: Record<string, number>
  what: 'in' | 'out'
  /** Of an end: how it came. */
  why?: EndWhy
  session: string
  platform: string
  device: string
  address?: string
  sdk?: string
  tag?: string
  /** Until when it is kept (ms). */
  expires: number
}

/** A user who wants to be told of another's presence, or of the events of one kind that the other publishes. */
export interface Subscription {
  app: number
  user: string
  kind?: number
  publisher: string
  since: number
  /** ms. */
  expires: number
}

/** The latest event of one kind that a user published; what kind, value and config mean is the app's. */
export interface Published {
  app: number
  user: string
  kind: number
  id: number
  value: number
  config?: string
  /** Of the device that published it. */
  platform: string
  /** When it was published (ms); later than the one before. */
  at: number
  /** Until when it holds (ms). */
  expires: number
  /** Whether it is for who is connected now, or also for who comes before it ends. */
  scope: 'online' | 'all'
}

/** Where a device that is not connected can be reached. */
export interface PushToken {
  app: number
  user: string
  /** The device's own id. */
  device: string
  platform: Platform
  /** The app's name for the provider. */
  engine: string
  token: string
  /** The number at the app's icon, as the device last said. */
  badge: number
  /** When the device brought it (ms). */
  at: number
  /** When the device wants no pushes. */
  quiet?: Quiet
}

/** Hours of every day at which somebody wants to be left alone. */
export interface Quiet {
  /** Minutes since midnight, 0 to 1439; from one to the same is all day. */
  from: number
  to: number
  /** An IANA time zone, such as Asia/Shanghai. */
  zone: string
}

/** Whose a push token is: a device that changes hands is its new user's alone. */
export interface PushOwner {
  app: number
  /** A digest of engine and token. */
  name: string
  user: string
  device: string
}

/** How a session ends, as the app hears it. */
export type EndWhy = 'left' | 'lost' | 'late' | 'kicked'

/** What presence tells nodes, besides what the app hears. */
export type PresenceEvent =
  /** These sessions have ended: their sockets must go. `by`: the platform of the device that took their place. */
  | {
      type: 'session.ended'
      user: string
      sessions: string[]
      why: 'replaced' | 'kicked' | 'left'
      by?: string
      text?: string
    }
  /** Something about a user's presence is different now; what it is stands in the store. */
  | { type: 'presence'; user: string }
  /** A user's subscriptions of a kind changed: who is watched until when (ms), and who not any more (absent: nobody). */
  | { type: 'watching'; user: string; kind?: number; added: { user: string; until: number }[]; removed?: string[] }
  /** `by`: the session that did it; `self`: the user's other devices are told as well. */
  | { type: 'event.published'; event: Published; by?: string; self: boolean }
