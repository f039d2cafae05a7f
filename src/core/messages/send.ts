import { type Appended, add, append, ref, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import type { Directs } from '../conversations/directs.ts'
import { pairHeld } from '../conversations/pairs.ts'
import { Fault } from '../errors.ts'
import type { Groups } from '../groups/groups.ts'
import { belongs } from '../groups/rights.ts'
import type { Conversation, Group, Member, Message } from '../model.ts'
import { members, messages, receipts, sent, users } from '../tables.ts'
import { tellSent } from '../telling.ts'
import { demandUsers, holds } from '../users/rows.ts'
import type { Part } from './content.ts'
import type { MessageDraft, Sent } from './draft.ts'
import { exceptionSteps, fixed, pair, raise, receiptChecks, receiptSteps, whole } from './rows.ts'
import { openSendMany } from './send-many.ts'

export type { MessageDraft, Sent } from './draft.ts'

export type Send = ReturnType<typeof openSend>

/** Sending messages. */
export function openSend(ctx: Context, directs: Directs, groups: Groups) {
  /** Sends to a user: Fault('user.missing') for either side unless `checks.users` is false. */
  async function toUser(call: Call, to: string, draft: MessageDraft, inbox = 0): Promise<Sent> {
    const [known, name] = await Promise.all([
      ctx.store.getMany(users, [
        [call.app.id, draft.from],
        [call.app.id, to],
      ]),
      directs.named(call.app.id, draft.from, to, inbox),
    ])
    const conv = pairHeld(name, known)
    if (draft.checks?.users !== false) demandUsers(known, [draft.from, to])
    if (draft.checks?.mute !== false && known[0]?.value.banned) throw new Fault('user.banned')
    const asked = draft.unasked ? draft : { ...draft, ...(await askDirect(call, to, draft)) }
    // Passing messages need no conversation: a pair that never stored anything keeps none.
    if (draft.delivery === 'passing' && conv === undefined)
      return pass(call, pair(call, draft.from, to, 0, inbox), asked)
    const strangers = draft.checks?.users === false
    const id = conv ?? (await directs.open(call, draft.from, to, { inbox, strangers })).direct.id
    return store(call, pair(call, draft.from, to, id, inbox), asked)
  }

  /** Sends into a group; what the sender must be is the draft's `checks`. */
  async function toGroup(call: Call, id: number, draft: MessageDraft): Promise<Sent> {
    return intoGroup(call, id, groups.get(call.app.id, id), draft)
  }

  async function intoGroup(call: Call, id: number, read: Group | Promise<Group>, draft: MessageDraft): Promise<Sent> {
    const [group, member, known] = await Promise.all([
      read,
      draft.from === '' ? undefined : ctx.store.get(members, [id, draft.from]),
      draft.from === '' ? undefined : ctx.store.get(users, [call.app.id, draft.from]),
    ])
    if (draft.checks?.users !== false && draft.from !== '') demandUsers([known], [draft.from])
    if (draft.checks?.mute !== false && known?.value.banned) throw new Fault('user.banned')
    const here = member && holds(known, member.value.joined) ? member.value : undefined
    demandVoice(group, here, draft, ctx.clock())
    const asked = draft.unasked ? draft : { ...draft, ...(await askGroup(call, id, draft)) }
    return store(call, group, asked)
  }

  /** Sends into a conversation of either type, as it was just read. */
  async function toConversation(call: Call, conversation: Conversation, draft: MessageDraft): Promise<Sent> {
    if (conversation.type === 'group') return intoGroup(call, conversation.id, conversation, draft)
    if (draft.checks?.member !== false && draft.from !== conversation.a && draft.from !== conversation.b)
      throw new Fault('member.missing')
    const to = draft.from === conversation.a ? conversation.b : conversation.a
    await demandPair(call, draft, to)
    const asked = draft.unasked ? draft : { ...draft, ...(await askDirect(call, to, draft)) }
    return store(call, conversation, asked)
  }

  async function demandPair(call: Call, draft: MessageDraft, to: string): Promise<void> {
    const { users: mustBeUsers, mute } = draft.checks ?? {}
    if (mustBeUsers === false && mute === false) return
    const ids = [draft.from, to]
    const known = await ctx.store.getMany(
      users,
      ids.map(id => [call.app.id, id]),
    )
    if (mustBeUsers !== false) demandUsers(known, ids)
    if (mute !== false && known[0]?.value.banned) throw new Fault('user.banned')
  }

  async function store(call: Call, conversation: Conversation, draft: MessageDraft): Promise<Sent> {
    const stored = draft.delivery !== 'passing' && (conversation.type === 'direct' || conversation.policy.stored)
    if (!stored) return pass(call, conversation, draft)
    const message = { app: call.app.id, id: await ctx.ids(), ...fixed(call, conversation, draft) }
    const result = await change<Sent>(ctx, async attempt => {
      // Hardly any message is a repeat: the commit's own check finds out, and only then the receipt is read.
      const doubted = attempt > 0 ? draft.client : undefined
      const earlier = doubted && (await ctx.store.get(receipts, [conversation.id, draft.from, doubted.id]))
      const now = ctx.clock()
      if (draft.client && earlier && now - earlier.value.time < draft.client.window) {
        const { conv, seq, id, time } = earlier.value
        return { steps: [], done: () => ({ conv, seq, id, time, repeated: true }) }
      }
      // What can be refused comes first: then the store never has to take anything back.
      const steps: Step[] = receiptChecks(conversation.id, draft, earlier)
      const group = conversation.type === 'group'
      if (group) steps.push(add(sent, [conversation.id, draft.from], message.counted ? 1 : 0))
      const at = steps.length
      const own = group ? ref(at - 1).sum : undefined
      const value = { ...message, own, shown: draft.shown ?? ref(at).time }
      steps.push(append(messages, [conversation.id], value, raise(conversation, draft)))
      steps.push(...exceptionSteps(conversation, draft, at))
      steps.push(...receiptSteps(conversation.id, draft, message.id, now, at))
      await call.turn?.come()
      return {
        steps,
        handed: call.turn?.pass,
        done: results => {
          const counted = group ? { ...message, own: results[at - 1] as number } : message
          return whole(conversation.id, counted, draft.shown, results[at] as Appended)
        },
      }
    })
    if (result.message) tellSent(ctx, call, conversation, result.message)
    return result
  }

  async function pass(call: Call, conversation: Conversation, draft: MessageDraft): Promise<Sent> {
    const time = ctx.clock()
    const message: Message = {
      app: call.app.id,
      id: await ctx.ids(),
      ...fixed(call, conversation, draft),
      counted: false,
      conv: conversation.id,
      seq: 0,
      time,
      shown: draft.shown ?? time,
      counters: {},
    }
    tellSent(ctx, call, conversation, message)
    return { conv: conversation.id, seq: 0, id: message.id, time, repeated: false, message }
  }

  async function askDirect(call: Call, to: string, draft: MessageDraft): Promise<Partial<MessageDraft>> {
    return changed(draft, await ctx.ask('message.direct', call, { from: draft.from, to, parts: draft.parts }))
  }

  async function askGroup(call: Call, group: number, draft: MessageDraft): Promise<Partial<MessageDraft>> {
    return changed(draft, await ctx.ask('message.group', call, { from: draft.from, group, parts: draft.parts }))
  }

  return { toUser, toUsers: openSendMany(ctx, directs), toGroup, toConversation }
}

/** Other parts than the sender's make the sender's own form untrue. */
function changed(draft: MessageDraft, asked: { parts: Part[] }): Partial<MessageDraft> {
  return asked.parts === draft.parts ? {} : { parts: asked.parts, native: undefined }
}

/** Who may speak in a group: its members, as far as its policy and their own mute allow. */
function demandVoice(group: Group, member: Member | undefined, draft: MessageDraft, now: number): void {
  if (draft.from === '') return
  if (draft.checks?.member !== false && !member && group.policy.members === 'stored') throw new Fault('member.missing')
  if (draft.checks?.mute === false) return
  if (group.policy.speak !== 'everyone' && !belongs(group.policy.speak, member)) throw new Fault('group.muted')
  if (member?.mutedUntil && member.mutedUntil > now) throw new Fault('user.muted')
}
