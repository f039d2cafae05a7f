import { afterEach, expect, test } from 'vitest'
import { callTencent } from '../support/tencent.ts'
import { type Setting, startYunxin, text, time } from './netease-setting.ts'

let setting: Setting
afterEach(() => setting.stop())

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const number = expect.stringMatching(/^\d{10,16}$/)
const phone = { fromClientType: 'AOS', fromDeviceId: 'phone of ann', fromNick: 'ANN' }

test('[netease copy/1] [NE119] a message is copied with everything as text, from the server API as REST', async () => {
  setting = await startYunxin(['netease-copy'])
  const { call, next } = setting
  const fields = { from: 'ann', ope: 0, to: 'ben', type: 0, body: '{"msg":"hello"}', ext: 'e' }
  const { data } = (await call('msg/sendMsg.action', fields)) as { data: { msgid: number; timetag: number } }
  const { body, headers } = await next('copy/1')
  expect(body).toEqual({
    ...{ eventType: '1', convType: 'PERSON', to: 'ben', fromAccount: 'ann', fromClientType: 'REST', fromNick: 'ANN' },
    ...{ msgTimestamp: String(data.timetag), msgType: 'TEXT', body: 'hello', msgidClient: uuid },
    ...{ msgidServer: String(data.msgid), resendFlag: '0', ext: 'e' },
  })
  expect(headers['content-type']).toBe('application/json')
})

test('[netease copy/1] a device’s message says from where; each of a batch has its own copy', async () => {
  setting = await startYunxin(['netease-copy'])
  const { call, next, phone: signIn, team } = setting
  const tid = await team()
  const ann = await signIn('ann')
  const sent = await ann.ask('message.sendToGroup', { conv: tid, client: 'c-1', parts: text('hello') })
  expect((await next('copy/1')).body).toEqual({
    ...{ eventType: '1', convType: 'TEAM', to: String(tid), fromAccount: 'ann', ...phone },
    ...{ msgTimestamp: String(sent.time), msgType: 'TEXT', body: 'hello', msgidClient: 'c-1' },
    ...{ msgidServer: String(sent.id), resendFlag: '0', tMembers: '[ann, ben, cat]', ip: '127.0.0.1' },
    port: expect.stringMatching(/^\d{2,5}$/),
  })
  await call('msg/sendBatchMsg.action', { fromAccid: 'ann', toAccids: '["ben","cat"]', type: 100, body: '{"a": 1}' })
  for (const to of ['ben', 'cat'])
    expect((await next('copy/1', body => body.to === to)).body).toMatchObject({ msgType: 'CUSTOM', attach: '{"a": 1}' })
})

test('[NE108] [netease copy/1] option.route false makes no copy', async () => {
  setting = await startYunxin(['netease-copy'])
  const { call, next, receiver } = setting
  const message = { from: 'ann', ope: 0, to: 'ben', type: 0 }
  await call('msg/sendMsg.action', { ...message, body: '{"msg":"one"}', option: '{"route":false}' })
  await call('msg/sendMsg.action', { ...message, body: '{"msg":"two"}' })
  expect((await next('copy/1')).body).toMatchObject({ body: 'two' })
  expect(receiver.received.length).toBe(1)
})

/** What the attach of a notification says. */
const attachOf = (body: Record<string, unknown>) =>
  JSON.parse(body.attach as string) as { id: number; data: Record<string, unknown> }

