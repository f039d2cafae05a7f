import { afterEach, describe, expect, test } from 'vitest'
import { type Setting, startYunxin, time } from './netease-setting.ts'
import { now, ok, startTencent, type TencentSetting } from './tencent-setting.ts'

const join = 'Group.CallbackAfterNewMemberJoin'
const exit = 'Group.CallbackAfterMemberExit'
const attributes = 'Group.CallbackAfterGroupAttrChanged'
const state = 'Group.CallbackOnMemberStateChange'
const beforeJoin = 'Group.CallbackBeforeApplyJoinGroup'

describe('[RM18] Tencent’s back end hears of an AVChatRoom', () => {
  let at: TencentSetting
  afterEach(() => at.stop())

  async function start(on: string[], options: Parameters<typeof startTencent>[1] = {}) {
    at = await startTencent(on, options)
    const made = { Type: 'AVChatRoom', GroupId: 'r_1', Name: 'Live', Owner_Account: 'ann' }
    expect(await at.call('group_open_http_svc/create_group', made)).toMatchObject(ok)
    return (await at.server.core.groups.byAlias(at.app.id, 'r_1')).id
  }
  const place = { GroupId: 'r_1', Type: 'AVChatRoom' }

  test(`who comes and who leaves, by their own wish or not [tencent ${join}] [tencent ${exit}]`, async () => {
    const conv = await start([join, exit])
    const [ben, cat] = [await at.device('ben'), await at.device('cat')]
    await ben.ask('room.enter', { conv })
    expect(await at.heard(join, 'Android')).toEqual({
      ...{ ...place, JoinType: 'Apply', Operator_Account: 'ben' },
      ...{ NewMemberList: [{ Member_Account: 'ben' }], EventTime: now() },
    })
    await cat.ask('room.enter', { conv })
    await at.heard(join, 'Android')
    await ben.ask('room.leave', { conv })
    expect(await at.heard(exit, 'Android')).toEqual({
      ...{ ...place, ExitType: 'Quit', Operator_Account: 'ben' },
      ...{ ExitMemberList: [{ Member_Account: 'ben' }], EventTime: now() },
    })
    const ann = await at.device('ann')
    await ann.ask('room.ban', { conv, users: ['cat'], seconds: 60 })
    expect(await at.heard(exit, 'Android')).toMatchObject({
      ...{ ExitType: 'Kicked', Operator_Account: 'ann', ExitMemberList: [{ Member_Account: 'cat' }] },
    })
    const filter = { GroupBaseInfoFilter: ['MemberNum'] }
    const numbers = async () =>
      (await at.call('group_open_http_svc/get_group_info', { GroupIdList: ['r_1'], ResponseFilter: filter })).GroupInfo
    expect(await numbers()).toMatchObject([{ MemberNum: 0 }])
    await ben.ask('room.enter', { conv })
    expect(await numbers()).toMatchObject([{ MemberNum: 1 }])
    for (const device of [ann, ben, cat]) await device.close()
    // Whoever is lost has not left.
    expect(await at.times(exit)).toBe(2)
  })

  test(`its attributes when they change [tencent ${attributes}]`, async () => {
    const conv = await start([attributes])
    const ben = await at.device('ben')
    await ben.ask('room.enter', { conv })
    const changed = { ...place, Operator_Account: 'ben', EventTime: now() }
    await ben.ask('room.attributes.set', { conv, attributes: { a: '1' } })
    const one = [{ key: 'a', value: '1' }]
    expect(await at.heard(attributes, 'Android')).toEqual({ ...changed, OptionType: 'set', GroupAttr: one })
    await ben.ask('room.attributes.modify', { conv, attributes: { b: '2' } })
    const two = [{ key: 'b', value: '2' }]
    expect(await at.heard(attributes, 'Android')).toEqual({ ...changed, OptionType: 'modify', GroupAttr: two })
    await ben.ask('room.attributes.delete', { conv, names: ['a'] })
    const gone = [{ key: 'a', value: '' }]
    expect(await at.heard(attributes, 'Android')).toEqual({ ...changed, OptionType: 'delete', GroupAttr: gone })
    await ben.ask('room.attributes.clear', { conv })
    expect(await at.heard(attributes, 'Android')).toEqual({ ...changed, OptionType: 'clear', GroupAttr: [] })
    await ben.close()
  })

  test(`who is lost for more than 20 seconds, and is back; who is back never came anew [tencent ${state}]`, async () => {
    let ahead = 0
    const conv = await start([join, exit, state], { clock: () => Date.now() + ahead })
    const ben = await at.device('ben')
    await ben.ask('room.enter', { conv })
    await at.heard(join, 'Android')
    ben.ws.terminate()
    await expect.poll(() => at.server.core.rooms.count(conv)).toBe(0)
    ahead = 20_001
    await at.server.core.rooms.lookAfterLost()
    const shown = { GroupId: 'r_1', MemberList: [{ Member_Account: 'ben' }], EventTime: expect.any(Number) }
    expect(await at.heard(state, 'Android')).toEqual({ ...shown, EventType: 'Offline' })
    const again = await at.device('ben')
    await again.ask('room.enter', { conv })
    expect(await at.heard(state, 'Android')).toEqual({ ...shown, EventType: 'Online' })
    expect([await at.times(join), await at.times(exit)]).toEqual([1, 0])
    await again.close()
  })

  test(`who wants to come in, and may refuse it [tencent ${beforeJoin}]`, async () => {
    const conv = await start([beforeJoin, join])
    const ben = await at.device('ben')
    at.receiver.answer(`${beforeJoin}: refuse 1 no times 1`)
    await expect(ben.ask('room.enter', { conv })).rejects.toThrow('hook.refused')
    expect(await at.heard(beforeJoin, 'Android')).toEqual({ ...place, Requestor_Account: 'ben', EventTime: now() })
    expect(await at.server.core.rooms.count(conv)).toBe(0)
    await ben.ask('room.enter', { conv })
    expect(await at.times(join)).toBe(1)
    await ben.close()
  })
})

