import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { friendView, keyText, limit, number, place, placeOf, requestView, self, user, words } from './shapes.ts'

const remark = z.string().max(128).describe('what the caller calls the friend; an empty text clears it')
const list = keyText(30).describe('a friend list of the caller; it is made when there is none of that name')
const named = z.record(z.string().min(1).max(64), z.string().max(500))

/** What the caller keeps about a friend. */
const kept = {
  remark: remark.optional(),
  text: z.string().max(1024).optional().describe('any text of the caller’s own; an empty one clears it'),
  custom: named
    .refine(texts => Object.keys(texts).length <= 20, { error: 'at most 20 texts at a time' })
    .optional()
    .describe('at most 20 texts by name, written one by one; an empty text removes one'),
}

/**
 * Add a friend. Says 'added' when both may be friends at once, 'asked' when the other has to agree first, 'present' when
 * they were friends before.
 */
const addFriend = operation({
  key: 'friend.add',
  request: z.object({
    user,
    words: words.optional().describe('for the other, who reads them with the request'),
    source: z.string().max(32).optional().describe('where they met'),
    both: z.boolean().default(true).describe('the other gets the caller as a friend too'),
    ask: z.boolean().default(false).describe('ask even those who let anybody be their friend'),
    list: list.optional(),
    ...kept,
  }),
  reply: z.strictObject({ became: z.enum(['added', 'asked', 'present']) }),
  async run(core, call, { user, words: wording, both, ask, list, ...fields }) {
    const draft = { user, wording, lists: list === undefined ? undefined : [list], ...fields }
    const [became] = await core.friends.add(call, self(call), [draft], { both, how: ask ? 'ask' : 'setting' })
    return { became: done(became) }
  },
})

/** Answer a friend request. */
const answerFriend = operation({
  key: 'friend.answer',
  request: z.object({
    user: user.describe('who asked'),
    accept: z.boolean(),
    both: z.boolean().optional().describe('the caller gets who asked as a friend too; if left out, as it was asked'),
    words: words.optional().describe('for who asked'),
    list: list.optional(),
    ...kept,
  }),
  reply: z.strictObject({ became: z.enum(['accepted', 'rejected']) }),
  async run(core, call, { list, ...answer }) {
    const lists = list === undefined ? undefined : [list]
    const [became] = await core.friends.answer(call, self(call), [{ ...answer, lists }])
    return { became: done(became) }
  },
})

/** Remove a friend. */
const removeFriend = operation({
  key: 'friend.remove',
  request: z.object({
    user,
    both: z.boolean().default(false).describe('the caller goes from the other’s list too'),
    keepRemark: z.boolean().default(false).describe('the remark comes back when they become friends again'),
  }),
  reply: form.nothing,
  async run(core, call, { user, ...options }) {
    const [fault] = await core.friends.remove(call, self(call), [user], options)
    if (fault) throw fault
    return {}
  },
})

/** Write what the caller keeps about a friend; what is left out stays. */
const updateFriend = operation({
  key: 'friend.update',
  request: z.object({
    user,
    lists: z.array(list).max(32).optional().describe('exactly the lists in which the friend then stands'),
    ...kept,
  }),
  reply: z.strictObject({ friend: form.friend }),
  async run(core, call, r) {
    const [friend] = await core.friends.update(call, self(call), [r])
    return { friend: friendView({ relation: done(friend), account: undefined }) }
  },
})

const friends = z.array(form.friend)
const page = z
  .strictObject({ friends, number: form.number.describe('where `since` may begin'), next: form.userPlace })
  .describe('without `since`: in the order of adding')
const news = z
  .strictObject({
    friends: friends.describe('those that changed or came'),
    gone: z.array(form.user).describe('those who are friends no more'),
    number: form.number.describe('where to go on from'),
    more: z.boolean().describe('ask again from there'),
    reset: z.boolean().describe('it was too long ago: read the whole list again'),
  })
  .describe('with `since`')

/**
 * List the caller's friends in the order in which they were added. With `since`, tell only what became of them after a
 * number that an earlier answer gave: `reset` says that it was too long ago and the whole list must be read again.
 */
const listFriends = operation({
  key: 'friend.list',
  request: z
    .object({
      after: place.optional().describe('the `next` of the page before'),
      since: number.optional().describe('the `number` of an earlier answer'),
      limit: limit(200, 100).describe('for pages; not with `since`'),
    })
    .refine(r => r.after === undefined || r.since === undefined, { error: 'after and since exclude each other' })
    .describe('`after` and `since` exclude each other'),
  reply: z.union([page, news]),
  async run(core, call, { after, since, limit }) {
    const mine = { app: call.app.id, user: self(call), inbox: 0 }
    if (since !== undefined) {
      const { friends, ...rest } = await core.friends.since(mine, since)
      return { friends: friends.map(friendView), ...rest }
    }
    // The number first: what happens meanwhile is told again, and never missed.
    const { number } = await core.friends.sequences(mine)
    const { found, next } = await core.friends.page(mine, 'friend', { after: placeOf(after), limit })
    return { friends: found.map(friendView), number, next: next && { time: next.at, user: next.user } }
  },
})

/** List friend requests that are not answered, oldest first: those the caller got, or those the caller sent. */
const listRequests = operation({
  key: 'friend.requests',
  request: z.object({
    sent: z.boolean().default(false).describe('those that the caller sent'),
    after: place.optional().describe('the `next` of the page before'),
    limit: limit(200, 100),
  }),
  reply: z.strictObject({ requests: z.array(form.friendRequest), next: form.userPlace }),
  async run(core, call, { sent, after, limit }) {
    const mine = { app: call.app.id, user: self(call), inbox: 0 }
    const options = { after: placeOf(after), limit }
    const page = sent ? await core.friends.requestsOf(mine, options) : await core.friends.page(mine, 'request', options)
    const { found, next } = page
    return {
      requests: found.map(each => requestView(each, sent)),
      next: next && { time: next.at, user: next.user },
    }
  },
})

export const friendOperations = [addFriend, answerFriend, removeFriend, updateFriend, listFriends, listRequests]

/** The result of a call about one user; its refusal is the call's. */
function done<T>(result: T | Fault | undefined): T {
  if (result === undefined) throw new Fault('internal')
  if (result instanceof Fault) throw result
  return result
}
