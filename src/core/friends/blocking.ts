import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Event } from '../events.ts'
import { gets } from '../users/rows.ts'
import { type Batch, changeWithin, openBatch } from './batch.ts'
import { relationsKey } from './lists.ts'
import { writtenMap } from './maps.ts'
import type { Block } from './model.ts'
import { aboutUnfriending, unfriend } from './removing.ts'
import {
  firstOfEach,
  type Limits,
  limitsOf,
  type Pair,
  packed,
  readPairs,
  type Scope,
  scopeOf,
  type What,
} from './rows.ts'
import { relationCount } from './tables.ts'
import { readTurns } from './turns.ts'

/** Whom a user does not want to hear from, with a string map that is kept beside. */
export interface BlockDraft {
  user: string
  ext?: Record<string, string>
}

/** How somebody is put on a list. */
export interface BlockOptions {
  inbox?: number
  /** Both are friends no more, in either direction; the app is told of the block only. Default no. */
  unfriend?: boolean
  strangers?: boolean
  limits?: Partial<Limits>
}

/** The list: of those who may not write to the user, or of those who make no sound. */
export type BlockList = 'block' | 'mute'

const about = [
  ['block', 'mine'],
  ['mute', 'mine'],
  ['request', 'mine'],
  ['request', 'theirs'],
  ...aboutUnfriending,
] as const