describe('[RM19] Yunxin’s copies tell of a chatroom', () => {
  let at: Setting
  afterEach(() => at.stop())

  async function start() {
    at = await startYunxin(['netease-copy'])
    const call = { app: at.app, admin: true, origin: { dialect: 'netease' as const, via: 'rest' as const } }
    const { group } = await at.server.core.groups.create(call, { kind: 'chatroom', name: 'room', owner: 'ann' })
    return group.id
  }

  test('who comes and goes, and how [netease copy/9]', async () => {
    const conv = await start()
    const [ben, ben2, cat, ann] = [
      await at.phone('ben'),
      await at.phone('ben'),
      await at.phone('cat'),
      await at.phone('ann'),
    ]
    await ben.ask('room.enter', { conv, tags: ['a'], words: '{"from":"ben"}' })
    const seen = { eventType: '9', roomId: String(conv), clientIp: '127.0.0.1', clientType: 'AOS', code: '200' }
    const [IN, OUT] = [
      { ...seen, event: 'IN', timestamp: time },
      { ...seen, event: 'OUT', timestamp: time },
    ]
    expect((await at.next('copy/9')).body).toEqual({
      ...{ ...IN, accid: 'ben', roleType: '3', tags: '["a"]', ext: '{"from":"ben"}' },
    })
    await ann.ask('room.enter', { conv })
    expect((await at.next('copy/9')).body).toEqual({ ...IN, accid: 'ann', roleType: '1' })
    await cat.ask('room.enter', { conv })
    await at.next('copy/9')
    await ann.ask('room.kick', { conv, users: ['cat'] })
    expect((await at.next('copy/9')).body).toMatchObject({ event: 'KICK', accid: 'cat', logOutReason: 'KICK' })
    await cat.ask('room.enter', { conv })
    await at.next('copy/9')
    // Who is put on the blacklist goes without a copy.
    await ann.ask('room.ban', { conv, users: ['cat'] })
    await ann.ask('room.leave', { conv })
    expect((await at.next('copy/9')).body).toEqual({ ...OUT, accid: 'ann', roleType: '1', logOutReason: 'EXIT' })
    ben.ws.terminate()
    expect((await at.next('copy/9')).body).toMatchObject({ event: 'OUT', accid: 'ben', logOutReason: 'OFFLINE' })
    for (const device of [ben2, cat, ann]) await device.close()
  })

  test('what is said there, and what happens to its queue [netease copy/4] [netease copy/14]', async () => {
    const conv = await start()
    const [ben, ann] = [await at.phone('ben'), await at.phone('ann')]
    for (const device of [ben, ann]) await device.ask('room.enter', { conv })
    await ben.ask('message.sendToGroup', { conv, client: 'c-1', parts: [{ type: 'text', text: 'hello' }] })
    expect((await at.next('copy/4')).body).toMatchObject({
      ...{ eventType: '4', roomId: String(conv), fromAccount: 'ben', fromClientType: 'AOS', msgType: 'TEXT' },
      ...{ attach: 'hello', msgidClient: 'c-1' },
    })
    const common = { eventType: '14', roomid: String(conv), operationTime: expect.any(Number) }
    await ben.ask('room.queue.offer', { conv, elements: [{ key: 'k', value: 'v', passing: true }] })
    expect((await at.next('copy/14')).body).toEqual({
      ...{ ...common, qEvent: '2', operator: 'ben', belongTo: 'ben', elements: '{"k":"v"}', transient: 'true' },
    })
    await ben.ask('room.queue.offer', { conv, elements: [{ key: 'k', value: 'w', passing: true }] })
    expect((await at.next('copy/14')).body).toMatchObject({ qEvent: '3', elements: '{"k":"w"}' })
    await ann.ask('room.queue.init', { conv, size: 10 })
    expect((await at.next('copy/14')).body).toEqual({ ...common, qEvent: '1', operator: 'ann' })
    await ben.ask('room.leave', { conv })
    expect((await at.next('copy/14')).body).toMatchObject({ qEvent: '4', keys: '["k"]', belongTo: 'ben' })
    await ann.ask('room.queue.offer', { conv, elements: [{ key: 'x', value: 'y' }] })
    expect((await at.next('copy/14')).body).toEqual({
      ...{ ...common, qEvent: '2', operator: 'ann', belongTo: 'ann', elements: '{"x":"y"}' },
    })
    await ann.ask('room.queue.poll', { conv })
    expect((await at.next('copy/14')).body).toMatchObject({ qEvent: '5', elements: '{"x":"y"}', belongTo: 'ann' })
    await ann.ask('room.queue.drop', { conv })
    expect((await at.next('copy/14')).body).toEqual({ ...common, qEvent: '8', operator: 'ann' })
    await ben.close()
    await ann.close()
  })
})
