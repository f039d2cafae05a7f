import { afterEach, describe, expect, test } from 'vitest'
import type { TestServerOptions } from '../support/server.ts'
import { fail, now, ok, second, startTencent, type TencentSetting, text } from './tencent-setting.ts'

let at: TencentSetting
afterEach(() => at.stop())

const before = 'Group.CallbackBeforeSendMsg'
const after = 'Group.CallbackAfterSendMsg'
const exception = 'Group.CallbackSendMsgException'

const group = (command: string, body: object) => at.call(`group_open_http_svc/${command}`, body)

/** A server with a group of ann and ben. */
async function start(on: string[], options: TestServerOptions = {}, Type = 'Public') {
  at = await startTencent(on, options)
  await group('create_group', {
    ...{
      Type,
      GroupId: 'g_1',
      Name: 'g',
      Owner_Account: 'ann',
      MemberList: Type === 'AVChatRoom' ? [] : [{ Member_Account: 'ben' }],
    },
  })
}

let random = 0
const say = (fields: object = {}) =>
  group('send_group_msg', {
    ...{ GroupId: 'g_1', From_Account: 'ben', Random: ++random, MsgBody: text('hello'), CloudCustomData: 'data' },
    ...fields,
  })

const history = async () =>
  (await group('group_msg_get_simple', { GroupId: 'g_1', ReqMsgNumber: 20 })).RspMsgList as object[]

const message = {
  ...{ GroupId: 'g_1', Type: 'Public', From_Account: 'ben', Operator_Account: 'administrator', OnlineOnlyFlag: 0 },
  ...{ MsgBody: text('hello'), CloudCustomData: 'data' },
}

