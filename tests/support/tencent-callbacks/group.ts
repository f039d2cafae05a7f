import { asked, at, change, client, deviceMessage, group, message, type Sample, text, told } from './sample.ts'

const place = { GroupId: 'g_1', Type: 'Public' }
const content = { MsgBody: text('hello'), CloudCustomData: 'data' }
const said = { sender: 'ann', client: '77#abc', conv: 8 }

const draft = {
  ...{ id: 2 ** 32 * 5 + 6, from: 'ann', client: '77#abc', passing: false, group: group() },
  parts: [{ type: 'text' as const, text: 'hello' }],
  native: { tencent: { CloudCustomData: 'data' } },
}

const failed = {
  type: 'message.failed' as const,
  ...{ conversation: group(), from: 'ben', parts: draft.parts, client: '77#abc', passing: false },
}

const community = group('community', { alias: '@TGS#_c' })
const topic = '@TGS#_c@TOPIC#_t'

/** Messages of groups. */
export const groupMessageSamples: Sample[] = [
  asked('Group.CallbackBeforeSendMsg', 'a message over the server API', 'message.group', draft, {
    ...place,
    From_Account: 'ann',
    Operator_Account: 'administrator',
    Random: 77,
    OnlineOnlyFlag: 0,
    ...content,
    EventTime: at,
  }),
  asked(
    'Group.CallbackBeforeSendMsg',
    'a passing message of a device into a topic',
    'message.group',
    { ...draft, client: 'c-1', native: undefined, passing: true, group: community, topic },
    {
      GroupId: '@TGS#_c',
      Type: 'Community',
      From_Account: 'ann',
      Operator_Account: 'ann',
      Random: 5,
      OnlineOnlyFlag: 1,
      MsgBody: text('hello'),
      CloudCustomData: '',
      TopicId: topic,
      EventTime: at,
    },
    client('ann'),
  ),
  asked(
    'Group.CallbackBeforeSendMsg',
    'a passing message into an AVChatRoom',
    'message.group',
    { ...draft, passing: true, group: group('live') },
    {
      GroupId: 'g_1',
      Type: 'AVChatRoom',
      From_Account: 'ann',
      Operator_Account: 'administrator',
      Random: 77,
      OnlineOnlyFlag: 0,
      ...content,
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterSendMsg',
    'a message that mentions',
    {
      type: 'message.sent',
      conversation: group(),
      message: message({ ...said, mentions: { all: true, users: ['ben'] } }),
    },
    {
      ...place,
      From_Account: 'ann',
      Operator_Account: 'administrator',
      Random: 77,
      OnlineOnlyFlag: 0,
      MsgSeq: 3,
      MsgTime: 1_700_000_000,
      MsgId: 'ann-1700000000-77',
      ...content,
      GroupAtInfo: [{ GroupAtAllFlag: 1 }, { GroupAtAllFlag: 0, GroupAt_Account: 'ben' }],
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterSendMsg',
    'a message of a device into a topic of a community',
    { type: 'message.sent', conversation: community, message: deviceMessage({ conv: 8 }), topic },
    {
      GroupId: '@TGS#_c',
      Type: 'Community',
      From_Account: 'ann',
      Operator_Account: 'ann',
      Random: 5,
      OnlineOnlyFlag: 0,
      MsgSeq: 3,
      MsgTime: 1_700_000_000,
      MsgId: 'ann-1700000000-5',
      MsgBody: text('hello'),
      CloudCustomData: '',
      GroupAtInfo: [],
      TopicId: topic,
      EventTime: at,
    },
    client('ann'),
  ),
  told(
    'Group.CallbackAfterSendMsg',
    'a message into an AVChatRoom, by its old name',
    { type: 'message.sent', conversation: group('live'), message: message({ ...said, seq: 0 }) },
    {
      GroupId: 'g_1',
      Type: 'AVChatRoom',
      From_Account: 'ann',
      Operator_Account: 'administrator',
      Random: 77,
      OnlineOnlyFlag: 0,
      MsgSeq: 0,
      MsgTime: 1_700_000_000,
      MsgId: 'ann-1700000000-77',
      ...content,
      GroupAtInfo: [],
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterSendMsg',
    'nothing of a tip',
    {
      type: 'message.sent',
      conversation: group(),
      message: message({ parts: [{ type: 'notice', what: 'left', by: 'ann' }] }),
    },
    undefined,
  ),
  told(
    'Group.CallbackAfterSendMsg',
    'nothing of one that forbids it',
    { type: 'message.sent', conversation: group(), message: message(said), quiet: true },
    undefined,
  ),
  told(
    'Group.CallbackSendMsgException',
    'a muted member',
    { ...failed, native: draft.native, why: 'group.muted', text: 'the group is muted' },
    {
      ...place,
      From_Account: 'ben',
      Operator_Account: 'administrator',
      Random: 77,
      OnlineOnlyFlag: 0,
      ...content,
      ErrorCode: 10017,
      ErrorInfo: 'the group is muted',
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackSendMsgException',
    'a message over the flow',
    { ...failed, passing: true, client: 'c-1', why: 'rate.exceeded', text: 'too many' },
    {
      ...place,
      From_Account: 'ben',
      Operator_Account: 'ben',
      Random: 0,
      OnlineOnlyFlag: 1,
      MsgBody: text('hello'),
      CloudCustomData: '',
      ErrorCode: 10023,
      ErrorInfo: 'too many',
      EventTime: at,
    },
    client('ben'),
  ),
  told(
    'Group.CallbackAfterRecallMsg',
    'a message in a topic',
    {
      ...{ type: 'message.recalled', message: message(said), change, conversation: community, topic },
      original: message(said),
    },
    {
      Operator_Account: 'ben',
      Type: 'Community',
      GroupId: '@TGS#_c',
      MsgSeqList: [{ MsgSeq: 3 }],
      TopicId: topic,
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterGroupMsgExtension',
    'pairs that were deleted',
    {
      ...{ type: 'message.extended', message: message(said), conversation: group(), what: 'delete', version: 9 },
      pairs: [{ key: 'likes', value: '', version: 9 }],
    },
    {
      GroupId: 'g_1',
      MsgSeq: 3,
      OperateType: 2,
      ExtensionList: [{ Key: 'likes', Value: '', Seq: 9 }],
      Seq: 9,
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterReadReceipt',
    'receipts for two messages',
    {
      type: 'receipts',
      group: group(),
      receipts: [
        { seq: 1, read: 2, unread: 0, users: ['ann', 'ben'] },
        { seq: 2, read: 1, unread: 1, users: ['ben'] },
      ],
    },
    {
      ...place,
      GroupMsgReceiptList: [
        {
          MsgSeq: 1,
          ReadNum: 2,
          UnreadNum: 0,
          ReadReceiptMembers: [{ Member_Account: 'ann' }, { Member_Account: 'ben' }],
        },
        { MsgSeq: 2, ReadNum: 1, UnreadNum: 1, ReadReceiptMembers: [{ Member_Account: 'ben' }] },
      ],
      EventTime: at,
    },
  ),
  told(
    'Bot.OnGroupMessage',
    'a message that mentions a bot',
    {
      type: 'message.sent',
      conversation: community,
      message: message({ ...said, mentions: { users: ['ben', '@RBT#001'] } }),
      topic,
    },
    {
      GroupId: '@TGS#_c',
      Type: 'Community',
      From_Account: 'ann',
      Operator_Account: 'administrator',
      Random: 77,
      OnlineOnlyFlag: 0,
      MsgSeq: 3,
      MsgTime: 1_700_000_000,
      ...content,
      AtRobotAccount: ['@RBT#001'],
      TopicId: topic,
      EventTime: at,
    },
  ),
  told(
    'Bot.OnGroupMessage',
    'nothing of one that mentions only people',
    { type: 'message.sent', conversation: group(), message: message({ mentions: { users: ['ben'] } }) },
    undefined,
  ),
]
