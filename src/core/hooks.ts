import type { Call } from './call.ts'
import type { Part } from './messages/content.ts'
import type { Conversation, Group, Message, Policy, Profile } from './model.ts'

/** A message that is about to be sent, as far as the app may change it. */
export interface MessageAsked {
  /** The id it will have. */
  id: number
  from: string
  parts: Part[]
  native?: Message['native']
  client?: string
  passing: boolean
  mentions?: Message['mentions']
  push?: Message['push']
  /** The topic of a community it is for. */
  topic?: string
  /** Set by the app: the sender is answered as if it had been sent, and nobody gets it. */
  dropped?: boolean
}

/**
 * The points at which an app may be asked before something happens. The draft may come back changed; refusing is
 * Fault('hook.refused'). The core asks before it reads and commits, never inside a commit.
 */
export interface HookPoints {
  'message.direct': MessageAsked & { to: string }
  'message.group': MessageAsked & { group: Group }
  'message.recall': { conversation: Conversation; message: Message; by: string }
  'group.create': {
    owner: string
    name: string
    kind: string
    members: string[]
    invited: string[]
    policy: Policy
    text?: string
    fields?: Pick<Group, 'avatar' | 'description' | 'notice' | 'clientText' | 'serverText'>
  }
  'group.apply': { group: Group; user: string; text: string }
  /** Users are taken in, or invited; those who are missing in the answer are left out. */
  'group.invite': { group: Group; by: string; users: string[]; text?: string }
  'group.leave': { group: Group; user: string }
  'group.kick': { group: Group; by: string; users: string[] }
  'group.dismiss': { group: Group; by: string }
  'group.change': { group: Group; by: string; fields: Record<string, unknown> }
  'group.owner': { group: Group; by: string; owner: string; leave: boolean }
  'manager.add': { group: Group; by: string; users: string[] }
  'manager.remove': { group: Group; by: string; users: string[] }
  /** A member's fields in a group: their own, or those of another. */
  'member.change': { group: Group; by: string; user: string; fields: Record<string, unknown> }
  'member.mute': { group: Group; by: string; users: string[]; muted: boolean }
  'group.mute': { group: Group; by: string; muted: boolean }
  'friend.add': { from: string; targets: FriendAsked[]; both: boolean; forced: boolean }
  'friend.answer': { from: string; targets: FriendAnswered[] }
  'friend.remove': { from: string; to: string }
  'profile.change': { user: string; profile: Profile }
  'room.enter': { room: Group; user: string }
  'topic.create': { by: string; group: string; kind: string; name: string }
  'channel.create': { by: string; owner: string; name: string }
  'channel.subscribe': { channel: string; by: string; users: string[] }
  'channel.send': { channel: string; parts: Part[]; native?: Message['native']; passing: boolean }
  /** `space`: of a service that has sign-ins of its own; `type`: the app's own number for the kind of client. */
  'session.open': {
    user: string
    platform: string
    device: string
    token?: string
    tag?: string
    space?: 'qchat'
    type?: number
  }
  'call.start': { from: string; to: string[]; kind: 'call' | 'meeting' }
}

/** One of those whom a user wants as a friend; the app may refuse each with a code of its own. */
export interface FriendAsked {
  to: string
  remark?: string
  list?: string
  source?: string
  text?: string
  refused?: { code: number | string; text: string }
}

/** One of the requests that a user answers. */
export interface FriendAnswered {
  to: string
  remark?: string
  list?: string
  accept: boolean
  /** The answer also makes the other a friend of the answering user. */
  both: boolean
  refused?: { code: number | string; text: string }
}

/** The name of such a point. */
export type HookPoint = keyof HookPoints

/** Who is asked at the hook points. */
export interface Ask {
  /** Whether somebody listens at a point; costs nothing. */
  listens(point: HookPoint, call: Call): boolean
  /**
   * Asks whoever listens; gives the draft back, changed or untouched. Fault('hook.refused') when the app says no, or
   * when it is silent and its settings take that for a no.
   */
  ask<P extends HookPoint>(point: P, call: Call, draft: HookPoints[P]): Promise<HookPoints[P]>
}

/** Nobody listens. */
export const askNobody: Ask = { listens: () => false, ask: async (_point, _call, draft) => draft }
