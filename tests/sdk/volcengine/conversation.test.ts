import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('conversation', back => {
  test('conversations are made, listed, changed and dissolved', async () => {
    const core = { ConversationType: 2, Name: 'team', Ext: { a: '1' } }
    const made = await back.call('CreateConversation', { ConversationCoreInfo: core, OwnerUserId: 42 })
    const group = made.ConversationShortId as number
    const single = await back.create(1, 42, 43)
    const live = await back.create(100, 42)
    const list = (DataType: number) =>
      back.call('GetUserConversations', { ParticipantUserId: 42, Cursor: 0, Limit: 20, DataType })
    const ids = (page: { ConversationInfos: { ConversationShortId: number }[] }) =>
      page.ConversationInfos.map(each => each.ConversationShortId)
    expect(ids(await list(1))).toEqual([group, single])
    expect(ids(await list(2))).toEqual([live])
    await back.call('BatchAddConversationParticipant', {
      ConversationShortId: group,
      Operator: 42,
      ParticipantInfos: [{ ParticipantUserId: 43 }],
    })
    const changed = { ConversationShortId: group, Name: 'crew', OwnerUserId: 43 }
    expect(await back.call('ModifyConversation', { ConversationCoreInfo: changed })).toEqual({})
    const read = { ConversationShortId: [group, single, live], SkipMemberCount: false }
    expect((await back.call('BatchGetConversations', read)).ConversationCoreInfos).toMatchObject([
      { Name: 'crew', OwnerUserId: 43, MemberCount: 2, Ext: { a: '1' } },
      { ConversationType: 1, MemberCount: 2 },
      { ConversationType: 100, MemberCount: 1 },
    ])
    expect(await back.call('DestroyConversation', { ConversationShortId: group, OwnerUserId: 43 })).toEqual({})
    expect((await back.call('BatchGetConversations', read)).ConversationCoreInfos).toHaveLength(2)
  })

  test('a member’s own settings are written and read', async () => {
    const id = await back.create(2, 42, 43)
    const of = { ConversationShortId: id, ParticipantUserId: 43 }
    const times = { StickTopTime: 1_700_000_000_123, SetFavoriteTime: 1_700_000_000_456 }
    const masks = { IsStickTop: true, IsSetFavorite: true }
    const ConversationSettingInfo = { ...of, IsMute: true, ...masks, ...times, Ext: { k: 'v' } }
    expect(await back.call('ModifyConversationSetting', { ConversationSettingInfo })).toEqual({})
    const read = await back.call('GetConversationSetting', of)
    expect(read.ConversationSettingInfo).toMatchObject(ConversationSettingInfo)
    const others = await back.call('GetConversationSetting', { ...of, ParticipantUserId: 42 })
    expect(others.ConversationSettingInfo).toMatchObject({ IsMute: false, IsStickTop: false, StickTopTime: 0, Ext: {} })
  })
})
