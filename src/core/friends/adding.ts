import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Event } from '../events.ts'
import type { FriendAsked } from '../hooks.ts'
import { gets, present } from '../users/rows.ts'
import { type Batch, changeWithin, openBatch } from './batch.ts'
import { listsNamed, readShelf, relationsKey, tellChanged } from './lists.ts'
import { aboutFriends, type Beginning, filled, join, type Making, readPlaces, steady, unfit } from './making.ts'
import type { FriendRequest } from './model.ts'
import { firstOfEach, type Limits, limitsOf, type Pair, packed, readPairs, type Scope, scopeOf } from './rows.ts'
import { readTurns } from './turns.ts'

/** Somebody who is to become a friend, and what is kept about them. */
export type FriendDraft = Beginning & { user: string }

/** What became of it: a friend now, asked, or a friend before. */
export type Befriended = 'added' | 'asked' | 'present'

/** How friends are added. */
export interface BefriendOptions {
  inbox?: number
  /** The other gets the user as a friend too. Default yes. */
  both?: boolean
  /**
   * Whether the other is asked: as their profile says (default), always, or never. Never is for server-side callers only,
   * and passes over what profiles say.
   */
  how?: 'setting' | 'ask' | 'direct'
  /** A block in either direction refuses. Default yes. */
  blocks?: boolean
  /** Users whom the app does not know may be friends. */
  strangers?: boolean
  /** Taken over from elsewhere: written as it is, one direction only, and nobody but the user's own devices is told. */
  imported?: boolean
  limits?: Partial<Limits>
}

interface Planned extends Making {
  options: BefriendOptions
  /** Directions that were made, by the words of their request. */
  made: Map<string, Pairs>
}

type Pairs = { from: string; to: string; initiator: string }[]

/** Steps that one friend takes besides their lists. */
const weight = 22

/** Adding friends. */
export function openAdding(ctx: Context) {
  /**
   * Adds friends, or asks them: one result per draft, in order; of drafts for one user the first counts. What can be
   * refused of one and not of the others is their result: Fault 'friend.self', 'user.missing', 'friend.blocking',
   * 'friend.blocked', 'friend.refused', 'friend.forbidden', 'friend.limit', 'friend.limit.other', 'friend.request.limit',
   * 'friend.list.limit', 'hook.refused'. Throws Fault('user.missing') for the user.
   */
  async function add(
    call: Call,
    user: string,
    drafts: readonly FriendDraft[],
    options: BefriendOptions = {},
  ): Promise<(Befriended | Fault)[]> {
    const scope = scopeOf(call, user, options.inbox)
    const direct = options.how === 'direct' || options.imported
    if (direct && !call.admin) throw new Fault('caller.forbidden')
    const firsts = firstOfEach(drafts)
    const results = new Map<string, Befriended | Fault>()
    const wanted = options.imported ? firsts : await asked(call, user, firsts, options, results)
    await ctx.queue(relationsKey(scope), async () => {
      for (const part of packed(wanted, draft => weight + 3 * (draft.lists?.length ?? 0)))
        for (const [other, result] of await changeWithin(ctx, () => planAdd(call, scope, part, options)))
          results.set(other, result)
    })
    return drafts.map(draft => results.get(draft.user) as Befriended | Fault)
  }

  /** Those whom the app allows; its refusals are results. */
  async function asked(
    call: Call,
    from: string,
    drafts: readonly FriendDraft[],
    options: BefriendOptions,
    results: Map<string, Befriended | Fault>,
  ): Promise<readonly FriendDraft[]> {
    if (!ctx.hooks.listens('friend.add', call)) return drafts
    const targets = drafts.map(({ user: to, remark, lists, source, wording: text }): FriendAsked => {
      return { to, ...filled({ remark, list: lists?.[0], source, text }) }
    })
    const { both = true, how } = options
    const draft = await ctx.hooks.ask('friend.add', call, { from, targets, both, forced: how === 'direct' })
    for (const { to, refused } of draft.targets) if (refused) results.set(to, refusedBy(call, refused))
    return drafts.filter(each => !results.has(each.user))
  }

  async function planAdd(call: Call, scope: Scope, drafts: readonly FriendDraft[], options: BefriendOptions) {
    const others = drafts.map(draft => draft.user)
    const [{ account, pairs }, places, shelf, turns] = await Promise.all([
      readPairs(ctx, scope, others, aboutFriends),
      readPlaces(ctx, scope, wantedPlaces(scope.user, others)),
      readShelf(ctx, scope, listsNamed(scope.user, drafts)),
      readTurns(ctx, scope, 'friend', [scope.user, ...others]),
    ])
    if (options.strangers ? account?.value.removed : !present(account))
      throw new Fault('user.missing', `there is no user ${scope.user}`)
    const batch = openBatch(ctx, call, scope.inbox)
    batch.demand(account)
    const blocks = options.blocks !== false && !options.imported
    const limits = limitsOf(options.limits)
    const making = { scope, batch, shelf, places, turns, account, now: gets(ctx.clock(), account), limits, blocks }
    const planned: Planned = { ...making, options, made: new Map() }
    const results = pairs.map((pair, i): [string, Befriended | Fault] => [
      pair.other,
      addOne(planned, pair, drafts[i] as FriendDraft),
    ])
    tellOwn(batch, scope, results, options)
    return batch.finish(results, options.imported ? [] : addedEvents(planned))
  }

  return { add }
}