test('[NE109] [netease copy/1] a team: who comes, goes and is invited, what changes, and its end', async () => {
  setting = await startYunxin(['netease-copy'])
  const { call, next, receiver } = setting
  const members = { members: '["ben"]', magree: 0, msg: 'come', joinmode: 0 }
  const made = await call('team/create.action', { tname: 'the team', owner: 'ann', ...members, attach: 'x' })
  const tid = made.tid as string
  const invited = (await next('copy/1')).body
  const { attach: _, ...envelope } = invited
  expect(envelope).toEqual({
    ...{ eventType: '1', convType: 'TEAM', to: tid, fromAccount: 'ann', fromClientType: 'REST', fromNick: 'ANN' },
    ...{ msgTimestamp: time, msgType: 'NOTIFICATION', msgidClient: uuid, msgidServer: number, resendFlag: '0' },
    tMembers: '[ann, ben]',
  })
  const { id, data } = attachOf(invited)
  expect([id, data.ids, data.id, data.attach]).toEqual([0, ['ben'], 'ann', 'x'])
  expect(data.tinfo).toMatchObject({ '1': tid, '3': 'the team', '5': 'ann', '8': '1', '9': '2', '16': '0' })
  expect(data.uinfos).toMatchObject([
    { '1': 'ann', '3': 'ANN' },
    { '1': 'ben', '3': 'BEN' },
  ])

  await call('team/add.action', { tid, owner: 'ann', members: '["cat"]', magree: 0, msg: 'come' })
  expect(attachOf((await next('copy/1')).body)).toMatchObject({ id: 0, data: { ids: ['cat'] } })
  await call('team/update.action', { tid, owner: 'ann', tname: 'other', joinmode: 2 })
  const changed = attachOf((await next('copy/1')).body)
  expect([changed.id, changed.data.tinfo]).toEqual([3, { '1': tid, '3': 'other', '12': time, '16': '2' }])
  await call('team/kick.action', { tid, owner: 'ann', member: 'cat' })
  expect(attachOf((await next('copy/1')).body)).toMatchObject({ id: 1, data: { ids: ['cat'], id: 'ann' } })
  await call('team/leave.action', { tid, accid: 'ben' })
  expect(attachOf((await next('copy/1')).body)).toMatchObject({ id: 2, data: { ids: ['ben'], id: 'ben' } })
  await call('team/add.action', { tid, owner: 'ann', members: '["cat"]', magree: 1, msg: 'please', attach: 'y' })
  const asked = (await next('copy/1')).body
  expect(asked).toEqual({
    ...{ eventType: '1', convType: 'CUSTOM_TEAM', to: tid, msgType: 'TEAM_INVITE', fromAccount: 'ann' },
    ...{ fromClientType: 'REST', fromNick: 'ANN', msgTimestamp: time, body: 'please', msgidServer: number },
    ...{ attach: expect.stringContaining('"ids":["cat"],"attach":"y"'), customSafeFlag: '1', tMembers: '[ann]' },
  })
  await call('team/remove.action', { tid, owner: 'ann' })
  const gone = (await next('copy/1')).body
  expect(attachOf(gone)).toMatchObject({ id: 4, data: { tinfo: { '8': '0', '9': '1' } } })
  expect(gone.tMembers).toBe('[ann]')
  expect(receiver.received.length).toBe(7)
})

test('[netease copy/1] another vendor’s group is a team here, also where it has no tips', async () => {
  setting = await startYunxin(['netease-copy'])
  const { server, app, next } = setting
  const ask = async (operation: string, fields: object) =>
    expect((await callTencent(server, app, operation, fields)).body).toMatchObject({ ErrorCode: 0 })
  const list = [{ Member_Account: 'ben' }]
  await ask('group_open_http_svc/create_group', {
    ...{ Type: 'Work', Name: 'w', GroupId: 'w', Owner_Account: 'ann', MemberList: list },
  })
  const made = (await next('copy/1')).body
  expect(made).toMatchObject({ convType: 'TEAM', msgType: 'NOTIFICATION', msgidServer: number, msgidClient: uuid })
  expect(attachOf(made)).toMatchObject({ id: 0, data: { ids: ['ben'], id: 'administrator', tinfo: { '3': 'w' } } })
  const quiet = { GroupId: 'w', Silence: 1, MemberToDel_Account: ['ben'] }
  await ask('group_open_http_svc/delete_group_member', quiet)
  expect(attachOf((await next('copy/1')).body)).toMatchObject({ id: 1, data: { ids: ['ben'] } })
})

test('[netease copy/2] [netease copy/3] a sign-in and its end', async () => {
  setting = await startYunxin(['netease-copy'])
  const { next, phone: signIn } = setting
  const ann = await signIn('ann')
  const session = {
    ...{ accid: 'ann', clientIp: '127.0.0.1', clientType: 'AOS', code: '200', timestamp: time },
    deviceId: 'phone of ann',
  }
  expect((await next('copy/2')).body).toEqual({ eventType: '2', ...session })
  await ann.close()
  expect((await next('copy/3')).body).toEqual({ eventType: '3', ...session })
})

