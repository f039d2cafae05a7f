import { afterEach, expect, test } from 'vitest'
import { openLocalBus } from '../../src/bus/local.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { nativeToken } from '../support/native.ts'
import { startServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { type Setting, startYunxin, time } from './netease-setting.ts'
import { until } from './setting.ts'
import { now, startTencent, type TencentSetting } from './tencent-setting.ts'

let at: TencentSetting | undefined
let setting: Setting | undefined
const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
  await at?.stop()
  await setting?.stop()
  at = setting = undefined
})

const state = (To_Account: string, Action: string, Reason: string) => ({
  Info: { Action, To_Account, Reason },
  EventTime: now(),
})
const id = 'State.StateChange'

test('[PR3] [PR13] those that give way over two nodes are named; one that signs out is told as such [tencent State.StateChange]', async () => {
  const [store, bus] = [openMemory(), openLocalBus()]
  at = await startTencent([id], { store, bus, node: 'one', devices: { rule: 'kind', each: 1, most: 10 } })
  const { server, app, heard } = at
  const other = await startServer({ store, bus, node: 'other', accounts: server.accounts })
  stops.push(() => other.stop())
  const as = (node: { port: number }, platform: string, device: string) => {
    const usersig = userSig(app, 'ann')
    return signIn(node, { dialect: 'tencent', sdkappid: app.id, userid: 'ann', usersig, platform, device })
  }
  const phone = await as(server, 'android', 'a')
  expect(await heard(id, 'Android')).toEqual(state('ann', 'Login', 'Register'))
  const tablet = await as(other, 'ipad', 'b')
  expect(await heard(id, 'iPad')).toEqual({
    ...state('ann', 'Login', 'Register'),
    KickedDevice: [{ Platform: 'Android' }],
  })
  expect(await phone.closed).toBe(4204)
  // The same device comes back: it pushes nobody out, and is told of once.
  const again = await as(server, 'ipad', 'b')
  expect(await tablet.closed).toBe(4204)
  expect(await heard(id, 'iPad')).toEqual(state('ann', 'Login', 'Register'))
  await again.ask('signOut')
  expect(await heard(id, 'iPad')).toEqual(state('ann', 'Logout', 'Unregister'))
  expect(await at.times(id)).toBe(4)
})

test('[PR7] what a dead node held is told as lost, once [tencent State.StateChange]', async () => {
  const [store, bus] = [openMemory(), openLocalBus()]
  const pace = { every: 50, patience: 3 }
  at = await startTencent([id], { store, bus, pace, node: 'lives' })
  const { server, app, heard } = at
  const dead = await startServer({ store, bus, pace, node: 'dead', accounts: server.accounts })
  stops.push(() => dead.stop())
  const usersig = userSig(app, 'ann')
  const credentials = { dialect: 'tencent', sdkappid: app.id, userid: 'ann', usersig, platform: 'web' }
  const socket = await signIn(dead, credentials)
  expect(await heard(id, 'Web')).toEqual(state('ann', 'Login', 'Register'))
  await dead.core.presence.lives.close()
  expect(await heard(id, 'Web')).toEqual(state('ann', 'Disconnect', 'LinkClose'))
  // Its socket ends at last; that was told already.
  await socket.close()
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(await at.times(id)).toBe(2)
})

test('[PR70] a connection says who comes and who goes [netease copy/2] [netease copy/3]', async () => {
  setting = await startYunxin(['netease-copy'], { on: ['copy/2', 'copy/3'] })
  const { server, app, next } = setting
  const credentials = { dialect: 'netease', appKey: app.netease?.appKey, accid: 'ann', token: 't' }
  const ann = await signIn(server, { ...credentials, platform: 'iPad', device: 'tablet', sdk: '9.1', tag: 'blue' })
  const of = {
    accid: 'ann',
    clientIp: '127.0.0.1',
    clientType: 'IOS',
    code: '200',
    sdkVersion: '9.1',
    deviceId: 'tablet',
  }
  expect((await next('copy/2')).body).toEqual({ eventType: '2', ...of, timestamp: time, customTag: 'blue' })
  await ann.ask('signOut')
  expect((await next('copy/3')).body).toEqual({ eventType: '3', ...of, timestamp: time })
})

test('[PR71] sign-ins that fail are told, with the code and the word; a flood of them is not [netease copy/84]', async () => {
  setting = await startYunxin(['netease-copy'], { on: ['copy/84'] })
  const { server, app, next, receiver, call } = setting
  const fail = (accid: string, token: string, more: object = {}) => {
    const credentials = { dialect: 'netease', appKey: app.netease?.appKey, accid, token }
    return expect(signIn(server, { ...credentials, platform: 'Android', device: 'p', ...more })).rejects.toThrow()
  }
  await fail('ann', 'wrong', { automatic: true, tag: 'blue', sdk: '9.1' })
  expect((await next('copy/84')).body).toMatchObject({
    ...{ eventType: '84', event: '1', accid: 'ann', clientType: 'AOS', clientIp: '127.0.0.1', appLogin: 'false' },
    ...{ code: '302', fail: 'login.token.error', customTag: 'blue', sdkVersion: '9.1', deviceId: 'p', timestamp: time },
  })
  await call('user/block.action', { accid: 'ann' })
  await fail('ann', 't')
  expect((await next('copy/84')).body).toMatchObject({ code: '422', fail: 'account.block', appLogin: 'true' })
  // Of another dialect, its own codes are none of Yunxin's.
  const forged = nativeToken(app, 'ben', {}, { secret: 'x' })
  await expect(signIn(server, { dialect: 'native', app: app.id, token: forged })).rejects.toThrow('user.token')
  expect((await next('copy/84')).body).toMatchObject({ accid: 'ben', code: '500' })
  // Nobody knows whose this was.
  await expect(signIn(server, { dialect: 'netease', appKey: 'x', accid: 'ann', token: 't' })).rejects.toThrow()
  await expect(signIn(server, { dialect: 'netease', app: app.id, token: 'x' })).rejects.toThrow()
  expect(receiver.received.length).toBe(3)
  await Promise.all(Array.from({ length: 150 }, () => fail('ben', 'wrong')))
  await until(async () => (await server.webhooks.standing(app.id)).every(each => each.waiting === 0))
  expect(receiver.received.length).toBeLessThan(140)
  expect(receiver.received.length).toBeGreaterThan(80)
})

test('[PR72] a device that is heard of is told now and then [netease copy/42]', async () => {
  setting = await startYunxin(['netease-copy'], { on: ['copy/42'] }, { audit: 300 })
  const { next, phone, receiver } = setting
  const ann = await phone('ann')
  for (let i = 0; i < 20; i++) await ann.ask('ping')
  const { body } = await next('copy/42')
  expect(body).toEqual({
    ...{ eventType: '42', accid: 'ann', consid: ann.frames[0]?.session, clientIp: '127.0.0.1', clientType: 'AOS' },
    ...{ clientPort: expect.stringMatching(/^\d{2,5}$/), deviceId: 'phone of ann', timestamp: time },
  })
  // A device of which nothing was heard since then is not told again.
  await new Promise(resolve => setTimeout(resolve, 700))
  expect(receiver.received.length).toBe(1)
  await ann.ask('ping')
  await next('copy/42')
})