/** Blocklists and mute lists of users. */
export function openBlocking(ctx: Context) {
  /**
   * Puts users on a list: one result per draft, in order; of drafts for one user the first counts. 'present' stays as it
   * was. Fault 'friend.self', 'user.missing', 'attributes.large' or 'block.limit' for who is not put on it. A block ends
   * requests between both.
   */
  async function add(
    call: Call,
    user: string,
    drafts: readonly BlockDraft[],
    what: BlockList,
    options: BlockOptions = {},
  ): Promise<('added' | 'present' | Fault)[]> {
    const scope = scopeOf(call, user, options.inbox)
    const firsts = firstOfEach(drafts)
    const results = new Map<string, 'added' | 'present' | Fault>()
    await ctx.queue(relationsKey(scope), async () => {
      for (const part of packed(firsts, () => (options.unfriend ? 80 : 16)))
        for (const [other, result] of await changeWithin(ctx, () => planAdd(call, scope, part, what, options)))
          results.set(other, result)
    })
    return drafts.map(draft => results.get(draft.user) as 'added' | 'present' | Fault)
  }

  async function planAdd(
    call: Call,
    scope: Scope,
    drafts: readonly BlockDraft[],
    what: BlockList,
    options: BlockOptions,
  ) {
    const others = drafts.map(draft => draft.user)
    const [{ account, pairs }, counted, turns] = await Promise.all([
      readPairs(ctx, scope, others, about),
      ctx.store.get(relationCount, [scope.app, scope.user, scope.inbox, what]),
      readTurns(ctx, scope, what, [scope.user]),
    ])
    if (options.strangers ? account?.value.removed : !account || account.value.removed)
      throw new Fault('user.missing', `there is no user ${scope.user}`)
    const batch = openBatch(ctx, call, scope.inbox)
    batch.demand(account)
    const most = limitsOf(options.limits)[`${what}s`]
    const now = gets(ctx.clock(), account)
    let n = counted?.value.n ?? 0
    const results = pairs.map((pair, i): [string, 'added' | 'present' | Fault] => {
      const { other } = pair
      if (other === scope.user) return [other, new Fault('friend.self')]
      if (options.strangers ? pair.account?.value.removed : !pair.account || pair.account.value.removed)
        return [other, new Fault('user.missing', `there is no user ${other}`)]
      if (pair.is(what, 'mine')) return [other, 'present']
      const ext = writtenMap(undefined, drafts[i]?.ext)
      if (ext instanceof Fault) return [other, ext]
      const row = pair.row(what, 'mine')
      if (!row && n >= most) return [other, new Fault('block.limit')]
      if (!row) n++
      const since = gets(now, pair.account)
      const changed = Math.max(since, row?.value.changed ?? 0)
      batch.demand(pair.account)
      batch.set(
        {
          ...scope,
          what,
          other,
          ...(ext ? { ext } : {}),
          at: turns.next(scope.user, since),
          since,
          changed,
        } satisfies Block,
        row,
        most,
      )
      batch.touch(scope, [`${what}s`])
      if (what === 'block') endBetween(batch, scope, pair, options)
      return [other, 'added']
    })
    return finish(batch, scope, what, 'added', results)
  }

  /** What a block ends: requests in both directions, and with `unfriend` the friendship. */
  function endBetween(batch: Batch, scope: Scope, pair: Pair, options: BlockOptions): void {
    for (const side of ['mine', 'theirs'] as const) {
      const asked = pair.row('request', side)
      if (asked) batch.unset(asked)
      // Neither asks the other, nor becomes a friend, at this very moment.
      const owner = side === 'mine' ? scope : { ...scope, user: pair.other }
      const other = side === 'mine' ? pair.other : scope.user
      if (!asked) batch.same(owner, 'request', other, undefined)
      if (options.unfriend) batch.same(owner, 'friend', other, pair.row('friend', side))
    }
    if (!options.unfriend) return
    const ended = unfriend(batch, pair, { both: true }, ctx.clock())
    for (const { from } of ended) batch.tellUser(from, 'friend.removed', scope.user, { users: [pair.other] })
  }

  /**
   * Writes keys of the string maps of those on a list, see `writtenMap`; several drafts for one user are one. Undefined for
   * who is not on it, Fault 'attributes.large' for whose map would be too large.
   */
  async function update(call: Call, user: string, drafts: readonly BlockDraft[], what: BlockList, inbox?: number) {
    const scope = scopeOf(call, user, inbox)
    const results = new Map<string, Block | Fault | undefined>()
    await ctx.queue(relationsKey(scope), async () => {
      for (const part of packed(drafts, () => 8))
        for (const [other, block] of await changeWithin(ctx, () => planUpdate(call, scope, part, what)))
          results.set(other, block)
    })
    return drafts.map(draft => results.get(draft.user))
  }

  async function planUpdate(call: Call, scope: Scope, drafts: readonly BlockDraft[], what: BlockList) {
    const merged = new Map<string, Record<string, string>>()
    for (const { user, ext } of drafts) merged.set(user, { ...merged.get(user), ...ext })
    const { pairs } = await readPairs(ctx, scope, [...merged.keys()], [[what, 'mine']])
    const batch = openBatch(ctx, call, scope.inbox)
    const results = pairs.map((pair): [string, Block | Fault | undefined] => {
      const block = pair.is(what, 'mine')
      if (!block) return [pair.other, undefined]
      const ext = writtenMap(block.ext, merged.get(pair.other))
      if (ext instanceof Fault) return [pair.other, ext]
      const next: Block = { ...block, ext, changed: Math.max(ctx.clock(), block.changed) }
      batch.set(next, pair.row(what, 'mine'))
      batch.touch(scope, [`${what}s`])
      return [pair.other, next]
    })
    return batch.finish(results)
  }

  /** Takes users off a list: one result per user, in order; false for who was not on it. */
  async function remove(call: Call, user: string, others: readonly string[], what: BlockList, inbox?: number) {
    const scope = scopeOf(call, user, inbox)
    const results = new Map<string, boolean>()
    await ctx.queue(relationsKey(scope), async () => {
      for (const part of packed([...new Set(others)], () => 4))
        for (const [other, result] of await changeWithin(ctx, () => planRemove(call, scope, part, what)))
          results.set(other, result === 'removed')
    })
    return others.map(other => results.get(other) ?? false)
  }

  async function planRemove(call: Call, scope: Scope, others: readonly string[], what: BlockList) {
    const { pairs } = await readPairs(ctx, scope, others, [[what, 'mine']])
    const batch = openBatch(ctx, call, scope.inbox)
    const results = pairs.map((pair): [string, 'removed' | 'absent'] => {
      const row = pair.row(what, 'mine')
      if (!row || !pair.is(what, 'mine')) return [pair.other, 'absent']
      batch.unset(row)
      batch.touch(scope, [`${what}s`])
      return [pair.other, 'removed']
    })
    return finish(batch, scope, what, 'removed', results)
  }

  return { add, update, remove }
}

/** The batch with what is told: the app of blocks, and the user's own devices of either list. */
function finish<R>(batch: Batch, scope: Scope, what: BlockList, did: 'added' | 'removed', results: [string, R][]) {
  const users = results.flatMap(([other, result]) => (result === did ? other : []))
  if (users.length === 0) return batch.finish(results)
  batch.tellUser(scope.user, 'block.changed', scope.user, { list: what, users, on: did === 'added' })
  const pairs = users.map(to => ({ from: scope.user, to }))
  const event: Event = { type: `blocks.${did}`, pairs }
  return batch.finish(results, what === 'block' ? [event] : [])
}

/** The row that says whether `blocker` blocks `blocked`. */
export function blockKey(app: number, inbox: number, blocker: string, blocked: string) {
  return [app, blocker, inbox, 'block' satisfies What, blocked] as const
}
