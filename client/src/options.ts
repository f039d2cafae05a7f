import type { Back, Pace } from './comeback.ts'
import type { SocketMaker } from './connection.ts'
import type { Outcome } from './outbox.ts'
import type { Change, Credentials, Message, Part } from './protocol.ts'
import type { ClientStorage } from './storage.ts'
import type { ConversationTold } from './timelines.ts'

/**
 * offline → connecting → syncing → online; a connection that ends leads over `waiting` back to connecting, unless the
 * server says that these credentials are no good any more: refused. `stop` leads from everywhere to offline.
 */
export type State = 'offline' | 'connecting' | 'syncing' | 'online' | 'waiting' | 'refused'

/** What can be listened to. */
export interface Events {
  /** With the reason when a connection ended; `wait` in ms until the next attempt. */
  state: { state: State; reason?: { code: number; text: string; back: Back }; wait?: number }
  /** A message, each once and in its conversation's order. */
  message: Message
  change: Change
  conversation: ConversationTold
  /** The user has read up to a message, on another device. */
  read: { conv: number; seq: number }
  /** A message of the outbox was confirmed or refused, also one from before the last start. */
  sent: Outcome
  kicked: { why: string; text?: string }
}

export interface ClientOptions {
  /** The server: `wss://host/gateway`; http and https addresses are understood, the path may be left out. */
  url: string
  /** Asked for anew at each connection when it is a function: tokens expire. */
  credentials: Credentials | (() => Credentials | Promise<Credentials>)
  /** Names for the list of the user's devices. */
  device?: string
  platform?: string
  /** Instead of the global one. */
  WebSocket?: SocketMaker
  storage?: ClientStorage
  pace?: Partial<Pace>
  random?: () => number
}

/** What can be sent: parts, or a plain text. */
export type Content = string | Part[]

export interface SendOptions {
  /** The message's own id; made when absent. Sending the same id again within 7 days is no second message. */
  client?: string
  mentions?: Message['mentions']
  quote?: Message['quote']
  receipt?: boolean
  /** Only for who is connected: not kept, not sent later, rejected with 'offline' when there is no connection. */
  passing?: boolean
}
