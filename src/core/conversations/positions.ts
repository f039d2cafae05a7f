import type { Head, Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { exceptionsSince } from '../messages/exceptions.ts'
import { type History, visible } from '../messages/history.ts'
import { counterOf, unreadOf } from '../messages/unread.ts'
import type { Conversation, Member, Membership, Message } from '../model.ts'
import { changes, members, memberships, messages, sent, users } from '../tables.ts'
import type { Directs } from './directs.ts'

/** How a user stands in one of their conversations: its two ends, and what they have not read of it. */
export interface Standing {
  conversation: Conversation
  member: Member
  /** The end of the log of messages. */
  head: Head
  /** The number of the last change. */
  rev: number
  unread: number
}

/** A place in the list of recent conversations. */
export interface RecentPlace {
  time: number
  conv: number
}

export type Positions = ReturnType<typeof openPositions>

export function openPositions(ctx: Context, directs: Directs, history: History) {
  /** Where a user stands in conversations, in order; undefined for those that are gone or not theirs. */
  async function standings(app: number, user: string, convs: readonly number[]): Promise<(Standing | undefined)[]> {
    const found = await directs.getMany(app, convs)
    const here = found.filter(conversation => conversation !== undefined)
    const ids = here.map(conversation => conversation.id)
    const logs = ids.map(id => [id])
    const mine = ids.map(id => [id, user])
    const [rows, heads, revs, own] = await Promise.all([
      ctx.store.getMany(members, mine),
      ctx.store.heads(messages, logs),
      ctx.store.heads(changes, logs),
      ctx.store.getMany(sent, mine),
    ])
    const differing = await exceptionsOf(here, rows, heads)
    const standing = here.map((conversation, i): Standing | undefined => {
      const member = rows[i]?.value
      const head = heads[i] as Head
      if (!member) return undefined
      const counted = head.counters[counterOf(conversation, user)] ?? 0
      const unread = unreadOf(conversation, member, counted, own[i]?.value.n ?? 0, differing.get(conversation.id) ?? 0)
      return { conversation, member, head, rev: revs[i]?.number ?? 0, unread }
    })
    const byConv = new Map(standing.flatMap(each => (each ? [[each.conversation.id, each] as const] : [])))
    return convs.map(conv => byConv.get(conv))
  }

  // Only groups have exceptions, and only what is not read yet can be one: most conversations cost no read here.
  async function exceptionsOf(
    found: readonly Conversation[],
    rows: readonly (Row<Member> | undefined)[],
    heads: readonly Head[],
  ): Promise<Map<number, number>> {
    const behind = found.flatMap(({ type }, i) => {
      const member = rows[i]?.value
      return type === 'group' && member && member.readSeq < (heads[i]?.number ?? 0) ? [member] : []
    })
    const sums = await exceptionsSince(ctx, behind)
    return new Map(behind.map(({ conv }, i) => [conv, sums[i] as number]))
  }

  /** A page of a user's memberships in the order of the conversations' ids, after one of them. Ended ones are left out. */
  async function page(
    app: number,
    user: string,
    range: { after: number; upTo?: number; limit: number },
  ): Promise<{ memberships: Membership[]; next?: number }> {
    const [since, rows] = await Promise.all([
      sinceOf(app, user),
      ctx.store.scan(memberships, {
        prefix: [app, user],
        from: [range.after + 1],
        to: range.upTo === undefined ? undefined : [range.upTo + 1],
        limit: range.limit,
      }),
    ])
    const found = rows.map(row => row.value)
    return {
      memberships: found.filter(membership => membership.joined >= since),
      next: rows.length === range.limit ? found.at(-1)?.conv : undefined,
    }
  }

  /** Which of these conversations are in a user's list. */
  async function own(app: number, user: string, convs: readonly number[]): Promise<Membership[]> {
    const keys = convs.map(conv => [app, user, conv])
    const [since, rows] = await Promise.all([sinceOf(app, user), ctx.store.getMany(memberships, keys)])
    return rows.flatMap(row => (row && row.value.joined >= since ? [row.value] : []))
  }

  async function sinceOf(app: number, user: string): Promise<number> {
    return (await ctx.store.get(users, [app, user]))?.value.since ?? 0
  }

  /** A user's conversations, the one with the newest message first; `before` is the last of the page before. */
  async function recent(
    app: number,
    user: string,
    options: { before?: RecentPlace; limit: number },
  ): Promise<{ standings: Standing[]; next?: RecentPlace }> {
    const all = await allOf(app, user)
    const heads = await ctx.store.heads(
      messages,
      all.map(membership => [membership.conv]),
    )
    const places = all
      .map(({ conv, joined }, i) => ({ conv, time: heads[i]?.number ? heads[i].time : joined }))
      .sort(newestFirst)
    const { before } = options
    const start = before ? places.findIndex(place => newestFirst(before, place) < 0) : 0
    const chosen = start < 0 ? [] : places.slice(start, start + options.limit)
    const found = await standings(
      app,
      user,
      chosen.map(place => place.conv),
    )
    const more = start >= 0 && start + options.limit < places.length
    return { standings: found.filter(standing => standing !== undefined), next: more ? chosen.at(-1) : undefined }
  }

  async function allOf(app: number, user: string): Promise<Membership[]> {
    const all: Membership[] = []
    for (let after: number | undefined = 0; after !== undefined; ) {
      const found: Awaited<ReturnType<typeof page>> = await page(app, user, { after, limit: 1000 })
      all.push(...found.memberships)
      after = found.next
    }
    return all
  }

  /** The newest message that the user sees in each conversation, in order. */
  async function lastSeen(standings: readonly Standing[]): Promise<(Message | undefined)[]> {
    const rows = await ctx.store.getMany(
      messages,
      standings.map(({ conversation, head }) => [conversation.id, head.number]),
    )
    return Promise.all(
      standings.map(async ({ conversation, member, head }, i) => {
        const message = rows[i]?.value
        const viewer = { user: member.user, member }
        if (head.number <= member.hidden) return undefined
        if (message && visible(message, viewer)) return message
        // Rare: the newest one is hidden from just this user, so their own newest one stands further back.
        const query = { by: 'seq', from: member.hidden + 1, limit: 1, reverse: true, viewer } as const
        return (await history.read(conversation, query)).messages[0]
      }),
    )
  }

  /** The last message that each conversation does not show its member, by conversation; for memberships of one user. */
  async function barriers(user: string, convs: readonly number[]): Promise<Map<number, number>> {
    const rows = await ctx.store.getMany(
      members,
      convs.map(conv => [conv, user]),
    )
    return new Map(rows.flatMap(row => (row ? [[row.value.conv, row.value.hidden] as const] : [])))
  }

  return { standings, page, own, recent, lastSeen, barriers }
}

function newestFirst(one: RecentPlace, other: RecentPlace): number {
  return other.time - one.time || other.conv - one.conv
}
