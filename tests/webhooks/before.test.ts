import { afterEach, describe, expect, test } from 'vitest'
import { openReceiver } from '../../scripts/receiver/receiver.ts'
import type { App } from '../../src/core/apps/model.ts'
import { messages } from '../../src/core/tables.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { callTencent } from '../support/tencent.ts'
import { fail, ok, startTencent, type TencentSetting, text } from './tencent-setting.ts'

const before = 'C2C.CallbackBeforeSendMsg'
const beforeGroup = 'Group.CallbackBeforeSendMsg'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(...args: Parameters<typeof startTencent>): Promise<TencentSetting> {
  const at = await startTencent(...args)
  stops.push(at.stop)
  return at
}

let random = 0
const say = (at: Pick<TencentSetting, 'call'>, fields: object = {}) =>
  at.call('openim/sendmsg', {
    ...{ From_Account: 'ann', To_Account: 'ben', MsgRandom: ++random, MsgBody: text('hello') },
    ...fields,
  })

const historyOf = async (at: Pick<TencentSetting, 'call'>) =>
  (
    await at.call('openim/admin_getroammsg', {
      ...{ Operator_Account: 'ann', Peer_Account: 'ben', MaxCnt: 100, MinTime: 1, MaxTime: 2 ** 32 - 1 },
    })
  ).MsgList

/** What is kept of the senders' own words, oldest first. */
async function nativeOf({ server, app }: TencentSetting): Promise<unknown[]> {
  const conv = (await server.core.directs.find(app.id, 'ann', 'ben')) as number
  const rows = await server.store.scan(messages, { prefix: [conv], limit: 100 })
  return rows.map(({ value }) => value.native && JSON.parse(JSON.stringify(value.native)))
}

describe('what an answer may do', () => {
  test('[WH14] it changes what the vendor lets it change, and nothing else', async () => {
    const at = await start([before])
    const reply = {
      ...{ MsgBody: text('changed'), CloudCustomData: 'changed' },
      ...{ From_Account: 'cat', To_Account: 'dan', MsgSeq: 9, MsgRandom: 9, OnlineOnlyFlag: 1, id: 7, parts: [] },
      ...{ dropped: true, native: { netease: { ext: 'x' } }, __proto__: { dropped: true }, SupportMessageExtension: 0 },
    }
    at.receiver.answer(`${before}: change ${JSON.stringify(reply)}`)
    const fields = { MsgSeq: 5, MsgRandom: 6, SupportMessageExtension: 1, CloudCustomData: 'mine' }
    const sent = await say(at, fields)
    expect(sent.MsgKey).toMatch(/^5_6_\d+$/)
    expect(await historyOf(at)).toMatchObject([
      {
        ...{ From_Account: 'ann', To_Account: 'ben', MsgSeq: 5, MsgRandom: 6, MsgKey: sent.MsgKey },
        ...{ MsgBody: text('changed'), CloudCustomData: 'changed' },
      },
    ])
    expect(await nativeOf(at)).toEqual([{ tencent: { CloudCustomData: 'changed', SupportMessageExtension: 1 } }])
  })

  test('[WH15] a changed body keeps what else its sender said, also one of another dialect; only forms of the old content go', async () => {
    const at = await start([before])
    const own = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'old', Extra: 'own form' } }]
    at.receiver.answer(`${before}: change ${JSON.stringify({ MsgBody: text('new') })}`)
    await say(at, { MsgBody: own, CloudCustomData: 'mine', SupportMessageExtension: 1 })
    const call = { app: at.app, admin: true, origin: { dialect: 'netease' as const, via: 'client' as const } }
    await at.server.core.send.toUser(call, 'ben', {
      from: 'ann',
      parts: [{ type: 'text', text: 'old' }],
      native: {
        netease: { body: '{"msg":"old","extra":"own form"}', ext: '{"a":1}', option: { push: false } },
        volcengine: { Ext: { a: '1' } },
      },
    })
    expect((await historyOf(at)).map((each: { MsgBody: object }) => each.MsgBody)).toEqual([text('new'), text('new')])
    expect(await nativeOf(at)).toEqual([
      { tencent: { CloudCustomData: 'mine', SupportMessageExtension: 1 } },
      { netease: { ext: '{"a":1}', option: { push: false } }, volcengine: { Ext: { a: '1' } } },
    ])
    const range = { from: 'ann', to: 'ben', begintime: '1', endtime: String(Date.now() + 60_000), limit: '100' }
    const read = await callNetease(at.server, at.app, 'history/querySessionMsg.action', range)
    const { msgs } = read.body as { msgs: Record<string, unknown>[] }
    expect(msgs).toMatchObject([{ body: { msg: 'new' } }, { body: { msg: 'new' } }])
  })

  test('[WH16] while a group is asked about time goes by: who was taken out meanwhile may not speak', async () => {
    const at = await start([beforeGroup])
    const call = (command: string, body: object) => at.call(`group_open_http_svc/${command}`, body)
    await call('create_group', {
      ...{ Type: 'Public', GroupId: 'g', Name: 'g', Owner_Account: 'ann', MemberList: [{ Member_Account: 'ben' }] },
    })
    const { id } = await at.server.core.groups.byAlias(at.app.id, 'g')
    const ben = await at.device('ben')
    at.receiver.answer(`${beforeGroup}: delay 300`)
    const draft = { conv: id, client: 'c', parts: [{ type: 'text', text: 'hi' }] }
    const speaking = ben.ask('message.sendToGroup', draft)
    const refused = expect(speaking).rejects.toThrow('member.missing')
    await at.receiver.next(beforeGroup)
    await call('delete_group_member', { GroupId: 'g', MemberToDel_Account: ['ben'], Silence: 1 })
    await refused
    const muted = call('send_group_msg', { GroupId: 'g', From_Account: 'ann', Random: 1, MsgBody: text('x') })
    await at.receiver.next(beforeGroup)
    await call('destroy_group', { GroupId: 'g' })
    expect(await muted).toMatchObject({ ActionStatus: 'FAIL', ErrorCode: 10010 })
    expect(at.receiver.received).toHaveLength(2)
  })
})

