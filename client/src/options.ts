import type { Back, Pace } from './comeback.ts'
import type { SocketMaker } from './connection.ts'
import type { SettingsTold } from './logs.ts'
import type { Outcome } from './outbox.ts'
import type {
  Broadcast,
  Change,
  Credentials,
  Kicked,
  Message,
  Note,
  PassingFrame,
  Presence,
  PublishedEvent,
  RoomTold,
} from './protocol.ts'
import type { ShelfSize } from './shelf.ts'
import type { ClientStorage } from './storage.ts'
import type { ConversationTold } from './timelines.ts'

/**
 * stopped → connecting → signing → syncing → online. A connection that ends leads to `offline` and from there, after a
 * wait, back to `connecting`, unless the server says that these credentials are of no use any more: `refused`. `start` leads
 * on from `stopped` and `refused`; `stop` leads from everywhere to `stopped`.
 */
export type State = 'stopped' | 'offline' | 'connecting' | 'signing' | 'syncing' | 'online' | 'refused'

type Passing<T extends PassingFrame['type']> = Omit<Extract<PassingFrame, { type: T }>, 'type'>

/** What can be listened to. */
export interface Events {
  /** With the reason when a connection ended; `wait` in ms until the next attempt. */
  state: { state: State; reason?: { code: number; text: string; back: Back }; wait?: number }
  /** A message, each once and in its conversation's order. */
  message: Message
  /** Something happened to a conversation or one of its messages, each once and in order. */
  change: Change
  /** A conversation came, moved, must be shown anew, or left the list. */
  conversation: ConversationTold
  /** A conversation came into the list, or left it. */
  membership: { conv: number; here: boolean }
  /** The user has read up to a message, on some device. */
  read: { conv: number; seq: number }
  /** The other one of two has. */
  peerRead: { conv: number; user: string; seq: number }
  /** The user took these messages, or all up to one, out of their own view, on some device. */
  erased: { conv: number; seqs: number[]; upTo?: number }
  /** Others sent receipts for messages of the user. */
  receipts: Passing<'receipts'>
  typing: Passing<'typing'>
  /** How a watched user is now. */
  presence: Presence
  /** Somebody whose events the user subscribed to published one; or another device of the user did. */
  event: PublishedEvent
  note: Note
  broadcast: Broadcast
  /** What the user set of conversations. */
  settings: SettingsTold
  /** These fields of the user's own profile are different now. */
  profile: Passing<'profile'>
  /** What happens in live rooms that this device is in. */
  room: RoomTold
  /** A message of the outbox was confirmed or refused, also one from before the last start. */
  sent: Outcome
  kicked: Omit<Kicked, 'type'>
}

export interface ClientOptions {
  /** The server: `wss://host/gateway`; http and https addresses are understood, the path may be left out. */
  url: string
  /** Asked for anew at each connection when it is a function: tokens expire. */
  credentials: Credentials | (() => Credentials | Promise<Credentials>)
  /** Names for the list of the user's devices; pushes need `device`. */
  device?: string
  platform?: string
  /** Anything that the app's back end is to hear of this device. */
  tag?: string
  /** Instead of the global one. */
  WebSocket?: SocketMaker
  storage?: ClientStorage
  /** How much is kept for `messages.local`; 100 messages of 100 conversations if left out. */
  keep?: Partial<ShelfSize>
  pace?: Partial<Pace>
  random?: () => number
}
