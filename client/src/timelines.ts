import type { Change, Conversation, Down, Message, Moved, SyncReply } from './protocol.ts'

/** What the device has of a conversation. */
export interface Position {
  conv: number
  seq: number
  rev: number
  read: number
  since: number
}

/** What timelines tell: every message and change once and in order. */
export interface Told {
  message(message: Message): void
  change(change: Change): void
  /** A conversation came, moved, or must be shown anew with these messages only. */
  conversation(told: ConversationTold): void
  read(read: { conv: number; seq: number }): void
  /** The server could not say what is missing: only a new connection helps. */
  stuck(error: unknown): void
}

/** With `reset` the app forgets the conversation's messages and shows these, the newest; older ones by `history`. */
export type ConversationTold =
  | { conv: number; here: true; conversation: Conversation; reset: boolean; messages: Message[] }
  | { conv: number; here: false }

/** Asks the server what is missing. */
export type Sync = (query: {
  epoch?: string
  positions: (Partial<Position> & { conv: number })[]
  after?: number
  partial?: boolean
  only?: boolean
}) => Promise<SyncReply>

type Pushed = Extract<Down, { type: 'message' | 'change' | 'membership' | 'read' }>

/** The positions of all conversations, and the rules by which they move. */
export interface Timelines {
  /** Catches up with everything missed; what is pushed meanwhile waits. */
  resume(sync: Sync): Promise<void>
  /** Takes what the server pushed; a gap is closed by asking for what is missing. */
  push(frame: Pushed): void
  /** The connection ended: what waits for an answer is dropped, the next `resume` brings it. */
  interrupt(): void
  save(): { epoch?: string; positions: Position[] }
}

/** Positions in one question. */
const page = 200

/** A conversation that waits for an answer, and what was pushed meanwhile, in order. */
interface Need {
  held: Pushed[]
}

export function openTimelines(saved: { epoch?: string; positions: Position[] }, told: Told): Timelines {
  const positions = new Map(saved.positions.map(position => [position.conv, position]))
  let epoch = saved.epoch
  const needs = new Map<number, Need>()
  let sync: Sync | undefined
  let resuming: Pushed[] | undefined
  let repairing = false

  async function resume(ask: Sync) {
    const held: Pushed[] = []
    sync = ask
    resuming = held
    repairing = false
    needs.clear()
    let reply: SyncReply | undefined
    do {
      const after: number = reply?.next ?? 0
      const rest = sorted([...positions.values()].filter(position => position.conv > after))
      const some = rest.slice(0, page)
      reply = await ask({ epoch, positions: some, after, partial: rest.length > some.length })
      if (resuming !== held) return
      for (const conv of reply.gone) drop(conv)
      for (const moved of reply.conversations) {
        take(moved)
        if (moved.more) needs.set(moved.conversation.conv, { held: [] })
      }
    } while (reply.next !== undefined)
    epoch = reply.epoch
    await repair()
    if (resuming !== held) return
    resuming = undefined
    for (const frame of held) push(frame)
  }

  /** Asks for the conversations in need until there are none; one question at a time. */
  async function repair(): Promise<void> {
    if (repairing) return
    repairing = true
    try {
      while (needs.size > 0 && sync) await repairSome(sync)
    } finally {
      repairing = false
    }
  }

  async function repairSome(ask: Sync): Promise<void> {
    const asked = [...needs].sort(([a], [b]) => a - b).slice(0, page)
    const named = asked.map(([conv]) => positions.get(conv) ?? { conv, seq: 0, rev: 0, since: 0 })
    const reply = await ask({ epoch, positions: named, only: true })
    if (sync !== ask) return
    const answered = reply.next ?? Number.POSITIVE_INFINITY
    const moved = new Map(reply.conversations.map(each => [each.conversation.conv, each]))
    for (const [conv, need] of asked) {
      // Somebody who left meanwhile, or left and came again, is not in the same need any more.
      if (conv > answered || needs.get(conv) !== need) continue
      const found = moved.get(conv)
      if (found) take(found)
      if (found?.more) continue
      needs.delete(conv)
      if (reply.gone.includes(conv)) drop(conv)
      else for (const frame of need.held) push(frame)
    }
  }

  function push(frame: Pushed) {
    if (resuming) resuming.push(frame)
    else if (frame.type === 'membership') onMembership(frame)
    else if (frame.type === 'read') onRead(frame)
    else if (frame.type === 'message' && frame.seq === 0) told.message(plain(frame) as Message)
    else onNumbered(frame)
  }

  function onNumbered(frame: Extract<Pushed, { type: 'message' | 'change' }>) {
    const { conv } = frame
    const need = needs.get(conv)
    if (need) {
      need.held.push(frame)
      return
    }
    const position = positions.get(conv)
    if (!position) return ask(conv, frame)
    const [number, last] = frame.type === 'message' ? [frame.seq, position.seq] : [frame.rev, position.rev]
    if (number <= last) return
    const early = frame.type === 'change' && !('blank' in frame) && (frame.seq ?? 0) > position.seq
    if (number > last + 1 || early) return ask(conv, frame)
    accept(position, frame)
  }

  function accept(position: Position, frame: Extract<Pushed, { type: 'message' | 'change' }>) {
    if (frame.type === 'message') position.seq = frame.seq
    else position.rev = frame.rev
    if ('blank' in frame) return
    if (frame.type === 'message') told.message(plain(frame) as Message)
    else told.change(plain(frame) as Change)
  }

  function onMembership({ conv, here }: { conv: number; here: boolean }) {
    // A new need: an answer that is under way may be from before.
    if (here) {
      needs.set(conv, { held: needs.get(conv)?.held ?? [] })
      ask(conv)
    } else {
      needs.delete(conv)
      drop(conv)
    }
  }

  function onRead({ conv, seq }: { conv: number; seq: number }) {
    const position = positions.get(conv)
    if (!position || seq <= position.read) return
    position.read = seq
    told.read({ conv, seq })
  }

  function ask(conv: number, frame?: Pushed) {
    const need = needs.get(conv) ?? { held: [] }
    if (frame) need.held.push(frame)
    needs.set(conv, need)
    const asking = sync
    repair().catch(error => {
      if (sync === asking && sync) told.stuck(error)
    })
  }

  function drop(conv: number) {
    if (positions.delete(conv)) told.conversation({ conv, here: false })
  }

  function take({ conversation, reset, messages, changes, seq, rev }: Moved) {
    const { conv, since, read } = conversation
    const old = positions.get(conv)
    const begins = reset || !old
    positions.set(conv, { conv, seq, rev, read, since })
    if (!begins) {
      for (const message of messages) if (message.seq > old.seq && !('blank' in message)) told.message(message)
      for (const change of changes) if (change.rev > old.rev && !('blank' in change)) told.change(change)
    }
    const shown = begins ? messages.filter((message): message is Message => !('blank' in message)) : []
    told.conversation({ conv, here: true, conversation, reset: begins, messages: shown })
  }

  function interrupt() {
    sync = undefined
    resuming = undefined
    needs.clear()
  }

  return { resume, push, interrupt, save: () => ({ epoch, positions: sorted([...positions.values()]) }) }
}

function sorted(positions: Position[]): Position[] {
  return positions.sort((a, b) => a.conv - b.conv)
}

/** Without what only the wire needs. */
function plain({ type: _, ...rest }: { type: string }): object {
  return rest
}
