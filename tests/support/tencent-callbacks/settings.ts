import { asked, at, change, client, group, type Sample, told } from './sample.ts'

const place = { GroupId: 'g_1', Type: 'Public' }
const community = group('community', { alias: '@TGS#_c' })

const making = {
  ...{ owner: 'ann', name: 'Ornithology', kind: 'public', members: ['ann', 'ben'], invited: ['cat'] },
  policy: group().policy,
}

/** Groups themselves, and topics. In the core's store ann has made one public group. */
export const groupSamples: Sample[] = [
  asked('Group.CallbackBeforeCreateGroup', 'with an owner and members', 'group.create', making, {
    Operator_Account: 'administrator',
    Owner_Account: 'ann',
    Type: 'Public',
    Name: 'Ornithology',
    CreateGroupNum: 1,
    MemberList: [{ Member_Account: 'ben' }, { Member_Account: 'cat' }],
    EventTime: at,
  }),
  asked(
    'Group.CallbackBeforeCreateGroup',
    'without anybody, of another Type',
    'group.create',
    { ...making, owner: '', kind: 'live', members: [], invited: [] },
    {
      Operator_Account: 'administrator',
      Owner_Account: '',
      Type: 'AVChatRoom',
      Name: 'Ornithology',
      CreateGroupNum: 0,
      MemberList: [],
      EventTime: at,
    },
  ),
  asked(
    'Group.CallbackBeforeCreateGroup',
    'of a Type of which the owner has none yet',
    'group.create',
    { ...making, kind: 'meeting' },
    {
      Operator_Account: 'administrator',
      Owner_Account: 'ann',
      Type: 'ChatRoom',
      Name: 'Ornithology',
      CreateGroupNum: 0,
      MemberList: [{ Member_Account: 'ben' }, { Member_Account: 'cat' }],
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterCreateGroup',
    'with custom fields',
    { type: 'group.created', group: group('public', { custom: { k: 'v' } }), members: ['ann', 'ben'] },
    {
      GroupId: 'g_1',
      Operator_Account: 'administrator',
      Owner_Account: 'ann',
      Type: 'Public',
      Name: 'Ornithology',
      MemberList: [{ Member_Account: 'ben' }],
      UserDefinedDataList: [{ Key: 'k', Value: 'v' }],
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterGroupFull',
    'full',
    { type: 'group.full', group: group() },
    { GroupId: 'g_1', EventTime: at },
  ),
  told(
    'Group.CallbackAfterGroupDestroyed',
    'with its members',
    { type: 'group.dismissed', group: group(), change, members: ['ann', 'ben'] },
    {
      ...place,
      Owner_Account: 'ann',
      Name: 'Ornithology',
      MemberList: [{ Member_Account: 'ann' }, { Member_Account: 'ben' }],
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterGroupDestroyed',
    'a community: without its members',
    { type: 'group.dismissed', group: community, change, members: ['ann', 'ben'] },
    { GroupId: '@TGS#_c', Type: 'Community', Owner_Account: 'ann', Name: 'Ornithology', EventTime: at },
  ),
  told(
    'Group.CallbackAfterGroupInfoChanged',
    'all that is shown',
    {
      type: 'group.changed',
      group: group('public', { description: 'birds', notice: 'quiet', avatar: 'http://a' }),
      change,
      fields: ['name', 'description', 'notice', 'avatar', 'custom'],
    },
    {
      ...place,
      Operator_Account: 'administrator',
      Name: 'Ornithology',
      Introduction: 'birds',
      Notification: 'quiet',
      FaceUrl: 'http://a',
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterGroupInfoChanged',
    'one cleared field, by a member',
    { type: 'group.changed', group: group(), change, fields: ['notice'] },
    { ...place, Operator_Account: 'ben', Notification: '', EventTime: at },
    client('ben'),
  ),
  told(
    'Group.CallbackAfterGroupInfoChanged',
    'nothing of other fields',
    { type: 'group.changed', group: group(), change, fields: ['custom', 'speak', 'join'] },
    undefined,
  ),
  ...(['set', 'modify', 'delete', 'clear'] as const).map(what =>
    told(
      'Group.CallbackAfterGroupAttrChanged',
      what,
      { type: 'group.attributes', group: group(), what, attributes: what === 'clear' ? {} : { level: '5' } },
      {
        ...place,
        Operator_Account: 'administrator',
        OptionType: what,
        GroupAttr: what === 'clear' ? [] : [{ key: 'level', value: '5' }],
        EventTime: at,
      },
    ),
  ),
  told(
    'Group.CallbackAfterChangeGroupOwner',
    'transferred',
    { type: 'group.owner', group: group('public', { owner: 'ben' }), old: 'ann', owner: 'ben' },
    {
      ...place,
      Operator_Account: 'administrator',
      OldOwner_Account: 'ann',
      NewOwner_Account: 'ben',
      EventTime: at,
    },
  ),
  asked(
    'Group.CallbackBeforeCreateTopic',
    'a topic',
    'topic.create',
    { by: 'ann', group: '@TGS#_c', kind: 'community', name: 'Owls' },
    { Operator_Account: 'ann', Type: 'Community', Name: 'Owls', EventTime: at },
  ),
  told(
    'Group.CallbackAfterCreateTopic',
    'a topic',
    {
      type: 'topic.created',
      group: community,
      topic: '@TGS#_c@TOPIC#_t',
      owner: 'ann',
      name: 'Owls',
      custom: { k: 'v' },
    },
    {
      GroupId: '@TGS#_c',
      TopicId: '@TGS#_c@TOPIC#_t',
      Operator_Account: 'administrator',
      Owner_Account: 'ann',
      Type: 'Community',
      Name: 'Owls',
      UserDefinedDataList: [{ Key: 'k', Value: 'v' }],
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterTopicDestroyed',
    'two topics',
    { type: 'topics.dismissed', group: community, topics: ['t_1', 't_2'] },
    { GroupId: '@TGS#_c', Type: 'Community', TopicIdList: ['t_1', 't_2'], EventTime: at },
  ),
  told(
    'Group.CallbackAfterTopicInfoChanged',
    'all that is shown',
    {
      ...{ type: 'topic.changed', group: community, topic: 't_1' },
      fields: { name: 'Owls', description: 'at night', notice: '', avatar: 'http://a' },
    },
    {
      GroupId: '@TGS#_c',
      Type: 'Community',
      Operator_Account: 'administrator',
      Name: 'Owls',
      Introduction: 'at night',
      Notification: '',
      FaceUrl: 'http://a',
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackOnDailyGroupQuotaAlarm',
    'near the limit',
    { type: 'quota.near', what: 'groups', used: 9000, limit: 10_000 },
    { QuotaUsed: 9000, Quota: 10_000, EventTime: at },
  ),
]
