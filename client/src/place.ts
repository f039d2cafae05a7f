import type { Change, Conversation, Message, Moved, RowFrame, SideFrame } from './protocol.ts'

/** What the device has of a conversation. */
export interface Position {
  conv: number
  seq: number
  rev: number
  read: number
  /** How far the other one of two has read, if the app shows it. */
  peerRead?: number
  /** Nothing up to this message is shown. */
  hidden?: number
  /** How many messages the user erased for themselves. */
  erased?: number
  /** When the membership began (ms); with another one everything begins anew. */
  since?: number
}

/** What is told of one conversation. */
export interface PlaceTold {
  message(message: Message): void
  change(change: Change): void
  read(read: { conv: number; seq: number }): void
  peerRead(read: { conv: number; user: string; seq: number }): void
  /** The user erased these for themselves; or everything up to `upTo`. */
  erased(erased: { conv: number; seqs: number[]; upTo?: number }): void
}

/** What a frame about a conversation may be: something from before, what comes next, or a sign that something is missing. */
export type Fit = 'repeat' | 'next' | 'gap'

/** How a frame fits to what the device has. */
export function fitOf(position: Position, frame: RowFrame | SideFrame, user: string | undefined): Fit {
  switch (frame.type) {
    case 'message':
      return order(frame.seq, position.seq)
    case 'change': {
      const early = !('blank' in frame) && (frame.seq ?? 0) > position.seq
      const fit = order(frame.rev, position.rev)
      return fit === 'next' && early ? 'gap' : fit
    }
    case 'read': {
      const before = isOwn(frame, user) ? position.read : (position.peerRead ?? 0)
      return frame.seq > before ? 'next' : 'repeat'
    }
    case 'erased': {
      const before = position.erased ?? 0
      if (frame.erased <= before) return 'repeat'
      return frame.erased - frame.seqs.length > before ? 'gap' : 'next'
    }
    case 'cleared':
      return frame.seq > (position.hidden ?? 0) ? 'next' : 'repeat'
  }
}

function order(number: number, last: number): Fit {
  if (number <= last) return 'repeat'
  return number === last + 1 ? 'next' : 'gap'
}

/** Moves the position by what comes next, and tells it. */
export function accept(position: Position, frame: RowFrame | SideFrame, user: string | undefined, told: PlaceTold) {
  const { conv } = frame
  switch (frame.type) {
    case 'message':
      position.seq = frame.seq
      if (!('blank' in frame)) told.message(plain(frame))
      return
    case 'change':
      position.rev = frame.rev
      if (!('blank' in frame)) told.change(plain(frame))
      return
    case 'read':
      if (isOwn(frame, user)) {
        position.read = frame.seq
        told.read({ conv, seq: frame.seq })
      } else {
        position.peerRead = frame.seq
        told.peerRead({ conv, user: frame.user ?? '', seq: frame.seq })
      }
      return
    case 'erased':
      position.erased = frame.erased
      told.erased({ conv, seqs: frame.seqs })
      return
    case 'cleared':
      position.hidden = frame.seq
      told.erased({ conv, seqs: [], upTo: frame.seq })
  }
}

/** Where the device stands with an answer of `sync`. */
export function positionOf({ conversation, seq, rev }: Moved): Position {
  const { conv, read, peerRead, hidden, erased, since } = conversation
  return { conv, seq, rev, read, peerRead, hidden, erased, since }
}

/** Tells what an answer of `sync` has beyond the position before. */
export function tellMoved(old: Position, { conversation, messages, changes, erased = [] }: Moved, told: PlaceTold) {
  const { conv, read, peerRead = 0, hidden = 0 } = conversation as Conversation
  for (const message of messages) if (message.seq > old.seq && !('blank' in message)) told.message(message)
  for (const change of changes) if (change.rev > old.rev && !('blank' in change)) told.change(change)
  if (hidden > (old.hidden ?? 0)) told.erased({ conv, seqs: [], upTo: hidden })
  if (erased.length > 0) told.erased({ conv, seqs: erased })
  if (read > old.read) told.read({ conv, seq: read })
  if (peerRead > (old.peerRead ?? 0)) told.peerRead({ conv, user: conversation.peer ?? '', seq: peerRead })
}

function isOwn(frame: { user?: string }, user: string | undefined): boolean {
  return frame.user === undefined || frame.user === user
}

/** Without what only the wire needs. */
export function plain<T extends { type: string }>({ type: _, ...rest }: T): Omit<T, 'type'> {
  return rest
}
