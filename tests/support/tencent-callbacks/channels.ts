import { asked, at, deviceMessage, message, type Sample, text, told } from './sample.ts'

const channel = '@TOA#_1'

/** Official accounts. */
export const channelSamples: Sample[] = [
  asked(
    'OfficialAccount.CallbackBeforeCreateOfficialAccount',
    'a channel',
    'channel.create',
    { by: 'administrator', owner: 'ann', name: 'News' },
    { Operator_Account: 'administrator', Owner_Account: 'ann', Name: 'News', EventTime: at },
  ),
  told(
    'OfficialAccount.CallbackAfterCreateOfficialAccount',
    'a channel',
    { type: 'channel.created', channel, owner: 'ann', name: 'News' },
    {
      Operator_Account: 'administrator',
      Official_Account: channel,
      Owner_Account: 'ann',
      Name: 'News',
      EventTime: at,
    },
  ),
  told(
    'OfficialAccount.CallbackAfterOfficialAccountInfoChanged',
    'all that is shown',
    {
      ...{ type: 'channel.changed', channel },
      fields: { name: 'News', description: 'daily', avatar: 'http://a', organization: 'Press' },
    },
    {
      Official_Account: channel,
      Operator_Account: 'administrator',
      Name: 'News',
      Introduction: 'daily',
      FaceUrl: 'http://a',
      Organization: 'Press',
      EventTime: at,
    },
  ),
  told(
    'OfficialAccount.CallbackAfterOfficialAccountDestroyed',
    'a channel',
    { type: 'channel.dismissed', channel, owner: 'ann', name: 'News' },
    { Official_Account: channel, Owner_Account: 'ann', Name: 'News', EventTime: at },
  ),
  asked(
    'OfficialAccount.CallbackBeforeAddSubscriber',
    'two accounts',
    'channel.subscribe',
    { channel, by: 'administrator', users: ['ben', 'cat'] },
    {
      Official_Account: channel,
      Operator_Account: 'administrator',
      SubscribeAccountList: [{ Subscriber_Account: 'ben' }, { Subscriber_Account: 'cat' }],
      EventTime: at,
    },
  ),
  ...(
    [
      ['OfficialAccount.CallbackAfterAddSubscriber', 'channel.subscribed'],
      ['OfficialAccount.CallbackAfterDeleteSubscriber', 'channel.unsubscribed'],
    ] as const
  ).map(([id, type]) =>
    told(
      id,
      'one account',
      { type, channel, users: ['ben'] },
      {
        Official_Account: channel,
        Operator_Account: 'administrator',
        SubscribeAccountList: [{ Subscriber_Account: 'ben' }],
        EventTime: at,
      },
    ),
  ),
  told(
    'OfficialAccount.CallbackAfterOfficialAccountFull',
    'full',
    { type: 'channel.full', channel },
    { Official_Account: channel, EventTime: at },
  ),
  asked(
    'OfficialAccount.CallbackBeforeSendMsg',
    'a passing message',
    'channel.send',
    { channel, parts: message().parts, native: message().native, passing: true },
    {
      Official_Account: channel,
      OnlineOnlyFlag: 1,
      MsgBody: text('hello'),
      CloudCustomData: 'data',
      EventTime: at,
    },
  ),
  told(
    'OfficialAccount.CallbackAfterSendMsg',
    'a message',
    { type: 'channel.sent', channel, message: message() },
    {
      Official_Account: channel,
      MsgKey: '88_77_1700000000',
      MsgTime: 1_700_000_000,
      OnlineOnlyFlag: 0,
      MsgBody: text('hello'),
      CloudCustomData: 'data',
      EventTime: at,
    },
  ),
  told(
    'OfficialAccount.CallbackAfterMsgWithDraw',
    'two messages',
    { type: 'channel.recalled', channel, messages: [message(), deviceMessage()] },
    {
      Official_Account: channel,
      WithdrawMsgList: [{ MsgKey: '88_77_1700000000' }, { MsgKey: '6_5_1700000000' }],
      EventTime: at,
    },
  ),
]
