import {
  asked,
  at,
  callOf,
  change,
  client,
  deviceMessage,
  group,
  message,
  pair,
  type Sample,
  text,
  told,
} from './sample.ts'

const numbers = { MsgSeq: 88, MsgRandom: 77, MsgTime: 1_700_000_000, MsgKey: '88_77_1700000000' }
const own = { MsgSeq: 6, MsgRandom: 5, MsgTime: 1_700_000_000, MsgKey: '6_5_1700000000' }
/** Reads come some time after what is read (ms). */
const late = at + 5000

const bot = { ...pair, b: '@RBT#001' }

const draft = {
  ...{ id: 2 ** 32 * 5 + 6, from: 'ann', to: 'ben', client: '77/88', passing: false },
  parts: [{ type: 'text' as const, text: 'hello' }],
  native: { tencent: { CloudCustomData: 'data' } },
}

const failed = {
  type: 'message.failed' as const,
  ...{ conversation: pair, from: 'ann', parts: draft.parts, client: '77/88', passing: false },
}

/** C2C and bots. In the core's store ben has two unread messages of ann, both of time `at`. */
export const directSamples: Sample[] = [
  asked('C2C.CallbackBeforeSendMsg', 'a message over the server API', 'message.direct', draft, {
    From_Account: 'ann',
    To_Account: 'ben',
    ...numbers,
    OnlineOnlyFlag: 0,
    MsgBody: text('hello'),
    CloudCustomData: 'data',
    EventTime: at,
  }),
  asked(
    'C2C.CallbackBeforeSendMsg',
    'a passing message of a device: its numbers come from the id',
    'message.direct',
    { ...draft, client: 'c-1', native: undefined, passing: true },
    {
      From_Account: 'ann',
      To_Account: 'ben',
      ...own,
      OnlineOnlyFlag: 1,
      MsgBody: text('hello'),
      CloudCustomData: '',
      EventTime: at,
    },
    client('ann'),
  ),
  told(
    'C2C.CallbackAfterSendMsg',
    'a message',
    { type: 'message.sent', message: message(), conversation: pair },
    {
      From_Account: 'ann',
      To_Account: 'ben',
      ...numbers,
      OnlineOnlyFlag: 0,
      SendMsgResult: 0,
      ErrorInfo: 'send msg succeed',
      UnreadMsgNum: 2,
      MsgBody: text('hello'),
      CloudCustomData: 'data',
      EventTime: at,
    },
  ),
  told(
    'C2C.CallbackAfterSendMsg',
    'a passing message of a device, the other way round',
    { type: 'message.sent', message: deviceMessage({ sender: 'ben', seq: 0 }), conversation: pair },
    {
      From_Account: 'ben',
      To_Account: 'ann',
      ...own,
      OnlineOnlyFlag: 1,
      SendMsgResult: 0,
      ErrorInfo: 'send msg succeed',
      UnreadMsgNum: 0,
      MsgBody: text('hello'),
      CloudCustomData: '',
      EventTime: at,
    },
    client('ben'),
  ),
  told(
    'C2C.CallbackAfterSendMsg',
    'nothing of one of many',
    { type: 'message.sent', message: message(), conversation: pair, batch: true },
    undefined,
  ),
  told(
    'C2C.CallbackAfterSendMsg',
    'nothing of one that forbids it',
    { type: 'message.sent', message: message(), conversation: pair, quiet: true },
    undefined,
  ),
  told(
    'C2C.CallbackAfterSendMsg',
    'nothing of a group message',
    { type: 'message.sent', message: message(), conversation: group() },
    undefined,
  ),
  told(
    'C2C.CallbackAfterSendMsg',
    'a message that failed',
    { ...failed, native: draft.native, why: 'user.muted', text: 'the user is muted' },
    {
      From_Account: 'ann',
      To_Account: 'ben',
      ...numbers,
      OnlineOnlyFlag: 0,
      SendMsgResult: 20012,
      ErrorInfo: 'the user is muted',
      UnreadMsgNum: -1,
      MsgBody: text('hello'),
      CloudCustomData: 'data',
      EventTime: at,
    },
  ),
  told(
    'C2C.CallbackAfterSendMsg',
    'nothing of a group message that failed',
    { ...failed, conversation: group(), why: 'user.muted', text: '' },
    undefined,
  ),
  told(
    'C2C.CallbackAfterMsgReport',
    'the time is that of the last message read',
    { type: 'read', conv: 7, user: 'ann', seq: 2, counted: 2, conversation: pair },
    { Report_Account: 'ann', Peer_Account: 'ben', LastReadTime: 1_700_000_000, UnreadMsgNum: 0, EventTime: late },
  ),
  told(
    'C2C.CallbackAfterMsgReport',
    'the message may come with the event',
    {
      ...{ type: 'read', conv: 7, user: 'ben', seq: 1, counted: 1, conversation: pair },
      last: message({ shown: at - 9000 }),
    },
    { Report_Account: 'ben', Peer_Account: 'ann', LastReadTime: 1_699_999_991, UnreadMsgNum: 2, EventTime: late },
  ),
  told(
    'C2C.CallbackAfterMsgReport',
    'nothing of a group',
    { type: 'read', conv: 8, user: 'ben', seq: 1, counted: 1, conversation: group() },
    undefined,
  ),
  told(
    'C2C.CallbackAfterMsgWithDraw',
    'a message',
    { type: 'message.recalled', message: message({ parts: [] }), change, conversation: pair, original: message() },
    { From_Account: 'ann', To_Account: 'ben', MsgKey: numbers.MsgKey, UnreadMsgNum: 2, EventTime: at },
  ),
  told(
    'C2C.CallbackAfterMsgWithDraw',
    'nothing of a group message',
    { type: 'message.recalled', message: message(), change, conversation: group(), original: message() },
    undefined,
  ),
  told(
    'C2C.CallbackAfterC2CMsgExtension',
    'pairs that were set',
    {
      ...{ type: 'message.extended', message: message(), conversation: pair, what: 'set', version: 4 },
      pairs: [{ key: 'likes', value: '3', version: 4 }],
    },
    {
      From_Account: 'ann',
      To_Account: 'ben',
      MsgKey: numbers.MsgKey,
      OperateType: 1,
      ExtensionList: [{ Key: 'likes', Value: '3', Seq: 4 }],
      Seq: 4,
      EventTime: at,
    },
  ),
  told(
    'C2C.CallbackAfterC2CMsgExtension',
    'all cleared',
    { type: 'message.extended', message: message(), conversation: pair, what: 'clear', pairs: [], version: 5 },
    {
      From_Account: 'ann',
      To_Account: 'ben',
      MsgKey: numbers.MsgKey,
      OperateType: 3,
      ExtensionList: [],
      Seq: 5,
      EventTime: at,
    },
  ),
  told(
    'C2C.CallbackAfterC2CMsgExtension',
    'nothing of a group message',
    { type: 'message.extended', message: message(), conversation: group(), what: 'clear', pairs: [], version: 5 },
    undefined,
  ),
  told(
    'Bot.OnC2CMessage',
    'a message to a bot',
    { type: 'message.sent', message: message(), conversation: bot },
    {
      From_Account: 'ann',
      To_Account: '@RBT#001',
      ...numbers,
      OnlineOnlyFlag: 0,
      SendMsgResult: 0,
      ErrorInfo: 'send msg succeed',
      UnreadMsgNum: 0,
      MsgBody: text('hello'),
      CloudCustomData: 'data',
      EventTime: at,
    },
    callOf(),
  ),
  told(
    'Bot.OnC2CMessage',
    'nothing of what the bot says',
    { type: 'message.sent', message: message({ sender: '@RBT#001' }), conversation: bot },
    undefined,
  ),
  told(
    'Bot.OnC2CMessage',
    'nothing of a message that forbids it',
    { type: 'message.sent', message: message(), conversation: bot, quiet: true },
    undefined,
  ),
]
