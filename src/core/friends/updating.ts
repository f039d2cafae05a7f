import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import { mergeTexts } from '../texts.ts'
import { gets } from '../users/rows.ts'
import { changeWithin, openBatch, type Sequence } from './batch.ts'
import { listsNamed, readShelf, relationsKey, tellChanged } from './lists.ts'
import { filled } from './making.ts'
import { writtenMap } from './maps.ts'
import type { Friend, FriendFields } from './model.ts'
import { type Limits, limitsOf, packed, readPairs, type Scope, scopeOf } from './rows.ts'

/** What is to be written about a friend. Left out stays; '' and {} clear; named texts are written one by one. */
export type FriendUpdate = FriendFields & {
  user: string
  /** Keys of the string map that are written beside those that are there, see `writtenMap`. */
  keys?: Record<string, string>
}

/** Writing what users keep about their friends. */
export function openUpdating(ctx: Context) {
  /**
   * Writes about friends: one result per draft, in order, the friend as it is now. Fault 'friend.missing',
   * 'attributes.large' or 'friend.list.limit' for one that is not written. Lists that are named and not there are made.
   */
  async function update(
    call: Call,
    user: string,
    drafts: readonly FriendUpdate[],
    options: { inbox?: number; limits?: Partial<Limits> } = {},
  ): Promise<(Friend | Fault)[]> {
    const scope = scopeOf(call, user, options.inbox)
    if (!call.admin && drafts.some(draft => draft.serverText !== undefined)) throw new Fault('caller.forbidden')
    const limits = limitsOf(options.limits)
    const results: (Friend | Fault)[] = []
    await ctx.queue(relationsKey(scope), async () => {
      for (const part of packed(drafts, draft => 8 + (draft.lists ? 2 * draft.lists.length + 64 : 0)))
        results.push(...(await changeWithin(ctx, () => planUpdate(call, scope, part, limits))))
    })
    return results
  }

  async function planUpdate(call: Call, scope: Scope, drafts: readonly FriendUpdate[], limits: Limits) {
    const others = [...new Set(drafts.map(draft => draft.user))]
    const [{ account, pairs }, shelf] = await Promise.all([
      readPairs(ctx, scope, others, [['friend', 'mine']]),
      readShelf(ctx, scope, listsNamed(scope.user, drafts)),
    ])
    const batch = openBatch(ctx, call, scope.inbox)
    const now = gets(ctx.clock(), account)
    const known = new Map(pairs.map(pair => [pair.other, pair]))
    // Several drafts for one friend are written one over the other.
    const written = new Map(pairs.map(pair => [pair.other, pair.is('friend', 'mine')]))
    const sequences = new Map<string, Set<Sequence>>()
    const results = drafts.map((draft): string | Fault => {
      const friend = written.get(draft.user)
      if (!friend) return new Fault('friend.missing', `${draft.user} is no friend`)
      const ext = writtenMap(draft.ext ? undefined : friend.ext, { ...draft.ext, ...draft.keys })
      if (ext instanceof Fault) return ext
      if (!shelf.open(batch, scope, account, draft.lists ?? [], now, limits.lists))
        return new Fault('friend.list.limit')
      written.set(draft.user, merged(friend, { ...draft, ext }, now))
      const mine = sequences.get(draft.user) ?? new Set()
      for (const sequence of sequencesOf(draft)) mine.add(sequence)
      sequences.set(draft.user, mine)
      return draft.user
    })
    for (const [user, which] of sequences)
      batch.setFriend(written.get(user) as Friend, known.get(user)?.row('friend', 'mine'), undefined, [...which])
    tellChanged(batch, scope, [...sequences.keys()])
    return batch.finish(results.map(result => (result instanceof Fault ? result : (written.get(result) as Friend))))
  }

  return { update }
}

function merged(
  friend: Friend,
  { user: _, keys: __, lists, custom, ext, ...fields }: FriendUpdate,
  now: number,
): Friend {
  const { remark } = fields
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const next: Friend = {
    ...friend,
    ...given,
    ...(remark === undefined ? {} : { remarked: remark === '' ? undefined : now }),
    ...(lists ? { lists: lists.length > 0 ? [...new Set(lists)] : undefined } : {}),
    ...(custom ? { custom: mergeTexts(friend.custom, custom) } : {}),
    ext,
    changed: Math.max(now, friend.changed),
  }
  return filled(next)
}

function sequencesOf({ user: _, custom, ...fields }: FriendUpdate): Sequence[] {
  const plain = Object.values(fields).some(value => value !== undefined)
  return [...(plain || !custom ? (['friends'] as const) : []), ...(custom ? (['custom'] as const) : [])]
}
