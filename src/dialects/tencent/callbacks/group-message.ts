import type { Reason } from '../../../core/errors.ts'
import type { EventOf } from '../../../core/events.ts'
import type { Group, Message } from '../../../core/model.ts'
import { asked, told } from '../../callbacks.ts'
import { codeOf } from '../../dialect.ts'
import { errors } from '../errors.ts'
import { groupErrors } from '../group.ts'
import { typeOf } from '../group-shapes.ts'
import { keyOf, msgIdOf } from '../handles.ts'
import { memberList, operatorOf } from './accounts.ts'
import { askedOf, contentFields, extensionFields, failedOf, groupFields, topicField } from './message-fields.ts'
import { decideMessage, groupCodes } from './replies.ts'

/** Before a group message; also one that is over the group's flow. */
const beforeSendMsg = asked({
  id: 'Group.CallbackBeforeSendMsg',
  point: 'message.group',
  body(core, call, draft) {
    const now = core.clock()
    const message = askedOf(call, draft, now)
    return {
      ...groupFields(draft.group, message, operatorOf(call)),
      ...contentFields(message),
      ...topicField(draft.topic),
      EventTime: now,
    }
  },
  decide: (reply, draft) => decideMessage(reply, draft, groupCodes),
})

/** After a group message. The server's own tips are none. */
const afterSendMsg = told({
  id: 'Group.CallbackAfterSendMsg',
  event: 'message.sent',
  fires: (_news, { conversation, message, quiet }) =>
    conversation.type === 'group' && !quiet && message.parts[0]?.type !== 'notice',
  body(_core, news, { message, conversation, topic }, { at }) {
    const key = keyOf(message)
    return {
      ...groupFields(conversation as Group, message, operatorOf(news)),
      MsgSeq: message.seq,
      MsgTime: key.MsgTime,
      MsgId: msgIdOf(message.sender, key),
      ...contentFields(message),
      GroupAtInfo: targetsOf(message.mentions),
      ...topicField(topic),
      EventTime: at,
    }
  },
})

function targetsOf(mentions: Message['mentions']) {
  const all = mentions?.all ? [{ GroupAtAllFlag: 1 }] : []
  return [...all, ...(mentions?.users ?? []).map(GroupAt_Account => ({ GroupAtAllFlag: 0, GroupAt_Account }))]
}

const failing = { errors: { ...errors, ...groupErrors, 'rate.exceeded': 10023 } }

/** A group message was refused after its sender was known, or is over the group's flow. */
const sendMsgException = told({
  id: 'Group.CallbackSendMsgException',
  event: 'message.failed',
  fires: (_news, { conversation }) => conversation.type === 'group',
  body(_core, news, event, { at }) {
    const message = failedOf(news, event, at)
    return {
      ...groupFields(event.conversation as Group, message, operatorOf(news)),
      ...contentFields(message),
      ErrorCode: codeOf(failing, undefined, event.why as Reason),
      ErrorInfo: event.text,
      EventTime: at,
    }
  },
})

/** A group message was recalled: one command for each, however many a call names. */
const afterRecallMsg = told({
  id: 'Group.CallbackAfterRecallMsg',
  event: 'message.recalled',
  fires: (_news, { conversation }) => conversation.type === 'group',
  body(_core, _news, { message, change, conversation, topic }, { at }) {
    const group = conversation as Group
    return {
      Operator_Account: change.by,
      Type: typeOf(group),
      GroupId: group.alias,
      MsgSeqList: [{ MsgSeq: message.seq }],
      ...topicField(topic),
      EventTime: at,
    }
  },
})

/** The extension of a group message was changed. */
const afterMsgExtension = told({
  id: 'Group.CallbackAfterGroupMsgExtension',
  event: 'message.extended',
  fires: (_news, { conversation }) => conversation.type === 'group',
  body: (_core, _news, event, { at }) => ({
    GroupId: (event.conversation as Group).alias,
    MsgSeq: event.message.seq,
    ...extensionFields(event),
    EventTime: at,
  }),
})

/** Members sent receipts for group messages. */
const afterReadReceipt = told({
  id: 'Group.CallbackAfterReadReceipt',
  event: 'receipts',
  body: (_core, _news, { group, receipts }, { at }) => ({
    GroupId: group.alias,
    Type: typeOf(group),
    GroupMsgReceiptList: receipts.map(receiptOf),
    EventTime: at,
  }),
})

function receiptOf({ seq, read, unread, users }: EventOf<'receipts'>['receipts'][number]) {
  return { MsgSeq: seq, ReadNum: read, UnreadNum: unread, ReadReceiptMembers: memberList(users) }
}

/** The commands about group messages of `webhooks.json`. */
export const groupMessages = {
  asked: [beforeSendMsg],
  told: [afterSendMsg, sendMsgException, afterRecallMsg, afterMsgExtension, afterReadReceipt],
}
