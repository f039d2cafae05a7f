import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import type { BlockList } from '../../core/friends/friends.ts'
import * as form from './forms/forms.ts'
import { type NativeOperation, operation } from './operation.ts'
import { limit, place, placeOf, self, user } from './shapes.ts'

/** Block a user: what they write does not reach the caller any more, and neither can ask to be the other's friend. */
const addBlock = operation({
  key: 'block.add',
  request: z.object({
    user,
    unfriend: z.boolean().default(false).describe('they are friends no more, in either direction'),
  }),
  reply: form.nothing,
  async run(core, call, { user, unfriend }) {
    const [result] = await core.friends.blocks.add(call, self(call), [{ user }], 'block', { unfriend })
    if (result instanceof Fault) throw result
    return {}
  },
})

/** Mute a user: what they write comes without a sound. */
const addMute = operation({
  key: 'mute.add',
  request: z.object({ user }),
  reply: form.nothing,
  async run(core, call, { user }) {
    const [result] = await core.friends.blocks.add(call, self(call), [{ user }], 'mute')
    if (result instanceof Fault) throw result
    return {}
  },
})

/** Take a user off the list; nothing happens when they are not on it. */
function removing(what: BlockList): NativeOperation {
  return operation({
    key: `${what}.remove`,
    request: z.object({ user }),
    reply: form.nothing,
    async run(core, call, { user }) {
      await core.friends.blocks.remove(call, self(call), [user], what)
      return {}
    },
  })
}

/** List those on the list, the newest first. `number` grows whenever the list changes. */
function listing(what: BlockList): NativeOperation {
  return operation({
    key: `${what}.list`,
    request: z.object({ after: place.optional().describe('the `next` of the page before'), limit: limit(200, 100) }),
    reply: z.strictObject({
      users: z.array(z.strictObject({ user: form.user, since: form.ms })),
      number: form.number.describe('grows whenever the list changes'),
      next: form.userPlace,
    }),
    async run(core, call, { after, limit }) {
      const mine = { app: call.app.id, user: self(call), inbox: 0 }
      const { blocks, mutes } = await core.friends.sequences(mine)
      const { found, next } = await core.friends.page(mine, what, { after: placeOf(after), limit, reverse: true })
      return {
        users: found.map(({ relation }) => ({ user: relation.other, since: relation.at })),
        number: what === 'block' ? blocks : mutes,
        next: next && { time: next.at, user: next.user },
      }
    },
  })
}

export const blockOperations = [
  ...[addBlock, removing('block'), listing('block')],
  ...[addMute, removing('mute'), listing('mute')],
]
