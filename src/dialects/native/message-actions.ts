import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import type { Part } from '../../core/messages/content.ts'
import type { Message } from '../../core/model.ts'
import { parts } from './content.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { conv, keyText, limit, messageView, number, ownConversation, ownMessage, self, user } from './shapes.ts'

/** How long end users may change what they said (ms). */
const editWindow = 24 * 3600 * 1000
/** How often one device may say that its user writes. */
const typingRate = { calls: 10, seconds: 10 }

const seq = number.min(1).describe('the number of a message')
const kind = keyText(64).describe('an emoji, or a name of the app’s own')

const reacted = z.strictObject({ reactions: z.array(form.reaction).describe('what the message shows then') })
const reactor = z.strictObject({ user: form.user, at: form.ms })

function seqs(most: number) {
  return z.array(seq).min(1).max(most).describe('the numbers of messages')
}

/** Change one's own message, of texts and the app's own data, within a day. It keeps its number, id and time. */
const edit = operation({
  key: 'message.edit',
  request: z.object({ conv, seq, parts: parts.describe('only text and custom') }),
  reply: z.strictObject({ edited: form.message.shape.edited }),
  async run(core, call, r) {
    if (!r.parts.every(isPlain)) throw new Fault('message.content', 'only texts and custom data can be edited')
    const { conversation } = await ownConversation(core, call, r.conv)
    const demand = (message: Message) => {
      if (!message.parts.every(isPlain)) throw new Fault('message.fixed', 'only texts and custom data can be edited')
    }
    const { edited } = await core.edit(call, conversation, r.seq, { parts: r.parts }, { within: editWindow, demand })
    return { edited }
  },
})

function isPlain(part: Part): boolean {
  return part.type === 'text' || part.type === 'custom'
}

/** Erase messages for oneself alone, on all one's devices and for good. Answers with those that are gone by this. */
const erase = operation({
  key: 'message.erase',
  request: z.object({ conv, seqs: seqs(100) }),
  reply: z.strictObject({ erased: z.array(form.number).describe('those that are gone by this') }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    return { erased: await core.erase.messages(call, conversation, self(call), r.seqs) }
  },
})

/** Take everything up to a message, or everything, out of one's own view; it counts as read then. */
const clear = operation({
  key: 'conversation.clear',
  request: z.object({ conv, seq: seq.optional() }),
  reply: z.strictObject({ hidden: form.number.describe('nothing up to here is shown any more') }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    return { hidden: await core.erase.conversation(call, conversation, self(call), r.seq) }
  },
})

/** Say that one has read messages that ask for receipts. Answers with those that take one; the senders are told. */
const sendReceipts = operation({
  key: 'message.receipts.send',
  request: z.object({ conv, seqs: seqs(100) }),
  reply: z.strictObject({ seqs: z.array(form.number).describe('those that take a receipt from the user') }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    return { seqs: await core.receipts.send(call, conversation, self(call), r.seqs) }
  },
})

/** Tell how many read one's own messages that asked for receipts, and how many did not; others are left out. */
const getReceipts = operation({
  key: 'message.receipts.get',
  request: z.object({ conv, seqs: seqs(100) }),
  reply: z.strictObject({ receipts: z.array(form.receipt).describe('of the user’s own messages') }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    const own = (message: Message) => message.sender === self(call)
    const found = await core.receipts.numbers(conversation, r.seqs, own)
    return { receipts: found.filter(each => each !== undefined) }
  },
})

/** List who read one's own message, or who of those in the conversation now did not, in the order of their ids. */
const listReceipts = operation({
  key: 'message.receipts.list',
  request: z.object({
    conv,
    seq,
    read: z.boolean().describe('true: who read it; false: who did not'),
    after: user.optional().describe('the `next` of the page before'),
    limit: limit(200, 100),
  }),
  reply: z.strictObject({ users: z.array(form.user), next: form.next(form.user) }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    const [message] = await core.history.bySeqs(conversation.id, [r.seq])
    if (!message?.receipt || message.recalled || message.sender !== self(call)) throw new Fault('message.missing')
    if (!r.read) return core.receipts.missing(conversation, message, r)
    const { readers, next } = await core.receipts.readers(message, r)
    return { users: readers.map(each => each.user), next }
  },
})

