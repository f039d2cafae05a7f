import { afterEach, describe, expect, test } from 'vitest'
import { callNetease } from '../support/netease.ts'
import { fail, now, ok, second, startTencent, type TencentSetting, text } from './tencent-setting.ts'

let at: TencentSetting
afterEach(() => at.stop())

const before = 'C2C.CallbackBeforeSendMsg'
const after = 'C2C.CallbackAfterSendMsg'

const say = (fields: object = {}) =>
  at.call('openim/sendmsg', {
    ...{ From_Account: 'ann', To_Account: 'ben', MsgSeq: 88, MsgRandom: 77, MsgBody: text('hello') },
    ...{ CloudCustomData: 'data', ...fields },
  })

const history = async () =>
  (
    await at.call('openim/admin_getroammsg', {
      ...{ Operator_Account: 'ann', Peer_Account: 'ben', MaxCnt: 10, MinTime: 1, MaxTime: 2 ** 32 - 1 },
    })
  ).MsgList

describe('[TE102] a one-to-one message', () => {
  test('is asked about, and told of afterwards [tencent C2C.CallbackBeforeSendMsg] [tencent C2C.CallbackAfterSendMsg]', async () => {
    at = await startTencent([before, after])
    const reply = await say()
    expect(reply).toMatchObject(ok)
    const message = {
      From_Account: 'ann',
      To_Account: 'ben',
      ...{ MsgSeq: 88, MsgRandom: 77, MsgTime: second(), OnlineOnlyFlag: 0 },
      MsgBody: text('hello'),
      CloudCustomData: 'data',
      EventTime: now(),
    }
    expect(await at.heard(before)).toEqual({ ...message, MsgKey: expect.stringMatching(/^88_77_\d{10}$/) })
    expect(await at.heard(after)).toEqual({
      ...message,
      MsgTime: reply.MsgTime,
      MsgKey: reply.MsgKey,
      ...{ SendMsgResult: 0, ErrorInfo: 'send msg succeed', UnreadMsgNum: 1 },
    })
  })

  test('of a device names the device, and the id that the message gets', async () => {
    at = await startTencent([before, after])
    const ann = await at.device('ann', 'iOS')
    const sent = await ann.ask('message.sendToUser', {
      to: 'ben',
      client: 'c-1',
      parts: [{ type: 'text', text: 'hi' }],
    })
    const id = sent.id as number
    const numbers = { MsgSeq: id % 2 ** 32, MsgRandom: Math.floor(id / 2 ** 32) }
    expect(await at.heard(before, 'iOS')).toMatchObject({ ...numbers, MsgBody: text('hi'), CloudCustomData: '' })
    expect(await at.heard(after, 'iOS')).toMatchObject({ ...numbers, From_Account: 'ann', UnreadMsgNum: 1 })
  })

  test('may be changed by the app; what is told of it afterwards is the changed one', async () => {
    at = await startTencent([before, after])
    at.receiver.answer(`${before}: change ${JSON.stringify({ MsgBody: text('new'), CloudCustomData: 'other' })}`)
    await say()
    expect(await at.heard(after)).toMatchObject({ MsgBody: text('new'), CloudCustomData: 'other' })
    expect(await history()).toMatchObject([{ MsgBody: text('new'), CloudCustomData: 'other' }])
  })

  test('that the app refuses is 20006, or its own code with its text; nobody gets it and nothing is told', async () => {
    at = await startTencent([before, after])
    at.receiver.answer(`${before}: refuse 1 not nice times 1`, `${before}: refuse 120001 no swearing`)
    expect(await say()).toEqual(fail(20006, 'not nice'))
    expect(await say()).toEqual(fail(120001, 'no swearing'))
    expect(await history()).toEqual([])
    expect([await at.times(before), await at.times(after)]).toEqual([2, 0])
  })

  test('that the app drops looks sent, with a key that names nothing', async () => {
    at = await startTencent([before, after])
    at.receiver.answer(`${before}: drop`)
    const reply = await say()
    expect(reply).toEqual({
      ...ok,
      MsgTime: second(),
      MsgKey: `88_77_${reply.MsgTime}`,
      MsgId: `ann-${reply.MsgTime}-77`,
    })
    expect(await history()).toEqual([])
    const recall = { From_Account: 'ann', To_Account: 'ben', MsgKey: reply.MsgKey }
    expect(await at.call('openim/admin_msgwithdraw', recall)).toEqual(fail(20022))
    expect(await at.times(after)).toBe(0)
  })

  test('goes through when the app is silent, or is 80003 when its settings say so', async () => {
    at = await startTencent([before], { webhook: { silence: 'refuse' } })
    at.receiver.answer(`${before}: fail 500`)
    expect(await say()).toEqual(fail(80003, 'the webhook did not answer'))
    await at.stop()
    at = await startTencent([before])
    at.receiver.answer(`${before}: garbage`)
    expect(await say()).toMatchObject(ok)
  })

  test('one of many, and one that was sent before, ask and tell nothing', async () => {
    at = await startTencent([before, after])
    const many = { From_Account: 'ann', To_Account: ['ben', 'cat'], MsgRandom: 1, MsgBody: text('all') }
    expect(await at.call('openim/batchsendmsg', many)).toMatchObject(ok)
    expect([await at.times(before), await at.times(after)]).toEqual([0, 0])
    expect((await say()).MsgKey).toBe((await say()).MsgKey)
    expect(await at.times(after)).toBe(1)
  })

  test('that failed is told of as well', async () => {
    at = await startTencent([before, after])
    await callNetease(at.server, at.app, 'user/block.action', { accid: 'ann', needkick: 'false' })
    await callNetease(at.server, at.app, 'user/unblock.action', { accid: 'ann' })
    const ann = await at.device('ann')
    await callNetease(at.server, at.app, 'user/block.action', { accid: 'ann', needkick: 'false' })
    const message = { to: 'ben', client: 'c-1', parts: [{ type: 'text', text: 'hi' }] }
    await expect(ann.ask('message.sendToUser', message)).rejects.toThrow('user.banned')
    expect(await at.heard(after, 'Android')).toEqual({
      From_Account: 'ann',
      To_Account: 'ben',
      ...{ MsgSeq: 0, MsgRandom: 0, MsgTime: second(), MsgKey: expect.stringMatching(/^0_0_\d{10}$/) },
      OnlineOnlyFlag: 0,
      ...{ SendMsgResult: 70051, ErrorInfo: 'the user is banned', UnreadMsgNum: -1 },
      MsgBody: text('hi'),
      CloudCustomData: '',
      EventTime: now(),
    })
    expect(await at.times(before)).toBe(0)
  })
})

