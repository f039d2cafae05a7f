import type { Row } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { User } from '../model.ts'
import { users } from '../tables.ts'
import { gets, holds } from '../users/rows.ts'
import { type Batch, changeWithin, openBatch } from './batch.ts'
import type { Friend } from './model.ts'
import { type Limits, limitsOf, packed, readPairs, type Scope, scopeOf } from './rows.ts'
import { friendLists, friendsInLists, relationCount } from './tables.ts'

/** A friend list as it is shown. */
export interface ListedFriends {
  list: string
  /** How many friends stand in it. */
  size: number
  /** Who, when that was asked for. */
  friends?: string[]
}

export type FriendLists = ReturnType<typeof openFriendLists>

/** Friend lists of users: names under which they put friends. */
export function openFriendLists(ctx: Context) {
  /**
   * Makes lists, those that exist stay, and puts friends into all of them: one result per friend, in order; Fault
   * ('friend.missing') for who is none. Throws Fault('friend.list.limit') and makes none when there are too many.
   */
  async function make(
    call: Call,
    user: string,
    names: readonly string[],
    options: { friends?: readonly string[]; inbox?: number; limits?: Partial<Limits> } = {},
  ): Promise<(Fault | undefined)[]> {
    const scope = scopeOf(call, user, options.inbox)
    const lists = [...new Set(names)]
    const friends = [...new Set(options.friends)]
    const results = new Map<string, Fault | undefined>()
    const parts = friends.length > 0 ? packed(friends, () => 4 + 3 * lists.length) : [[]]
    await ctx.queue(relationsKey(scope), async () => {
      for (const part of parts)
        for (const [friend, result] of await changeWithin(ctx, () => planMake(call, scope, lists, part, options)))
          results.set(friend, result)
    })
    return (options.friends ?? []).map(friend => results.get(friend))
  }

  async function planMake(
    call: Call,
    scope: Scope,
    names: readonly string[],
    friends: readonly string[],
    options: { limits?: Partial<Limits> },
  ) {
    const [shelf, { account, pairs }] = await Promise.all([
      readShelf(
        ctx,
        scope,
        names.map(list => ({ user: scope.user, list })),
      ),
      readPairs(ctx, scope, friends, [['friend', 'mine']]),
    ])
    const batch = openBatch(ctx, call, scope.inbox)
    const now = gets(ctx.clock(), account)
    if (!shelf.open(batch, scope, account, names, now, limitsOf(options.limits).lists))
      throw new Fault('friend.list.limit')
    const results = pairs.map((pair): [string, Fault | undefined] => {
      const friend = pair.is('friend', 'mine')
      if (!friend) return [pair.other, new Fault('friend.missing', `${pair.other} is no friend`)]
      const lists = [...new Set([...(friend.lists ?? []), ...names])]
      const changed = Math.max(now, friend.changed)
      batch.setFriend({ ...friend, lists, changed }, pair.row('friend', 'mine'))
      return [pair.other, undefined]
    })
    tellChanged(
      batch,
      scope,
      results.flatMap(([friend, fault]) => (fault ? [] : friend)),
    )
    return batch.finish(results)
  }

  /** Removes lists; who stood in them stays a friend. Lists that are not there are passed over. */
  async function remove(call: Call, user: string, names: readonly string[], inbox?: number): Promise<void> {
    const scope = scopeOf(call, user, inbox)
    await ctx.queue(relationsKey(scope), async () => {
      for (const list of new Set(names)) {
        let more = true
        while (more) more = await changeWithin(ctx, () => planRemove(call, scope, list))
      }
    })
  }

  /** Takes a page of friends out of a list; the last page takes the list with it. */
  async function planRemove(call: Call, scope: Scope, list: string) {
    const { app, user, inbox } = scope
    const [entries, row] = await Promise.all([
      ctx.store.scan(friendsInLists, { prefix: [app, user, inbox, list], limit: chunk }),
      ctx.store.get(friendLists, [app, user, inbox, list]),
    ])
    const others = entries.map(entry => entry.value.friend)
    const { pairs } = await readPairs(ctx, scope, others, [['friend', 'mine']])
    const batch = openBatch(ctx, call, scope.inbox)
    for (const pair of pairs) {
      const stored = pair.row('friend', 'mine')
      const friend = stored?.value as Friend | undefined
      if (!stored || !friend) continue
      const lists = friend.lists?.filter(each => each !== list)
      const changed = Math.max(ctx.clock(), friend.changed)
      batch.setFriend({ ...friend, lists: lists?.length ? lists : undefined, changed }, stored)
    }
    tellChanged(batch, scope, others)
    const more = entries.length === chunk
    if (row && !more) batch.unsetList(row)
    return batch.finish(more)
  }

  /** A user's lists by name, or those that are named, with their sizes. */
  async function read(app: number, user: string, options: { names?: readonly string[]; inbox?: number } = {}) {
    const { names, inbox = 0 } = options
    const [account, rows] = await Promise.all([
      ctx.store.get(users, [app, user]),
      names
        ? ctx.store.getMany(
            friendLists,
            names.map(list => [app, user, inbox, list]),
          )
        : ctx.store.scan(friendLists, { prefix: [app, user, inbox], limit: 1000 }),
    ])
    const lists = rows.flatMap(row => (row && holds(account, row.value.since) ? row.value.list : []))
    const counts = await ctx.store.getMany(
      relationCount,
      lists.map(list => [app, user, inbox, `in/${list}`]),
    )
    return lists.map((list, i): ListedFriends => ({ list, size: counts[i]?.value.n ?? 0 }))
  }

  /** Who stands in a list, by id; `after` is the last of the page before. A page may be shorter than its limit. */
  async function friendsIn(
    app: number,
    user: string,
    list: string,
    options: { after?: string; limit: number; inbox?: number },
  ): Promise<{ friends: string[]; next?: string }> {
    const { after, limit, inbox = 0 } = options
    const from = after === undefined ? undefined : [`${after}\u0001`]
    const page = await ctx.store.scan(friendsInLists, { prefix: [app, user, inbox, list], from, limit })
    const ids = page.map(row => row.value.friend)
    const [mine, ...theirs] = await ctx.store.getMany(
      users,
      [user, ...ids].map(id => [app, id]),
    )
    const held = page.filter(({ value }, i) => holds(mine, value.since) && holds(theirs[i], value.since))
    return {
      friends: held.map(row => row.value.friend),
      next: page.length === limit ? ids.at(-1) : undefined,
    }
  }

  return { make, remove, read, friendsIn }
}

