import type { Part } from './content.ts'
import type { Broadcast, OwnGroup, OwnNumbers, OwnReply, Settings } from './protocol-own.ts'
import type { Note, Presence, PublishedEvent } from './protocol-people.ts'
import type { Described } from './protocol-rooms.ts'

export type { Content, FileRef, Part } from './content.ts'
export type * from './protocol-groups.ts'
export type * from './protocol-own.ts'
export type * from './protocol-people.ts'
export type * from './protocol-rooms.ts'

/** By whom and when (ms) a message was recalled. */
export interface Recalled {
  by: string
  at: number
  reason?: string
  text?: string
}

/** What its readers put beside a message in one way: how often, and the first who did. */
export interface Reaction {
  kind: string
  count: number
  users: string[]
}

/** How many have read a message that asked for receipts, and how many have not. */
export interface Receipt {
  seq: number
  read: number
  unread: number
  /** Who sent one just now; only in pushed receipts. */
  users?: string[]
}

/** A message. `parts` is absent once it was recalled. A passing message has seq 0: it is shown now or never. */
export interface Message {
  conv: number
  seq: number
  id: number
  sender: string
  /** The other user, in a conversation of two. */
  to?: string
  /** Milliseconds since 1970. */
  time: number
  parts?: Part[]
  recalled?: Recalled
  /** The sender's id for it. */
  client?: string
  /** Whether it raises the unread number of those who receive it. */
  counted: boolean
  mentions?: { all?: boolean; users: string[] }
  receipt?: boolean
  quote?: { id: number; hint: string }
  priority?: string
  /** By whom and when (ms) its content was changed last, and how often it was. */
  edited?: { by: string; at: number; times: number }
  reactions?: Reaction[]
  /** By whom and when (ms) it was pinned. */
  pinned?: { by: string; at: number }
}

/**
 * Something that happened to a conversation besides new messages: 'recall', 'withdraw' (shown no more), 'edit', 'reaction', 'pin', 'extend', 'member',
 * 'settings', 'notice', 'dismiss'; more may come. With rev 0 it is passing: an unstored notification to a group.
 */
export interface Change {
  conv: number
  rev: number
  time: number
  what: string
  /** The message it concerns. */
  seq?: number
  by: string
  /** The members it concerns. */
  users?: string[]
  /** What the message shows from now on: for 'recall', and for 'edit' of one that was recalled since. */
  recalled?: Recalled
  /** For 'edit'. */
  parts?: Part[]
  mentions?: Message['mentions']
  edited?: Message['edited']
  /** For 'reaction': all of them; absent = none is left. */
  reactions?: Reaction[]
  /** For 'pin'; absent = it is pinned no more. */
  pinned?: Message['pinned']
  detail?: Record<string, unknown>
}

/** A conversation in the user's list. */
export interface Conversation {
  conv: number
  type: 'direct' | 'group'
  /** The other user of a direct conversation. */
  peer?: string
  /** A group's public id, its kind, and the user's role in it. */
  alias?: string
  kind?: string
  role?: 'owner' | 'manager' | 'member'
  name?: string
  avatar?: string
  /** When the user came in (ms). */
  since: number
  /** The last message and the last change, the last message the user has read, and how many are unread. */
  seq: number
  rev: number
  read: number
  unread: number
  /** How far the other user of a direct conversation has read, if the app shows it. */
  peerRead?: number
  /** Messages up to this number are not shown to the user any more. */
  hidden?: number
  /** How many messages the user erased for themselves alone. */
  erased?: number
  notify?: string
}

/** A conversation as lists have it: with the newest message the user sees, and what they set of it. */
export interface ListedConversation extends Conversation {
  last?: Message
  settings?: Settings
}

/** What became of a sent message. */
export interface Sent {
  conv: number
  seq: number
  id: number
  time: number
  /** An earlier attempt had arrived. */
  repeated: boolean
}

/** Credentials of one of the server's dialects, or a token of the app's own making. */
export type Credentials =
  | { dialect: 'native'; app: number; token: string }
  | { dialect: 'tencent'; sdkappid: number; userid: string; usersig: string }
  | { dialect: 'netease'; appKey: string; accid: string; token: string }
  | { dialect: 'volcengine'; appId: number; token: string }
  | { dialect: string; [field: string]: unknown }

/** In place of what the user does not see. */
export interface Blank {
  blank: true
}

