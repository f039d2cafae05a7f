import { asked, at, change, group, member, type Sample, told } from './sample.ts'

const place = { GroupId: 'g_1', Type: 'Public' }

/** The members of groups. */
export const memberSamples: Sample[] = [
  asked(
    'Group.CallbackBeforeApplyJoinGroup',
    'a wish',
    'group.apply',
    { group: group(), user: 'ben', text: 'hi' },
    {
      ...place,
      Requestor_Account: 'ben',
      EventTime: at,
    },
  ),
  asked(
    'Group.CallbackBeforeInviteJoinGroup',
    'two accounts',
    'group.invite',
    { group: group('meeting'), by: 'administrator', users: ['ben', 'cat'] },
    {
      GroupId: 'g_1',
      Type: 'ChatRoom',
      Operator_Account: 'administrator',
      DestinationMembers: [{ Member_Account: 'ben' }, { Member_Account: 'cat' }],
      EventTime: at,
    },
  ),
  ...(['applied', 'invited', 'added', 'accepted'] as const).map(how =>
    told(
      'Group.CallbackAfterNewMemberJoin',
      how,
      { type: 'members.joined', group: group('work'), members: [member('ben'), member('cat')], change, how },
      {
        GroupId: 'g_1',
        Type: 'Private',
        JoinType: how === 'applied' ? 'Apply' : 'Invited',
        Operator_Account: 'administrator',
        NewMemberList: [{ Member_Account: 'ben' }, { Member_Account: 'cat' }],
        EventTime: at,
      },
    ),
  ),
  told(
    'Group.CallbackAfterMemberExit',
    'kicked',
    { type: 'members.left', group: group(), users: ['ben', 'cat'], change, how: 'kicked' },
    {
      ...place,
      ExitType: 'Kicked',
      Operator_Account: 'administrator',
      ExitMemberList: [{ Member_Account: 'ben' }, { Member_Account: 'cat' }],
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterMemberExit',
    'left: the operator is who left',
    { type: 'members.left', group: group(), users: ['ben'], change, how: 'left' },
    {
      ...place,
      ExitType: 'Quit',
      Operator_Account: 'ben',
      ExitMemberList: [{ Member_Account: 'ben' }],
      EventTime: at,
    },
  ),
  told(
    'Group.CallbackAfterMemberExit',
    'nothing of a deleted account',
    { type: 'members.left', group: group(), users: ['ben'], change, how: 'removed' },
    undefined,
  ),
  told(
    'Group.CallbackAfterMemberFieldChanged',
    'role and name card',
    {
      type: 'member.changed',
      group: group(),
      member: member('ben', { rank: 1, nick: 'B' }),
      change,
      fields: ['role', 'nick'],
    },
    { ...place, Operator_Account: 'administrator', Member_Account: 'ben', Role: 'Admin', NameCard: 'B', EventTime: at },
  ),
  told(
    'Group.CallbackAfterMemberFieldChanged',
    'a cleared name card',
    { type: 'member.changed', group: group(), member: member('ben'), change, fields: ['nick'] },
    { ...place, Operator_Account: 'administrator', Member_Account: 'ben', NameCard: '', EventTime: at },
  ),
  told(
    'Group.CallbackAfterMemberFieldChanged',
    'an ordinary member again',
    { type: 'member.changed', group: group(), member: member('ben'), change, fields: ['role', 'custom'] },
    { ...place, Operator_Account: 'administrator', Member_Account: 'ben', Role: 'Member', EventTime: at },
  ),
  told(
    'Group.CallbackAfterMemberFieldChanged',
    'nothing of other fields',
    { type: 'member.changed', group: group(), member: member('ben'), change, fields: ['custom', 'mutedUntil'] },
    undefined,
  ),
  told(
    'Group.CallbackOnMemberStateChange',
    'gone',
    { type: 'members.connected', group: group('live'), users: ['ben'], here: false },
    { GroupId: 'g_1', EventType: 'Offline', MemberList: [{ Member_Account: 'ben' }], EventTime: at },
  ),
  told(
    'Group.CallbackOnMemberStateChange',
    'back',
    { type: 'members.connected', group: group('live'), users: ['ben'], here: true },
    { GroupId: 'g_1', EventType: 'Online', MemberList: [{ Member_Account: 'ben' }], EventTime: at },
  ),
  told(
    'Group.CallbackOnMemberStateChange',
    'nothing of other groups',
    { type: 'members.connected', group: group(), users: ['ben'], here: true },
    undefined,
  ),
]