test('[netease copy/4] a chatroom’s message', async () => {
  setting = await startYunxin(['netease-copy'], { on: ['copy/4'] })
  const { server, app, next, phone: signIn } = setting
  await callTencent(server, app, 'group_open_http_svc/create_group', {
    ...{ Type: 'AVChatRoom', Name: 'r', GroupId: 'r', Owner_Account: 'ann' },
  })
  const room = (await server.core.groups.byAlias(app.id, 'r')).id
  const ann = await signIn('ann')
  await ann.ask('room.enter', { conv: room })
  const sent = await ann.ask('message.sendToGroup', { conv: room, client: 'c-1', parts: text('hello') })
  expect((await next('copy/4')).body).toEqual({
    ...{ eventType: '4', roomId: String(room), fromAccount: 'ann', fromNick: 'ANN', fromClientType: 'AOS' },
    ...{ msgTimestamp: String(sent.time), msgType: 'TEXT', attach: 'hello', msgidClient: 'c-1', resendFlag: '0' },
    roleInfoTimetag: time,
  })
})

test('[netease copy/7] [netease copy/8] [netease copy/25] a recall', async () => {
  setting = await startYunxin(['netease-copy'])
  const { server, app, call, next, phone: signIn, team } = setting
  const sent = (await call('msg/sendMsg.action', {
    ...{ from: 'ann', ope: 0, to: 'ben', type: 0, body: '{"msg":"hello"}' },
  })) as { data: { msgid: number; timetag: number } }
  const { msgid, timetag } = sent.data
  const recall = { deleteMsgid: msgid, timetag, type: 7, from: 'ann', to: 'ben', msg: 'oops', attach: 'x' }
  await call('msg/recall.action', recall)
  expect((await next('copy/7')).body).toEqual({
    ...{ eventType: '7', clientId: uuid, deleteTime: time, from: 'ann', fromClientType: 'REST', selfMsg: 'oops' },
    ...{ msgId: String(msgid), sendTime: String(timetag), to: 'ben', attach: 'x' },
  })
  await callTencent(server, app, 'group_open_http_svc/create_group', {
    ...{ Type: 'ChatRoom', Name: 'many', GroupId: 'many', Owner_Account: 'ann' },
  })
  const many = (await server.core.groups.byAlias(app.id, 'many')).id
  const ann = await signIn('ann')
  for (const [id, conv] of [
    ['8', await team()],
    ['25', many],
  ] as const) {
    const said = await ann.ask('message.sendToGroup', { conv, client: 'c-1', parts: text('hello') })
    await ann.ask('message.recall', { conv, seq: said.seq, reason: 'oops' })
    expect((await next(`copy/${id}`)).body).toEqual({
      ...{ eventType: id, clientId: 'c-1', deleteTime: time, from: 'ann', fromClientType: 'AOS', selfMsg: 'oops' },
      ...{ msgId: String(said.id), sendTime: String(said.time), to: String(conv) },
    })
  }
})

test('[netease copy/30] a device has read its messages with somebody', async () => {
  setting = await startYunxin(['netease-copy'], { on: ['copy/30'] })
  const { next, phone: signIn, receiver } = setting
  const [ann, ben] = [await signIn('ann'), await signIn('ben')]
  const sent = await ann.ask('message.sendToUser', { to: 'ben', client: 'c-1', parts: text('hello') })
  await ben.ask('conversation.read', { conv: sent.conv })
  const { body } = await next('copy/30')
  expect(Object.keys(body)).toEqual(['eventType', 'objects'])
  expect(JSON.parse(body.objects as string)).toEqual([
    { fromAccount: 'ben', toAccount: 'ann', clientType: 'AOS', msgidClient: 'c-1', timestamp: time },
  ])
  expect(receiver.received.length).toBe(1)
})

test('[netease copy/83] a callback without an answer', async () => {
  setting = await startYunxin(['netease', 'netease-copy'])
  const { next, phone: signIn, receiver } = setting
  receiver.answer('callback/36: fail 500')
  await signIn('ann')
  const asked = await next('callback/36')
  expect((await next('copy/83')).body).toEqual({
    ...{ eventType: '83', reason: 'status 500', timestamp: time, callbackBody: asked.raw.toString() },
  })
})
