import { asked, at, client, type Sample, told } from './sample.ts'

const asking = {
  from: 'ann',
  targets: [{ to: 'ben', remark: 'B', list: 'birds', source: 'AddSource_Type_Web', text: 'hi' }, { to: 'cat' }],
  both: true,
  forced: false,
}

const answering = {
  from: 'ann',
  targets: [
    { to: 'ben', remark: 'B', list: 'birds', accept: true, both: true },
    { to: 'cat', accept: true, both: false },
    { to: 'dan', accept: false, both: false },
  ],
}

/** Friends and blocklists. */
export const friendSamples: Sample[] = [
  asked(
    'Sns.CallbackPrevFriendAdd',
    'a client wants two friends',
    'friend.add',
    asking,
    {
      Requester_Account: 'ann',
      From_Account: 'ann',
      FriendItem: [
        {
          To_Account: 'ben',
          Remark: 'B',
          GroupName: 'birds',
          AddSource: 'AddSource_Type_Web',
          AddWording: 'hi',
        },
        { To_Account: 'cat', Remark: '', GroupName: '', AddSource: '', AddWording: '' },
      ],
      AddType: 'Add_Type_Both',
      ForceAddFlags: 0,
      EventTime: at,
    },
    client('ann'),
  ),
  asked('Sns.CallbackPrevFriendAdd', 'the server API asks nobody', 'friend.add', asking, undefined),
  asked(
    'Sns.CallbackPrevFriendResponse',
    'a client answers three',
    'friend.answer',
    answering,
    {
      Requester_Account: 'ann',
      From_Account: 'ann',
      ResponseFriendItem: [
        { To_Account: 'ben', Remark: 'B', TagName: 'birds', ResponseAction: 'Response_Action_AgreeAndAdd' },
        { To_Account: 'cat', Remark: '', TagName: '', ResponseAction: 'Response_Action_Agree' },
        { To_Account: 'dan', Remark: '', TagName: '', ResponseAction: 'Response_Action_Reject' },
      ],
      EventTime: at,
    },
    client('ann'),
  ),
  asked('Sns.CallbackPrevFriendResponse', 'the server API asks nobody', 'friend.answer', answering, undefined),
  told(
    'Sns.CallbackFriendAdd',
    'both directions, by the server API',
    {
      ...{ type: 'friends.added', by: 'request', forced: true },
      pairs: [
        { from: 'ann', to: 'ben', initiator: 'ann' },
        { from: 'ben', to: 'ann', initiator: 'ann' },
      ],
    },
    {
      PairList: [
        { From_Account: 'ann', To_Account: 'ben', Initiator_Account: 'ann' },
        { From_Account: 'ben', To_Account: 'ann', Initiator_Account: 'ann' },
      ],
      ClientCmd: 'friend_add',
      Admin_Account: 'administrator',
      ForceFlag: 1,
    },
  ),
  told(
    'Sns.CallbackFriendAdd',
    'the answer of a client',
    { type: 'friends.added', by: 'answer', forced: false, pairs: [{ from: 'ann', to: 'ben', initiator: 'ben' }] },
    {
      PairList: [{ From_Account: 'ann', To_Account: 'ben', Initiator_Account: 'ben' }],
      ClientCmd: 'friend_response',
      Admin_Account: '',
      ForceFlag: 0,
    },
    client('ann'),
  ),
  ...(
    [
      ['Sns.CallbackFriendDelete', 'friends.removed'],
      ['Sns.CallbackBlackListAdd', 'blocks.added'],
      ['Sns.CallbackBlackListDelete', 'blocks.removed'],
    ] as const
  ).map(([id, type]) =>
    told(
      id,
      'a pair',
      { type, pairs: [{ from: 'ann', to: 'ben' }] },
      {
        PairList: [{ From_Account: 'ann', To_Account: 'ben' }],
      },
    ),
  ),
]
