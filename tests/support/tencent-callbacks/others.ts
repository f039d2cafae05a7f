import { at, client, deviceMessage, group, message, pair, type Sample, told } from './sample.ts'

const checked = {
  ...{ type: 'content.checked' as const, scene: 'C2C', from: 'ann', kind: 'text' as const, texts: ['hello'] },
  ...{ blocked: true, request: 'r-1', keywords: ['bad'], suggestion: 'block' as const, label: 'Abuse' },
}

const pushed = { type: 'push.done' as const, user: 'ben', engine: 'fcm', stage: 'delivered' as const }

/** Accounts, content checks, pushes and alarms. */
export const otherSamples: Sample[] = [
  told(
    'State.StateChange',
    'a sign-in that pushed out others',
    {
      type: 'session.opened',
      user: 'ann',
      kicked: ['ios', 'Android', 'web', 'windows', 'iPad', 'macos', 'linux', 'toaster'].map(platform => ({ platform })),
    },
    {
      Info: { Action: 'Login', To_Account: 'ann', Reason: 'Register' },
      KickedDevice: ['iOS', 'Android', 'Web', 'Windows', 'iPad', 'Mac', 'Linux', 'Unknown'].map(Platform => ({
        Platform,
      })),
      EventTime: at,
    },
    client('ann'),
  ),
  told(
    'State.StateChange',
    'a sign-in beside which nobody gave way',
    { type: 'session.opened', user: 'ann', kicked: [] },
    { Info: { Action: 'Login', To_Account: 'ann', Reason: 'Register' }, EventTime: at },
    client('ann'),
  ),
  ...(
    [
      ['left', 'Logout', 'Unregister'],
      ['lost', 'Disconnect', 'LinkClose'],
      ['late', 'Disconnect', 'TimeOut'],
      ['kicked', 'Disconnect', 'LinkClose'],
    ] as const
  ).map(([why, Action, Reason]) =>
    told(
      'State.StateChange',
      why,
      { type: 'session.closed', user: 'ann', why },
      { Info: { Action, To_Account: 'ann', Reason }, EventTime: at },
      client('ann'),
    ),
  ),
  told(
    'State.StateChange',
    'nothing of a device that gave way',
    { type: 'session.closed', user: 'ann', why: 'kicked', replaced: true },
    undefined,
  ),
  told(
    'Profile.CallbackPortraitSet',
    'fields of every kind',
    {
      type: 'user.changed',
      user: 'ann',
      made: false,
      profile: {
        ...{ nick: 'Ann', gender: 'female', birthday: '1990-01-31', level: 3, avatar: 'http://old' },
        custom: { Tag_Profile_Custom_Old: 'old', Tag_Profile_Custom_Test: 'x' },
      },
      fields: ['nick', 'gender', 'birthday', 'level', 'signature', 'custom'],
      custom: ['Tag_Profile_Custom_Test', 'Tag_Profile_Custom_Gone'],
    },
    {
      Operator_Account: 'administrator',
      From_Account: 'ann',
      ProfileItem: [
        { Tag: 'Tag_Profile_IM_Nick', Value: 'Ann' },
        { Tag: 'Tag_Profile_IM_Gender', Value: 'Gender_Type_Female' },
        { Tag: 'Tag_Profile_IM_BirthDay', Value: 19900131 },
        { Tag: 'Tag_Profile_IM_SelfSignature', Value: '' },
        { Tag: 'Tag_Profile_IM_Level', Value: 3 },
        { Tag: 'Tag_Profile_Custom_Test', Value: 'x' },
        { Tag: 'Tag_Profile_Custom_Gone', Value: '' },
      ],
      EventTime: at,
    },
  ),
  ...(
    [
      ['nothing of a new account', { made: true, fields: ['nick'] }],
      ['nothing of an import', { made: false, imported: true, fields: ['nick'] }],
      ['nothing when no field was written', { made: false, fields: [] }],
      ['nothing of fields that have no tag', { made: false, fields: ['email', 'ext'] }],
    ] as const
  ).map(([name, how]) =>
    told(
      'Profile.CallbackPortraitSet',
      name,
      { type: 'user.changed', user: 'ann', profile: { nick: 'Ann', email: 'e' }, ...how, fields: [...how.fields] },
      undefined,
    ),
  ),
  told(
    'Alert.RequestOverLimit',
    'a command',
    { type: 'rate.exceeded', operation: 'openim/sendmsg', calls: 201, limit: 200 },
    { ServiceName: 'openim', Command: 'sendmsg', Request: 201, Limit: 200 },
  ),
  told(
    'Alert.RequestOverLimit',
    'nothing of another API',
    { type: 'rate.exceeded', operation: 'msg/sendMsg.action', calls: 101, limit: 100 },
    undefined,
    { origin: { dialect: 'netease', via: 'rest' } },
  ),
  told(
    'ContentCallback.ResultNotify',
    'a one-to-one text',
    { ...checked, conversation: pair, message: message() },
    {
      Scene: 'C2C',
      From_Account: 'ann',
      ContactItem: { Type: 1, To_Account: 'ben' },
      ContentType: 'Text',
      TextContent: ['hello'],
      MsgID: '88_77_1700000000',
      CloudCustomData: 'data',
      CtxcbResult: 1,
      CtxcbRequestId: 'r-1',
      CtxcbKeywords: ['bad'],
      CtxcbSuggestion: 'Block',
      CtxcbLabel: 'Abuse',
    },
  ),
  told(
    'ContentCallback.ResultNotify',
    'an image in a group',
    {
      ...{ ...checked, scene: 'Group', kind: 'image', texts: [], url: 'http://i', blocked: false, keywords: [] },
      ...{ conversation: group(), message: deviceMessage({ seq: 12 }), suggestion: 'review', label: 'Sexy' },
    },
    {
      Scene: 'Group',
      From_Account: 'ann',
      ContactItem: { Type: 2, ToGroupId: 'g_1' },
      ContentType: 'Image',
      FileURL: 'http://i',
      MsgID: '12',
      CloudCustomData: '',
      CtxcbResult: 0,
      CtxcbRequestId: 'r-1',
      CtxcbKeywords: [],
      CtxcbSuggestion: 'Review',
      CtxcbLabel: 'Sexy',
    },
  ),
  told(
    'ContentCallback.ResultNotify',
    'a profile',
    { ...checked, scene: 'UserInfo', suggestion: 'normal', blocked: false, keywords: [], label: 'Normal' },
    {
      Scene: 'UserInfo',
      From_Account: 'ann',
      ContentType: 'Text',
      TextContent: ['hello'],
      CtxcbResult: 0,
      CtxcbRequestId: 'r-1',
      CtxcbKeywords: [],
      CtxcbSuggestion: 'Normal',
      CtxcbLabel: 'Normal',
    },
  ),
  told(
    'Push.OfflinePush',
    'a one-to-one message',
    { ...pushed, message: message(), conversation: pair },
    {
      From_Account: 'ann',
      To_Account: 'ben',
      EventType: 1,
      MsgKey: '88_77_1700000000',
      MsgSeq: 88,
      MsgRandom: 77,
      MsgTime: 1_700_000_000,
      PushPlatform: 4,
      PushStage: 2,
      ErrCode: 0,
      ErrInfo: '',
      EventTime: at,
    },
  ),
  told(
    'Push.OfflinePush',
    'a group message that could not be pushed, by an engine of no number',
    {
      ...{ ...pushed, engine: 'toString', stage: 'sent', error: { code: 410, text: 'gone' } },
      ...{ message: message({ client: '77#abc' }), conversation: group() },
    },
    {
      From_Account: 'ann',
      To_Account: 'ben',
      EventType: 2,
      GroupID: 'g_1',
      MsgSeq: 3,
      MsgRandom: 77,
      MsgTime: 1_700_000_000,
      PushPlatform: 0,
      PushStage: 1,
      ErrCode: 410,
      ErrInfo: 'gone',
      EventTime: at,
    },
  ),
  told(
    'Push.AllMemberPush',
    'clicked',
    { type: 'push.all.done', user: 'ben', task: 't-1', started: at, engine: 'honor', stage: 'clicked' },
    {
      EventType: 1,
      TaskId: 't-1',
      TaskTime: 1_700_000_000,
      To_Account: 'ben',
      PushPlatform: 8,
      PushStage: 3,
      ErrCode: 0,
      ErrInfo: '',
      EventTime: at,
    },
  ),
]
