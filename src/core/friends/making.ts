import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { User } from '../model.ts'
import { mergeTexts } from '../texts.ts'
import { gets } from '../users/rows.ts'
import type { Batch } from './batch.ts'
import type { Shelf } from './lists.ts'
import { writtenMap } from './maps.ts'
import type { Friend, FriendFields } from './model.ts'
import type { Limits, Pair, Scope, Side, What } from './rows.ts'
import { relationCount } from './tables.ts'
import type { Turns } from './turns.ts'

/** All that must be known of two users before one becomes the other's friend. */
export const aboutFriends = (['friend', 'request', 'block', 'remark'] as const).flatMap(what => [
  [what, 'mine'] as const,
  [what, 'theirs'] as const,
]) satisfies (readonly [What, Side])[]

/** What a new friend's row begins with. */
export type Beginning = FriendFields & { at?: number; asked?: number; remarked?: number }

/** How many friends and unanswered requests users have; raised while a batch is planned. */
export interface Places {
  free(user: string, what: 'friend' | 'request', most: number): boolean
  take(user: string, what: 'friend' | 'request'): void
}

/** Reads how many there are now, in one round trip. */
export async function readPlaces(
  ctx: Context,
  { app, inbox }: Scope,
  wanted: readonly { user: string; what: 'friend' | 'request' }[],
): Promise<Places> {
  const rows = await ctx.store.getMany(
    relationCount,
    wanted.map(({ user, what }) => [app, user, inbox, what]),
  )
  const counts = new Map(wanted.map(({ user, what }, i) => [JSON.stringify([user, what]), rows[i]?.value.n ?? 0]))
  const taken = (user: string, what: string) => counts.get(JSON.stringify([user, what])) ?? 0
  return {
    free: (user, what, most) => taken(user, what) < most,
    take(user, what) {
      counts.set(JSON.stringify([user, what]), taken(user, what) + 1)
    },
  }
}

/** Why two users cannot become friends at all; undefined when they can. */
export function unfit(scope: Scope, pair: Pair, options: { strangers?: boolean; blocks?: boolean }): Fault | undefined {
  const { other, account } = pair
  if (other === scope.user) return new Fault('friend.self')
  if (options.strangers ? account?.value.removed : !account || account.value.removed)
    return new Fault('user.missing', `there is no user ${other}`)
  if (options.blocks === false) return undefined
  if (pair.is('block', 'mine')) return new Fault('friend.blocking')
  if (pair.is('block', 'theirs')) return new Fault('friend.blocked')
  return undefined
}

/** What is at hand while a batch of new friends is planned. */
export interface Making {
  scope: Scope
  batch: Batch
  shelf: Shelf
  places: Places
  turns: Turns
  account: Row<User> | undefined
  now: number
  limits: Limits
  /** Blocks refuse: nobody may block at this moment. */
  blocks: boolean
}

/** The two directions that are to be made. */
export interface Directions {
  /** The other in the user's list. */
  mine?: Beginning
  /** The user in the other's list. */
  theirs?: Beginning
}

/** Makes friends of two users, or says why it cannot be and makes nothing. */
export function join(making: Making, pair: Pair, { mine, theirs }: Directions): Fault | undefined {
  const { scope, batch, shelf, places, account, now, limits } = making
  const most = limits.friends
  const ext = writtenMap(undefined, mine?.ext)
  if (ext instanceof Fault) return ext
  const [mineNew, theirsNew] = [mine && !pair.row('friend', 'mine'), theirs && !pair.row('friend', 'theirs')]
  if (mineNew && !places.free(scope.user, 'friend', most)) return new Fault('friend.limit')
  if (theirsNew && !places.free(pair.other, 'friend', most)) return new Fault('friend.limit.other')
  if (mine && !shelf.open(batch, scope, account, mine.lists ?? [], now, limits.lists))
    return new Fault('friend.list.limit')
  if (mineNew) places.take(scope.user, 'friend')
  if (theirsNew) places.take(pair.other, 'friend')
  if (mine) direct(making, pair, 'mine', { ...mine, ext })
  if (theirs) {
    const owner = { ...scope, user: pair.other }
    // Too many lists of the other's are no fault of the user's: then the friend stands in none.
    const named = shelf.open(batch, owner, pair.account, theirs.lists ?? [], now, limits.lists)
    direct(making, pair, 'theirs', named ? theirs : { ...theirs, lists: undefined })
  }
  steady(making, pair)
  return undefined
}

/** What was decided stays true until the batch is done: nobody is deleted, and nobody blocks. */
export function steady({ scope, batch, blocks }: Making, pair: Pair): void {
  batch.demand(pair.account)
  if (!blocks) return
  batch.same(scope, 'block', pair.other, pair.row('block', 'mine'))
  batch.same({ ...scope, user: pair.other }, 'block', scope.user, pair.row('block', 'theirs'))
}

/** One direction; the request for it and a remark that was kept go with it. */
function direct(
  { scope, batch, turns, account, now, limits }: Making,
  pair: Pair,
  side: Side,
  beginning: Beginning,
): void {
  const mine = side === 'mine'
  const row = pair.row('friend', side)
  const since = gets(now, account, pair.account)
  const { at, remark, lists, custom, ...fields } = beginning
  const friend: Friend = {
    ...scope,
    user: mine ? scope.user : pair.other,
    what: 'friend',
    other: mine ? pair.other : scope.user,
    ...filled({ ...fields, remark: remark ?? pair.is('remark', side)?.remark }),
    lists: lists?.length ? [...new Set(lists)] : undefined,
    custom: custom && mergeTexts(undefined, custom),
    at: at ?? turns.next(mine ? scope.user : pair.other, since),
    since,
    changed: Math.max(since, row?.value.changed ?? 0),
  }
  batch.setFriend(friend, row, limits.friends, friend.custom ? ['friends', 'custom'] : ['friends'])
  const asked = pair.row('request', mine ? 'theirs' : 'mine')
  if (asked) batch.unset(asked)
  const remarked = pair.row('remark', side)
  if (remarked) batch.unset(remarked)
}

/** Without the fields that are empty or undefined: both mean that there is none. */
export function filled<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined)) as T
}