describe('who is asked', () => {
  test('[WH17] one app is asked once, by its home dialect, whoever else listens and whatever API a message comes by', async () => {
    const account = testAccount(2100000001, 1)
    const app = account.apps[0] as App
    const tencent = await openReceiver({ rules: ['*: refuse 120001 no'] })
    const netease = await openReceiver()
    stops.push(tencent.stop, netease.stop)
    const server: TestServer = await startServer({
      accounts: [account],
      webhooks: [
        { kind: 'netease', url: netease.url },
        { kind: 'volcengine', url: netease.url },
        { kind: 'tencent', name: 'first', url: tencent.url, on: [before] },
        { kind: 'tencent', name: 'second', url: netease.url, on: [before] },
      ],
    })
    stops.push(server.stop)
    const at = { call: async (command: string, body?: object) => (await callTencent(server, app, command, body)).body }
    await at.call('im_open_login_svc/multiaccount_import', { Accounts: ['ann', 'ben'] })
    expect(await say(at)).toEqual(fail(120001, 'no'))
    expect((await callNetease(server, app, 'user/create.action', { accid: 'cat', token: 't' })).body).toMatchObject({
      code: 200,
    })
    const credentials = { dialect: 'netease', appKey: app.netease?.appKey, accid: 'cat', token: 't' }
    const phone = await signIn(server, { ...credentials, platform: 'Android', device: 'phone' })
    const parts = [{ type: 'text', text: 'hi' }]
    await expect(phone.ask('message.sendToUser', { to: 'ben', client: 'c', parts })).rejects.toThrow('hook.refused')
    expect(tencent.received.map(each => each.id)).toEqual([before, before])
    expect(netease.received.filter(each => each.id === before)).toEqual([])
    expect(await historyOf(at)).toEqual([])
  })

  test('[WH18] what asks nobody: batches, and messages whose sender does not want it', async () => {
    const at = await start([before, beforeGroup])
    at.receiver.answer('*: refuse')
    const many = { From_Account: 'ann', To_Account: ['ben', 'cat'], MsgRandom: 1, MsgBody: text('all') }
    expect(await at.call('openim/batchsendmsg', many)).toMatchObject(ok)
    const free = { ForbidCallbackControl: ['ForbidBeforeSendMsgCallback'] }
    expect(await say(at, free)).toMatchObject(ok)
    const accids = { fromAccid: 'ann', toAccids: '["ben","cat"]', type: '0', body: '{"msg":"hi"}' }
    expect((await callNetease(at.server, at.app, 'msg/sendBatchMsg.action', accids)).body).toMatchObject({ code: 200 })
    expect(at.receiver.received).toEqual([])
  })

  test('[WH19] making a group, and pulling people in, ask as well; a refusal changes nothing', async () => {
    const [create, invite] = ['Group.CallbackBeforeCreateGroup', 'Group.CallbackBeforeInviteJoinGroup']
    const at = await start([create, invite], { webhook: { silence: 'refuse', timeout: 150 } })
    const call = (command: string, body: object) => at.call(`group_open_http_svc/${command}`, body)
    const group = { Type: 'Public', GroupId: 'g', Name: 'g', Owner_Account: 'ann' }
    for (const [rule, code] of [
      ['refuse', 10016],
      ['refuse 10123 no', 10123],
      ['refuse 120001 no', 10016],
      ['garbage', 80003],
      ['stream', 80003],
      ['close', 80003],
      ['delay 1000 allow', 80003],
    ] as const) {
      at.receiver.answer(`*: ${rule}`)
      expect(await call('create_group', group), rule).toMatchObject({ ErrorCode: code })
    }
    expect(await call('get_appid_group_list', {})).toMatchObject({ TotalCount: 0, GroupIdList: [] })
    at.receiver.answer()
    expect(await call('create_group', group)).toMatchObject(ok)
    const add = { GroupId: 'g', MemberList: ['ben', 'cat'].map(Member_Account => ({ Member_Account })), Silence: 1 }
    at.receiver.answer('*: fail 502')
    expect(await call('add_group_member', add)).toMatchObject({ ErrorCode: 80003 })
    at.receiver.answer('*: refuse 10100 stay away')
    expect(await call('add_group_member', add)).toEqual(fail(10100, 'stay away'))
    for (const wrong of ['ben', [7], { ben: 1 }]) {
      at.receiver.answer(`*: change ${JSON.stringify({ RefusedMembers_Account: wrong })}`)
      expect(await call('add_group_member', add)).toMatchObject({ ErrorCode: 80003 })
    }
    at.receiver.answer(`*: change ${JSON.stringify({ RefusedMembers_Account: ['ben', 'somebody'] })}`)
    expect(await call('add_group_member', add)).toMatchObject(ok)
    const { MemberList } = await call('get_group_member_info', { GroupId: 'g' })
    expect(MemberList.map((each: { Member_Account: string }) => each.Member_Account)).toEqual(['ann', 'cat'])
  })
})
