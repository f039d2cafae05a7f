import type { Call } from './call.ts'
import type { Change, Conversation, Group, Invitation, Member, Message, Profile } from './model.ts'

/**
 * What happened, told after the commit that did it. Gateways render events for devices, webhooks for vendors' callbacks.
 * An event carries all that its renderers need, so that nobody reads again for it.
 */
export type Event =
  /** A message was stored, or passed on without being stored (then its seq is 0). */
  | { type: 'message.sent'; message: Message; conversation: Conversation }
  | { type: 'message.recalled'; message: Message; change: Change }
  | { type: 'group.created'; group: Group; members: string[] }
  | { type: 'group.changed'; group: Group; change: Change; fields: string[] }
  | { type: 'group.dismissed'; group: Group; change: Change }
  | { type: 'members.joined'; group: Group; members: Member[]; change: Change; how: 'added' | 'invited' | 'applied' }
  /** A user may come in when they agree. */
  | { type: 'member.invited'; group: Group; invitation: Invitation }
  | { type: 'members.left'; group: Group; users: string[]; change: Change; how: 'left' | 'kicked' | 'removed' }
  | { type: 'member.changed'; group: Group; member: Member; change: Change }
  | { type: 'read'; conv: number; user: string; seq: number; counted: number }
  | { type: 'user.created'; user: string }
  | { type: 'user.changed'; user: string; profile: Profile }
  | { type: 'user.removed'; user: string }
  /** The user's devices must go: signed out everywhere, banned or removed. */
  | { type: 'user.kicked'; user: string; why: 'kicked' | 'banned' | 'removed'; text?: string }
  | { type: 'session.opened'; user: string; platform: string }
  | { type: 'session.closed'; user: string; platform: string; why: string }
  /** A conversation appeared in a user's list, or left it. */
  | { type: 'membership'; user: string; conv: number; here: boolean; kind: 'direct' | 'group' }

/** An event on the bus, with the call it comes from. */
export interface News {
  app: number
  origin: Call['origin']
  event: Event
}

/** Where news of a group's conversation is told. */
export function groupSubject(conv: number): string {
  return `c.${conv}`
}

/** Where news for one user is told: all their direct conversations, and what concerns only them. */
export function userSubject(app: number, user: string): string {
  return `u.${app}.${user}`
}