test('[TE103] ForbidCallbackControl spares a message the question, or what is told of it', async () => {
  at = await startTencent([before, after])
  await say({ MsgRandom: 1, ForbidCallbackControl: ['ForbidBeforeSendMsgCallback'] })
  expect([await at.times(before), await at.times(after)]).toEqual([0, 1])
  await say({ MsgRandom: 2, ForbidCallbackControl: ['ForbidAfterSendMsgCallback'] })
  expect([await at.times(before), await at.times(after)]).toEqual([1, 1])
})

describe('[TE102] afterwards', () => {
  test('reading is told, with the time of the last message read [tencent C2C.CallbackAfterMsgReport]', async () => {
    at = await startTencent(['C2C.CallbackAfterMsgReport'])
    const first = await say({ MsgRandom: 1 })
    await say({ MsgRandom: 2 })
    const ben = await at.device('ben', 'web')
    const { conversations } = await ben.ask('conversation.list')
    const [{ conv }] = conversations as [{ conv: number }]
    await ben.ask('conversation.read', { conv, seq: 1 })
    expect(await at.heard('C2C.CallbackAfterMsgReport', 'Web')).toEqual({
      Report_Account: 'ben',
      Peer_Account: 'ann',
      LastReadTime: first.MsgTime,
      UnreadMsgNum: 1,
      EventTime: now(),
    })
    await ben.ask('conversation.read', { conv, seq: 1 })
    expect(await at.times('C2C.CallbackAfterMsgReport')).toBe(1)
  })

  test('recalling is told [tencent C2C.CallbackAfterMsgWithDraw]', async () => {
    at = await startTencent(['C2C.CallbackAfterMsgWithDraw'])
    const { MsgKey } = await say()
    await at.call('openim/admin_msgwithdraw', { From_Account: 'ann', To_Account: 'ben', MsgKey })
    expect(await at.heard('C2C.CallbackAfterMsgWithDraw')).toEqual({
      From_Account: 'ann',
      To_Account: 'ben',
      MsgKey,
      UnreadMsgNum: 1,
      EventTime: now(),
    })
  })

  test('what a bot is told, its back end hears [tencent Bot.OnC2CMessage]', async () => {
    at = await startTencent(['Bot.OnC2CMessage'])
    await at.call('im_open_login_svc/account_import', { UserID: '@RBT#001' })
    await say()
    const { MsgKey, MsgTime } = await say({ To_Account: '@RBT#001' })
    expect(await at.heard('Bot.OnC2CMessage')).toEqual({
      From_Account: 'ann',
      To_Account: '@RBT#001',
      ...{ MsgSeq: 88, MsgRandom: 77, MsgTime, MsgKey, OnlineOnlyFlag: 0 },
      ...{ SendMsgResult: 0, ErrorInfo: 'send msg succeed', UnreadMsgNum: 1 },
      MsgBody: text('hello'),
      CloudCustomData: 'data',
      EventTime: now(),
    })
    expect(await at.times('Bot.OnC2CMessage')).toBe(1)
  })
})

test('[TE109] what the app refuses reaches its own users with its code, and callers of other APIs with theirs', async () => {
  at = await startTencent([before, 'Group.CallbackBeforeCreateGroup'])
  at.receiver.answer(
    `${before}: refuse 120001 no swearing`,
    'Group.CallbackBeforeCreateGroup: refuse 10100 no more groups',
  )
  const ann = await at.device('ann')
  await expect(
    ann.ask('message.sendToUser', { to: 'ben', client: 'c-1', parts: [{ type: 'text', text: 'hi' }] }),
  ).rejects.toThrow('hook.refused')
  expect(ann.frames.at(-1)?.err).toEqual({
    code: 'hook.refused',
    text: 'no swearing',
    own: { dialect: 'tencent', code: 120001 },
  })
  const team = { owner: 'ann', tname: 'g', members: '["ben"]', msg: 'come', magree: '0', joinmode: '0' }
  const { body } = await callNetease(at.server, at.app, 'team/create.action', team)
  expect(body).toEqual({ code: 403, desc: 'no more groups' })
})
