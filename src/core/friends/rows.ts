import type { Row } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { User } from '../model.ts'
import { users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import type { Block, Friend, FriendRequest, KeptRemark, Relation } from './model.ts'
import { relations } from './tables.ts'

/** The row that each kind of relation has. */
export interface RelationOf {
  friend: Friend
  request: FriendRequest
  block: Block
  mute: Block
  remark: KeptRemark
}

/** A kind of relation. */
export type What = keyof RelationOf

/** Whose row it is: the user's about the other, or the other's about the user. */
export type Side = 'mine' | 'theirs'

/** Whose relations; Volcengine keeps them apart by inbox. */
export interface Scope {
  app: number
  user: string
  inbox: number
}

/** How many of each a user may have; Infinity for no limit. */
export interface Limits {
  friends: number
  requests: number
  lists: number
  blocks: number
  mutes: number
}

const usual: Limits = { friends: 3000, requests: 100, lists: 32, blocks: 1000, mutes: 1000 }

/** The limits that hold when the caller brings some of them. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  return { ...usual, ...given }
}

/** The scope of a call about a user. End users have only their own: Fault('caller.forbidden'). */
export function scopeOf(call: Call, user: string, inbox = 0): Scope {
  if (!call.admin && call.operator !== user) throw new Fault('caller.forbidden')
  return { app: call.app.id, user, inbox }
}

/** The key of what `user` is to `other`. */
export function relationKey({ app, user, inbox }: Scope, what: What, other: string) {
  return [app, user, inbox, what, other] as const
}

/** The relation of a row, as long as both users are who they were when it was made. */
export function relationHeld<W extends What>(
  row: Row<Relation> | undefined,
  ...accounts: (Row<User> | undefined)[]
): RelationOf[W] | undefined {
  if (!row || !accounts.every(account => holds(account, row.value.since))) return undefined
  return row.value as RelationOf[W]
}

/** What was read about a user and another one. */
export interface Pair {
  other: string
  account: Row<User> | undefined
  /** The row as it is stored, which may be of somebody who was deleted. */
  row(what: What, side: Side): Row<Relation> | undefined
  /** What holds. */
  is<W extends What>(what: W, side: Side): RelationOf[W] | undefined
}

/** A user's account and what they are to others, of the wanted kinds, in one round trip; one pair per other, in order. */
export async function readPairs(
  ctx: Context,
  scope: Scope,
  others: readonly string[],
  wanted: readonly (readonly [What, Side])[],
): Promise<{ account: Row<User> | undefined; pairs: Pair[] }> {
  const { app, user } = scope
  const keyFor = (other: string, what: What, side: Side) =>
    side === 'mine' ? relationKey(scope, what, other) : relationKey({ ...scope, user: other }, what, user)
  const [[account, ...accounts], rows] = await Promise.all([
    ctx.store.getMany(
      users,
      [user, ...others].map(id => [app, id]),
    ),
    ctx.store.getMany(
      relations,
      others.flatMap(other => wanted.map(([what, side]) => keyFor(other, what, side))),
    ),
  ])
  const pairs = others.map((other, i): Pair => {
    const row = (what: What, side: Side) => {
      const at = wanted.findIndex(([w, s]) => w === what && s === side)
      return at < 0 ? undefined : rows[i * wanted.length + at]
    }
    const theirs = accounts[i]
    return { other, account: theirs, row, is: (what, side) => relationHeld(row(what, side), account, theirs) }
  })
  return { account, pairs }
}

/** What was said first about each user, in order. */
export function firstOfEach<T extends { user: string }>(drafts: readonly T[]): T[] {
  const seen = new Set<string>()
  return drafts.filter(({ user }) => !seen.has(user) && seen.add(user))
}

/** Parts of a list that fit a batch each: at most `most` items, and `steps` steps together. */
export function packed<T>(items: readonly T[], weigh: (item: T) => number, most = 40, steps = 800): T[][] {
  const parts: T[][] = []
  let room = 0
  for (const item of items) {
    const weight = weigh(item)
    const last = parts.at(-1)
    if (last && last.length < most && weight <= room) last.push(item)
    else {
      parts.push([item])
      room = steps
    }
    room -= weight
  }
  return parts
}
