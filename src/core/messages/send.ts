import { type Appended, add, append, type Row, ref, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, tell } from '../context.ts'
import type { Directs } from '../conversations/directs.ts'
import { pairHeld } from '../conversations/pairs.ts'
import { Fault, type Reason } from '../errors.ts'
import { relationHeld } from '../friends/rows.ts'
import type { Groups } from '../groups/groups.ts'
import { inForce } from '../groups/restricting.ts'
import { belongs } from '../groups/rights.ts'
import { restrictions } from '../groups/tables.ts'
import type { Conversation, Group, Member, Message, User } from '../model.ts'
import type { Flow } from '../rooms/flow.ts'
import { roomRefusal } from '../rooms/voice.ts'
import { members, messages, receipts, sent, users } from '../tables.ts'
import { toldConversation, unsent } from '../telling.ts'
import { demandUsers, holds } from '../users/rows.ts'
import { askDirect, askGroup } from './asking.ts'
import { readBlock } from './blocked.ts'
import type { MessageDraft, Sent } from './draft.ts'
import { exceptionSteps, fixed, pair, raise, receiptChecks, receiptSteps, sentEvent, whole } from './rows.ts'
import { openSendGroups } from './send-groups.ts'
import { openSendMany } from './send-many.ts'

export type { MessageDraft, Sent } from './draft.ts'

export type Send = ReturnType<typeof openSend>

