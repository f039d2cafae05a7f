/** A file as content refers to it. Sizes in bytes, lengths in milliseconds, width and height in pixels. */
export interface FileRef {
  url?: string
  uuid?: string
  name?: string
  format?: string
  size?: number
}

interface Area {
  width?: number
  height?: number
}

/** What a message says, part by part. Users send all of them but notices, which are the server's own. */
export type Part =
  | { type: 'text'; text: string }
  | ({ type: 'image'; variants?: (FileRef & Area & { kind: 'large' | 'thumb' })[] } & FileRef & Area)
  | ({ type: 'audio'; duration?: number } & FileRef)
  | ({ type: 'video'; duration?: number; cover?: FileRef & Area } & FileRef & Area)
  | ({ type: 'file' } & FileRef)
  | { type: 'location'; title: string; latitude: number; longitude: number }
  | { type: 'face'; index?: number; data?: string }
  | { type: 'custom'; data: string; description?: string; ext?: string; sound?: string }
  | { type: 'tip'; text: string }
  | { type: 'link'; url: string; title?: string; text?: string }
  | {
      type: 'merged'
      title: string
      summary: string[]
      fallback?: string
      messages: { sender: string; time: number; parts: Part[] }[]
    }
  | { type: 'notice'; what: string; by: string; users?: string[]; changes?: Record<string, unknown>; text?: string }

/** By whom and when (ms) a message was recalled. */
export interface Recalled {
  by: string
  at: number
  reason?: string
  text?: string
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
}

/** Something that happened to a conversation besides new messages. */
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
  /** For `what: 'recall'`: what the message shows from now on. */
  recalled?: Recalled
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
  notify?: string
  /** The newest message the user sees, in `conversations()`. */
  last?: Message
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

/** Credentials of one of the server's dialects. */
export type Credentials =
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
  seq: number
  rev: number
  more: boolean
}

/** What `sync` answers. */
export interface SyncReply {
  epoch: string
  conversations: Moved[]
  gone: number[]
  next?: number
}

/** Frames of the server, one a line. */
export type Down =
  | { type: 'welcome'; user: string; session: string; epoch: string; time: number; heartbeat: number }
  | { type: 'reply'; id: number; ok?: unknown; err?: { code: string; text: string } }
  | ({ type: 'message' } & (Message | (Blank & { conv: number; seq: number })))
  | ({ type: 'change' } & (Change | (Blank & { conv: number; rev: number })))
  | { type: 'membership'; conv: number; here: boolean }
  | { type: 'read'; conv: number; seq: number }
  | { type: 'kicked'; why: string; text?: string }

/** A refusal of the server, or of the client itself ('offline', 'time.out', 'stopped'). */
export class ClientError extends Error {
  override name = 'ClientError'
  readonly code: string

  constructor(code: string, text: string) {
    super(text)
    this.code = code
  }
}
