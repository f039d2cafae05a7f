import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { engines } from '../support/core.ts'
import { callNetease } from '../support/netease.ts'
import { signIn } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { fail, now, startTencent, type TencentSetting } from './tencent-setting.ts'

let at: TencentSetting
afterEach(() => at.stop())

describe('[TE107] profiles', () => {
  const id = 'Profile.CallbackPortraitSet'

  test('what is written of one is told, with what was cleared; importing is none of that [tencent Profile.CallbackPortraitSet]', async () => {
    at = await startTencent([id])
    const set = (Tag: string, Value: unknown) => ({ Tag, Value })
    const portrait = (...ProfileItem: object[]) => at.call('profile/portrait_set', { From_Account: 'ann', ProfileItem })
    await portrait(
      set('Tag_Profile_Custom_Test', 'x'),
      set('Tag_Profile_IM_Nick', 'Ann'),
      set('Tag_Profile_IM_BirthDay', 19900131),
      set('Tag_Profile_IM_AllowType', 'AllowType_Type_DenyAny'),
    )
    const written = { Operator_Account: 'administrator', From_Account: 'ann', EventTime: now() }
    expect(await at.heard(id)).toEqual({
      ...written,
      ProfileItem: [
        set('Tag_Profile_IM_Nick', 'Ann'),
        set('Tag_Profile_IM_BirthDay', 19900131),
        set('Tag_Profile_IM_AllowType', 'AllowType_Type_DenyAny'),
        set('Tag_Profile_Custom_Test', 'x'),
      ],
    })
    await at.call('im_open_login_svc/account_import', { UserID: 'ann', Nick: 'Imported' })
    await portrait(set('Tag_Profile_Custom_Test', ''), set('Tag_Profile_IM_Nick', ''))
    expect(await at.heard(id)).toEqual({
      ...written,
      ProfileItem: [set('Tag_Profile_IM_Nick', ''), set('Tag_Profile_Custom_Test', '')],
    })
    expect(await at.times(id)).toBe(2)
  })

  test('what is written through another API is told as well', async () => {
    at = await startTencent([id])
    await callNetease(at.server, at.app, 'user/updateUinfo.action', { accid: 'ann', name: 'Ann', email: 'a@b.c' })
    expect(await at.heard(id)).toMatchObject({
      From_Account: 'ann',
      ProfileItem: [{ Tag: 'Tag_Profile_IM_Nick', Value: 'Ann' }],
    })
  })
})

describe('[TE108] the state of accounts', () => {
  const id = 'State.StateChange'
  const state = (To_Account: string, Action: string, Reason: string) => ({
    Info: { Action, To_Account, Reason },
    EventTime: now(),
  })

  test('signing in, and a connection that ends [tencent State.StateChange]', async () => {
    at = await startTencent([id])
    const ann = await at.device('ann', 'ios')
    expect(await at.heard(id, 'IOS')).toEqual(state('ann', 'Login', 'Register'))
    await ann.close()
    expect(await at.heard(id, 'IOS')).toEqual(state('ann', 'Disconnect', 'LinkClose'))
    const forged = { dialect: 'tencent', sdkappid: at.app.id, userid: 'ann', usersig: userSig(at.app, 'ben') }
    await expect(signIn(at.server, forged)).rejects.toThrow()
    expect(await at.times(id)).toBe(2)
  })

  test('a device that is not heard of for too long', async () => {
    at = await startTencent([id], { gateway: { heartbeat: 50 } })
    const ann = await at.device('ann', 'web')
    ann.ws.pause()
    expect(await at.heard(id, 'Web')).toEqual(state('ann', 'Login', 'Register'))
    expect(await at.heard(id, 'Web')).toEqual(state('ann', 'Disconnect', 'TimeOut'))
    ann.ws.resume()
  })

  test('a device that gives way is named by the one that pushed it out, and not by itself', async () => {
    at = await startTencent([id], { devices: { rule: 'one', each: 1, most: 10 } })
    const old = await at.device('ann', 'windows')
    await at.heard(id, 'Windows')
    await at.device('ann', 'ipad')
    expect(await old.closed).toBe(4204)
    expect(await at.heard(id, 'iPad')).toEqual({
      ...state('ann', 'Login', 'Register'),
      KickedDevice: [{ Platform: 'Windows' }],
    })
    expect(await at.times(id)).toBe(2)
  })

  test('an account that is signed out everywhere', async () => {
    at = await startTencent([id])
    const ann = await at.device('ann')
    await at.heard(id, 'Android')
    await at.call('im_open_login_svc/kick', { UserID: 'ann' })
    await ann.closed
    expect(await at.heard(id, 'Android')).toEqual(state('ann', 'Disconnect', 'LinkClose'))
  })

  test('is kept on disk with the session itself', async () => {
    const engine = engines.find(each => each.name === 'sqlite') as (typeof engines)[number]
    const { store, end } = await engine.open()
    onTestFinished(end)
    at = await startTencent([id], { store })
    const ann = await at.device('ann', 'mac')
    expect(await at.heard(id, 'macOS')).toEqual(state('ann', 'Login', 'Register'))
    const online = () => at.call('openim/query_online_status', { To_Account: ['ann'] })
    expect(await online()).toMatchObject({ QueryResult: [{ Status: 'Online' }] })
    await ann.close()
    expect(await at.heard(id, 'macOS')).toEqual(state('ann', 'Disconnect', 'LinkClose'))
    expect(await online()).toMatchObject({ QueryResult: [{ Status: 'Offline' }] })
  })

  test('a server that stops tells of the connections that it ends', async () => {
    at = await startTencent([id])
    await at.device('ann')
    await at.heard(id, 'Android')
    await at.server.gateway.close()
    expect(await at.heard(id, 'Android')).toEqual(state('ann', 'Disconnect', 'LinkClose'))
  })
})

describe('[TE110] alarms', () => {
  const id = 'Alert.RequestOverLimit'

  test('a command over its rate is told once a time span [tencent Alert.RequestOverLimit]', async () => {
    const rate = { calls: 2, seconds: 1 }
    at = await startTencent([id], { limits: { 'tencent/im_open_login_svc/account_check': rate } })
    const check = () => at.call('im_open_login_svc/account_check', { CheckItem: [{ UserID: 'ann' }] })
    const over = { ServiceName: 'im_open_login_svc', Command: 'account_check', Request: 3, Limit: 2 }
    expect((await Promise.all([1, 2, 3, 4, 5].map(check))).filter(reply => reply.ErrorCode === 60007)).toHaveLength(3)
    expect(await check()).toEqual(fail(60007))
    expect(await at.heard(id)).toEqual(over)
    expect(await at.times(id)).toBe(1)
    await new Promise(resolve => setTimeout(resolve, 1100))
    await Promise.all([1, 2, 3].map(check))
    expect(await at.heard(id)).toEqual(over)
    expect(await at.times(id)).toBe(2)
  })
})
