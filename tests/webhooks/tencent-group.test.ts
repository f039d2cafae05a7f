import { afterEach, describe, expect, test } from 'vitest'
import { callVolcengine } from '../support/volcengine.ts'
import { fail, now, ok, startTencent, type TencentSetting } from './tencent-setting.ts'

let at: TencentSetting
afterEach(() => at.stop())

const group = (command: string, body: object) => at.call(`group_open_http_svc/${command}`, body)

const create = (fields: object = {}) =>
  group('create_group', {
    ...{ Type: 'Public', GroupId: 'g_1', Name: 'Ornithology', Owner_Account: 'ann' },
    ...{ MemberList: [{ Member_Account: 'ben' }], ...fields },
  })

const add = (...names: string[]) =>
  group('add_group_member', { GroupId: 'g_1', MemberList: names.map(Member_Account => ({ Member_Account })) })

const infoOf = async () => {
  const filter = { GroupBaseInfoFilter: ['Name', 'Type', 'MemberNum'] }
  const { GroupInfo } = await group('get_group_info', { GroupIdList: ['g_1'], ResponseFilter: filter })
  return GroupInfo[0]
}

const place = { GroupId: 'g_1', Type: 'Public' }

describe('[TE104] a group', () => {
  const before = 'Group.CallbackBeforeCreateGroup'
  const after = 'Group.CallbackAfterCreateGroup'

  test('is asked about, and told of [tencent Group.CallbackBeforeCreateGroup] [tencent Group.CallbackAfterCreateGroup]', async () => {
    at = await startTencent([before, after])
    await create({ GroupId: 'g_0' })
    await at.heard(before)
    await at.heard(after)
    expect(await create({ Type: 'Public', AppDefinedData: [{ Key: 'k', Value: 'v' }] })).toMatchObject(ok)
    const made = {
      Operator_Account: 'administrator',
      Owner_Account: 'ann',
      Type: 'Public',
      Name: 'Ornithology',
      MemberList: [{ Member_Account: 'ben' }],
      EventTime: now(),
    }
    expect(await at.heard(before)).toEqual({ ...made, CreateGroupNum: 1 })
    expect(await at.heard(after)).toEqual({
      ...made,
      GroupId: 'g_1',
      UserDefinedDataList: [{ Key: 'k', Value: 'v' }],
    })
  })

  test('that the app refuses is 10016, or its own code; there is none then', async () => {
    at = await startTencent([before, after])
    at.receiver.answer(`${before}: refuse 1 no times 1`, `${before}: refuse 10200 no more times 1`)
    expect(await create()).toEqual(fail(10016, 'no'))
    expect(await create()).toEqual(fail(10200, 'no more'))
    expect(await infoOf()).toMatchObject({ ErrorCode: 10010 })
    expect(await at.times(after)).toBe(0)
    expect(await create({ Type: 'Work' })).toMatchObject(ok)
    expect(await at.heard(after)).toMatchObject({ Type: 'Private' })
  })

  test('tells what is shown of it when that changes, and nothing else [tencent Group.CallbackAfterGroupInfoChanged]', async () => {
    at = await startTencent(['Group.CallbackAfterGroupInfoChanged'])
    await create()
    const shown = { Name: 'Owls', Introduction: 'at night', Notification: 'quiet', FaceUrl: 'http://a/owl.png' }
    await group('modify_group_base_info', { GroupId: 'g_1', ...shown })
    const changed = { ...place, Operator_Account: 'administrator', EventTime: now() }
    expect(await at.heard('Group.CallbackAfterGroupInfoChanged')).toEqual({ ...changed, ...shown })
    await group('modify_group_base_info', { GroupId: 'g_1', MuteAllMember: 'On', ApplyJoinOption: 'FreeAccess' })
    await group('modify_group_base_info', { GroupId: 'g_1', AppDefinedData: [{ Key: 'k', Value: 'v' }] })
    await group('modify_group_base_info', { GroupId: 'g_1', Notification: '', From_Account: 'ben' })
    expect(await at.heard('Group.CallbackAfterGroupInfoChanged')).toEqual({
      ...changed,
      Operator_Account: 'ben',
      Notification: '',
    })
    expect(await at.times('Group.CallbackAfterGroupInfoChanged')).toBe(2)
  })

  test('tells its members when it is disbanded; a community does not [tencent Group.CallbackAfterGroupDestroyed]', async () => {
    at = await startTencent(['Group.CallbackAfterGroupDestroyed'])
    await create()
    await group('destroy_group', { GroupId: 'g_1' })
    const gone = { Owner_Account: 'ann', Name: 'Ornithology', EventTime: now() }
    expect(await at.heard('Group.CallbackAfterGroupDestroyed')).toEqual({
      ...place,
      ...gone,
      MemberList: [{ Member_Account: 'ann' }, { Member_Account: 'ben' }],
    })
    await create({ Type: 'Community', GroupId: '@TGS#_1' })
    await group('destroy_group', { GroupId: '@TGS#_1' })
    expect(await at.heard('Group.CallbackAfterGroupDestroyed')).toEqual({
      GroupId: '@TGS#_1',
      Type: 'Community',
      ...gone,
    })
  })

  test('tells of another owner, whoever made them that [tencent Group.CallbackAfterChangeGroupOwner]', async () => {
    at = await startTencent(['Group.CallbackAfterChangeGroupOwner'])
    const names = ['101', '102'].map(UserID => ({ UserID }))
    await at.call('im_open_login_svc/multiaccount_import', { AccountList: names })
    await create({ Owner_Account: '101', MemberList: [{ Member_Account: '102' }] })
    const { id } = await at.server.core.groups.byAlias(at.app.id, 'g_1')
    const info = { ConversationShortId: id, OwnerUserId: 102 }
    const { body } = await callVolcengine(at.server, at.app, 'ModifyConversation', {
      AppId: at.app.id,
      ConversationCoreInfo: info,
    })
    expect(body.ResponseMetadata.Error).toBeUndefined()
    expect(await at.heard('Group.CallbackAfterChangeGroupOwner')).toEqual({
      ...place,
      Operator_Account: '',
      OldOwner_Account: '101',
      NewOwner_Account: '102',
      EventTime: now(),
    })
  })
})

