import type { Broadcast } from './broadcasts/model.ts'
import type { Call, CallDevice } from './call.ts'
import type { OwnGroups, ShownSettings } from './conversations/model.ts'
import type { Part } from './messages/content.ts'
import type { Change, Conversation, Direct, Group, Invitation, Member, Message, Note, Profile, Push } from './model.ts'
import type { PresenceEvent } from './presence/model.ts'
import type { RoomEvent } from './rooms/model.ts'

import type { ServiceEvent } from './service-events.ts'

/**
 * What happened, told after the commit that did it. Gateways render events for devices, webhooks for vendors' callbacks.
 * An event carries all that its renderers need, so that nobody reads again for it.
 */
export type Event =
  /**
   * A message was stored, or passed on without being stored (then its seq is 0). `batch`: one of many that a single call
   * sent. `quiet`: its sender wants no webhook told of it. `topic`: the topic of a community it was sent to.
   */
  | {
      type: 'message.sent'
      message: Message
      conversation: Conversation
      batch?: boolean
      quiet?: boolean
      topic?: string
    }
  /** A message was refused after its sender was known: muted, too many, bad content. */
  | {
      type: 'message.failed'
      conversation: Conversation
      from: string
      parts: Part[]
      native?: Message['native']
      client?: string
      passing: boolean
      why: string
      text: string
    }
  | {
      type: 'message.recalled'
      message: Message
      change: Change
      conversation: Conversation
      original: Message
      topic?: string
    }
  /** The app took a message out of view. What is left of it says whose. */
  | { type: 'message.withdrawn'; message: Message; change: Change; conversation: Conversation }
  | { type: 'message.edited'; message: Message; change: Change; conversation: Conversation }
  /** Pairs kept beside a message were set, deleted or cleared; `version` is the newest of the message. */
  | {
      type: 'message.extended'
      message: Message
      conversation: Conversation
      what: 'set' | 'delete' | 'clear'
      pairs: { key: string; value: string; version: number }[]
      version: number
      change?: Change
    }
  | { type: 'message.reaction' | 'message.pinned'; message: Message; change: Change; conversation: Conversation }
  /** A member sent receipts for group messages of one sender. */
  | { type: 'receipts'; group: Group; receipts: { seq: number; read: number; unread: number; users: string[] }[] }
  /** The other side of a pair sent receipts. */
  | { type: 'receipts.direct'; conversation: Direct; user: string; seqs: number[] }
  /** A user erased messages for themselves alone, `erased` in all so far; or all up to a number. */
  | { type: 'erased'; conv: number; user: string; seqs: number[]; erased: number }
  | { type: 'cleared'; conv: number; user: string; seq: number }
  /** A user writes something, or stopped. */
  | { type: 'typing'; conv: number; user: string; on: boolean }
  /** `tipped`, here and below: a tip, which is a message of its own, tells of it too. */
  | { type: 'group.created'; group: Group; members: string[]; tipped?: boolean }
  | { type: 'group.changed'; group: Group; change: Change; fields: string[]; tipped?: boolean }
  | { type: 'group.dismissed'; group: Group; change: Change; members: string[] }
  | { type: 'group.owner'; group: Group; old: string; owner: string; tipped?: boolean }
  /** Its last free place was taken, or somebody was turned away because there is none. */
  | { type: 'group.full'; group: Group }
  | {
      type: 'group.attributes'
      group: Group
      what: 'set' | 'modify' | 'delete' | 'clear'
      attributes: Record<string, string>
      /** Of the change, among those of this group's attributes. */
      number?: number
    }
  | { type: 'group.applied'; group: Group; user: string; text: string }
  | { type: 'group.application.refused'; group: Group; user: string; by: string; text: string }
  | { type: 'group.invitation.refused'; group: Group; user: string; by: string; text: string }
  | {
      type: 'members.joined'
      group: Group
      members: Member[]
      change: Change
      how: 'added' | 'invited' | 'applied' | 'accepted'
      tipped?: boolean
    }
  /** A user may come in when they agree. */
  | { type: 'member.invited'; group: Group; invitation: Invitation }
  | {
      type: 'members.left'
      group: Group
      users: string[]
      change: Change
      how: 'left' | 'kicked' | 'removed'
      tipped?: boolean
    }
  | { type: 'member.changed'; group: Group; member: Member; change: Change; fields: string[]; tipped?: boolean }
  /** In a live room: users, inside or not, may speak no more, or again, or while the others may not. */
  | { type: 'members.restricted'; group: Group; users: string[]; change: Change }
  /** The last device of members in a room went, or the first came back. */
  | { type: 'members.connected'; group: Group; users: string[]; here: boolean }
  /**
   * `notify`: whom the room tells of it, by their tags; `ext`: the caller's own data for those. `back`: they were lost a
   * while ago, and not by their own wish.
   */
  | {
      type: 'room.entered'
      room: Group
      user: string
      role: string
      anonymous: boolean
      tags: string[]
      notify?: string
      ext?: string
      back?: boolean
    }
  /** `banned`: they were sent out because they may not come in any more. */
  | { type: 'room.left'; room: Group; user: string; how: 'left' | 'lost' | 'kicked'; role: string; banned?: boolean }
  | {
      type: 'queue.changed'
      room: Group
      what: 'init' | 'add' | 'update' | 'delete' | 'poll' | 'drop' | 'batch'
      owner?: string
      elements: Record<string, string>
      keys: string[]
      passing: boolean
    }
  | {
      type: 'read'
      conv: number
      user: string
      seq: number
      counted: number
      conversation: Conversation
      last?: Message
    }
  | {
      type: 'friends.added'
      pairs: { from: string; to: string; initiator: string }[]
      by: 'request' | 'answer'
      forced: boolean
      text?: string
    }
  | { type: 'friends.removed'; pairs: { from: string; to: string }[] }
  | { type: 'blocks.added'; pairs: { from: string; to: string }[] }
  | { type: 'blocks.removed'; pairs: { from: string; to: string }[] }
  /** `made`: the user is new. `fields`: what was written of the profile, `custom`: its named texts. `imported`: in bulk. */
  | {
      type: 'user.changed'
      user: string
      profile: Profile
      made: boolean
      fields: string[]
      custom?: string[]
      imported?: boolean
    }
  | { type: 'user.removed'; user: string }
  /** The user's devices must go: signed out everywhere, banned or removed. */
  | { type: 'user.kicked'; user: string; why: 'kicked' | 'banned' | 'removed'; text?: string }
  | { type: 'session.opened'; user: string; kicked: { platform: string }[] }
  /** `replaced`: a newer sign-in of the same user took its place, and says so itself. */
  | { type: 'session.closed'; user: string; why: 'left' | 'lost' | 'late' | 'kicked'; replaced?: boolean }
  | {
      type: 'session.refused'
      user: string
      code: number | string
      text: string
      room?: number
      automatic: boolean
      connection?: string
    }
  | { type: 'session.beat'; user: string; connection: string }
  /**
   * A notification of the app's own making, to a user or a group. `change`: of a group that keeps it; `users`: the only
   * members who get it. `quiet`: its sender wants no webhook told of it.
   */
  | {
      type: 'notification.sent'
      id: number
      from: string
      to: { user: string } | { group: Group }
      body: string
      stored: boolean
      pushText?: string
      ext?: string
      sound?: string
      push?: Push
      users?: string[]
      quiet?: boolean
      change?: Change
    }
  /** Something for all users of the app whom its condition fits. */
  | { type: 'broadcast'; broadcast: Broadcast }
  /** Something that concerns only this user. */
  | { type: 'note'; user: string; note: Note }
  /** A user set something of a conversation, or of their groups of conversations, for themselves. */
  | { type: 'conversation.settings'; user: string; settings: ShownSettings }
  | { type: 'conversation.groups'; user: string; groups: OwnGroups }
  /** A conversation appeared in a user's list, or left it. */
  | {
      type: 'membership'
      user: string
      conv: number
      here: boolean
      kind: 'direct' | 'group'
      /** A live room: only those inside hear what is told in it. */
      room?: boolean
    }
  | ServiceEvent
  | PresenceEvent
  | RoomEvent

