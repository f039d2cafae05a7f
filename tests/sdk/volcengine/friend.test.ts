import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('friend', back => {
  test('friends are made, listed, renamed, asked for and ended', async () => {
    const added = await back.call('AddFriend', { UserId: 42, FriendUserIds: [43, 44, 42], Ext: { from: 'school' } })
    expect(added.FailedInfos).toEqual([{ Code: 'InvalidParameter.Self', Message: expect.any(String), UserId: 42 }])
    const update = {
      FriendInfos: [
        { FriendUserId: 44, Alias: 'Cat', Ext: { k: 'v' } },
        { FriendUserId: 45, Alias: 'x' },
      ],
    }
    expect((await back.call('UpdateFriend', { UserId: 42, ...update })).FailedInfos).toEqual([
      { Code: 'NotFound.Friend', Message: expect.any(String), UserId: 45 },
    ])
    const page = await back.call('ListFriend', { UserId: 42, Limit: 1, NeedTotal: true })
    expect(page).toMatchObject({ FriendInfos: [{ FriendUserId: 43 }], HasMore: true, TotalCount: 2 })
    const rest = await back.call('ListFriend', { UserId: 42, Cursor: page.NextCursor })
    expect(rest.FriendInfos).toMatchObject([
      { FriendUserId: 44, Alias: 'Cat', Ext: { from: 'school', k: 'v' }, ApplyTime: 0 },
    ])
    const { FailedInfos } = await back.call('DeleteFriend', { UserId: 44, DeleteUserIds: [42, 45] })
    expect(FailedInfos).toEqual([{ Code: 'NotFound.Friend', Message: expect.any(String), UserId: 45 }])
    expect(await back.call('IsFriend', { UserId: 42, FriendUserIds: [44, 43] })).toEqual({
      Infos: [
        { FriendUserId: 44, IsFriend: false },
        { FriendUserId: 43, IsFriend: true },
      ],
    })
  })

  test('lists of another InboxType are others', async () => {
    await back.call('AddFriend', { UserId: 51, FriendUserIds: [52], InboxType: 1 })
    expect((await back.call('ListFriend', { UserId: 51 })).FriendInfos).toEqual([])
    expect((await back.call('ListFriend', { UserId: 51, InboxType: 1 })).FriendInfos).toMatchObject([
      { FriendUserId: 52 },
    ])
  })

  test('an update of nothing is refused', async () => {
    const update = { UserId: 42, FriendInfos: [{ FriendUserId: 43 }] }
    expect(await back.refused('UpdateFriend', update)).toBe('InvalidParameter.InvalidField')
  })
})