describe('[TE106] a group message', () => {
  test('is asked about, and told of afterwards [tencent Group.CallbackBeforeSendMsg] [tencent Group.CallbackAfterSendMsg]', async () => {
    await start([before, after])
    const reply = await say({
      Random: 77,
      GroupAtInfo: [{ GroupAtAllFlag: 1 }, { GroupAtAllFlag: 0, GroupAt_Account: 'ann' }],
    })
    expect(await at.heard(before)).toEqual({ ...message, Random: 77, EventTime: now() })
    expect(await at.heard(after)).toEqual({
      ...message,
      Random: 77,
      MsgSeq: reply.MsgSeq,
      MsgTime: reply.MsgTime,
      MsgId: `ben-${reply.MsgTime}-77`,
      GroupAtInfo: [{ GroupAtAllFlag: 1 }, { GroupAtAllFlag: 0, GroupAt_Account: 'ann' }],
      EventTime: now(),
    })
  })

  test('of a device names the member as its operator', async () => {
    await start([before, after])
    const ben = await at.device('ben', 'windows')
    const { id: conv } = await at.server.core.groups.byAlias(at.app.id, 'g_1')
    const sent = await ben.ask('message.sendToGroup', { conv, client: 'c', parts: [{ type: 'text', text: 'hi' }] })
    const said = { From_Account: 'ben', Operator_Account: 'ben', MsgBody: text('hi'), CloudCustomData: '' }
    expect(await at.heard(before, 'Windows')).toMatchObject(said)
    expect(await at.heard(after, 'Windows')).toMatchObject({ ...said, MsgSeq: sent.seq, GroupAtInfo: [] })
  })

  test('into an AVChatRoom is never called online-only', async () => {
    await start([before, after], {}, 'AVChatRoom')
    expect(await say()).toMatchObject({ ...ok, MsgSeq: 0 })
    const live = { Type: 'AVChatRoom', OnlineOnlyFlag: 0 }
    expect(await at.heard(before)).toMatchObject(live)
    expect(await at.heard(after)).toMatchObject({ ...live, MsgSeq: 0 })
  })

  test('that is online-only says so', async () => {
    await start([before, after])
    await say({ OnlineOnlyFlag: 1 })
    expect(await at.heard(before)).toMatchObject({ OnlineOnlyFlag: 1 })
    expect(await at.heard(after)).toMatchObject({ OnlineOnlyFlag: 1, MsgSeq: 0 })
  })

  test('may be changed, refused with 10016 or a code of the app, or dropped with MsgSeq 0', async () => {
    await start([before, after])
    at.receiver.answer(
      `${before}: change ${JSON.stringify({ MsgBody: text('new') })} times 1`,
      `${before}: refuse 1 no times 1`,
      `${before}: refuse 10150 hush times 1`,
      `${before}: drop times 1`,
    )
    expect(await say()).toMatchObject({ ...ok, MsgSeq: 1 })
    expect(await at.heard(after)).toMatchObject({ MsgBody: text('new'), CloudCustomData: 'data' })
    expect(await say()).toEqual(fail(10016, 'no'))
    expect(await say()).toEqual(fail(10150, 'hush'))
    expect(await say()).toEqual({ ...ok, MsgTime: second(), MsgSeq: 0 })
    expect(await history()).toMatchObject([{ MsgSeq: 1, MsgBody: text('new') }])
    expect([await at.times(before), await at.times(after)]).toEqual([4, 1])
  })

  test('ForbidCallbackControl spares it the question, or what is told of it; tips are not told either [TE103]', async () => {
    await start([before, after])
    await say({ ForbidCallbackControl: ['ForbidBeforeSendMsgCallback', 'ForbidAfterSendMsgCallback'] })
    await group('modify_group_base_info', { GroupId: 'g_1', Name: 'other' })
    expect(await history()).toHaveLength(2)
    expect([await at.times(before), await at.times(after)]).toEqual([0, 0])
  })

  test('of a muted member fails, and is told of as failed [tencent Group.CallbackSendMsgException]', async () => {
    await start([before, after, exception])
    await group('modify_group_base_info', { GroupId: 'g_1', MuteAllMember: 'On' })
    expect(await say({ Random: 77 })).toEqual(fail(10017))
    expect(await at.heard(exception)).toEqual({
      ...message,
      Random: 77,
      ErrorCode: 10017,
      ErrorInfo: 'the group is muted',
      EventTime: now(),
    })
    expect([await at.times(before), await at.times(after)]).toEqual([0, 0])
  })

  test('over the flow of its group looks sent: it is asked about, told of as 10023, and nobody gets it', async () => {
    await start([before, after, exception], { limits: { 'tencent/group_message': { calls: 1, seconds: 60 } } })
    expect(await say()).toMatchObject({ ...ok, MsgSeq: 1 })
    at.receiver.answer(`${before}: change ${JSON.stringify({ MsgBody: text('new') })}`)
    expect(await say({ Random: 77 })).toEqual({ ...ok, MsgTime: second(), MsgSeq: 0, MsgDropReason: 'MsgFreqCtrl' })
    expect(await at.heard(exception)).toMatchObject({ Random: 77, ErrorCode: 10023, MsgBody: text('new') })
    at.receiver.answer(`${before}: refuse 10150 hush`)
    expect(await say()).toEqual(fail(10150, 'hush'))
    expect(await history()).toHaveLength(1)
    expect([await at.times(before), await at.times(after), await at.times(exception)]).toEqual([3, 1, 1])
  })

  test('that is recalled is told of, one command each [tencent Group.CallbackAfterRecallMsg]', async () => {
    await start(['Group.CallbackAfterRecallMsg'])
    await say()
    await say()
    await group('group_msg_recall', { GroupId: 'g_1', MsgSeqList: [{ MsgSeq: 1 }, { MsgSeq: 2 }, { MsgSeq: 9 }] })
    const bodies = [await at.heard('Group.CallbackAfterRecallMsg'), await at.heard('Group.CallbackAfterRecallMsg')]
    const recalled = { Operator_Account: 'administrator', Type: 'Public', GroupId: 'g_1', EventTime: now() }
    expect(bodies).toEqual(expect.arrayContaining([1, 2].map(MsgSeq => ({ ...recalled, MsgSeqList: [{ MsgSeq }] }))))
    expect(await at.times('Group.CallbackAfterRecallMsg')).toBe(2)
  })

  test('that mentions a bot is for its back end [tencent Bot.OnGroupMessage]', async () => {
    await start(['Bot.OnGroupMessage'])
    await say({ GroupAtInfo: [{ GroupAtAllFlag: 0, GroupAt_Account: 'ann' }] })
    const GroupAtInfo = ['ann', '@RBT#001'].map(GroupAt_Account => ({ GroupAtAllFlag: 0, GroupAt_Account }))
    const { MsgSeq, MsgTime } = await say({ Random: 77, GroupAtInfo })
    expect(await at.heard('Bot.OnGroupMessage')).toEqual({
      ...message,
      ...{ Random: 77, MsgSeq, MsgTime, AtRobotAccount: ['@RBT#001'] },
      EventTime: now(),
    })
    expect(await at.times('Bot.OnGroupMessage')).toBe(1)
  })
})
