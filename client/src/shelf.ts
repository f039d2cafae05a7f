import type { Change, Message } from './protocol.ts'

/** The newest messages of conversations as they are now, for who shows them. */
export interface Shelf {
  /** What is kept of a conversation, in the order of the numbers; empty when nothing is. */
  of(conv: number): Message[]
  begin(conv: number, messages: Message[]): void
  add(message: Message): void
  change(change: Change): void
  erase(erased: { conv: number; seqs: number[]; upTo?: number }): void
  forget(conv: number): void
  clear(): void
  /**
   * Passes a page of the messages before a number (Infinity: the newest) on as they are when it is there, whatever happened
   * while it was on its way. What stands next to what is kept is kept too.
   */
  page<P extends { messages: Message[] }>(conv: number, before: number | undefined, asked: Promise<P>): Promise<P>
}

/** How much is kept at most. */
export interface ShelfSize {
  /** Conversations, those in which something happened last. */
  conversations: number
  /** Messages of each, the newest. */
  messages: number
}

/** A page on its way: what is done to its messages meanwhile. */
interface Waiting {
  conv: number
  deeds: ((message: Message) => Message | undefined)[]
}

export function openShelf(size: ShelfSize): Shelf {
  const rows = new Map<number, Map<number, Message>>()
  const waiting = new Set<Waiting>()

  function put(conv: number, messages: Message[]) {
    const newest = size.messages > 0 ? messages.slice(-size.messages) : []
    rows.delete(conv)
    rows.set(conv, new Map(newest.map(message => [message.seq, message])))
    for (const oldest of rows.keys()) if (rows.size > size.conversations) rows.delete(oldest)
  }

  function of(conv: number): Message[] {
    return [...(rows.get(conv)?.values() ?? [])]
  }

  function add(message: Message) {
    const { conv, seq } = message
    const here = rows.get(conv)
    if (seq === 0) return
    if (!here) return put(conv, [message])
    here.set(seq, message)
    rows.delete(conv)
    rows.set(conv, here)
    for (const oldest of here.keys()) if (here.size > size.messages) here.delete(oldest)
  }

  /** Does something to what is kept, and to what is on its way. */
  function alter(conv: number, deed: (message: Message) => Message | undefined, seqs: Iterable<number>) {
    for (const each of waiting) if (each.conv === conv) each.deeds.push(deed)
    const here = rows.get(conv)
    for (const seq of seqs) {
      const old = here?.get(seq)
      const now = old && deed(old)
      if (now) here?.set(seq, now)
      else here?.delete(seq)
    }
  }

  async function page<P extends { messages: Message[] }>(conv: number, before: number | undefined, asked: Promise<P>) {
    const mine: Waiting = { conv, deeds: [] }
    waiting.add(mine)
    try {
      const found = await asked
      const messages = found.messages.flatMap(message => {
        const now = mine.deeds.reduce<Message | undefined>((each, deed) => each && deed(each), message)
        return now ? [now] : []
      })
      const kept = of(conv)
      const end = kept[0]?.seq ?? Number.POSITIVE_INFINITY
      if (end === before && messages.length > 0) put(conv, [...messages, ...kept])
      return { ...found, messages }
    } finally {
      waiting.delete(mine)
    }
  }

  return {
    of,
    begin: put,
    add,
    change(change) {
      const { conv, seq } = change
      if (seq !== undefined) alter(conv, message => withChange(message, change), [seq])
    },
    erase({ conv, seqs, upTo = 0 }) {
      const gone = new Set(seqs)
      const deed = (message: Message) => (gone.has(message.seq) || message.seq <= upTo ? undefined : message)
      alter(conv, deed, [...(rows.get(conv)?.keys() ?? [])])
    },
    forget(conv) {
      alter(conv, () => undefined, [])
      rows.delete(conv)
    },
    clear: () => rows.clear(),
    page,
  }
}

/**
 * What a message shows after a change: the same when the change is about something else, undefined when it is shown no more.
 * May be done twice.
 */
export function withChange(message: Message, change: Change): Message | undefined {
  if (change.conv !== message.conv || change.seq !== message.seq) return message
  const { what, recalled, parts, mentions, edited, reactions, pinned } = change
  if (what === 'withdraw') return undefined
  if (recalled) {
    const { parts: _, reactions: __, pinned: ___, ...rest } = message
    return defined(what === 'edit' ? { ...rest, mentions, edited, recalled } : { ...rest, recalled })
  }
  if (what === 'edit') return defined({ ...message, parts, mentions, edited })
  if (what === 'reaction') return defined({ ...message, reactions })
  if (what === 'pin') return defined({ ...message, pinned })
  return message
}

/** A message without what it has no more, as the server gives it. */
function defined(message: Message): Message {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) as unknown as Message
}
