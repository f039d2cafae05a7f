import type { Context } from '../context.ts'
import { erasedAfter, erasedAt } from '../messages/erased.ts'
import { visible } from '../messages/history.ts'
import type { Change, Message } from '../model.ts'
import { changes, messages } from '../tables.ts'
import type { Positions, Standing } from './positions.ts'

/** What a device has of a conversation. */
export interface Position {
  conv: number
  /** The last message it has. */
  seq: number
  /** The last change it has. */
  rev: number
  /** Up to where it shows the conversation as read. */
  read?: number
  /** Up to where it shows that the other side of a pair has read. */
  peerRead?: number
  /** Up to where it shows nothing, because its user cleared the conversation. */
  hidden?: number
  /** How many of the messages that its user erased it knows of. */
  erased?: number
  /** The time its user's membership began, as it was told; another one means that it must begin anew. */
  since?: number
}

/** A device that was away asks what it missed. */
export interface ResumeQuery {
  /** The epoch its positions are from; with another than the store's they say nothing. */
  epoch?: string
  /** In the order of the conversations' ids, all above `after`. */
  positions: readonly Position[]
  /** The conversations up to this id were answered before. */
  after: number
  /** The device has more positions than it names here: only what stands up to the last one is answered. */
  partial: boolean
  /** Only these conversations, not what is new besides. */
  only: boolean
  /** Most messages of one conversation. */
  limit: number
}

/** A message for somebody, or only its number when they do not see it. */
export type Seen<T> = { blank: true; number: number } | { blank: false; number: number; row: T }

/** A change for somebody, with the message it concerns. */
export interface SeenChange {
  change: Change
  message?: Message
}

/** What one conversation has for the device. */
export interface Moved {
  standing: Standing
  /** The device drops what it has of the conversation and begins with this, its newest page. */
  reset: boolean
  /** Without gaps, up to `seq`. */
  messages: Seen<Message>[]
  /** Without gaps, up to `rev`. */
  changes: Seen<SeenChange>[]
  /** Messages that the user erased since, which the device may still show. */
  erased: number[]
  /** Where the device stands with this. */
  seq: number
  rev: number
  /** It has not caught up yet: ask again from here. */
  more: boolean
}

/** What a device missed. */
export interface Resumed {
  moved: Moved[]
  /** Conversations it has that are not its user's any more. */
  gone: number[]
  /** Answered up to this conversation: ask again after it. Absent at the end. */
  next?: number
}

/** Conversations looked at for one answer. */
const pageOfConversations = 200
/** Messages and changes in one answer, roughly: the conversation that passes it is the last one. */
const budget = 400
/** A device that missed more begins anew. */
const tooFar = 1000

export type Resume = ReturnType<typeof openResume>

export function openResume(ctx: Context, positions: Positions) {
  /**
   * What a user's device missed since its positions: afterwards it shows what a device that stayed shows. Ends are read
   * before rows, and rows are kept in their latest state, so whatever happens meanwhile is either here or still to come.
   */
  async function resume(app: number, user: string, query: ResumeQuery): Promise<Resumed> {
    const known = new Map(query.positions.map(position => [position.conv, position]))
    const scope = await scopeOf(app, user, query)
    const standings = await positions.standings(app, user, scope.convs)
    const current = query.epoch === ctx.store.epoch
    const spans: Span[] = []
    let spent = 0
    let next = scope.next
    for (const standing of standings) {
      if (!standing) continue
      const span = spanOf(standing, known.get(standing.conversation.id), current, query.limit)
      if (!span) continue
      spans.push(span)
      spent += span.toSeq - span.fromSeq + span.toRev - span.fromRev + erasedIn(span)
      if (spent < budget) continue
      const last = scope.convs.at(-1) as number
      if (standing.conversation.id < last || scope.next !== undefined) next = standing.conversation.id
      break
    }
    const here = new Set(standings.flatMap(standing => standing?.conversation.id ?? []))
    const gone = query.positions.flatMap(({ conv }) => (here.has(conv) || (next && conv > next) ? [] : [conv]))
    return { moved: await read(user, spans), gone, next }
  }

  async function scopeOf(app: number, user: string, query: ResumeQuery) {
    const named = query.positions.map(position => position.conv)
    if (query.only) return { convs: await positions.own(app, user, named), next: undefined }
    const upTo = query.partial ? (named.at(-1) ?? query.after) : undefined
    const page = await positions.page(app, user, { after: query.after, upTo, limit: pageOfConversations })
    return { convs: page.memberships.map(row => row.conv), next: page.next ?? upTo }
  }

  /** Reads the rows of all conversations in one round trip per log. */
  async function read(user: string, spans: Span[]): Promise<Moved[]> {
    const [messageRows, changeRows] = await Promise.all([
      ctx.store.getMany(
        messages,
        spans.flatMap(span => keys(span, span.fromSeq, span.toSeq)),
      ),
      ctx.store.getMany(
        changes,
        spans.flatMap(span => keys(span, span.fromRev, span.toRev)),
      ),
    ])
    const touched = await concerned(changeRows.map(row => row?.value))
    const gone = await goneOf(user, spans, [...messageRows.map(row => row?.value), ...touched])
    let m = 0
    let c = 0
    return spans.map((span, at) => {
      const { standing, reset, toSeq: seq, toRev: rev } = span
      const viewer = { user, member: standing.member }
      const shows = (message: Message) => visible(message, viewer) && !gone.rows.has(message)
      const seenMessages = numbers(span.fromSeq, seq).map((number): Seen<Message> => {
        const row = messageRows[m++]?.value
        return row && shows(row) ? { blank: false, number, row } : { blank: true, number }
      })
      const seenChanges = numbers(span.fromRev, rev).map((number): Seen<SeenChange> => {
        const i = c++
        const change = changeRows[i]?.value
        const message = touched[i]
        const hidden = !change || !isFor(change, user) || !isAbout(change, message, shows)
        return hidden ? { blank: true, number } : { blank: false, number, row: { change, message } }
      })
      const more = seq < standing.head.number || rev < standing.rev
      const erased = gone.since[at] as number[]
      return { standing, reset, messages: seenMessages, changes: seenChanges, erased, seq, rev, more }
    })
  }

  /** What of these messages the user erased, and what they erased since in each conversation. */
  async function goneOf(user: string, spans: readonly Span[], found: readonly (Message | undefined)[]) {
    const members = new Map(spans.map(({ standing }) => [standing.conversation.id, standing.member]))
    const rows = found.filter(message => message !== undefined)
    const [erased, since] = await Promise.all([
      erasedAt(
        ctx,
        rows.map(({ conv, seq }) => ({ conv, user, member: members.get(conv), seq })),
      ),
      erasedAfter(
        ctx,
        spans.map(({ standing: { member }, fromErased: after }) => ({ conv: member.conv, user, member, after })),
      ),
    ])
    return { rows: new Set(rows.filter((_, i) => erased[i])), since }
  }

  /** The message that each change concerns, in order. */
  async function concerned(found: readonly (Change | undefined)[]): Promise<(Message | undefined)[]> {
    const wanted = found.flatMap((change, i) =>
      change?.seq === undefined ? [] : [{ i, key: [change.conv, change.seq] }],
    )
    const rows = await ctx.store.getMany(
      messages,
      wanted.map(({ key }) => key),
    )
    const byPlace = new Map(wanted.map(({ i }, n) => [i, rows[n]?.value]))
    return found.map((_, i) => byPlace.get(i))
  }

  return resume
}

