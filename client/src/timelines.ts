import { type Logs, type LogsTold, openLogs } from './logs.ts'
import { accept, fitOf, type PlaceTold, type Position, plain, positionOf, tellMoved } from './place.ts'
import type {
  Change,
  Conversation,
  HereFrame,
  Message,
  Moved,
  OwnFrame,
  OwnNumbers,
  RowFrame,
  SideFrame,
  SyncReply,
} from './protocol.ts'

export type { Position } from './place.ts'

/** What timelines tell: every message and change once and in order. */
export interface Told extends PlaceTold, LogsTold {
  /** A conversation came into the list, or left it. */
  membership(told: { conv: number; here: boolean }): void
  /** A conversation came, moved, or must be shown anew with these messages only. */
  conversation(told: ConversationTold): void
  /** The server could not say what is missing: only a new connection helps. */
  stuck(error: unknown): void
}

/**
 * With `reset` the app forgets the conversation's messages and shows these, the newest. What was said since a new
 * conversation came is told as messages afterwards. What stands before `first`, the first of all these, comes by `history`.
 */
export type ConversationTold =
  | { conv: number; here: true; conversation: Conversation; reset: boolean; messages: Message[]; first?: number }
  | { conv: number; here: false }

/** Asks the server what is missing. */
export type Sync = (
  query: {
    epoch?: string
    positions: (Partial<Position> & { conv: number })[]
    after?: number
    partial?: boolean
    only?: boolean
  } & Partial<OwnNumbers>,
) => Promise<SyncReply>

/** Where everything stands. */
export interface Place {
  epoch?: string
  positions: Position[]
  own?: OwnNumbers
}

/** What timelines take: frames with a place in a log, or about one. */
export type Pushed = RowFrame | SideFrame | HereFrame | OwnFrame

/** The positions of all logs, and the rules by which they move. */
export interface Timelines {
  /** Catches up with everything missed; what is pushed meanwhile waits. `user`: whose it is. */
  resume(sync: Sync, user?: string): Promise<void>
  /** Takes what the server pushed; a gap is closed by asking for what is missing. */
  push(frame: Pushed): void
  /** The connection ended: what waits for an answer is dropped, the next `resume` brings it. */
  interrupt(): void
  save(): Place
}

/** Positions in one question. */
const page = 200

/** Frames that wait for the answer about one conversation, and for all of them; what is above is asked for once more. */
const mostHeld = { one: 500, all: 5000 }

/** Frames that wait behind a question. */
interface Held<T> {
  frames: T[]
  /** There were too many. */
  again?: boolean
}

