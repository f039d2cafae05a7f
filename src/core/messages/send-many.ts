import { partsOf } from '../../lib/parts.ts'
import { type Appended, append, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, tell } from '../context.ts'
import type { Directs } from '../conversations/directs.ts'
import { Fault } from '../errors.ts'
import type { Direct, Message } from '../model.ts'
import { messages, receipts, users } from '../tables.ts'
import { type Told, toldConversation, unsent } from '../telling.ts'
import { present } from '../users/rows.ts'
import type { MessageDraft, Sent } from './draft.ts'
import { fixed, pair, raise, receiptChecks, receiptSteps, sentEvent, whole } from './rows.ts'

/** Messages stored in one batch: four rows each, and their content, which the outbox may hold again, below the batch's bytes. */
const [chunk, bytes] = [25, 400 * 1024]

/** How many messages of a draft go into one batch. */
function together(draft: MessageDraft): number {
  const size = Buffer.byteLength(JSON.stringify([draft.parts, draft.native, draft.push]))
  return Math.max(1, Math.min(chunk, Math.floor(bytes / size)))
}

/** Sending one message to many users, each in the pair's own conversation. */
export function openSendMany(ctx: Context, directs: Directs) {
  /**
   * One result per receiver in order: what became of the message, or Fault('user.missing'). All get it at the same shown
   * time. Throws Fault('user.missing') or, unless `checks.mute` is false, Fault('user.banned') for the sender. With
   * `checks.users` false nobody has to be a user. Asks nobody beforehand.
   */
  return async function toUsers(
    call: Call,
    to: readonly string[],
    draft: MessageDraft,
    inbox = 0,
  ): Promise<(Sent | Fault)[]> {
    const wanted = [...new Set(to)]
    const known = await ctx.store.getMany(
      users,
      [draft.from, ...wanted].map(id => [call.app.id, id]),
    )
    const there = known.map(row => draft.checks?.users === false || present(row) !== undefined)
    if (!there[0]) throw new Fault('user.missing', `there is no user ${draft.from}`)
    if (draft.checks?.mute !== false && known[0]?.value.banned) throw new Fault('user.banned')
    const receivers = wanted.filter((_, i) => there[i + 1])
    const timed = { ...draft, shown: draft.shown ?? ctx.clock(), batch: true }
    const sent =
      draft.delivery === 'passing'
        ? await passAll(call, receivers, timed, inbox)
        : await storeAll(call, receivers, timed, inbox)
    const results = new Map(receivers.map((user, i) => [user, sent[i]]))
    return to.map(user => results.get(user) ?? new Fault('user.missing', `there is no user ${user}`))
  }

  /** One result per receiver in order; undefined for who was deleted meanwhile. */
  async function storeAll(
    call: Call,
    receivers: readonly string[],
    draft: Timed,
    inbox: number,
  ): Promise<(Sent | undefined)[]> {
    const strangers = draft.checks?.users === false
    const ids = await directs.openMany(call, draft.from, receivers, { inbox, strangers })
    const pairs = receivers.flatMap((user, i) => {
      const id = ids[i]
      return id === undefined ? [] : [pair(call, draft.from, user, id, inbox)]
    })
    const chunks = partsOf(pairs, together(draft))
    const sent = (await Promise.all(chunks.map(part => storeChunk(call, part, draft)))).flat()
    const byId = new Map(sent.map(one => [one.conv, one]))
    return ids.map(id => (id === undefined ? undefined : byId.get(id)))
  }

  async function storeChunk(call: Call, pairs: Direct[], draft: Timed): Promise<Sent[]> {
    const ids = await Promise.all(pairs.map(() => ctx.ids()))
    const drafts = pairs.map((direct, i) => ({ app: call.app.id, id: ids[i] as number, ...fixed(call, direct, draft) }))
    return change(ctx, async () => {
      const earlier = await receiptsOf(pairs, draft)
      const now = ctx.clock()
      const repeated = earlier.map(row =>
        draft.client && row && now - row.value.time < draft.client.window ? row.value : undefined,
      )
      // What can be refused comes first: then the store never has to take anything back.
      const steps: Step[] = pairs.flatMap((direct, i) =>
        repeated[i] ? [] : receiptChecks(direct.id, draft, earlier[i]),
      )
      const tells: Told[] = []
      const places = pairs.map((direct, i) => {
        if (repeated[i]) return repeated[i]
        const at = steps.length
        const message = drafts[i] as (typeof drafts)[number]
        steps.push(append(messages, [direct.id], { ...message, shown: draft.shown }, raise(direct, draft)))
        steps.push(...receiptSteps(direct.id, draft, message.id, now, at))
        tells.push(toldMany(call, direct, unsent(direct.id, message, draft.shown), draft, at))
        return at
      })
      const done = (got: readonly unknown[]) =>
        places.map((place, i): Sent => {
          const message = drafts[i] as (typeof drafts)[number]
          if (typeof place === 'number')
            return whole((pairs[i] as Direct).id, message, draft.shown, got[place] as Appended)
          const { conv, seq, id, time } = place
          return { conv, seq, id, time, repeated: true }
        })
      return { steps, tells, done }
    })
  }

  async function receiptsOf(pairs: Direct[], draft: MessageDraft) {
    const client = draft.client?.id
    if (client === undefined) return []
    return ctx.store.getMany(
      receipts,
      pairs.map(direct => [direct.id, draft.from, client]),
    )
  }

  async function passAll(call: Call, receivers: readonly string[], draft: Timed, inbox: number): Promise<Sent[]> {
    const ids = await Promise.all(receivers.map(() => ctx.ids()))
    const tells: Told[] = []
    const sent = receivers.map((user, i) => {
      const id = ids[i] as number
      const direct = pair(call, draft.from, user, 0, inbox)
      const time = draft.shown
      const message: Message = {
        app: call.app.id,
        id,
        ...fixed(call, direct, draft),
        counted: false,
        conv: 0,
        seq: 0,
        time,
        shown: time,
        counters: {},
      }
      tells.push(toldMany(call, direct, message, draft))
      return { conv: 0, seq: 0, id, time, repeated: false, message }
    })
    await tell(ctx, ...tells)
    return sent
  }
}

type Timed = MessageDraft & { shown: number }

function toldMany(call: Call, direct: Direct, message: Message, draft: MessageDraft, at?: number): Told {
  return toldConversation(call, direct, sentEvent(direct, message, draft), at)
}
