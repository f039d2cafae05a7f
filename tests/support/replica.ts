import type { Change, Conversation, Down, Message, SyncReply } from '../../client/src/protocol.ts'
import { type Received, signIn, type TestSocket } from './socket.ts'
import { openWord } from './trusting.ts'

/** What a device shows of one conversation. */
interface Shown {
  messages: Map<number, Message>
  seq: number
  rev: number
  read: number
  peerRead: number | undefined
  hidden: number
  erased: number
  since: number
}

/** A device written after docs/protocol.md alone: it keeps what it shows when it goes away, and catches up when it is back. */
export interface Replica {
  user: string
  /** The connection at the moment, if there is one. */
  socket(): TestSocket | undefined
  come(): Promise<void>
  go(): Promise<void>
  /** What it shows of a conversation, in plain values. */
  picture(conv: number): object
}

/** Makes a device of a user; it is away at first. */
export function openReplica(server: { port: number }, app: { id: number }, user: string): Replica {
  const shown = new Map<number, Shown>()
  let epoch: string | undefined
  let socket: TestSocket | undefined
  let taken = 0
  let work: Promise<void> = Promise.resolve()

  async function come() {
    const mine = await signIn(server, openWord(app, user))
    socket = mine
    taken = 0
    await catchUp(mine)
    mine.ws.on('message', () => take(mine))
    take(mine)
  }

  /** Frames are taken one after another: one that shows a gap waits for the answer of `sync`. */
  function take(from: TestSocket) {
    work = work.then(async () => {
      while (socket === from && taken < from.frames.length) await onFrame(from, from.frames[taken++] as Received)
    })
  }

  async function catchUp(from: TestSocket, only?: number) {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const positions = [...shown]
        .filter(([conv]) => only === undefined || conv === only)
        .filter(([conv]) => conv > (after as number))
        .sort(([a], [b]) => a - b)
        .map(([conv, { messages: _, ...position }]) => ({ conv, ...position }))
      const missing =
        only !== undefined && positions.length === 0 ? [{ conv: only, seq: 0, rev: 0, since: 0 }] : positions
      const query = { epoch, positions: missing, after, only: only !== undefined }
      const reply = (await from.ask('sync', query)) as unknown as SyncReply
      epoch = reply.epoch
      for (const conv of reply.gone) shown.delete(conv)
      for (const moved of reply.conversations) {
        const { conversation, reset, messages, changes, erased, seq, rev, more } = moved
        const old = shown.get(conversation.conv)
        const one: Shown = { ...ends(conversation), seq, rev, messages: (!reset && old?.messages) || new Map() }
        shown.set(conversation.conv, one)
        for (const message of messages) if (!('blank' in message)) one.messages.set(message.seq, message)
        for (const change of changes) if (!('blank' in change)) apply(one, change)
        for (const each of erased ?? []) one.messages.delete(each)
        forget(one)
        if (more) await catchUp(from, conversation.conv)
      }
      after = reply.next
    }
  }

  async function onFrame(from: TestSocket, received: Received) {
    const frame = received as unknown as Down
    if (frame.type === 'membership') return frame.here ? catchUp(from, frame.conv) : void shown.delete(frame.conv)
    if (!('conv' in frame)) return
    const one = shown.get(frame.conv)
    if (!one) return catchUp(from, frame.conv)
    switch (frame.type) {
      case 'message':
        if (frame.seq <= one.seq) return
        if (frame.seq > one.seq + 1) return catchUp(from, frame.conv)
        one.seq = frame.seq
        if (!('blank' in frame)) one.messages.set(frame.seq, withoutType(frame))
        return
      case 'change':
        if (frame.rev <= one.rev) return
        if (frame.rev > one.rev + 1 || (!('blank' in frame) && (frame.seq ?? 0) > one.seq))
          return catchUp(from, frame.conv)
        one.rev = frame.rev
        if (!('blank' in frame)) apply(one, frame)
        return
      case 'read':
        if (frame.user === user) one.read = Math.max(one.read, frame.seq)
        else one.peerRead = Math.max(one.peerRead ?? 0, frame.seq)
        return
      case 'cleared':
        one.hidden = Math.max(one.hidden, frame.seq)
        return forget(one)
      case 'erased':
        if (frame.erased <= one.erased) return
        if (frame.erased - frame.seqs.length > one.erased) return catchUp(from, frame.conv)
        one.erased = frame.erased
        for (const each of frame.seqs) one.messages.delete(each)
    }
  }

  return {
    user,
    socket: () => socket,
    come,
    async go() {
      const mine = socket
      await work
      socket = undefined
      await mine?.close()
    },
    picture(conv) {
      const one = shown.get(conv)
      if (!one) return {}
      const { messages, read, peerRead, hidden, erased } = one
      const rows = [...messages.values()].sort((a, b) => a.seq - b.seq)
      return JSON.parse(JSON.stringify({ messages: rows.map(sorted), read, peerRead, hidden, erased }))
    },
  }
}

function ends({ read, peerRead, hidden = 0, erased = 0, since }: Conversation) {
  return { read, peerRead, hidden, erased, since }
}

/** What a change makes of the message that it is about. */
function apply(one: Shown, change: Change) {
  const message = one.messages.get(change.seq ?? 0)
  if (!message) return
  const { what, recalled, parts, mentions, edited, reactions, pinned } = change
  if (what === 'withdraw') one.messages.delete(message.seq)
  else if (recalled) {
    const { parts: _, reactions: __, pinned: ___, ...rest } = message
    // An edit of a message that was recalled since says that it was edited, though not how.
    const kept = what === 'edit' ? { ...rest, mentions, edited } : rest
    one.messages.set(message.seq, { ...kept, recalled })
  } else if (what === 'edit') one.messages.set(message.seq, { ...message, parts, mentions, edited })
  else if (what === 'reaction') one.messages.set(message.seq, { ...message, reactions })
  else if (what === 'pin') one.messages.set(message.seq, { ...message, pinned })
}

function forget(one: Shown) {
  for (const seq of one.messages.keys()) if (seq <= one.hidden) one.messages.delete(seq)
}

function withoutType({ type: _, ...message }: Message & { type: string }): Message {
  return message
}

/** The same message may come with its fields in another order. */
function sorted(message: Message): object {
  return Object.fromEntries(Object.entries(message).sort(([a], [b]) => (a < b ? -1 : 1)))
}
