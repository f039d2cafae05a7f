import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import { type Batch, changeWithin, openBatch } from './batch.ts'
import { relationsKey } from './lists.ts'
import type { Friend, KeptRemark } from './model.ts'
import { type Pair, packed, readPairs, type Scope, type Side, scopeOf } from './rows.ts'
import { relations } from './tables.ts'

/** How friends are removed. */
export interface UnfriendOptions {
  inbox?: number
  /** The user goes from the other's list too. Default no. */
  both?: boolean
  /** The remark is kept for when they become friends again. Default no. */
  keepRemark?: boolean
}

type Pairs = { from: string; to: string }[]

/** What must be known of two users before they are friends no more. */
export const aboutUnfriending = [
  ['friend', 'mine'],
  ['friend', 'theirs'],
  ['remark', 'mine'],
  ['remark', 'theirs'],
] as const

/** Removing friends. */
export function openRemoving(ctx: Context) {
  /** Removes friends: one result per user, in order; Fault 'friend.missing' or 'hook.refused' for those who stay or are none. */
  async function remove(
    call: Call,
    user: string,
    others: readonly string[],
    options: UnfriendOptions = {},
  ): Promise<(Fault | undefined)[]> {
    const scope = scopeOf(call, user, options.inbox)
    const results = new Map<string, Fault | undefined>()
    const wanted = await asked(call, user, [...new Set(others)], results)
    await ctx.queue(relationsKey(scope), async () => {
      for (const part of packed(wanted, () => weight))
        for (const [other, result] of await changeWithin(ctx, () => planRemove(call, scope, part, options)))
          results.set(other, result)
    })
    return others.map(other => results.get(other))
  }

  /** Removes all friends a user has, as far as they are there now. */
  async function removeAll(call: Call, user: string, options: Pick<UnfriendOptions, 'inbox' | 'both'> = {}) {
    const scope = scopeOf(call, user, options.inbox)
    const prefix = [scope.app, user, scope.inbox, 'friend']
    await ctx.queue(relationsKey(scope), async () => {
      for (let from: string[] | undefined; ; ) {
        const page = await ctx.store.scan(relations, { prefix, from, limit: chunk })
        const others = page.map(row => row.value.other)
        await changeWithin(ctx, () => planRemove(call, scope, others, options))
        if (page.length < chunk) return
        from = [`${others.at(-1)}\u0001`]
      }
    })
  }

  async function asked(call: Call, from: string, others: string[], results: Map<string, Fault | undefined>) {
    if (!ctx.hooks.listens('friend.remove', call)) return others
    await Promise.all(
      others.map(async to => {
        try {
          await ctx.hooks.ask('friend.remove', call, { from, to })
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          results.set(to, error)
        }
      }),
    )
    return others.filter(other => !results.has(other))
  }

  async function planRemove(call: Call, scope: Scope, others: readonly string[], options: UnfriendOptions) {
    const { pairs } = await readPairs(ctx, scope, others, aboutUnfriending)
    const batch = openBatch(ctx, call, scope.inbox)
    const gone: Pairs = []
    const results = pairs.map((pair): [string, Fault | undefined] => {
      if (!pair.is('friend', 'mine')) return [pair.other, new Fault('friend.missing', `${pair.other} is no friend`)]
      gone.push(...unfriend(batch, pair, options, ctx.clock()))
      if (options.both && pair.is('friend', 'theirs'))
        batch.tellUser(pair.other, 'friend.removed', scope.user, { users: [pair.other] })
      return [pair.other, undefined]
    })
    const users = results.flatMap(([other, fault]) => (fault ? [] : other))
    if (users.length > 0) batch.tellUser(scope.user, 'friend.removed', scope.user, { users })
    return batch.finish(results, gone.length > 0 ? [{ type: 'friends.removed', pairs: gone }] : [])
  }

  return { remove, removeAll }
}

/** Steps that one friend takes, in at most as many lists as usual. */
const weight = 80
const chunk = 10

/** Puts the end of a friendship into a batch and gives the directions that end. */
export function unfriend(batch: Batch, pair: Pair, options: UnfriendOptions, now: number): Pairs {
  const sides: Side[] = options.both ? ['mine', 'theirs'] : ['mine']
  return sides.flatMap(side => {
    const row = pair.row('friend', side)
    const friend = pair.is('friend', side)
    if (!row || !friend) return []
    batch.unsetFriend(row)
    if (options.keepRemark && friend.remark) keepRemark(batch, friend, pair, side, now)
    return { from: friend.user, to: friend.other }
  })
}

function keepRemark(batch: Batch, friend: Friend, pair: Pair, side: Side, now: number): void {
  const { app, user, inbox, other, since, remark = '' } = friend
  const row = pair.row('remark', side)
  const changed = Math.max(now, friend.changed)
  const kept: KeptRemark = { app, user, inbox, other, what: 'remark', remark, at: changed, since, changed }
  batch.set(kept, row)
}
