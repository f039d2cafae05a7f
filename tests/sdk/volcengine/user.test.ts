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

  test('tags are given to many users and taken from them', async () => {
    await back.call('RegisterUsers', { Users: [{ UserId: 51, Tags: ['old'] }, { UserId: 52 }] })
    const tag = (Op: number, Tags: string[]) => back.call('BatchUpdateUserTags', { Op, Tags, UserIds: [51, 52, 53] })
    expect((await tag(0, ['a', 'b'])).FailedInfos).toEqual([
      { Code: 'NotFound.User', Message: expect.any(String), UserId: 53 },
    ])
    await tag(1, ['old', 'b'])
    const { Users } = await back.call('BatchGetUser', { UserIds: [51, 52] })
    expect(Users).toMatchObject([
      { UserId: 51, Tags: ['a'] },
      { UserId: 52, Tags: ['a'] },
    ])
  })

  test('users are taken off the register', async () => {
    await back.call('RegisterUsers', { Users: [{ UserId: 61 }, { UserId: 62 }] })
    expect((await back.call('UnRegisterUsers', { UserIds: [61, 63] })).FailedInfos).toEqual([
      { Code: 'NotFound.User', Message: expect.any(String), UserId: 63 },
    ])
    expect(await back.call('BatchGetUser', { UserIds: [61, 62] })).toMatchObject({
      NotFoundUsers: [61],
      Users: [{ UserId: 62 }],
    })
  })

  test('who is connected shows with each connection', async () => {
    await back.call('RegisterUsers', { Users: [{ UserId: 71 }, { UserId: 72 }] })
    const devices = [await back.device(71), await back.device(71)]
    const online = async () => (await back.call('QueryOnlineStatus', { UserIds: [71, 72] })).QueryOnlineResults
    const found = await online()
    expect(found[71]).toMatchObject([{ UserId: 71 }, { UserId: 71 }])
    expect(new Set(found[71].map((each: { ConnId: string }) => each.ConnId)).size).toBe(2)
    expect(found).not.toHaveProperty('72')
    for (const device of devices) await device.close()
    await expect.poll(async () => (await online())[71] ?? []).toEqual([])
  })
})
