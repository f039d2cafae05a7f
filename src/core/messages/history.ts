import type { Context } from '../context.ts'
import type { Conversation, Member, Message } from '../model.ts'
import { messages } from '../tables.ts'
import { erasedAt } from './erased.ts'

/** Which messages of a conversation to read. */
export interface HistoryQuery {
  /** By number, or by the shown time. */
  by: 'seq' | 'time'
  /** First number or time (ms), inclusive. */
  from?: number
  /** Last number or time, inclusive. */
  to?: number
  /** Where the page before ended: its `next`. */
  after?: { shown: number; seq: number }
  limit: number
  /** Newest first. */
  reverse: boolean
  /** Whose view: messages hidden from them are left out. Absent = everything. */
  viewer?: Viewer
  /** Which of those; default all. */
  accept?: (message: Message) => boolean
}

/** Who looks at messages, with their side of the conversation where they have one. */
export interface Viewer {
  user: string
  member?: Pick<Member, 'hidden'> & Partial<Pick<Member, 'joined' | 'erased'>>
}

/** A page of history. */
export interface Page {
  messages: Message[]
  /** There may be more after this place; give it as `after`. Absent at the end. */
  next?: { shown: number; seq: number }
}

/** Rows looked at for one page at most, however few of them the caller accepts. */
const budget = 2000

export type History = ReturnType<typeof openHistory>

/** Reading messages. */
export function openHistory(ctx: Context) {
  /** One page. A page may be shorter than the limit and still have a `next`, when few rows were accepted. */
  async function read(conversation: Pick<Conversation, 'id'>, query: HistoryQuery): Promise<Page> {
    const found: Message[] = []
    let after = query.after
    for (let looked = 0; looked < budget; ) {
      const want = Math.min(200, Math.max(20, query.limit - found.length + 1))
      const page = await scan(conversation.id, query, after, want)
      const erased = await erasedOf(conversation.id, page, query.viewer)
      for (const [i, message] of page.entries()) {
        if (erased[i] || !visible(message, query.viewer) || query.accept?.(message) === false) {
          after = message
          continue
        }
        if (found.length === query.limit) return { messages: found, next: placeOf(after) }
        found.push(message)
        after = message
      }
      if (page.length < want) return { messages: found }
      looked += page.length
    }
    return { messages: found, next: placeOf(after) }
  }

  async function scan(
    conv: number,
    query: HistoryQuery,
    after: { shown: number; seq: number } | undefined,
    limit: number,
  ): Promise<Message[]> {
    const { by, reverse } = query
    let from = query.from === undefined ? undefined : [query.from]
    // Nothing stands behind the largest safe integer, and the store knows no larger one.
    let to = query.to === undefined || query.to >= Number.MAX_SAFE_INTEGER ? undefined : [query.to + 1]
    if (after && by === 'seq') [from, to] = reverse ? [from, [after.seq]] : [[after.seq + 1], to]
    if (after && by === 'time')
      [from, to] = reverse ? [from, [after.shown, after.seq]] : [[after.shown, after.seq + 1], to]
    const rows = await ctx.store.scan(
      messages,
      { prefix: [conv], from, to, limit, reverse },
      by === 'time' ? 'shown' : undefined,
    )
    return rows.map(row => row.value)
  }

  async function erasedOf(conv: number, page: readonly Message[], viewer: Viewer | undefined): Promise<boolean[]> {
    if (!viewer) return []
    const { user, member } = viewer
    return erasedAt(
      ctx,
      page.map(({ seq }) => ({ conv, user, member, seq })),
    )
  }

  /**
   * By their ids, in order; undefined for ids that the conversation does not have. At most 10,000. What was withdrawn from
   * all is there only for who asks for `places`.
   */
  async function byIds(conv: number, ids: readonly number[], places = false): Promise<(Message | undefined)[]> {
    const ranges = ids.map(id => ({ prefix: [conv, id], limit: 1 }))
    const found = await ctx.store.scanMany(messages, ranges, 'id')
    return found.map(([row]) => (row && (places || visible(row.value, undefined)) ? row.value : undefined))
  }

  /** By id. */
  async function byId(conv: number, id: number): Promise<Message | undefined> {
    return (await byIds(conv, [id]))[0]
  }

  /** By numbers, in order. */
  async function bySeqs(conv: number, seqs: readonly number[]): Promise<(Message | undefined)[]> {
    const rows = await ctx.store.getMany(
      messages,
      seqs.map(seq => [conv, seq]),
    )
    return rows.map(row => (row && visible(row.value, undefined) ? row.value : undefined))
  }

  /** The ends of conversations, in order: the last number (0 = none) and its time (ms). */
  async function ends(ids: readonly number[]): Promise<{ seq: number; time: number }[]> {
    const heads = await ctx.store.heads(
      messages,
      ids.map(id => [id]),
    )
    return heads.map(head => ({ seq: head.number, time: head.time }))
  }

  return { read, ends, byId, byIds, bySeqs }
}

/**
 * Whether somebody sees a message, unless they erased it: it is not from before they came, and not hidden from them. The
 * app itself (no viewer) sees whatever anybody sees.
 */
export function visible(
  message: Message,
  viewer: { user: string; member?: Pick<Member, 'hidden'> } | undefined,
): boolean {
  if (message.withdrawn?.from === 'all') return false
  if (!viewer) return true
  if (message.withdrawn && message.sender !== viewer.user) return false
  if (viewer.member && message.seq !== 0 && message.seq <= viewer.member.hidden) return false
  if (message.hiddenFrom?.includes(viewer.user)) return false
  return !message.visibleTo || message.sender === viewer.user || message.visibleTo.includes(viewer.user)
}

function placeOf(message: { shown: number; seq: number } | undefined) {
  return message && { shown: message.shown, seq: message.seq }
}
