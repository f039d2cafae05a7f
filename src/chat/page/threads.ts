import {
  type Change,
  type ListedConversation,
  type Message,
  type Part,
  withChange,
} from '../../../client/src/client.ts'

/** A message that is on its way. */
export interface Pending {
  client: string
  parts: Part[]
  time: number
  quote?: Message['quote']
  /** Why it was refused; it waits for the user then. */
  failed?: string
  /** Addresses that only this page knows, for pictures that are being handed in. */
  previews: string[]
}

/** One conversation as the page has it; one with somebody new has no number yet. */
export interface Thread {
  /** `u:` and the other user, or `g:` and the group's number. */
  key: string
  conv?: number
  peer?: string
  listed?: ListedConversation
  /** By number; all there are from the oldest of them on. */
  messages: Map<number, Message>
  /** Where older ones begin; undefined = there are none. */
  older?: number
  loaded: 'no' | 'now' | 'yes'
  pending: Pending[]
  /** Who writes something, and until when that holds (ms). */
  typing: Map<string, number>
  peerRead: number
  /** How many read an own message, and how many did not. */
  receipts: Map<number, { read: number; unread: number }>
  /** Up to here the server was told that the user has read. */
  seen: number
}

/** A conversation of which nothing is known yet. */
export function newThread(key: string): Thread {
  return {
    ...{ key, peer: key.startsWith('u:') ? key.slice(2) : undefined },
    ...{ messages: new Map(), pending: [], typing: new Map(), receipts: new Map() },
    ...{ loaded: 'no', peerRead: 0, seen: 0 },
  }
}

/** The key of a conversation. */
export function keyOf({ type, peer, conv }: Pick<ListedConversation, 'type' | 'peer' | 'conv'>): string {
  return type === 'direct' ? `u:${peer}` : `g:${conv}`
}

/** The messages in their order. */
export function inOrder(thread: Thread): Message[] {
  return [...thread.messages.values()].sort((a, b) => a.seq - b.seq)
}

/** Takes messages; those of the user's own that were on their way have arrived with them. */
export function take(thread: Thread, messages: readonly Message[]): void {
  for (const message of messages) thread.messages.set(message.seq, message)
  const arrived = new Set(messages.map(message => message.client))
  for (const pending of thread.pending) if (arrived.has(pending.client)) pending.previews.forEach(forget)
  thread.pending = thread.pending.filter(pending => !arrived.has(pending.client))
  for (const { sender } of messages) thread.typing.delete(sender)
}

function forget(preview: string): void {
  // The picture itself is still shown for a moment.
  setTimeout(() => URL.revokeObjectURL(preview), 10_000)
}

/** Begins anew with the newest messages. */
export function beginAnew(thread: Thread, messages: readonly Message[], next: number | undefined): void {
  thread.messages.clear()
  take(thread, messages)
  thread.older = next
  thread.loaded = 'yes'
}

/** Shows what a change made of a message. */
export function touch(thread: Thread, change: Change): void {
  const message = thread.messages.get(change.seq ?? 0)
  const now = message && withChange(message, change)
  if (now) thread.messages.set(now.seq, now)
  else if (message) thread.messages.delete(message.seq)
}

/** Takes messages out of view. */
export function drop(thread: Thread, seqs: readonly number[], upTo = 0): void {
  for (const seq of seqs) thread.messages.delete(seq)
  for (const seq of thread.messages.keys()) if (seq <= upTo) thread.messages.delete(seq)
}

/** Pinned ones first, then the newest. */
export function byRank(a: Thread, b: Thread): number {
  const pinned = (b.listed?.settings?.pinned ?? 0) - (a.listed?.settings?.pinned ?? 0)
  return pinned || lastTime(b) - lastTime(a)
}

function lastTime(thread: Thread): number {
  return thread.pending.at(-1)?.time ?? thread.listed?.last?.time ?? thread.listed?.since ?? Number.MAX_SAFE_INTEGER
}

/** Where older messages than these begin, if there may be some. */
export function firstOf(messages: readonly Message[], hidden = 0): number | undefined {
  const first = messages[0]?.seq
  return first !== undefined && first > hidden + 1 ? first : undefined
}

/** Everybody whom a message names. */
export function usersIn({ sender, parts = [], recalled }: Message): string[] {
  const notices = parts.flatMap(part => (part.type === 'notice' ? [part.by, ...(part.users ?? [])] : []))
  return [sender, ...notices, ...(recalled ? [recalled.by] : [])].filter(Boolean)
}