/** React to a message; a message holds 20 kinds, and everybody one of each. Answers with what it shows then. */
const react = operation({
  key: 'message.react',
  request: z.object({ conv, seq, kind }),
  reply: reacted,
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    const { reactions = [] } = await core.reactions.react(call, conversation, r.seq, r.kind)
    return { reactions }
  },
})

/** Take one's reaction back. Answers with what the message shows then. */
const unreact = operation({
  key: 'message.unreact',
  request: z.object({ conv, seq, kind }),
  reply: reacted,
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    const { reactions = [] } = await core.reactions.unreact(call, conversation, r.seq, r.kind)
    return { reactions }
  },
})

/** List who reacted to a message in one way, in the order in which they did. */
const listReactions = operation({
  key: 'message.reactions',
  request: z.object({
    conv,
    seq,
    kind,
    after: z.object({ at: number, user }).optional().describe('the `next` of the page before'),
    limit: limit(100, 50),
  }),
  reply: z.strictObject({ users: z.array(reactor), next: form.next(reactor) }),
  async run(core, call, r) {
    await ownMessage(core, call, r)
    const { reactions, next } = await core.reactions.list(r.conv, r.seq, r.kind, r)
    return { users: reactions.map(({ user, at }) => ({ user, at })), next }
  },
})

/** Tell in which ways one reacted oneself to messages: their views name only the first who did. */
const ownReactions = operation({
  key: 'message.reactions.own',
  request: z.object({ conv, seqs: seqs(100) }),
  reply: z.strictObject({ reactions: z.array(z.strictObject({ seq: form.number, kinds: z.array(z.string()) })) }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    const found = (await core.history.bySeqs(conversation.id, r.seqs)).filter(message => message !== undefined)
    const kinds = await core.reactions.own(self(call), found)
    const own = found.map((message, i) => ({ seq: message.seq, kinds: kinds[i] as string[] }))
    return { reactions: own.filter(each => each.kinds.length > 0) }
  },
})

/** Pin a message for everybody in the conversation, which holds ten; in a group that is for those who may edit it. */
const pin = operation({
  key: 'message.pin',
  request: z.object({ conv, seq }),
  reply: z.strictObject({ pinned: form.message.shape.pinned }),
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    const { pinned } = await core.pins.pin(call, conversation, r.seq)
    return { pinned }
  },
})

/** Unpin a message; the same may who may pin. */
const unpin = operation({
  key: 'message.unpin',
  request: z.object({ conv, seq }),
  reply: form.nothing,
  async run(core, call, r) {
    const { conversation } = await ownConversation(core, call, r.conv)
    await core.pins.unpin(call, conversation, r.seq)
    return {}
  },
})

/** List the pinned messages, the one pinned last first. */
const listPins = operation({
  key: 'conversation.pins',
  request: z.object({ conv }),
  reply: z.strictObject({ messages: z.array(form.message) }),
  async run(core, call, r) {
    const { conversation, member } = await ownConversation(core, call, r.conv)
    const found = await core.pins.list(conversation.id, { user: self(call), member })
    return { messages: found.map(message => messageView(message, conversation)) }
  },
})

/** Tell the others who are connected that one writes something, or stopped. Nothing of it is kept. */
const typing = operation({
  key: 'typing',
  request: z
    .object({
      conv: conv.optional(),
      to: user.optional().describe('the other user of a pair'),
      on: z.boolean().default(true).describe('false: stopped'),
    })
    .refine(r => (r.conv === undefined) !== (r.to === undefined), { error: 'either conv or to' })
    .describe('either `conv` or `to`'),
  reply: form.nothing,
  async run(core, call, r) {
    await core.limits.count('native', 'typing', `${call.app.id}/${self(call)}`, typingRate)
    const id = r.conv ?? (await core.directs.find(call.app.id, self(call), r.to as string))
    // Who never wrote to somebody is not announced to them.
    if (id === undefined) return {}
    const { conversation } = await ownConversation(core, call, id)
    await core.typing(call, conversation, self(call), r.on)
    return {}
  },
})

export const messageActionOperations = [
  edit,
  erase,
  clear,
  sendReceipts,
  getReceipts,
  listReceipts,
  react,
  unreact,
  listReactions,
  ownReactions,
  pin,
  unpin,
  listPins,
  typing,
]
