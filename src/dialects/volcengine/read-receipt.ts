import { z } from 'zod'
import type { ReadBy } from '../../core/messages/read-positions.ts'
import type { Conversation } from '../../core/model.ts'
import { resource } from '../dialect.ts'
import { cursor, demandTwin, idOf, list, ownId, shown, twin } from './shapes.ts'

const operation = resource()

/** Members whose positions one call lists; the vendor states no number. */
const mostMembers = 10_000

/** ModifyParticipantReadIndex: moves a member's read position forward, to the last message at most; never back. */
export const modifyParticipantReadIndex = operation({
  key: 'ModifyParticipantReadIndex',
  request: z.object({ ConversationShortId: ownId, ...twin('ParticipantUserId'), ReadIndex: cursor }),
  async run(core, call, r) {
    const user = demandTwin('ParticipantUserId', r.ParticipantUserId, r.ParticipantUserIdStr)
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    await core.unread.mark({ ...call, operator: user }, conversation, user, r.ReadIndex)
  },
})

/** GetParticipantReadIndex: the read position of every member who has read anything. */
export const getParticipantReadIndex = operation({
  key: 'GetParticipantReadIndex',
  request: z.object({ ConversationShortId: ownId }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const all = await core.readPositions.list(conversation, mostMembers)
    const some = all.filter(({ readSeq }) => readSeq > 0)
    return { ReadIndexes: some.map(each => ({ ...shown('ParticipantUserId', each.user), ReadIndex: each.readSeq })) }
  },
})

/** GetMessagesReadReceipt: who has read messages and who has not, by their read positions; messages not found are left out. */
export const getMessagesReadReceipt = operation({
  key: 'GetMessagesReadReceipt',
  request: z.object({ ConversationShortId: ownId, MessageIds: list(ownId) }),
  async run(core, call, r) {
    const conversation = await core.directs.get(call.app.id, r.ConversationShortId)
    const found = await core.readPositions.ofMessages(conversation, r.MessageIds)
    return { ReadReceipt: found.map(each => receiptInfo(conversation, each)) }
  },
})

export const readReceiptOperations = [modifyParticipantReadIndex, getParticipantReadIndex, getMessagesReadReceipt]

function receiptInfo(conversation: Conversation, { message, read, unread }: ReadBy) {
  return {
    ConversationShortId: conversation.id,
    MessageId: message.id,
    ReadUserIds: read.map(idOf),
    ReadUserIdsStr: read,
    UnReadUserIds: unread.map(idOf),
    UnReadUserIdsStr: unread,
    ...(conversation.type === 'direct' ? { ReceiverIsRead: read.length > 0 && unread.length === 0 } : {}),
  }
}
