import type { Message } from '../model.ts'
import type { Part } from './content.ts'

/** A message that is to be sent. */
export interface MessageDraft {
  /** The shown sender; '' = the app itself, in groups. */
  from: string
  parts: Part[]
  native?: Message['native']
  /** The sender's id: a repeat within `window` ms answers with the first one's result and tells nobody. */
  client?: { id: string; window: number }
  /** 'passing' = only who is connected gets it; no number, no history. */
  delivery?: 'stored' | 'passing'
  /** Whether it raises the unread numbers of those who see it. Default yes. */
  counted?: boolean
  /** The time to show (ms), when the caller brings one. */
  shown?: number
  visibleTo?: string[]
  hiddenFrom?: string[]
  priority?: Message['priority']
  mentions?: Message['mentions']
  receipt?: boolean
  quote?: Message['quote']
  push?: Message['push']
  /**
   * What is asked of the sender: to be a user, to be a member, to be allowed to speak; by default all. And that a single
   * receiver does not block them; by default for what devices send.
   */
  checks?: { users?: boolean; member?: boolean; mute?: boolean; blocks?: boolean }
  /** The app does not want to be asked about this one. */
  unasked?: boolean
  /** No webhook is to be told of this one. */
  untold?: boolean
  /** One of many that a single call sends. */
  batch?: boolean
  /**
   * Over the flow of its conversation: the app is asked and told, and nobody gets it. Live rooms count by themselves what
   * does not say so.
   */
  over?: boolean
  /** Its id, when the app was asked and knows it already. */
  id?: number
  /** The app wants nobody to get it, and its sender not to know. */
  dropped?: boolean
}

/** What became of a message. A passing one has seq 0. */
export interface Sent {
  conv: number
  seq: number
  id: number
  time: number
  /** An earlier call with the same client id had sent it. */
  repeated: boolean
  /** The app had it dropped: its sender is not to know. */
  dropped?: boolean
  /** It was dropped because it was over the flow of its conversation. */
  over?: boolean
  message?: Message
}