function addOne(planned: Planned, pair: Pair, draft: FriendDraft): Befriended | Fault {
  const { scope, options, blocks } = planned
  const refused = unfit(scope, pair, { strangers: options.strangers, blocks })
  if (refused) return refused
  const mine = !pair.is('friend', 'mine')
  const theirs = !options.imported && options.both !== false && !pair.is('friend', 'theirs')
  if (!mine && !theirs) return 'present'
  const way = options.imported || options.how === 'direct' ? 'direct' : wayOf(planned, pair)
  if (way instanceof Fault) return way
  return way === 'ask' ? ask(planned, pair, draft) : makeFriends(planned, pair, draft, { mine, theirs })
}

/** Whether the other has to agree, by what both profiles say. */
function wayOf({ account, options }: Planned, pair: Pair): 'ask' | 'direct' | Fault {
  if (account?.value.profile.noRequests) return new Fault('friend.forbidden')
  const setting = pair.account?.value.profile.befriend ?? 'anybody'
  if (setting === 'nobody') return new Fault('friend.refused')
  return options.how === 'ask' || setting === 'confirm' ? 'ask' : 'direct'
}

function ask(planned: Planned, pair: Pair, draft: FriendDraft): Befriended | Fault {
  const { scope, options, limits, batch, places, now, account } = planned
  const row = pair.row('request', 'theirs')
  if (!row && !places.free(pair.other, 'request', limits.requests)) return new Fault('friend.request.limit')
  if (!row) places.take(pair.other, 'request')
  const since = gets(now, account, pair.account)
  const { wording: text, source, remark, lists } = draft
  const request: FriendRequest = {
    ...{ ...scope, user: pair.other },
    what: 'request',
    other: scope.user,
    ...filled({ text, source, remark, list: lists?.[0] }),
    both: options.both !== false,
    at: since,
    since,
    changed: Math.max(since, row?.value.changed ?? 0),
  }
  batch.set(request, row, limits.requests)
  steady(planned, pair)
  batch.tellUser(pair.other, 'friend.request', scope.user, { users: [pair.other], ...filled({ text, source }) })
  return 'asked'
}

function makeFriends(
  planned: Planned,
  pair: Pair,
  { user: to, ...mine }: FriendDraft,
  which: { mine: boolean; theirs: boolean },
): Befriended | Fault {
  const { scope, options, batch } = planned
  const { source, wording, at } = mine
  const from = scope.user
  const directions = { mine: which.mine ? mine : undefined, theirs: which.theirs ? { source, wording, at } : undefined }
  const full = join(planned, pair, directions)
  if (full || options.imported) return full ?? 'added'
  const made = planned.made.get(wording ?? '') ?? []
  if (which.mine) made.push({ from, to, initiator: from })
  if (which.theirs) made.push({ from: to, to: from, initiator: from })
  planned.made.set(wording ?? '', made)
  if (which.theirs) batch.tellUser(to, 'friend.added', from, { users: [to], ...filled({ text: wording, source }) })
  return 'added'
}

function tellOwn(
  batch: Batch,
  scope: Scope,
  results: readonly (readonly [string, Befriended | Fault])[],
  options: BefriendOptions,
) {
  const those = (what: Befriended) => results.flatMap(([other, result]) => (result === what ? other : []))
  const [added, asked] = [those('added'), those('asked')]
  if (options.imported) tellChanged(batch, scope, added)
  else if (added.length > 0) batch.tellUser(scope.user, 'friend.added', scope.user, { users: added })
  if (asked.length > 0) batch.tellUser(scope.user, 'friend.request', scope.user, { users: asked })
}

function addedEvents({ made, options }: Planned): Event[] {
  const forced = options.how === 'direct'
  return [...made].map(([text, pairs]) => {
    return { type: 'friends.added', pairs, by: 'request', forced, ...filled({ text }) }
  })
}

function wantedPlaces(user: string, others: readonly string[]) {
  const theirs = others.flatMap(other => [
    { user: other, what: 'friend' as const },
    { user: other, what: 'request' as const },
  ])
  return [{ user, what: 'friend' as const }, ...theirs]
}

/** What the app's refusal of one of several is to the caller. */
export function refusedBy(call: Call, { code, text }: { code: number | string; text: string }): Fault {
  return new Fault('hook.refused', text || undefined, { dialect: call.app.home, code })
}
