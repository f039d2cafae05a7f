import type { Key, Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { User } from '../model.ts'
import { users } from '../tables.ts'
import { present } from '../users/rows.ts'
import type { Friend, FriendRequest, Relation } from './model.ts'
import { type RelationOf, readPairs, relationHeld, type Scope, type What } from './rows.ts'
import { relationChanges, relationCount, relations } from './tables.ts'

/** A relation with what is known of the other user; undefined for somebody whom the app never made. */
export interface Known<R> {
  relation: R
  account: User | undefined
}

/** Where a page ended: the time by which it is ordered, and the other user. */
export interface Place {
  at: number
  user: string
}

/** A page of relations; it may be shorter than its limit, only a missing `next` is the end. */
export interface Page<R> {
  found: Known<R>[]
  next?: Place
}

/** Which page; `skip` up to 10,000, or `after` = where the page before ended. */
export interface PageOptions {
  inbox?: number
  skip?: number
  after?: Place
  limit: number
  /** Newest first. */
  reverse?: boolean
}

/** Which part of a list: from an offset on, 0 = the first. */
export interface PartOptions {
  skip: number
  limit: number
  /** Newest first. */
  reverse?: boolean
  total?: boolean
  friends?: boolean
}

/** A part of a list; it may be shorter than its limit, only `more` says whether something stands behind it. */
export interface Part<R> {
  found: (Known<R> & { friend?: Friend })[]
  more: boolean
  total?: number
}

/** How often each kind of a user's relations changed, and the number of the last change of any. */
export interface Sequences {
  number: number
  friends: number
  custom: number
  lists: number
  blocks: number
  mutes: number
}

/** What became of a user's friends since a number of changes. */
export interface FriendsSince {
  /** Too long ago, or never: the whole list must be read again. */
  reset: boolean
  friends: Known<Friend>[]
  gone: string[]
  /** Where the answer ends, and whether there is more. */
  number: number
  more: boolean
}

/** Changes of friends looked at in one answer, and the friends among them. */
const [mostChanges, mostFriends] = [500, 200]
/** What the store passes over. */
const mostSkipped = 10_000

/** Reading what users are to each other. What was of somebody who was deleted since is not there. */
export function openReading(ctx: Context) {
  /** What a user is to others, in the order of the others; undefined where there is nothing. */
  async function find<W extends What>(scope: Scope, what: W, others: readonly string[]) {
    const { pairs } = await readPairs(ctx, scope, others, [[what, 'mine']])
    return pairs.map(pair => pair.is(what, 'mine') as RelationOf[W] | undefined)
  }

  /** Whether a user has others as `what`, and they the user, in order. */
  async function between(scope: Scope, what: What, others: readonly string[]) {
    const sides = [
      [what, 'mine'],
      [what, 'theirs'],
    ] as const
    const { pairs } = await readPairs(ctx, scope, others, sides)
    return pairs.map(pair => ({
      mine: pair.is(what, 'mine') !== undefined,
      theirs: pair.is(what, 'theirs') !== undefined,
    }))
  }

  /** A page of a user's relations of one kind, in the order in which they began. */
  async function page<W extends What>({ app, user, inbox }: Scope, what: W, options: PageOptions) {
    const { skip, after, limit, reverse } = options
    const ends = after && (reverse ? { to: [after.at, after.user] } : { from: [after.at, `${after.user}\u0001`] })
    const range = { prefix: [app, user, inbox, what], ...ends, skip, limit, reverse }
    const rows = await ctx.store.scan(relations, range, 'at')
    const last = rows.at(-1)?.value
    return {
      found: await held<RelationOf[W]>(app, user, rows),
      next: rows.length === limit && last ? { at: last.at, user: last.other } : undefined,
    }
  }

  /**
   * The part of a list that begins at an offset; nothing stands beyond the 10,000th. On request with the count of the whole
   * list, see `count`, and with what the others are as friends.
   */
  async function part<W extends What>(scope: Scope, what: W, options: PartOptions): Promise<Part<RelationOf[W]>> {
    const { app, user, inbox } = scope
    const { skip, limit, reverse } = options
    const range = { prefix: [app, user, inbox, what], skip, limit: limit + 1, reverse }
    const rows = skip > mostSkipped ? [] : await ctx.store.scan(relations, range, 'at')
    const shown = rows.slice(0, limit)
    const others = options.friends ? shown.map(row => row.value.other) : []
    const [known, friends, total] = await Promise.all([
      held<RelationOf[W]>(app, user, shown),
      others.length > 0 ? find(scope, 'friend', others) : [],
      options.total ? count(scope, what) : undefined,
    ])
    const friendOf = new Map(others.map((other, i) => [other, friends[i]]))
    const found = known.map(each => ({ ...each, friend: friendOf.get(each.relation.other) }))
    return { found, more: rows.length > limit, total }
  }

  /** Friends that changed after a time (ms), in the order of their changes. */
  async function changedAfter(scope: Scope, time: number, options: { after?: Place; limit: number }) {
    const { app, user, inbox } = scope
    const { after, limit } = options
    const from: Key = after ? [after.at, inbox, `${after.user}\u0001`] : [time + 1]
    const rows = await ctx.store.scan(relations, { prefix: [app, user, 'friend'], from, limit }, 'changed')
    const last = rows.at(-1)?.value
    return {
      found: (await held<Friend>(app, user, rows)).filter(({ relation }) => relation.inbox === inbox),
      next: rows.length === limit && last ? { at: last.changed, user: last.other } : undefined,
    }
  }

  /** The requests a user sent that are not answered, oldest first; `relation.user` is who was asked. */
  async function requestsOf(scope: Scope, options: { after?: Place; limit: number }): Promise<Page<FriendRequest>> {
    const { app, user, inbox } = scope
    const { after, limit } = options
    const from = after && [after.at, `${after.user}\u0001`]
    const rows = await ctx.store.scan(relations, { prefix: [app, user, 'request'], from, limit }, 'other')
    const last = rows.at(-1)?.value
    const found = await held<FriendRequest>(app, user, rows, row => row.value.user)
    return {
      found: found.filter(({ relation }) => relation.inbox === inbox),
      next: rows.length === limit && last ? { at: last.changed, user: last.user } : undefined,
    }
  }

  async function held<R extends Relation>(
    app: number,
    user: string,
    rows: readonly Row<Relation>[],
    otherOf: (row: Row<Relation>) => string = row => row.value.other,
  ): Promise<Known<R>[]> {
    if (rows.length === 0) return []
    const [mine, ...accounts] = await ctx.store.getMany(
      users,
      [user, ...rows.map(otherOf)].map(id => [app, id]),
    )
    return rows.flatMap((row, i) => {
      const account = accounts[i]
      const relation = relationHeld(row, mine, account) as R | undefined
      return relation ? [{ relation, account: present(account) }] : []
    })
  }

  /** How many relations of a kind a user has; those of users who were just deleted may still be among them. */
  async function count({ app, user, inbox }: Scope, what: What): Promise<number> {
    const row = await ctx.store.get(relationCount, [app, user, inbox, what])
    return row?.value.n ?? 0
  }

  /** How often a user's relations changed. */
  async function sequences({ app, user, inbox }: Scope): Promise<Sequences> {
    const [head] = await ctx.store.heads(relationChanges, [[app, user, inbox]])
    const none = { friends: 0, custom: 0, lists: 0, blocks: 0, mutes: 0 }
    return { ...none, ...head?.counters, number: head?.number ?? 0 }
  }

  /** What became of a user's friends after a number of changes, as they are now. */
  async function since(scope: Scope, number: number): Promise<FriendsSince> {
    const { app, user, inbox } = scope
    const [rows, [head]] = await Promise.all([
      ctx.store.scan(relationChanges, { prefix: [app, user, inbox], from: [number + 1], limit: mostChanges }),
      ctx.store.heads(relationChanges, [[app, user, inbox]]),
    ])
    const end = head?.number ?? 0
    const first = rows[0]?.value.number
    // Numbers are dense: where one is missing, what it said was forgotten.
    if (number > end || (number < end && first !== number + 1))
      return { reset: true, friends: [], gone: [], number: end, more: false }
    const named = new Set<string>()
    let reached = number
    for (const { value } of rows) {
      if (named.size > 0 && named.size + value.friends.length > mostFriends) break
      for (const friend of value.friends) named.add(friend)
      reached = value.number
    }
    const { pairs } = await readPairs(ctx, scope, [...named], [['friend', 'mine']])
    const found = pairs.map(pair => ({ other: pair.other, relation: pair.is('friend', 'mine'), row: pair.account }))
    return {
      reset: false,
      friends: found.flatMap(({ relation, row }) => (relation ? [{ relation, account: present(row) }] : [])),
      gone: found.flatMap(({ other, relation }) => (relation ? [] : other)),
      number: reached,
      more: reached < end,
    }
  }

  return { find, between, page, part, changedAfter, requestsOf, count, sequences, since }
}
