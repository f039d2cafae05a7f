import type { Head, Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { erasedAt } from '../messages/erased.ts'
import { exceptionsSince, sideOf } from '../messages/exceptions.ts'
import { type History, visible } from '../messages/history.ts'
import { counterOf, unreadOf } from '../messages/unread.ts'
import type { Conversation, Member, Membership, Message } from '../model.ts'
import { asMember } from '../rooms/inside.ts'
import type { RoomMember } from '../rooms/model.ts'
import { roomMembers, roomsOfUser } from '../rooms/tables.ts'
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
  /** How far the other side of a pair has read; absent in groups, with oneself, and where the app hides it. */
  peerRead?: number
}

export type Positions = ReturnType<typeof openPositions>

export function openPositions(
  ctx: Context,
  directs: Directs,
  history: History,
  hidesReads: (app: number) => boolean = () => false,
) {
  /** Where a user stands in conversations, in order; undefined for those that are gone or not theirs. */
  async function standings(app: number, user: string, convs: readonly number[]): Promise<(Standing | undefined)[]> {
    const found = await directs.getMany(app, convs)
    const here = found.filter(conversation => conversation !== undefined)
    const ids = here.map(conversation => conversation.id)
    const logs = ids.map(id => [id])
    const mine = ids.map(id => [id, user])
    const peers = hidesReads(app) ? [] : here.flatMap(conversation => peerKey(conversation, user))
    const [rows, others, heads, revs, own] = await Promise.all([
      ctx.store.getMany(members, mine),
      ctx.store.getMany(members, peers),
      ctx.store.heads(messages, logs),
      ctx.store.heads(changes, logs),
      ctx.store.getMany(sent, mine),
    ])
    const read = new Map(others.flatMap(row => (row ? [[row.value.conv, row.value.readSeq] as const] : [])))
    const differing = await exceptionsOf(here, rows, heads, revs)
    const inside = await insideOf(here, rows, user)
    const standing = here.map((conversation, i): Standing | undefined => {
      const head = heads[i] as Head
      const counted = head.counters[counterOf(conversation, user)] ?? 0
      const guest = inside.get(conversation.id)
      const member = rows[i]?.value ?? (guest && asMember(guest, head.number, counted))
      if (!member) return undefined
      const unread = unreadOf(conversation, member, counted, own[i]?.value.n ?? 0, differing.get(conversation.id) ?? 0)
      return { conversation, member, head, rev: revs[i]?.number ?? 0, unread, peerRead: read.get(conversation.id) }
    })
    const byConv = new Map(standing.flatMap(each => (each ? [[each.conversation.id, each] as const] : [])))
    return convs.map(conv => byConv.get(conv))
  }

  /** Whoever is inside a live room stands in it, as long as that lasts. */
  async function insideOf(
    found: readonly Conversation[],
    rows: readonly (Row<Member> | undefined)[],
    user: string,
  ): Promise<Map<number, RoomMember>> {
    const passing = found.filter((each, i) => !rows[i] && each.type === 'group' && each.policy.members === 'passing')
    const inside = await ctx.store.getMany(
      roomMembers,
      passing.map(({ id }) => [id, user]),
    )
    return new Map(inside.flatMap(row => (row ? [[row.value.conv, row.value] as const] : [])))
  }

  // Only what is not read yet can be an exception: most conversations cost no read here.
  async function exceptionsOf(
    found: readonly Conversation[],
    rows: readonly (Row<Member> | undefined)[],
    heads: readonly Head[],
    revs: readonly Head[],
  ): Promise<Map<number, number>> {
    const behind = found.flatMap(({ type }, i) => {
      const member = rows[i]?.value
      const unread = member && member.readSeq < (heads[i]?.number ?? 0)
      return unread ? sideOf(type, member, revs[i]?.counters.withdrawn) : []
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

  /** Which of these conversations are in a user's list, or are rooms that the user is in. */
  async function own(app: number, user: string, convs: readonly number[]): Promise<number[]> {
    const keys = convs.map(conv => [app, user, conv])
    const [since, rows, inside] = await Promise.all([
      sinceOf(app, user),
      ctx.store.getMany(memberships, keys),
      ctx.store.getMany(roomsOfUser, keys),
    ])
    return convs.filter((_, i) => (rows[i]?.value.joined ?? -1) >= since || inside[i])
  }

  async function sinceOf(app: number, user: string): Promise<number> {
    return (await ctx.store.get(users, [app, user]))?.value.since ?? 0
  }

  /** All memberships of a user in the order of the conversations' ids. Ended ones are left out. */
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
    const places = standings.map(({ member, head }) => ({
      conv: member.conv,
      user: member.user,
      member,
      seq: head.number,
    }))
    const [rows, erased] = await Promise.all([
      ctx.store.getMany(
        messages,
        places.map(({ conv, seq }) => [conv, seq]),
      ),
      erasedAt(ctx, places),
    ])
    return Promise.all(
      standings.map(async ({ conversation, member, head }, i) => {
        const message = rows[i]?.value
        const viewer = { user: member.user, member }
        if (head.number <= member.hidden) return undefined
        if (message && !erased[i] && visible(message, viewer)) return message
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

  return { standings, page, all: allOf, own, lastSeen, barriers }
}

/** The row of the other side of a pair. */
function peerKey(conversation: Conversation, user: string): [number, string][] {
  if (conversation.type === 'group' || conversation.a === conversation.b) return []
  return [[conversation.id, conversation.a === user ? conversation.b : conversation.a]]
}