/** The name of such an event. */
export type EventType = Event['type']

/** The event of one type. */
export type EventOf<T extends EventType> = Extract<Event, { type: T }>

/** An event on the bus and in the outbox, with the call it comes from. */
export interface News {
  app: number
  origin: Call['origin']
  /** In whose name the call came. */
  operator?: string
  admin: boolean
  address?: string
  device?: CallDevice
  event: Event
}

/** The news that a call makes of an event. */
export function newsOf(call: Call, event: Event): News {
  const { app, origin, operator, admin, address, device } = call
  return { app: app.id, origin, operator, admin, address, device, event }
}

/** An event whose change or message now has the number and the time that its append got. */
export function completed(
  event: Event,
  got: { number: number; time: number; counters?: Record<string, number> },
): Event {
  const { number, time, counters = {} } = got
  if ('change' in event && event.change) return { ...event, change: { ...event.change, rev: number, time, counters } }
  if (event.type === 'note') return { ...event, note: { ...event.note, number, time } }
  if (event.type === 'broadcast') return { ...event, broadcast: { ...event.broadcast, number, time } }
  if (event.type === 'conversation.settings') return { ...event, settings: { ...event.settings, changed: number } }
  if (event.type === 'conversation.groups') return { ...event, groups: { ...event.groups, changed: number } }
  if (event.type !== 'message.sent') return event
  return { ...event, message: { ...event.message, seq: number, time, shown: event.message.shown || time, counters } }
}

/** Where news of a group's conversation is told. */
export function groupSubject(conv: number): string {
  return `c.${conv}`
}

/** Where news for all users of an app is told. */
export function appSubject(app: number): string {
  return `a.${app}`
}

/** Where news for one user is told: all their direct conversations, and what concerns only them. */
export function userSubject(app: number, user: string): string {
  return `u.${app}.${user}`
}

/** Where events of one kind that a user publishes are told. */
export function eventSubject(app: number, user: string, kind: number): string {
  return `e.${app}.${kind}.${user}`
}

/** Where it is told that a user's presence is different now. */
export function presenceSubject(app: number, user: string): string {
  return `p.${app}.${user}`
}