/** A change to a message is for who sees it; that it is shown no more, for everybody else. */
function isAbout({ what, seq }: Change, message: Message | undefined, shows: (message: Message) => boolean): boolean {
  if (seq === undefined) return true
  return message !== undefined && shows(message) === (what !== 'withdraw')
}

/** Notices may be for some members only. */
function isFor({ what, users }: Change, user: string): boolean {
  return what !== 'notice' || !users || users.includes(user)
}

/** Rows after `from` up to `to` that a device lacks. */
interface Span {
  standing: Standing
  reset: boolean
  fromSeq: number
  toSeq: number
  fromRev: number
  toRev: number
  fromErased: number
}

/** How many messages its user erased that the device does not know of. */
function erasedIn({ standing, fromErased }: Span): number {
  return (standing.member.erased ?? 0) - fromErased
}

/** What a device lacks of a conversation; undefined when it has everything. */
function spanOf(standing: Standing, known: Position | undefined, current: boolean, limit: number): Span | undefined {
  const { head, rev, member } = standing
  const end = head.number
  const erased = member.erased ?? 0
  if (!known || !current || isUseless(standing, known)) {
    const fromSeq = Math.min(end, Math.max(end - limit, member.hidden))
    return { standing, reset: true, fromSeq, toSeq: end, fromRev: rev, toRev: rev, fromErased: erased }
  }
  if (known.seq === end && known.rev === rev && hasOwn(standing, known)) return undefined
  return {
    standing,
    reset: false,
    fromSeq: known.seq,
    toSeq: Math.min(end, known.seq + limit),
    fromRev: known.rev,
    toRev: Math.min(rev, known.rev + limit),
    fromErased: known.erased ?? erased,
  }
}

/** Whether the device shows what both sides read and what its user took out of their view; what it does not name it has. */
function hasOwn({ member, peerRead }: Standing, known: Position): boolean {
  return (
    (known.read ?? member.readSeq) === member.readSeq &&
    (known.peerRead ?? peerRead) === peerRead &&
    (known.hidden ?? member.hidden) === member.hidden &&
    (known.erased ?? member.erased ?? 0) === (member.erased ?? 0)
  )
}

function isUseless({ head, rev, member }: Standing, known: Position): boolean {
  if (known.since !== undefined && known.since !== member.joined) return true
  const erased = member.erased ?? 0
  if (known.seq > head.number || known.rev > rev || (known.erased ?? 0) > erased) return true
  return [head.number - known.seq, rev - known.rev, erased - (known.erased ?? erased)].some(missed => missed > tooFar)
}

function keys({ standing }: Span, from: number, to: number): [number, number][] {
  return numbers(from, to).map(number => [standing.conversation.id, number])
}

/** The numbers after `from` up to `to`. */
function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + 1 + i)
}
