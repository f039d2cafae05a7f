import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { MessageDraft, Sent } from '../../core/messages/send.ts'
import type { Conversation, Message } from '../../core/model.ts'
import { Refusal, resource } from '../dialect.ts'
import { draftOf, messageFields, singleFields } from './drafts.ts'
import { accid, accids, choice, cutText, either, flag, maybe, objectText, pair, person, text, whole } from './shapes.ts'
import { teamOf, tidOf } from './teams.ts'

const operation = resource()

/** Most accounts whom one message can push to by force; more are 811. */
const mostForced = 100

/** How old a message may be when it is recalled (ms), and with `ignoreTime`. */
const recallWindow = 2 * 60 * 1000
const longestRecall = 30 * 24 * 3600 * 1000

const sendFields = z.object({
  from: accid,
  ope: choice(0, 1),
  to: accid,
  ...messageFields,
  ...singleFields,
})

/** Sends to one user or into a team. */
const sendMsg = operation({
  key: 'msg/sendMsg.action',
  request: sendFields,
  errors: { 'user.muted': 403 },
  async run(core, call, r) {
    const sent = r.ope === 0 ? await sendToUser(core, call, r) : await sendToTeam(core, call, r)
    return { data: { msgid: sent.id, timetag: sent.time, antispam: false } }
  },
})

async function sendToUser(core: Core, call: Call, r: z.output<typeof sendFields>): Promise<Sent> {
  const [from, to] = await pair(core, call, r.from, r.to)
  // Nobody has friends here yet, so a message for friends only reaches no one.
  if (r.checkFriend) throw new Refusal(403, 'not friends')
  const draft = draftOf(from.id, r)
  const hidden = [...(r.msgSenderNoSense ? [from.id] : []), ...(r.msgReceiverNoSense ? [to.id] : [])]
  return core.send.toUser(call, to.id, { ...draft, hiddenFrom: hidden.length > 0 ? hidden : undefined })
}

async function sendToTeam(core: Core, call: Call, r: z.output<typeof sendFields>): Promise<Sent> {
  const [from, team] = await Promise.all([person(core, call, r.from), teamOf(core, call, tidOf(r.to))])
  return core.send.toGroup(call, team.id, {
    ...draftOf(from.id, r),
    hiddenFrom: r.msgSenderNoSense ? [from.id] : undefined,
    visibleTo: r.msgReceiverNoSense ? [] : undefined,
    receipt: r.markRead === 1 || undefined,
    mentions: await mentionsOf(core, call, r),
  })
}

/** Whom the message is pushed to by force; accids that nobody has are passed over. */
async function mentionsOf(
  core: Core,
  call: Call,
  r: z.output<typeof sendFields>,
): Promise<MessageDraft['mentions'] | undefined> {
  const list = either(r.forcepushlist, r.forcePushList) ?? []
  if (list.length > mostForced) throw new Refusal(811, `more than ${mostForced} accounts in forcepushlist`)
  const all = either(r.forcepushall, r.forcePushAll)
  if (list.length === 0 && !all) return undefined
  const found = await core.users.findManyFolded(call.app.id, list)
  return { all: all || undefined, users: found.flatMap(user => (user ? [user.id] : [])) }
}

/** Sends one message to many users, each in their own conversation; accids that nobody has do not fail the call. */
const sendBatchMsg = operation({
  key: 'msg/sendBatchMsg.action',
  request: z.object({ fromAccid: accid, toAccids: accids(500), returnMsgid: maybe(flag), ...messageFields }),
  async run(core, call, r) {
    if (r.returnMsgid && r.toAccids.length > 100)
      throw new Fault('request.batch', 'toAccids: at most 100 with returnMsgid')
    const [from, to] = await Promise.all([
      person(core, call, r.fromAccid),
      core.users.findManyFolded(call.app.id, r.toAccids),
    ])
    const timetag = core.clock()
    const draft = { ...draftOf(from.id, r), shown: timetag, hiddenFrom: r.msgSenderNoSense ? [from.id] : undefined }
    const known = [...new Set(to.flatMap(user => (user ? [user.id] : [])))]
    const sent = await core.send.toUsers(call, known, draft)
    const msgids = known.flatMap((user, i) => (sent[i] instanceof Fault ? [] : [[user, sent[i]?.id]]))
    return {
      unregister: JSON.stringify(r.toAccids.filter((_, i) => !to[i])),
      timetag,
      ...(r.returnMsgid ? { msgids: Object.fromEntries(msgids) } : {}),
    }
  },
})

/** Recalls a message for both sides, in its sender's name. */
const recall = operation({
  key: 'msg/recall.action',
  request: z.object({
    deleteMsgid: whole(1),
    timetag: whole(1),
    type: choice(7, 8),
    from: accid,
    to: accid,
    msg: text(128).optional(),
    ignoreTime: maybe(choice(1)),
    pushcontent: cutText(500).optional(),
    pushContent: cutText(500).optional(),
    payload: maybe(objectText(2048)),
    env: text(128).optional(),
    attach: text(5000).optional(),
  }),
  errors: {
    'group.missing': 414,
    'group.dismissed': 414,
    'message.missing': 414,
    'message.recalled': 414,
    'message.fixed': 414,
  },
  async run(core, call, r) {
    const from = await person(core, call, r.from)
    const conversation = await conversationOf(core, call, from.id, r)
    const message = conversation && (await core.history.byId(conversation.id, r.deleteMsgid))
    if (!conversation || !message || !isMeant(message, from.id, r.timetag)) throw new Fault('message.missing')
    await core.recall(call, conversation, message.seq, {
      by: from.id,
      within: r.ignoreTime ? longestRecall : recallWindow,
      reason: r.msg,
      ext: r.attach,
      push: { text: either(r.pushcontent, r.pushContent), payload: r.payload },
      native: r.env === undefined ? undefined : { netease: { env: r.env } },
    })
  },
})

async function conversationOf(
  core: Core,
  call: Call,
  from: string,
  r: { type: 7 | 8; to: string },
): Promise<Conversation | undefined> {
  if (r.type === 8) return teamOf(core, call, tidOf(r.to), 414)
  const id = await core.directs.find(call.app.id, from, (await person(core, call, r.to)).id)
  return id === undefined ? undefined : core.directs.get(call.app.id, id)
}

function isMeant(message: Message, from: string, timetag: number): boolean {
  return message.sender === from && message.shown === timetag
}

/** `netease-im/message.json`. */
export const message = [sendMsg, sendBatchMsg, recall]