describe('[TE105] members', () => {
  const invite = 'Group.CallbackBeforeInviteJoinGroup'
  const joined = 'Group.CallbackAfterNewMemberJoin'

  test('are asked about, and told of [tencent Group.CallbackBeforeInviteJoinGroup] [tencent Group.CallbackAfterNewMemberJoin]', async () => {
    at = await startTencent([invite, joined])
    await create()
    await add('ben', 'cat')
    const asked = { ...place, Operator_Account: 'administrator', EventTime: now() }
    expect(await at.heard(invite)).toEqual({
      ...asked,
      DestinationMembers: [{ Member_Account: 'ben' }, { Member_Account: 'cat' }],
    })
    expect(await at.heard(joined)).toEqual({
      ...asked,
      JoinType: 'Invited',
      NewMemberList: [{ Member_Account: 'cat' }],
    })
  })

  test('whom the app does not want have Result 0, the others come in', async () => {
    at = await startTencent([invite, joined])
    await create()
    at.receiver.answer(`${invite}: change {"RefusedMembers_Account":["cat"]}`)
    expect(await add('cat', 'dan')).toEqual({
      ...ok,
      MemberList: [
        { Member_Account: 'cat', Result: 0 },
        { Member_Account: 'dan', Result: 1 },
      ],
    })
    expect(await add('cat')).toEqual({ ...ok, MemberList: [{ Member_Account: 'cat', Result: 0 }] })
    expect(await add('nobody')).toEqual(fail(10019))
    expect(await infoOf()).toMatchObject({ MemberNum: 3 })
    expect(await at.times(joined)).toBe(1)
  })

  test('are refused all together with 10016, or the code of the app', async () => {
    at = await startTencent([invite])
    await create()
    at.receiver.answer(`${invite}: refuse times 1`, `${invite}: refuse 10100 closed`)
    expect(await add('cat')).toEqual(fail(10016))
    expect(await add('cat')).toEqual(fail(10100, 'closed'))
    expect(await infoOf()).toMatchObject({ MemberNum: 2 })
  })

  test('who are taken out are told of; deleted accounts are not [tencent Group.CallbackAfterMemberExit]', async () => {
    at = await startTencent(['Group.CallbackAfterMemberExit'])
    await create({ MemberList: ['ben', 'cat', 'dan'].map(Member_Account => ({ Member_Account })) })
    await group('delete_group_member', { GroupId: 'g_1', MemberToDel_Account: ['ben', 'cat', 'nobody'] })
    expect(await at.heard('Group.CallbackAfterMemberExit')).toEqual({
      ...place,
      ExitType: 'Kicked',
      Operator_Account: 'administrator',
      ExitMemberList: [{ Member_Account: 'ben' }, { Member_Account: 'cat' }],
      EventTime: now(),
    })
    await at.call('im_open_login_svc/account_delete', { DeleteItem: [{ UserID: 'dan' }] })
    await expect.poll(infoOf).toMatchObject({ MemberNum: 1 })
    expect(await at.times('Group.CallbackAfterMemberExit')).toBe(1)
  })

  test('who fill a group, or find it full, are an alarm [tencent Group.CallbackAfterGroupFull]', async () => {
    at = await startTencent(['Group.CallbackAfterGroupFull'])
    await create({ MaxMemberCount: 3 })
    const full = { GroupId: 'g_1', EventTime: now() }
    await add('ben')
    expect(await at.times('Group.CallbackAfterGroupFull')).toBe(0)
    await add('cat')
    expect(await at.heard('Group.CallbackAfterGroupFull')).toEqual(full)
    expect(await add('dan')).toEqual(fail(10014))
    expect(await at.heard('Group.CallbackAfterGroupFull')).toEqual(full)
    await add('cat')
    expect(await at.times('Group.CallbackAfterGroupFull')).toBe(2)
  })
})