/** Sending messages. */
export function openSend(ctx: Context, directs: Directs, groups: Groups, flow: Flow) {
  /** Sends to a user: Fault('user.missing') for either side unless `checks.users` is false. */
  async function toUser(call: Call, to: string, draft: MessageDraft, inbox = 0): Promise<Sent> {
    const [known, name, block] = await Promise.all([
      ctx.store.getMany(users, [
        [call.app.id, draft.from],
        [call.app.id, to],
      ]),
      directs.named(call.app.id, draft.from, to, inbox),
      readBlock(ctx, call, to, draft, inbox),
    ])
    const conv = pairHeld(name, known)
    if (draft.checks?.users !== false) demandUsers(known, [draft.from, to])
    const { from } = draft
    if (draft.checks?.mute !== false && known[0]?.value.banned)
      return failed(call, pair(call, from, to, conv ?? 0, inbox), draft, 'user.banned')
    const asked = await askDirect(ctx, call, to, draft)
    if (asked.dropped) return dropped(conv ?? 0, asked)
    // The app is asked first, which takes its time.
    const blocked = asked === draft ? block : await readBlock(ctx, call, to, draft, inbox)
    if (relationHeld<'block'>(blocked, ...known))
      return failed(call, pair(call, from, to, conv ?? 0, inbox), draft, 'message.blocked')
    // Passing messages need no conversation: a pair that never stored anything keeps none.
    if (draft.delivery === 'passing' && conv === undefined) return pass(call, pair(call, from, to, 0, inbox), asked)
    const strangers = draft.checks?.users === false
    const id = conv ?? (await directs.open(call, from, to, { inbox, strangers })).direct.id
    return store(call, pair(call, from, to, id, inbox), asked)
  }

  /** Sends into a group; what the sender must be is the draft's `checks`. */
  async function toGroup(call: Call, id: number, draft: MessageDraft): Promise<Sent> {
    return intoGroup(call, id, groups.get(call.app.id, id), draft)
  }

  async function intoGroup(call: Call, id: number, read: Group | Promise<Group>, draft: MessageDraft): Promise<Sent> {
    const group = await judgeGroup(call, id, read, draft)
    const flowing = await inFlow(group, draft)
    const asked = await askGroup(ctx, call, group, flowing)
    if (asked.dropped) return dropped(id, asked)
    if (asked === draft) return store(call, group, draft)
    // The app took its time: what was true of the group and the sender may not be any more.
    return store(call, await judgeGroup(call, id, groups.get(call.app.id, id), asked), asked)
  }

  /** Rooms take only so much at a time; whoever counted a message already says so in its draft. */
  async function inFlow(group: Group, draft: MessageDraft): Promise<MessageDraft> {
    if (group.policy.members !== 'passing' || draft.over !== undefined) return draft
    return (await flow.over(group, draft)) ? { ...draft, over: true } : draft
  }

  /** The group, in which the draft's sender may speak. */
  async function judgeGroup(call: Call, id: number, read: Group | Promise<Group>, draft: MessageDraft): Promise<Group> {
    const { from } = draft
    const mutes =
      from === '' || draft.checks?.mute === false ? undefined : ctx.store.get(restrictions, [id, 'mute', from])
    const [group, member, known, mute] = await Promise.all([
      read,
      from === '' ? undefined : ctx.store.get(members, [id, from]),
      from === '' ? undefined : ctx.store.get(users, [call.app.id, from]),
      mutes,
    ])
    if (draft.checks?.users !== false && from !== '') demandUsers([known], [from])
    if (draft.checks?.mute !== false && known?.value.banned) return failed(call, group, draft, 'user.banned')
    const inRoom = group.policy.members === 'passing' ? await roomRefusal(ctx, call, group, draft) : undefined
    if (inRoom) return failed(call, group, draft, inRoom)
    const here = member && holds(known, member.value.joined) ? member.value : undefined
    const now = ctx.clock()
    const muted = inForce(mute, known, now) !== undefined
    const refused = voiceRefused(group, here, draft, muted)
    if (!refused) return group
    // Hardly anybody is on the list of those who may speak all the same: it is read only where it matters.
    const listed = refused === 'group.muted' && (await ctx.store.get(restrictions, [id, 'allow', from]))
    if (!listed || !inForce(listed, known, now)) return failed(call, group, draft, refused)
    return muted ? failed(call, group, draft, 'user.muted') : group
  }

  /** Refuses what a sender said who may not speak, and tells webhooks of it. */
  async function failed(call: Call, conversation: Conversation, draft: MessageDraft, why: Reason): Promise<never> {
    const { from, parts, native, client } = draft
    const fault = new Fault(why)
    const passing = draft.delivery === 'passing'
    const what = { conversation, from, parts, native, client: client?.id, passing, why, text: fault.message }
    await tell(ctx, { call, subjects: [], event: { type: 'message.failed', ...what } })
    throw fault
  }

  /** Sends into a conversation of either type, as it was just read. */
  async function toConversation(call: Call, conversation: Conversation, draft: MessageDraft): Promise<Sent> {
    if (conversation.type === 'group') return intoGroup(call, conversation.id, conversation, draft)
    if (draft.checks?.member !== false && draft.from !== conversation.a && draft.from !== conversation.b)
      throw new Fault('member.missing')
    const to = draft.from === conversation.a ? conversation.b : conversation.a
    const { inbox } = conversation
    const [known, block] = await Promise.all([demandPair(call, draft, to), readBlock(ctx, call, to, draft, inbox)])
    const asked = await askDirect(ctx, call, to, draft)
    if (asked.dropped) return dropped(conversation.id, asked)
    const blocked = asked === draft ? block : await readBlock(ctx, call, to, draft, inbox)
    if (relationHeld<'block'>(blocked, ...known)) return failed(call, conversation, draft, 'message.blocked')
    return store(call, conversation, asked)
  }

  /** The accounts of both, as far as anything is asked of them. */
  async function demandPair(call: Call, draft: MessageDraft, to: string): Promise<(Row<User> | undefined)[]> {
    const { users: mustBeUsers, mute } = draft.checks ?? {}
    if (mustBeUsers === false && mute === false) return []
    const ids = [draft.from, to]
    const known = await ctx.store.getMany(
      users,
      ids.map(id => [call.app.id, id]),
    )
    if (mustBeUsers !== false) demandUsers(known, ids)
    if (mute !== false && known[0]?.value.banned) throw new Fault('user.banned')
    return known
  }

  async function store(call: Call, conversation: Conversation, draft: MessageDraft): Promise<Sent> {
    const stored = draft.delivery !== 'passing' && (conversation.type === 'direct' || conversation.policy.stored)
    if (!stored) return pass(call, conversation, draft)
    const message = { app: call.app.id, id: draft.id ?? (await ctx.ids()), ...fixed(call, conversation, draft) }
    const event = sentEvent(conversation, unsent(conversation.id, message, draft.shown), draft)
    return change<Sent>(ctx, async attempt => {
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
        tells: [toldConversation(call, conversation, event, at)],
        handed: call.turn?.pass,
        done: results => {
          const counted = group ? { ...message, own: results[at - 1] as number } : message
          return whole(conversation.id, counted, draft.shown, results[at] as Appended)
        },
      }
    })
  }

  async function pass(call: Call, conversation: Conversation, draft: MessageDraft): Promise<Sent> {
    const time = ctx.clock()
    const message: Message = {
      app: call.app.id,
      id: draft.id ?? (await ctx.ids()),
      ...fixed(call, conversation, draft),
      counted: false,
      conv: conversation.id,
      seq: 0,
      time,
      shown: draft.shown ?? time,
      counters: {},
    }
    await tell(ctx, toldConversation(call, conversation, sentEvent(conversation, message, draft)))
    return { conv: conversation.id, seq: 0, id: message.id, time, repeated: false, message }
  }

  /** What its sender is told of a message that the app does not want. */
  async function dropped(conv: number, draft: MessageDraft): Promise<Sent> {
    const id = draft.id ?? (await ctx.ids())
    return { conv, seq: 0, id, time: ctx.clock(), repeated: false, dropped: true, over: draft.over }
  }

  /** Into a group of which is known that the sender may speak there. */
  async function intoJudged(call: Call, group: Group, draft: MessageDraft): Promise<Sent> {
    const asked = await askGroup(ctx, call, group, await inFlow(group, draft))
    return asked.dropped ? dropped(group.id, asked) : store(call, group, asked)
  }

  return {
    toUser,
    toUsers: openSendMany(ctx, directs),
    toGroup,
    toGroups: openSendGroups(ctx, intoJudged),
    toConversation,
  }
}

/** Why somebody may not speak in a group: only its members may, as far as its policy and their own mute allow. */
function voiceRefused(
  group: Group,
  member: Member | undefined,
  draft: MessageDraft,
  muted: boolean,
): Reason | undefined {
  if (draft.from === '') return undefined
  if (draft.checks?.member !== false && !member && group.policy.members === 'stored') return 'member.missing'
  if (draft.checks?.mute === false) return undefined
  if (group.policy.speak !== 'everyone' && !belongs(group.policy.speak, member)) return 'group.muted'
  return muted ? 'user.muted' : undefined
}
