import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('blacklist', back => {
  test('users are blocked, listed with what they are as friends, and let go', async () => {
    await back.call('AddFriend', { UserId: 42, FriendUserIds: [43] })
    const BlackListInfos = [
      { BlackListUserId: 43, BlackListUserExt: { a: '1', b: '2' } },
      { BlackListUserId: 44 },
      { BlackListUserId: 42 },
    ]
    expect((await back.call('AddBlackList', { UserId: 42, BlackListInfos })).FailedInfos).toEqual([
      { Code: 'InvalidParameter.Self', Message: expect.any(String), UserId: 42 },
    ])
    const update = [
      { BlackListUserId: 43, BlackListUserExt: { b: '3', c: '4' } },
      { BlackListUserId: 45, BlackListUserExt: {} },
    ]
    expect((await back.call('UpdateBlackList', { UserId: 42, BlackListInfos: update })).FailedInfos).toEqual([
      { Code: expect.stringMatching(/^NotFound\./), Message: expect.any(String), UserId: 45 },
    ])
    const page = await back.call('GetBlackList', { UserId: 42, Cursor: 0, Limit: 1, NeedTotal: true })
    expect(page).toMatchObject({ BlackListInfos: [{ BlackListUserId: 44 }], HasMore: true, TotalCount: 2 })
    const rest = await back.call('GetBlackList', { UserId: 42, Cursor: page.NextCursor, Limit: 20 })
    expect(rest.BlackListInfos).toMatchObject([
      { BlackListUserId: 43, BlackListUserExt: { a: '1', b: '3', c: '4' }, FriendUserInfo: { FriendUserId: 43 } },
    ])
    await back.call('RemoveBlackList', { UserId: 42, BlackListUserIds: [44, 45] })
    expect(await back.call('IsInBlackList', { UserId: 42, BlackListUserIds: [43, 44] })).toEqual({
      IsInBlackListInfos: { 43: true, 44: false },
    })
  })
})
