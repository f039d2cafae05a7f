import type { DialectName, Origin } from './call.ts'
import type { Part } from './messages/content.ts'
import type { ReactionSummary } from './messages/model.ts'

export type { Job } from './jobs/model.ts'
export type { Note } from './notes/model.ts'
export type { Session } from './presence/session.ts'

/** A user of an app. Ids are case-sensitive. */
export interface User {
  app: number
  id: string
  profile: Profile
  /** Static sign-in token, where the dialect has such (never shown in logs). */
  token?: string
  /** UserSigs and app tokens made before this time (s) are void: somebody signed the user out everywhere. */
  validFrom?: number
  banned?: boolean
  robot?: boolean
  created: number
  updated: number
  /** Deleted once: what they got before this time (ms) is not theirs, though a job may still have to remove it. */
  since?: number
  /** Deleted; a job still cleans up. Reads treat the user as missing. */
  removed?: boolean
}

/** What a user says about themselves. All optional; an empty string clears a field. */
export interface Profile {
  nick?: string
  avatar?: string
  gender?: 'unknown' | 'male' | 'female'
  /** YYYY-MM-DD where it is a date, otherwise as it was given. */
  birthday?: string
  signature?: string
  location?: string
  email?: string
  mobile?: string
  language?: number
  level?: number
  role?: number
  /** What happens when somebody wants to be friends. */
  befriend?: 'anybody' | 'confirm' | 'nobody'
  /** May not send friend requests. */
  noRequests?: boolean
  /** One opaque text (NetEase's ex). */
  text?: string
  /** Named texts of Tencent's custom tags. */
  custom?: Record<string, string>
  /** String map and tags (Volcengine). */
  ext?: Record<string, string>
  tags?: string[]
  /** What the app's back end keeps about a user to address them by (Tencent's push attributes). */
  attributes?: Record<string, string>
}

/** What a member is in a group. */
export type Role = 'owner' | 'manager' | 'member'

/** Fields that every conversation has. */
interface ConversationCommon {
  id: number
  app: number
  name?: string
  /** Icon URL. */
  avatar?: string
  description?: string
  notice?: string
  ext?: Record<string, string>
  /** Who made it; '' when an app key without a user did. */
  creator: string
  created: number
  updated: number
  /** Grows with each change of what is shown about it. */
  revision: number
  /** Separates conversations inside one app (Volcengine's InboxType). */
  inbox: number
}

/** The conversation of two users; `a` stands before `b` by code point. */
export interface Direct extends ConversationCommon {
  type: 'direct'
  a: string
  b: string
}

/** A group, or a live room: its policy decides what it does. Its id is also its conversation's. */
export interface Group extends ConversationCommon {
  type: 'group'
  /** The id the callers gave, or one made in the dialect's form. */
  alias: string
  /** A row of the table of kinds; only a label once the group exists. */
  kind: string
  /** '' = none. */
  owner: string
  policy: Policy
  /** When it was dismissed (ms); a job still cleans up. */
  dismissed?: number
  /** Named texts (Tencent's AppDefinedData). */
  custom?: Record<string, string>
  /** Opaque texts that the server or the clients keep here (NetEase's custom and clientCustom). */
  serverText?: string
  clientText?: string
  /** What its app marks a live room with, each once. */
  marks?: string[]
  /** Things only one dialect can say about a group, kept as they were given. */
  extra?: Partial<Record<DialectName, Record<string, unknown>>>
}

/** Where messages are: a pair's, or a group's. */
export type Conversation = Direct | Group

/** Who may do something in a group: nobody, its owner, owner and managers, or every member. */
export type Who = 'nobody' | 'owner' | 'managers' | 'everyone'

/** What a group allows and keeps. Kinds are only defaults for this; nothing else decides. */
export interface Policy {
  /** Joining by one's own wish. */
  join: 'open' | 'approval' | 'closed'
  invite: Who
  /** An invited user must agree first. */
  consent: boolean
  /** Name, notice, avatar and the other shown fields. */
  edit: Who
  /** The group's opaque texts. */
  editText: Who
  speak: Who
  kick: Who
  /** Taking the voice from single members. */
  mute: Who
  dismiss: Who
  /** Managers exist. */
  managers: boolean
  ownerMayLeave: boolean
  maxMembers: number
  /** Members are kept in a list; otherwise who is in is who is connected. */
  members: 'stored' | 'passing'
  /** Messages are kept in the log. */
  stored: boolean
  /** Messages count as unread. */
  counted: boolean
  /** Devices that are away are notified, unless their user chose otherwise. */
  push: boolean
  /** Members see what was said before they came. */
  earlier: boolean
  /** Tips on joins, leaves and changes. */
  tips: 'stored' | 'passing' | 'none'
  /** Invisible in lists until the first message. */
  wakes: boolean
  /** Rooms: those whom the app does not know may come in. */
  guests?: boolean
  /** Rooms: those inside are told who comes and goes; as `tips` when absent. */
  comings?: boolean
  /** Writing the group's attributes (everybody inside when absent), and the queue of a room (the same). */
  attributes?: Who
  queue?: Who
}