/** Friends taken out of a list in one batch. */
const chunk = 100

/** On one node a user's own changes of their relations come one after another. */
export function relationsKey({ app, user }: Scope): string {
  return `relations.${app}.${user}`
}

/** What a user's other devices are told when their friends, or what they keep about them, changed. */
export function tellChanged(batch: Batch, { user }: Scope, friends: readonly string[]): void {
  if (friends.length > 0) batch.tellUser(user, 'friend.changed', user, { users: friends })
}

/** Lists that are about to be named. */
export interface Shelf {
  /** Makes those of the names that are not there yet; false, and makes none, when they are too many. */
  open(
    batch: Batch,
    scope: Scope,
    account: Row<User> | undefined,
    names: readonly string[],
    now: number,
    most: number,
  ): boolean
}

/** A list of a user's, by name. */
export interface Named {
  user: string
  list: string
}

/** The friend lists that drafts name. */
export function listsNamed(user: string, drafts: readonly { lists?: readonly string[] }[]): Named[] {
  return drafts.flatMap(draft => (draft.lists ?? []).map(list => ({ user, list })))
}

/** Reads what is there of some lists, in one round trip. */
export async function readShelf(ctx: Context, { app, inbox }: Scope, named: readonly Named[]): Promise<Shelf> {
  if (named.length === 0) return { open: (_batch, _scope, _account, names) => names.length === 0 }
  const owners = [...new Set(named.map(({ user }) => user))]
  const [rows, counted] = await Promise.all([
    ctx.store.getMany(
      friendLists,
      named.map(({ user, list }) => [app, user, inbox, list]),
    ),
    ctx.store.getMany(
      relationCount,
      owners.map(user => [app, user, inbox, 'list']),
    ),
  ])
  const keyOf = (user: string, list: string) => JSON.stringify([user, list])
  const known = new Map(named.map(({ user, list }, i) => [keyOf(user, list), rows[i]]))
  const counts = new Map(owners.map((user, i) => [user, counted[i]?.value.n ?? 0]))
  const opened = new Set<string>()

  function open(
    batch: Batch,
    scope: Scope,
    account: Row<User> | undefined,
    names: readonly string[],
    since: number,
    most: number,
  ) {
    const { app, user, inbox } = scope
    const fresh = [...new Set(names)].filter(list => {
      const row = known.get(keyOf(user, list))
      return !opened.has(keyOf(user, list)) && !(row && holds(account, row.value.since))
    })
    const n = (counts.get(user) ?? 0) + fresh.filter(list => !known.get(keyOf(user, list))).length
    if (n > most && fresh.length > 0) return false
    counts.set(user, n)
    for (const list of names) {
      const row = known.get(keyOf(user, list))
      if (row && !fresh.includes(list)) batch.sameList(row)
    }
    for (const list of fresh) {
      opened.add(keyOf(user, list))
      batch.setList({ app, user, inbox, list, since }, known.get(keyOf(user, list)), most)
    }
    return true
  }

  return { open }
}
