import { type Content, partsOf } from './content.ts'
import type { Link } from './link.ts'
import type { Outbox, Outgoing } from './outbox.ts'
import { ClientError, type Message, type Reaction, type Receipt, type Sent } from './protocol.ts'
import type { Shelf } from './shelf.ts'

/** What can be said with a message. */
export interface SendOptions {
  /** The message's own id; made when absent. Sending the same id again within 7 days is no second message. */
  client?: string
  mentions?: { all?: boolean; users?: string[] }
  quote?: Message['quote']
  /** The sender wants to know who read it. */
  receipt?: boolean
  /** Only for who is connected: not kept, not sent later, rejected with 'offline' when there is no connection. */
  passing?: boolean
  /** In live rooms: what is dropped last when there is too much. */
  priority?: 'high' | 'normal' | 'low' | 'lowest'
}

/** A pair beside a message; with `version` it is written only while it is as the caller saw it (0 = there is none). */
export interface Pair {
  key: string
  value: string
  version?: number
}

/** A pair as it stands now. */
export type VersionedPair = Required<Pair>

/** Somebody's reaction, and when it came (ms). */
export interface Reacted {
  user: string
  at: number
}

/** A page of the messages of a conversation: before or after a number, or the newest. */
export interface HistoryPage {
  before?: number
  after?: number
  limit?: number
}

type Where = { to: string } | { conv: number }

/** Saying something, and what is done with messages afterwards. */
export function openMessages(link: Link, outbox: Outbox, shelf: Shelf, random: () => number) {
  const { call } = link

  function send(operation: Outgoing['do'], where: Where, content: Content, more: SendOptions): Promise<Sent> {
    const { client = newId(random), ...rest } = more
    const message = { do: operation, with: { ...where, ...rest, parts: partsOf(content), client } }
    if (!more.passing) return outbox.add(message)
    if (link.state() !== 'online') return Promise.reject(new ClientError('offline', 'not connected'))
    return link.request(message.do, message.with)
  }

  return {
    /** Sends to a user, later when there is no connection now. */
    sendToUser: (to: string, content: Content, more: SendOptions = {}) =>
      send('message.sendToUser', { to }, content, more),
    /** Sends to a group or a live room, later when there is no connection now. */
    sendToGroup: (conv: number, content: Content, more: SendOptions = {}) =>
      send('message.sendToGroup', { conv }, content, more),
    /** The newest messages that are kept here, in order, as they are now. Empty when nothing is kept: see `history`. */
    local: (conv: number): Message[] => shelf.of(conv),
    /** Messages before or after a number, or the newest; in order. `next` is where to go on; without it that is the end. */
    history(conv: number, page: HistoryPage = {}) {
      const asked = call<{ messages: Message[]; next?: number }>('history.read', { conv, ...page })
      return shelf.page(conv, page.after === undefined ? (page.before ?? Number.POSITIVE_INFINITY) : undefined, asked)
    },
    /** Changes an own message of texts and custom data, within a day. */
    edit: (conv: number, seq: number, content: Content) =>
      call<{ edited: NonNullable<Message['edited']> }>('message.edit', { conv, seq, parts: partsOf(content) }),
    /** Recalls an own message within two minutes, or any as a group's manager. */
    recall: (conv: number, seq: number, reason?: string) => call<object>('message.recall', { conv, seq, reason }),
    /** Takes messages out of the user's own view, on all devices and for good. `erased`: those that are gone by this. */
    erase: (conv: number, seqs: number[]) => call<{ erased: number[] }>('message.erase', { conv, seqs }),
    /** Says that the user read messages that ask for receipts; `seqs`: those that take one. */
    sendReceipts: (conv: number, seqs: number[]) => call<{ seqs: number[] }>('message.receipts.send', { conv, seqs }),
    /** How many read the user's own messages. */
    receipts: (conv: number, seqs: number[]) => call<{ receipts: Receipt[] }>('message.receipts.get', { conv, seqs }),
    /** Who read an own message, or with `read: false` who did not. */
    readers: (conv: number, seq: number, page: { read: boolean; after?: string; limit?: number }) =>
      call<{ users: string[]; next?: string }>('message.receipts.list', { conv, seq, ...page }),
    /** Puts a reaction beside a message; `reactions`: what it shows then. */
    react: (conv: number, seq: number, kind: string) =>
      call<{ reactions: Reaction[] }>('message.react', { conv, seq, kind }),
    /** Takes an own reaction back. */
    unreact: (conv: number, seq: number, kind: string) =>
      call<{ reactions: Reaction[] }>('message.unreact', { conv, seq, kind }),
    /** Who reacted in one way, in the order in which they did. */
    reactions: (conv: number, seq: number, kind: string, page: { after?: Reacted; limit?: number } = {}) =>
      call<{ users: Reacted[]; next?: Reacted }>('message.reactions', { conv, seq, kind, ...page }),
    /** The user's own reactions: messages name only the first who did. */
    ownReactions: (conv: number, seqs: number[]) =>
      call<{ reactions: { seq: number; kinds: string[] }[] }>('message.reactions.own', { conv, seqs }),
    /** Pins a message for everybody. */
    pin: (conv: number, seq: number) => call<{ pinned: NonNullable<Message['pinned']> }>('message.pin', { conv, seq }),
    unpin: (conv: number, seq: number) => call<object>('message.unpin', { conv, seq }),
    /** The pinned messages, the one pinned last first. */
    pins: (conv: number) => call<{ messages: Message[] }>('conversation.pins', { conv }),
    /** Keeps pairs beside a message; `ok: false` where somebody else was first. */
    extend: (conv: number, seq: number, pairs: Pair[]) =>
      call<{ pairs: (VersionedPair & { ok: boolean })[] }>('message.extend', { conv, seq, what: 'set', pairs }),
    /** Deletes pairs beside a message, or all of them. */
    retract: (conv: number, seq: number, pairs?: Omit<Pair, 'value'>[]) =>
      call<{ pairs: (VersionedPair & { ok: boolean })[] }>(
        'message.extend',
        pairs ? { conv, seq, what: 'delete', pairs } : { conv, seq, what: 'clear' },
      ),
    /** The pairs beside a message from a version on; deleted ones have an empty value, those up to `cleared` are gone. */
    extensions: (conv: number, seq: number, page: { from?: number; limit?: number } = {}) =>
      call<{ pairs: VersionedPair[]; version: number; cleared: number; complete: boolean }>('message.extensions', {
        ...{ conv, seq },
        ...page,
      }),
    /** Tells the others who are connected that the user writes something, or stopped. */
    typing: (where: Where, on = true) => call<object>('typing', { ...where, on }),
    /** Sends a notification that means something to the app alone, to a user or a group. */
    notify: (where: Where, body: string, more: NotifyOptions = {}) =>
      call<{ id: number }>('notification.send', { ...where, body, ...more }),
  }
}

/** What can be said with a notification. */
export interface NotifyOptions {
  /** Also for devices that are away; true if left out. */
  stored?: boolean
  ext?: string
  /** The file name of a sound. */
  sound?: string
  /** What devices show that are away; without it nothing. */
  push?: { title?: string; text: string; payload?: string }
}

function newId(random: () => number): string {
  const part = () =>
    Math.floor(random() * 2 ** 48)
      .toString(36)
      .padStart(10, '0')
  return globalThis.crypto?.randomUUID?.() ?? part() + part()
}