export function openTimelines(saved: Place, told: Told): Timelines {
  const positions = new Map(saved.positions.map(position => [position.conv, position]))
  const logs: Logs = openLogs(saved.own ?? {}, told)
  const needs = new Map<number, Held<RowFrame | SideFrame>>()
  let epoch = saved.epoch
  let user: string | undefined
  let logsNeeded = false
  let sync: Sync | undefined
  let resuming: Held<Pushed> | undefined
  let repairing = false

  async function resume(ask: Sync, whose?: string) {
    sync = ask
    user = whose
    for (let again: boolean | undefined = true; again; ) {
      const held: Held<Pushed> = { frames: [] }
      resuming = held
      repairing = false
      needs.clear()
      await catchUp(ask, held)
      if (resuming !== held) return
      again = held.again
      if (again) continue
      resuming = undefined
      for (const frame of held.frames) push(frame)
    }
  }

  async function catchUp(ask: Sync, held: Held<Pushed>) {
    let reply: SyncReply | undefined
    do {
      const after: number = reply?.next ?? 0
      const rest = sorted([...positions.values()].filter(position => position.conv > after))
      const some = rest.slice(0, page)
      // The epoch is the old one until all pages are taken; with it the numbers of the new one would mean nothing.
      const own = reply ? {} : logs.numbers()
      reply = await ask({ epoch, positions: some, after, partial: rest.length > some.length, ...own })
      if (resuming !== held) return
      if (logs.take(reply)) logsNeeded = true
      // Rooms are in no list; one that this device just entered again is asked for when its frame is taken.
      for (const conv of reply.gone) if (!held.frames.some(frame => isIn(frame, conv))) drop(conv)
      for (const moved of reply.conversations) {
        take(moved, reply.epoch === epoch)
        if (moved.more) needs.set(moved.conversation.conv, { frames: [] })
      }
    } while (reply.next !== undefined)
    epoch = reply.epoch
    await repair()
  }

  /** Asks for what is in need until nothing is; one question at a time. */
  async function repair(): Promise<void> {
    if (repairing) return
    repairing = true
    try {
      while ((needs.size > 0 || logsNeeded) && sync) await repairSome(sync)
    } finally {
      repairing = false
    }
  }

  async function repairSome(ask: Sync): Promise<void> {
    const asked = [...needs].sort(([a], [b]) => a - b).slice(0, page)
    const named = asked.map(([conv]) => positions.get(conv) ?? { conv, seq: 0, rev: 0, since: 0 })
    const own = logsNeeded ? logs.numbers() : {}
    // What comes from here on may not be in the answer.
    logsNeeded = false
    const reply = await ask({ epoch, positions: named, only: true, ...own })
    if (sync !== ask) return
    if (logs.take(reply)) logsNeeded = true
    const answered = reply.next ?? Number.POSITIVE_INFINITY
    const moved = new Map(reply.conversations.map(each => [each.conversation.conv, each]))
    for (const [conv, need] of asked) {
      // Somebody who left meanwhile, or left and came again, is not in the same need any more.
      if (conv > answered || needs.get(conv) !== need) continue
      const found = moved.get(conv)
      if (found) take(found, true)
      if (found?.more) continue
      if (reply.gone.includes(conv)) {
        needs.delete(conv)
        drop(conv)
      } else if (need.again) needs.set(conv, { frames: [] })
      else {
        needs.delete(conv)
        for (const frame of need.frames) push(frame)
      }
    }
  }

  function push(frame: Pushed) {
    if (resuming) hold(resuming, frame, mostHeld.all)
    else if (frame.type === 'membership' || frame.type === 'room') onHere(frame)
    else if ('conv' in frame && frame.type !== 'conversation') onPlaced(frame)
    else if (!logs.push(frame)) {
      logsNeeded = true
      ask()
    }
  }

  function onPlaced(frame: RowFrame | SideFrame) {
    const { conv } = frame
    if (frame.type === 'message' && frame.seq === 0) return told.message(plain(frame) as Message)
    if (frame.type === 'change' && frame.rev === 0) return told.change(plain(frame) as Change)
    const need = needs.get(conv)
    if (need) return hold(need, frame, mostHeld.one)
    const position = positions.get(conv)
    const fit = position ? fitOf(position, frame, user) : 'gap'
    if (position && fit === 'next') accept(position, frame, user, told)
    if (fit === 'gap') {
      needs.set(conv, { frames: [frame] })
      ask()
    }
  }

  function onHere({ type, conv, here }: HereFrame) {
    const position = positions.get(conv)
    // Whoever comes back to a room goes on where they were, though they came in anew.
    if (type === 'room' && position) position.since = undefined
    if (here || type === 'room') {
      // A new need: an answer that is under way may be from before. Rooms that are left can still be in the list.
      needs.set(conv, { frames: needs.get(conv)?.frames ?? [] })
      ask()
    } else {
      needs.delete(conv)
      drop(conv)
    }
  }

  function ask() {
    const asking = sync
    repair().catch(error => {
      if (sync === asking && sync) told.stuck(error)
    })
  }

  function drop(conv: number) {
    if (!positions.delete(conv)) return
    told.membership({ conv, here: false })
    told.conversation({ conv, here: false })
  }

  /** `following`: the device had caught up before, so that what came into the list since is news. */
  function take(moved: Moved, following: boolean) {
    const { conversation, reset, messages } = moved
    const { conv, since } = conversation
    const old = positions.get(conv)
    positions.set(conv, positionOf(moved))
    if (old && !reset) {
      tellMoved(old, moved, told)
      return told.conversation({ conv, here: true, conversation, reset: false, messages: [] })
    }
    const shown = messages.filter((message): message is Message => !('blank' in message))
    const news = following && !old ? shown.filter(({ time }) => time >= since) : []
    if (!old) told.membership({ conv, here: true })
    told.conversation({
      ...{ conv, here: true, conversation, reset: true },
      messages: shown.slice(0, shown.length - news.length),
      first: shown[0]?.seq,
    })
    for (const message of news) told.message(message)
  }

  function interrupt() {
    sync = undefined
    resuming = undefined
    logsNeeded = false
    needs.clear()
  }

  function save() {
    return { epoch, positions: sorted([...positions.values()]), own: logs.numbers() }
  }

  return { resume, push, interrupt, save }
}

function hold<T>(held: Held<T>, frame: T, most: number) {
  if (held.frames.length < most) held.frames.push(frame)
  else held.again = true
}

function isIn(frame: Pushed, conv: number): boolean {
  return frame.type === 'room' && frame.here && frame.conv === conv
}

function sorted(positions: Position[]): Position[] {
  return positions.sort((a, b) => a.conv - b.conv)
}
