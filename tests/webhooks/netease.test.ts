import { afterEach, expect, test } from 'vitest'
import { callNetease } from '../support/netease.ts'
import { signIn } from '../support/socket.ts'
import { callTencent } from '../support/tencent.ts'
import { type Setting, startYunxin, text, time } from './netease-setting.ts'

let setting: Setting
afterEach(() => setting.stop())

/** What a device is refused with. */
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    (error: Error) => error.message,
  )

test('[NE107] [netease callback/1] a device asks before it sends to a user, the server API does not', async () => {
  setting = await startYunxin(['netease'])
  const { call, next, phone, receiver } = setting
  const ann = await phone('ann')
  await next('callback/36')
  await call('msg/sendMsg.action', { from: 'ann', ope: 0, to: 'ben', type: 0, body: '{"msg":"by the server"}' })
  await ann.ask('message.sendToUser', { to: 'ben', client: 'c-1', parts: text('hello') })
  const { body, headers } = await next('callback/1')
  expect(body).toEqual({
    ...{ eventType: 1, fromAccount: 'ann', to: 'ben', body: 'hello', msgType: 'TEXT', msgidClient: 'c-1' },
  })
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(headers.curtime).toMatch(/^\d{13}$/)
  expect(receiver.received.map(each => each.id)).toEqual(['callback/36', 'callback/1'])
})

test('[NE110] [NE114] [NE115] [netease callback/1] the answer refuses a message, or changes it', async () => {
  setting = await startYunxin(['netease'])
  const { server, app, receiver, phone } = setting
  const [ann, ben] = [await phone('ann'), await phone('ben')]
  const say = (client: string) => ann.ask('message.sendToUser', { to: 'ben', client, parts: text(client) })
  receiver.answer('callback/1: refuse 20001')
  expect(await refusal(say('no'))).toBe('hook.refused')
  receiver.answer('callback/1: change {"errCode":0,"modifyResponse":{"body":"better","ext":"x"},"callbackExt":"seen"}')
  const sent = await say('yes')
  expect(await ben.next('message')).toMatchObject({ seq: 1, parts: text('better'), client: 'yes' })
  const message = await server.core.history.byId(sent.conv as number, sent.id as number)
  expect(message?.native).toEqual({ netease: { ext: 'x', callbackExt: 'seen' } })
  const history = { from: 'ann', to: 'ben', begintime: 0, endtime: Date.now() + 1000, limit: 10 }
  const { body } = await callNetease(server, app, 'history/querySessionMsg.action', history)
  expect(body).toMatchObject({ size: 1, msgs: [{ body: { msg: 'better' }, msgid: sent.id, msgidclient: 'yes' }] })
})

test('[NE112] [NE113] [netease callback/1] silence lets a message go, or refuses it, as the app wants', async () => {
  for (const silence of ['pass', 'refuse'] as const) {
    setting = await startYunxin(['netease'], { silence, on: ['callback/1'], timeout: 300 })
    const { receiver, phone } = setting
    const ann = await phone('ann')
    for (const rule of ['fail 500', 'close', 'garbage', 'delay 1000', 'change {"errCode":"0"}']) {
      receiver.answer(`callback/1: ${rule}`)
      const said = refusal(ann.ask('message.sendToUser', { to: 'ben', client: rule, parts: text(rule) }))
      expect(await said, rule).toBe(silence === 'pass' ? 'not refused' : 'hook.refused')
    }
    // One attempt only.
    expect(receiver.received.length).toBe(5)
    if (silence === 'pass') await setting.stop()
  }
})

test('[netease callback/2] [netease callback/22] [netease callback/6] a team, a super team and a chatroom have callbacks of their own', async () => {
  setting = await startYunxin(['netease'], { on: ['callback/2', 'callback/22', 'callback/6'] })
  const { server, app, next, phone, team } = setting
  const tid = await team()
  const ann = await phone('ann')
  const say = (conv: number) => ann.ask('message.sendToGroup', { conv, client: `c-${conv}`, parts: text('hello') })
  await say(tid)
  const shown = { fromAccount: 'ann', body: 'hello', msgType: 'TEXT' }
  expect((await next('callback/2')).body).toEqual({
    ...{ eventType: 2, to: String(tid), ...shown, msgidClient: `c-${tid}` },
  })
  const made = async (Type: string) => {
    const fields = { Type, Name: Type, GroupId: Type, Owner_Account: 'ann' }
    expect((await callTencent(server, app, 'group_open_http_svc/create_group', fields)).body).toMatchObject({
      ErrorCode: 0,
    })
    return (await server.core.groups.byAlias(app.id, Type)).id
  }
  const many = await made('ChatRoom')
  await say(many)
  expect((await next('callback/22')).body).toEqual({
    ...{ eventType: 22, to: String(many), ...shown, msgidClient: `c-${many}` },
  })
  const room = await made('AVChatRoom')
  await ann.ask('room.enter', { conv: room })
  await say(room)
  expect((await next('callback/6')).body).toEqual({
    ...{ eventType: 6, roomId: String(room), fromAccount: 'ann', attach: 'hello', msgType: 'TEXT' },
    msgidClient: `c-${room}`,
  })
})

test('[netease callback/35] a recall by a device can be refused; the server API is not asked', async () => {
  setting = await startYunxin(['netease'], { on: ['callback/35'] })
  const { call, next, phone, receiver } = setting
  const ann = await phone('ann')
  const sent = await ann.ask('message.sendToUser', { to: 'ben', client: 'c-1', parts: text('hello') })
  receiver.answer('callback/35: refuse')
  expect(await refusal(ann.ask('message.recall', { conv: sent.conv, seq: 1 }))).toBe('hook.refused')
  expect((await next('callback/35')).body).toEqual({
    ...{ eventType: 35, fromAccount: 'ann', to: 'ben', convType: 'PERSON', msgidClient: 'c-1' },
    ...{ msgidServer: String(sent.id), msgTimestamp: String(sent.time) },
    ...{ fromDeviceId: 'phone of ann', fromClientType: 'AOS', timestamp: time },
  })
  const asked = await refusal(ann.ask('message.recall', { conv: sent.conv, seq: 9 }))
  expect([asked, receiver.received.length]).toEqual(['message.missing', 1])
  await call('msg/recall.action', { deleteMsgid: sent.id, timetag: sent.time, type: 7, from: 'ann', to: 'ben' })
  expect(receiver.received.length).toBe(1)
})

test('[netease callback/36] a sign-in can be refused, for good', async () => {
  setting = await startYunxin(['netease'])
  const { server, app, next, phone, receiver } = setting
  receiver.answer('callback/36: refuse')
  expect(await refusal(phone('ann'))).toBe('hook.refused')
  expect((await next('callback/36')).body).toEqual({
    ...{ eventType: 36, authType: 0, fromAccount: 'ann', fromClientIp: '127.0.0.1', fromClientType: 'AOS' },
    ...{
      fromClientPort: expect.stringMatching(/^\d{2,5}$/),
      fromDeviceId: 'phone of ann',
      timestamp: time,
      token: 't',
    },
  })
  const [sessions] = await server.core.presence.of(app.id, ['ann'])
  expect(sessions).toEqual([])
  receiver.answer()
  const ann = await phone('ann')
  expect(await ann.ask('ping')).toBeDefined()
  expect(
    await refusal(signIn(server, { dialect: 'netease', appKey: app.netease?.appKey, accid: 'ann', token: 'x' })),
  ).toBe('user.token')
  expect(receiver.received.length).toBe(2)
})