/** What `sync` answers for one conversation. */
export interface Moved {
  conversation: Conversation
  reset: boolean
  messages: (Message | (Blank & { conv: number; seq: number }))[]
  changes: (Change | (Blank & { conv: number; rev: number }))[]
  /** Messages that the user erased since: they are to be shown no more. */
  erased?: number[]
  seq: number
  rev: number
  more: boolean
}

/** What `sync` answers. */
export interface SyncReply extends OwnReply {
  epoch: string
  conversations: Moved[]
  gone: number[]
  next?: number
}

/** The first frame; with the last numbers of what is not of one conversation. */
export interface Welcome extends Partial<OwnNumbers> {
  type: 'welcome'
  user: string
  session: string
  epoch: string
  time: number
  heartbeat: number
}

/** The answer to an operation. */
export interface Reply {
  type: 'reply'
  id: number
  ok?: unknown
  err?: { code: string; text: string; own?: OwnCode }
}

/** The numbered rows of a conversation. */
export type RowFrame =
  | ({ type: 'message' } & (Message | (Blank & { conv: number; seq: number })))
  | ({ type: 'change' } & (Change | (Blank & { conv: number; rev: number })))

/** The user's own side of a conversation, and the other one's. */
export type SideFrame =
  /** `user` read up to here: the signed-in one on some device, or the other one of a direct conversation. */
  | { type: 'read'; conv: number; user?: string; seq: number }
  /** The user erased these on some device, `erased` in all so far; or everything up to a number. */
  | { type: 'erased'; conv: number; seqs: number[]; erased: number }
  | { type: 'cleared'; conv: number; seq: number }

/** A conversation came into the user's list or left it; or this device came into a live room, or is out. */
export type HereFrame =
  | { type: 'membership'; conv: number; here: boolean }
  | { type: 'room'; conv: number; here: boolean; why?: string }

/** The logs that are not of one conversation. */
export type OwnFrame =
  | ({ type: 'note' } & Note)
  | ({ type: 'broadcast' } & (Broadcast | (Blank & { number: number })))
  | ({ type: 'conversation' } & Settings)
  | { type: 'conversationGroups'; number: number; groups: OwnGroup[] }

/** What is told now, and never again. */
export type PassingFrame =
  /** Others sent receipts for messages of the user. */
  | { type: 'receipts'; conv: number; receipts: Receipt[] }
  /** Somebody writes something, or stopped. */
  | { type: 'typing'; conv: number; user: string; on: boolean }
  | ({ type: 'presence' } & Presence)
  | ({ type: 'event' } & PublishedEvent)
  /** These fields of the user's own profile were written, on some device or by the server. */
  | { type: 'profile'; user: string; fields: string[] }
  | { type: 'entered'; conv: number; user: string; role: string; anonymous?: boolean; tags: string[]; ext?: string }
  | { type: 'left'; conv: number; user: string; how: 'left' | 'lost' | 'kicked' }
  /** Somebody shows something else of themselves, or has other marks: all of it as it is now. */
  | ({ type: 'described'; conv: number } & Described)
  | { type: 'online'; conv: number; online: number }
  | {
      type: 'queue'
      conv: number
      what: string
      owner?: string
      elements: Record<string, string>
      keys: string[]
    }
  | {
      type: 'attributes'
      conv: number
      what: 'set' | 'modify' | 'delete' | 'clear'
      attributes: Record<string, string>
      number?: number
    }
  | Kicked

/** This device has to go. */
export interface Kicked {
  type: 'kicked'
  /** `replaced`: another device of the user took its place, on the platform `by`. */
  why: 'kicked' | 'banned' | 'removed' | 'replaced'
  by?: string
  text?: string
}

/** Frames of the server, one a line. */
export type Down = Welcome | Reply | RowFrame | SideFrame | HereFrame | OwnFrame | PassingFrame

/** The code that the app's own back end gave for its refusal, in the words of the dialect whose webhooks it answers. */
export interface OwnCode {
  dialect: string
  code: number | string
}

/** A refusal of the server, or of the client itself: 'offline', 'time.out', 'stopped', 'outbox.full', 'outbox.late'. */
export class ClientError extends Error {
  override name = 'ClientError'
  readonly code: string
  /** With the code 'hook.refused', if the app's back end gave one. */
  readonly own: OwnCode | undefined

  constructor(code: string, text: string, own?: OwnCode) {
    super(text)
    this.code = code
    this.own = own
  }
}
