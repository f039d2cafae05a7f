import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('user', back => {
  test('users are registered, changed and read', async () => {
    const first = { UserId: 42, NickName: 'ann', Portrait: 'https://example.com/a.png', Ext: { k: 'v' }, Tags: ['t'] }
    const others = [
      { UserId: 43, IsRobot: true },
      { UserId: 45, NickName: 'x'.repeat(101) },
    ]
    expect((await back.call('RegisterUsers', { Users: [first, ...others] })).FailedInfos).toEqual([
      { Code: 'InvalidParameter.NickName', Message: expect.any(String), UserId: 45 },
    ])
    const changes = [
      { UserId: 42, NickName: 'anna', Portrait: '', Ext: {}, Tags: ['u'] },
      { UserId: 44, NickName: 'nobody' },
    ]
    expect((await back.call('BatchUpdateUser', { Users: changes })).FailedInfos).toEqual([
      { Code: 'NotFound.User', Message: expect.any(String), UserId: 44 },
    ])
    const { Users: found, NotFoundUsers } = await back.call('BatchGetUser', { UserIds: [42, 43, 44] })
    expect(NotFoundUsers).toEqual([44])
    expect(found).toMatchObject([
      { UserId: 42, NickName: 'anna', Portrait: '', Ext: {}, Tags: ['u'], IsRobot: false },
      { UserId: 43, IsRobot: true },
    ])
  })
})