/** A user in a conversation: role and own settings, and how far they have read. */
export interface Member {
  conv: number
  user: string
  app: number
  /** 0 owner, 1 manager, 2 member: the order of lists by role. */
  rank: 0 | 1 | 2
  joined: number
  /** Messages up to and including this number are not shown to the member. */
  hidden: number
  nick?: string
  level?: number
  ext?: Record<string, string>
  custom?: Record<string, string>
  text?: string
  /** May not speak until then (ms). Kept among the restrictions of the group; reads of members fill it in. */
  mutedUntil?: number
  notify?: 'all' | 'silent' | 'none'
  invitedBy?: string
  /** Read up to here, the messages counted there, and how many own counted messages there were then. */
  readSeq: number
  readCounted: number
  readSent: number
  /** How many messages they erased for themselves alone; absent = none, and then nobody looks for such. */
  erased?: number
}

/** A user who has to agree before becoming a member. */
export interface Invitation {
  conv: number
  user: string
  app: number
  by: string
  at: number
  /** Words for the invited user, and the caller's own data. */
  text?: string
  ext?: string
}

/** A user's side of a membership, to list conversations by user. */
export interface Membership {
  app: number
  user: string
  conv: number
  type: 'direct' | 'group'
  /** The group's kind, '' for a direct conversation; to list one kind without reading the others. */
  kind: string
  /** The other user of a direct conversation. */
  peer?: string
  inbox: number
  joined: number
}

/** A stored message or tip. */
export interface Message {
  conv: number
  seq: number
  /** Set by the commit, ms; never before the conversation's last. */
  time: number
  counters: Record<string, number>
  app: number
  /** Unique over all nodes, below 2^53. */
  id: number
  /** '' for the server itself. */
  sender: string
  /** The time that is shown: the caller's own if one was given, else `time`. */
  shown: number
  origin: Origin
  parts: Part[]
  /** The sender's own form by dialect, while nothing changed the message since. */
  native?: Partial<Record<DialectName, Record<string, unknown>>>
  /** The sender's id for it. */
  client?: string
  counted: boolean
  /** What was sent to a group: how many counted messages its sender had sent there by then, this one included. */
  own?: number
  priority?: 'high' | 'normal' | 'low' | 'lowest'
  mentions?: { all?: boolean; users: string[] }
  /** Asks for read receipts. */
  receipt?: boolean
  /** Quoted message. */
  quote?: { id: number; hint: string }
  /** Only these see it, besides the sender. */
  visibleTo?: string[]
  /** These do not see it; a list with the sender in it hides it from the sender's own history. */
  hiddenFrom?: string[]
  push?: Push
  recalled?: { by: string; at: number; reason?: string; text?: string }
  /** The app took it out of the view of all, or of all but its sender, and when (ms). */
  withdrawn?: { at: number; from: 'all' | 'others' }
  /** Who changed its content last, when (ms), and how often it was changed. */
  edited?: { by: string; at: number; times: number }
  /** What members put beside it, in the order in which the kinds came. Absent = none. */
  reactions?: ReactionSummary[]
  /** Who pinned it, and when (ms). */
  pinned?: { by: string; at: number }
}

/** What a push notification shows; kept opaque for the dialect's special wishes. */
export interface Push {
  off?: boolean
  title?: string
  text?: string
  payload?: string
  /** How long it is worth a push (ms); a day by default. */
  ttl?: number
  native?: Partial<Record<DialectName, Record<string, unknown>>>
}

/** What happened to a conversation besides new messages: its second log. */
export interface Change {
  conv: number
  rev: number
  time: number
  counters: Record<string, number>
  what: 'recall' | 'withdraw' | 'edit' | 'reaction' | 'pin' | 'extend' | 'member' | 'settings' | 'notice' | 'dismiss'
  /** The message it concerns. */
  seq?: number
  by: string
  /** Members it concerns. */
  users?: string[]
  detail?: Record<string, unknown>
}

/**
 * A member's exception to the counting: +1 for a message that counts for them only, -1 for one they do not see, 0 for one
 * that they erased and that did not count for them. One of nobody ('') is that of all members of a group who have none of
 * their own for the message.
 */
export interface Exception {
  conv: number
  user: string
  seq: number
  weight: 1 | 0 | -1
  /** They erased it for themselves alone: as which of all they erased, and when the membership began in which they did. */
  erased?: number
  since?: number
}
