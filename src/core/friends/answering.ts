import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Event } from '../events.ts'
import type { FriendAnswered } from '../hooks.ts'
import { gets, present } from '../users/rows.ts'
import { refusedBy } from './adding.ts'
import { changeWithin, openBatch } from './batch.ts'
import { listsNamed, readShelf, relationsKey } from './lists.ts'
import { aboutFriends, type Beginning, filled, join, type Making, readPlaces, unfit } from './making.ts'
import type { FriendRequest } from './model.ts'
import { firstOfEach, type Limits, limitsOf, type Pair, packed, readPairs, type Scope, scopeOf } from './rows.ts'
import { readTurns } from './turns.ts'

/** An answer to somebody's request; the fields are what the answering user keeps about them. */
export type FriendAnswer = Beginning & {
  user: string
  accept: boolean
  /** The asking user becomes a friend of the answering one too. Left out: as it was asked. */
  both?: boolean
  /** For the asking user. */
  words?: string
}

/** What became of a request. */
export type Answered = 'accepted' | 'rejected'

/** How requests are answered. */
export interface AnswerOptions {
  inbox?: number
  /** Where nobody asked: refused (default), or done as if they had, which is for server-side callers only. */
  unasked?: 'refuse' | 'befriend'
  blocks?: boolean
  strangers?: boolean
  limits?: Partial<Limits>
}

interface Planned extends Making {
  options: AnswerOptions
  events: Event[]
}

/** Answering friend requests. */
export function openAnswering(ctx: Context) {
  /**
   * Answers requests: one result per answer, in order; of answers to one user the first counts. Fault for one that cannot
   * be given: 'friend.request.missing', 'friend.blocking', 'friend.blocked', 'friend.limit', 'friend.limit.other',
   * 'friend.list.limit', 'user.missing', 'hook.refused'; the request stays.
   */
  async function answer(
    call: Call,
    user: string,
    answers: readonly FriendAnswer[],
    options: AnswerOptions = {},
  ): Promise<(Answered | Fault)[]> {
    const scope = scopeOf(call, user, options.inbox)
    if (options.unasked === 'befriend' && !call.admin) throw new Fault('caller.forbidden')
    const firsts = firstOfEach(answers)
    const results = new Map<string, Answered | Fault>()
    const wanted = await asked(call, user, firsts, results)
    await ctx.queue(relationsKey(scope), async () => {
      for (const part of packed(wanted, each => 30 + 3 * (each.lists?.length ?? 0)))
        for (const [other, result] of await changeWithin(ctx, () => planAnswer(call, scope, part, options)))
          results.set(other, result)
    })
    return answers.map(each => results.get(each.user) as Answered | Fault)
  }

  async function asked(
    call: Call,
    from: string,
    answers: readonly FriendAnswer[],
    results: Map<string, Answered | Fault>,
  ): Promise<readonly FriendAnswer[]> {
    if (!ctx.hooks.listens('friend.answer', call)) return answers
    const targets = answers.map(({ user: to, remark, lists, accept, both = true }): FriendAnswered => {
      return { to, ...filled({ remark, list: lists?.[0] }), accept, both }
    })
    const draft = await ctx.hooks.ask('friend.answer', call, { from, targets })
    for (const { to, refused } of draft.targets) if (refused) results.set(to, refusedBy(call, refused))
    return answers.filter(each => !results.has(each.user))
  }

  async function planAnswer(call: Call, scope: Scope, answers: readonly FriendAnswer[], options: AnswerOptions) {
    const others = answers.map(each => each.user)
    const wanted = [scope.user, ...others].map(user => ({ user, what: 'friend' as const }))
    const [{ account, pairs }, places, turns] = await Promise.all([
      readPairs(ctx, scope, others, aboutFriends),
      readPlaces(ctx, scope, wanted),
      readTurns(ctx, scope, 'friend', [scope.user, ...others]),
    ])
    if (options.strangers ? account?.value.removed : !present(account))
      throw new Fault('user.missing', `there is no user ${scope.user}`)
    // Those who asked named the list in which they want to see the user.
    const theirs = pairs.flatMap(pair => {
      const list = pair.is('request', 'mine')?.list
      return list === undefined ? [] : { user: pair.other, list }
    })
    const shelf = await readShelf(ctx, scope, [...listsNamed(scope.user, answers), ...theirs])
    const batch = openBatch(ctx, call, scope.inbox)
    batch.demand(account)
    const blocks = options.blocks !== false
    const limits = limitsOf(options.limits)
    const making = { scope, batch, shelf, places, turns, account, now: gets(ctx.clock(), account), limits, blocks }
    const planned: Planned = { ...making, options, events: [] }
    const results = pairs.map((pair, i): [string, Answered | Fault] => [
      pair.other,
      answerOne(planned, pair, answers[i] as FriendAnswer),
    ])
    for (const what of ['accepted', 'rejected'] as const) {
      const users = results.flatMap(([other, result]) => (result === what ? other : []))
      if (users.length > 0) batch.tellUser(scope.user, `friend.${what}`, scope.user, { users })
    }
    return batch.finish(results, planned.events)
  }

  return { answer }
}

function answerOne(planned: Planned, pair: Pair, answer: FriendAnswer): Answered | Fault {
  const { scope, options, batch } = planned
  const request = pair.is('request', 'mine')
  if (!request && options.unasked !== 'befriend') return new Fault('friend.request.missing')
  const result = answer.accept ? accept(planned, pair, answer, request) : reject(planned, pair)
  if (result instanceof Fault) return result
  const about = { users: [pair.other], ...filled({ text: answer.words }) }
  batch.tellUser(pair.other, `friend.${result}`, scope.user, about)
  return result
}

function reject({ batch }: Planned, pair: Pair): Answered {
  const row = pair.row('request', 'mine')
  if (row) batch.unset(row)
  return 'rejected'
}

function accept(
  planned: Planned,
  pair: Pair,
  answer: FriendAnswer,
  request: FriendRequest | undefined,
): Answered | Fault {
  const { scope, options, batch, blocks } = planned
  const refused = unfit(scope, pair, { strangers: options.strangers, blocks })
  if (refused) return refused
  const { user: asker, accept: _, both = request?.both ?? true, words, ...own } = answer
  const { source, text: wording, at: asked, remark, list } = request ?? {}
  const mine = both && !pair.is('friend', 'mine')
  const theirs = !pair.is('friend', 'theirs')
  const common = { source, wording, asked }
  const full = join(planned, pair, {
    mine: mine ? { ...common, ...own } : undefined,
    theirs: theirs ? { ...common, remark, lists: list === undefined ? undefined : [list] } : undefined,
  })
  if (full) return full
  const row = pair.row('request', 'mine')
  if (row && !theirs) batch.unset(row)
  planned.events.push(...acceptedEvents(scope.user, asker, mine, theirs, words))
  return 'accepted'
}

function acceptedEvents(user: string, asker: string, mine: boolean, theirs: boolean, text?: string): Event[] {
  const pairs = [
    ...(theirs ? [{ from: asker, to: user, initiator: asker }] : []),
    ...(mine ? [{ from: user, to: asker, initiator: asker }] : []),
  ]
  if (pairs.length === 0) return []
  return [{ type: 'friends.added', pairs, by: 'answer', forced: false, ...filled({ text }) }]
}
