import type { Core } from '../../../core/core.ts'
import type { Conversation, Message } from '../../../core/model.ts'
import { writeJson } from '../../../lib/json.ts'
import { clientIdOf } from '../history.ts'
import { addressFields, clientTypeOf } from './clients.ts'
import { type Around, copy, numberFor } from './copy.ts'
import { convTypes, familyOf, targetOf } from './families.ts'
import { kept, saidIn, saidInRoom } from './said.ts'

/** Most members that a copy names. */
const mostMembers = 200

/** The members of a team, like `[a, b]`; super teams are too large for it. */
export function tMembers(conversation: Conversation, users: readonly string[]): string | undefined {
  return familyOf(conversation) === 'team' ? `[${users.slice(0, mostMembers).join(', ')}]` : undefined
}

/** The same, with the members read. */
export async function tMembersOf(core: Core, conversation: Conversation): Promise<string | undefined> {
  if (familyOf(conversation) !== 'team') return undefined
  const members = await core.members.list(conversation.id, { limit: mostMembers })
  return tMembers(
    conversation,
    members.map(member => member.user),
  )
}

/** From whom and from where something comes. */
export function senderFields({ news }: Around, from: string, nick: string | undefined) {
  return {
    fromAccount: from,
    fromClientType: clientTypeOf(news),
    fromDeviceId: news.device?.id,
    fromNick: nick,
  }
}

/** Whether its sender wants copies of it. */
function isCopied(message: Pick<Message, 'native'>, quiet: boolean | undefined): boolean {
  const { option, route } = kept(message)
  return !quiet && option?.route !== false && route !== 0
}

const isTip = (message: Message) => message.parts[0]?.type === 'notice'

type Shown = Pick<Message, 'id' | 'sender' | 'parts' | 'native' | 'client' | 'shown'>

/** A message to a user, a team or a super team. */
async function messageFields(message: Shown, conversation: Conversation, around: Around) {
  const { core, news } = around
  const [sender, members] = await Promise.all([
    core.users.find(news.app, message.sender),
    tMembersOf(core, conversation),
  ])
  const { msgType, body, attach } = saidIn(message)
  const { ext, aiParams } = kept(message)
  return {
    convType: convTypes[familyOf(conversation)],
    to: targetOf(conversation, message.sender),
    ...senderFields(around, message.sender, sender?.profile.nick),
    msgTimestamp: String(message.shown),
    msgType,
    body,
    attach,
    msgidClient: message.client ?? clientIdOf(message.id),
    msgidServer: String(message.id),
    resendFlag: '0',
    tMembers: members,
    ext,
    ...addressFields(news),
    aiParams,
  }
}

/** A message after it was sent. Tips are notifications, which have copies of their own. */
const sent = copy('1', 'message.sent', {
  fires: ({ message, conversation, quiet }) =>
    familyOf(conversation) !== 'chatroom' && !isTip(message) && isCopied(message, quiet),
  fields: ({ message, conversation }, around) => messageFields(message, conversation, around),
  route: ({ message }) => kept(message).env,
})

/** A message that its receiver does not want: it was never sent, so its number stands for nothing else. */
const blocked = copy('1', 'message.failed', {
  fires: event => event.why === 'message.blocked' && isCopied(event, false),
  async fields({ conversation, from, parts, native, client }, around) {
    const id = numberFor(`${conversation.id}/${from}/${client ?? around.at}`)
    const message = { id, sender: from, parts, native, client, shown: around.at }
    return { ...(await messageFields(message, conversation, around)), blacklist: 'true' }
  },
  route: event => kept(event).env,
})

/** A text in which the content check found something; what it found stands in `yidunRes`. */
const hit = copy('1', 'content.checked', {
  fires: ({ kind, blocked, message, conversation }) =>
    kind === 'text' && blocked && message !== undefined && familyOf(conversation as Conversation) !== 'chatroom',
  async fields({ message, conversation, ...check }, around) {
    const fields = await messageFields(message as Message, conversation as Conversation, around)
    return { ...fields, antispam: 'true', yidunRes: writeJson(yidunRes(check)) }
  },
  route: ({ message }) => message && kept(message).env,
})

/** What a check found, as far as any service says it. */
export function yidunRes(check: { request: string; suggestion: string; label: string; keywords: string[] }) {
  const { request, suggestion, label, keywords } = check
  return { taskId: request, suggestion, label, keywords }
}

/** A chatroom's message; everything it says is in `attach`. */
const sentToRoom = copy('4', 'message.sent', {
  fires: ({ message, conversation, quiet }) =>
    familyOf(conversation) === 'chatroom' && !isTip(message) && isCopied(message, quiet),
  async fields({ message, conversation }, { core, news }) {
    const sender = await core.users.find(news.app, message.sender)
    const { ext, fromExt } = kept(message)
    return {
      roomId: String(conversation.id),
      fromAccount: message.sender,
      fromNick: sender?.profile.nick,
      fromAvator: sender?.profile.avatar,
      fromExt,
      fromClientType: clientTypeOf(news),
      msgTimestamp: String(message.shown),
      ...saidInRoom(message),
      msgidClient: message.client ?? clientIdOf(message.id),
      resendFlag: '0',
      roleInfoTimetag: sender && String(sender.updated),
      ext,
    }
  },
  route: ({ message }) => kept(message).env,
})

/** The copies of messages. */
export const messageCopies = [sent, blocked, hit, sentToRoom]
