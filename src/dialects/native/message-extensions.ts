import { z } from 'zod'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { conv, keyText, limit, number, ownConversation, ownMessage } from './shapes.ts'

/** How often the pairs of one message may be changed. */
const writeRate = { calls: 200, seconds: 60 }

const seq = number.min(1).describe('the number of a message')
const key = keyText(100).describe('its name')
const version = number.optional().describe('the version that the caller saw, 0 for none; absent = whatever is there')
const where = { conv, seq }

const versioned = { key: z.string(), value: z.string(), version: form.number }
const extended = z.strictObject({
  pairs: z
    .array(z.strictObject({ ...versioned, ok: z.boolean().describe('false: it was not as the caller saw it') }))
    .describe('what stands there then'),
})
const kept = z.strictObject({
  pairs: z.array(z.strictObject(versioned)).describe('in the order of their versions'),
  version: form.number.describe('the newest'),
  cleared: form.number.describe('pairs with a version up to here are gone'),
  complete: z.boolean().describe('nothing follows'),
})

/**
 * Keep pairs beside a message, delete some, or clear them all. A pair that somebody else changed since the version that the
 * caller saw stays as it is, and says so by `ok: false`.
 */
const extend = operation({
  key: 'message.extend',
  request: z.discriminatedUnion('what', [
    z.object({
      ...where,
      what: z.literal('set'),
      pairs: z
        .array(z.object({ key, value: z.string().min(1).max(1000), version }))
        .min(1)
        .max(20),
    }),
    z.object({
      ...where,
      what: z.literal('delete'),
      pairs: z.array(z.object({ key, version })).min(1).max(20),
    }),
    z.object({ ...where, what: z.literal('clear') }),
  ]),
  reply: extended,
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    await core.limits.count('native', 'message.extend', `${call.app.id}/${r.conv}/${r.seq}`, writeRate)
    if (r.what === 'set') return { pairs: await core.extensions.set(call, conversation, r.seq, r.pairs) }
    if (r.what === 'delete') return { pairs: await core.extensions.remove(call, conversation, r.seq, r.pairs) }
    await core.extensions.clear(call, conversation, r.seq)
    return { pairs: [] }
  },
})

/** Tell the pairs of a message from a version on, in the order of their versions; deleted ones have an empty value. */
const read = operation({
  key: 'message.extensions',
  request: z.object({
    ...where,
    from: number.default(0).describe('the version to begin with'),
    limit: limit(200, 200),
  }),
  reply: kept,
  async run(core, call, r) {
    await ownMessage(core, call, r)
    return core.extensions.get(r.conv, r.seq, r.from, r.limit)
  },
})

export const messageExtensionOperations = [extend, read]
