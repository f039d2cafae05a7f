import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { type Event, groupSubject, type News, userSubject } from '../../src/core/events.ts'
import type { Message } from '../../src/core/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { callTencent } from '../support/tencent.ts'

/* What a command does that no other command of this API shows: seen in the core, and by who is connected. */

let server: TestServer
let app: App
let next = 0
let now = Date.now()
const text = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi' } }]

beforeAll(async () => {
  server = await startServer({ apps: 40, clock: () => now })
})
afterAll(() => server.stop())

beforeEach(async () => {
  app = server.apps[next++] as App
  now = Date.now()
  await ask('im_open_login_svc/multiaccount_import', { Accounts: ['u_1', 'u_2', 'u_3'] })
})

async function ask(key: string, body: object) {
  const reply = await callTencent(server, app, key, body)
  expect(reply.body).toMatchObject({ ErrorCode: 0 })
  return reply.body
}

function group(key: string, body: object) {
  return ask(`group_open_http_svc/${key}`, body)
}

/** Everything told on subjects while the work runs. */
async function told(subjects: string[], work: () => Promise<unknown>): Promise<Event[]> {
  const events: Event[] = []
  const ends = subjects.map(subject => server.core.bus.subscribe(subject, news => events.push((news as News).event)))
  await work()
  for (const end of ends) end()
  return events
}

async function lastMessage(conv: number): Promise<Message> {
  const page = await server.core.history.read({ id: conv }, { by: 'seq', limit: 1, reverse: true })
  return page.messages[0] as Message
}

async function pair(one: string, other: string) {
  const id = (await server.core.directs.find(app.id, one, other)) as number
  return server.core.directs.get(app.id, id)
}

test('[TE54] a message counts as unread for its receiver, with NoUnread it does not [tencent openim/sendmsg] [tencent openim/batchsendmsg]', async () => {
  const send = (MsgRandom: number, SendMsgControl: string[]) =>
    ask('openim/sendmsg', { From_Account: 'u_1', To_Account: 'u_2', MsgRandom, SendMsgControl, MsgBody: text })
  await send(1, [])
  const conversation = await pair('u_1', 'u_2')
  expect(await server.core.unread.of(conversation, 'u_2')).toBe(1)
  expect(await server.core.unread.of(conversation, 'u_1')).toBe(0)
  await send(2, ['NoUnread'])
  expect(await server.core.unread.of(conversation, 'u_2')).toBe(1)
  await ask('openim/batchsendmsg', { From_Account: 'u_1', To_Account: ['u_2'], MsgRandom: 3, MsgBody: text })
  expect(await server.core.unread.of(conversation, 'u_2')).toBe(2)
  const quiet = { SendMsgControl: ['NoUnread'] }
  await ask('openim/batchsendmsg', { From_Account: 'u_1', To_Account: ['u_2'], MsgRandom: 4, MsgBody: text, ...quiet })
  expect(await server.core.unread.of(conversation, 'u_2')).toBe(2)
})

const special = {
  AndroidInfo: {
    Sound: 'android.mp3',
    HuaWeiChannelID: 'h',
    XiaoMiChannelID: 'x',
    OPPOChannelID: 'o',
    GoogleChannelID: 'g',
    VIVOClassification: 1,
    HuaWeiImportance: 'NORMAL',
    ExtAsHuaweiIntentParam: 1,
    HuaWeiCategory: 'IM',
  },
  ApnsInfo: { Sound: 'apns.mp3', BadgeMode: 1, Title: 'apns', SubTitle: 'sub', Image: 'https://i', MutableContent: 1 },
}
const wishes = { OfflinePushInfo: { PushFlag: 1, Title: 't', Desc: 'd', Ext: 'e', ...special } }
const push = { off: true, title: 't', text: 'd', payload: 'e', native: { tencent: special } }

test('[TE54] push, receipt and extension wishes stay with the message [tencent openim/sendmsg]', async () => {
  const more = { ...wishes, IsNeedReadReceipt: 1, SupportMessageExtension: 1 }
  await ask('openim/sendmsg', { From_Account: 'u_1', To_Account: 'u_2', MsgRandom: 1, MsgBody: text, ...more })
  const message = await lastMessage((await pair('u_1', 'u_2')).id)
  expect(message.push).toEqual(push)
  expect(message.receipt).toBe(true)
  expect(message.native).toEqual({ tencent: { SupportMessageExtension: 1 } })
})

test('[TE54] push and receipt wishes stay with each message of a batch [tencent openim/batchsendmsg]', async () => {
  const more = { ...wishes, IsNeedReadReceipt: 1 }
  await ask('openim/batchsendmsg', { From_Account: 'u_1', To_Account: ['u_2'], MsgRandom: 2, MsgBody: text, ...more })
  const message = await lastMessage((await pair('u_1', 'u_2')).id)
  expect(message.push).toEqual(push)
  expect(message.receipt).toBe(true)
})

test('[TE60] a plain message stores no form of its own', async () => {
  await ask('openim/sendmsg', { From_Account: 'u_1', To_Account: 'u_2', MsgRandom: 1, MsgBody: text })
  expect((await lastMessage((await pair('u_1', 'u_2')).id)).native).toBeUndefined()
})

test('[TE52] online-only messages reach who is connected [tencent openim/sendmsg] [tencent openim/batchsendmsg]', async () => {
  const subject = userSubject(app.id, 'u_2')
  const common = { From_Account: 'u_1', MsgBody: text }
  const events = await told([subject], async () => {
    await ask('openim/sendmsg', { ...common, To_Account: 'u_2', MsgRandom: 1, MsgLifeTime: 0 })
    await ask('openim/sendmsg', { ...common, To_Account: 'u_2', MsgRandom: 2, OnlineOnlyFlag: 1 })
    await ask('openim/batchsendmsg', { ...common, To_Account: ['u_2'], MsgRandom: 3, MsgLifeTime: 0 })
  })
  const parts = [{ type: 'text', text: 'hi' }]
  const passing = { type: 'message.sent', message: { seq: 0, sender: 'u_1', parts } }
  expect(events).toMatchObject([passing, passing, passing])
  expect(await server.core.directs.find(app.id, 'u_1', 'u_2')).toBeUndefined()
})

test('[TE55] a batch tells every receiver once, and a repeat tells nobody', async () => {
  const body = { From_Account: 'u_1', To_Account: ['u_2', 'u_3', 'u_2'], MsgRandom: 1, MsgBody: text }
  const subjects = ['u_2', 'u_3'].map(user => userSubject(app.id, user))
  const events = await told(subjects, async () => {
    await ask('openim/batchsendmsg', body)
    await ask('openim/batchsendmsg', body)
  })
  expect(events.map(event => event.type).sort()).toEqual(['membership', 'membership', 'message.sent', 'message.sent'])
})

test('[TE51] after a second the same MsgRandom is another message', async () => {
  const body = { From_Account: 'u_1', To_Account: 'u_2', MsgRandom: 1, MsgBody: text }
  const first = await ask('openim/sendmsg', body)
  now += 999
  expect((await ask('openim/sendmsg', body)).MsgKey).toBe(first.MsgKey)
  now += 1
  expect((await ask('openim/sendmsg', body)).MsgKey).not.toBe(first.MsgKey)
})

test('[TE91] after five minutes the same group message is another one', async () => {
  await group('create_group', { Type: 'Public', Name: 'g', GroupId: 'g1' })
  const send = async () => (await group('send_group_msg', { GroupId: 'g1', Random: 1, MsgBody: text })).MsgSeq
  expect(await send()).toBe(1)
  now += 5 * 60_000 - 1
  expect(await send()).toBe(1)
  now += 1
  expect(await send()).toBe(2)
})

test('[TE92] who is meant, who counts and who is told of a group message [tencent group_open_http_svc/send_group_msg]', async () => {
  await group('create_group', {
    Type: 'Public',
    Name: 'g',
    GroupId: 'g1',
    MemberList: [{ Member_Account: 'u_1' }, { Member_Account: 'u_2' }],
  })
  const found = await server.core.groups.byAlias(app.id, 'g1')
  const send = (Random: number, more: object) =>
    group('send_group_msg', { GroupId: 'g1', Random, MsgBody: text, ...more })
  await send(1, {
    GroupAtInfo: [{ GroupAtAllFlag: 1 }, { GroupAtAllFlag: 0, GroupAt_Account: 'u_1' }],
    NeedReadReceipt: 1,
    ...wishes,
    SupportMessageExtension: 1,
  })
  const message = await lastMessage(found.id)
  expect(message).toMatchObject({ mentions: { all: true, users: ['u_1'] }, receipt: true })
  expect(message.push).toEqual(push)
  expect(message.native).toEqual({ tencent: { SupportMessageExtension: 1 } })
  expect(await server.core.unread.of(found, 'u_1')).toBe(1)
  await send(2, { SendMsgControl: ['NoUnread'] })
  expect(await server.core.unread.of(found, 'u_1')).toBe(1)
  await send(3, { To_Account: ['u_1'] })
  expect(await server.core.unread.of(found, 'u_1')).toBe(1)
  const seenBy = async (user: string) => {
    const viewer = { user, member: await server.core.members.find(found.id, user) }
    const page = await server.core.history.read(found, { by: 'seq', limit: 10, reverse: false, viewer })
    return page.messages.map(message => message.seq)
  }
  expect(await seenBy('u_1')).toEqual([1, 2, 3])
  expect(await seenBy('u_2')).toEqual([1, 2])
  const passing = await told([groupSubject(found.id)], () => send(4, { OnlineOnlyFlag: 1 }))
  expect(passing).toMatchObject([{ type: 'message.sent', message: { seq: 0 } }])
})

test('[TE74] with HistoryMsgBeforeJoin newcomers see what was said before [tencent group_open_http_svc/modify_group_base_info]', async () => {
  await group('create_group', { Type: 'Public', Name: 'g', GroupId: 'g1' })
  await group('send_group_msg', { GroupId: 'g1', Random: 1, MsgBody: text })
  const add = (user: string) =>
    group('add_group_member', { GroupId: 'g1', MemberList: [{ Member_Account: user }], Silence: 1 })
  const { id } = await server.core.groups.byAlias(app.id, 'g1')
  await add('u_1')
  await group('modify_group_base_info', { GroupId: 'g1', HistoryMsgBeforeJoin: 'On' })
  await add('u_2')
  await group('modify_group_base_info', { GroupId: 'g1', HistoryMsgBeforeJoin: 'Off' })
  await add('u_3')
  const members = await server.core.members.findMany(id, ['u_1', 'u_2', 'u_3'])
  expect(members.map(member => member?.hidden)).toEqual([1, 0, 1])
})

test('[TE95] a recall carries its reason [tencent group_open_http_svc/group_msg_recall]', async () => {
  await group('create_group', { Type: 'Public', Name: 'g', GroupId: 'g1' })
  await group('send_group_msg', { GroupId: 'g1', Random: 1, MsgBody: text })
  await group('group_msg_recall', { GroupId: 'g1', MsgSeqList: [{ MsgSeq: 1 }], Reason: 'spam' })
  const { id } = await server.core.groups.byAlias(app.id, 'g1')
  expect((await lastMessage(id)).recalled).toMatchObject({ by: 'administrator', reason: 'spam' })
})

test('[TE34] connected accounts are Online, on the platforms they are connected from [tencent openim/query_online_status] [tencent openim/querystate]', async () => {
  const enter = (user: string, id: string, platform: string) =>
    server.core.presence.enter({ app: app.id, user, id, platform, device: id })
  await enter('u_1', 'a', 'web')
  await enter('u_1', 'b', 'ios')
  await enter('u_1', 'c', 'web')
  await enter('u_2', 'd', 'windows')
  const body = { To_Account: ['u_1', 'u_2', 'u_3'], IsNeedDetail: 1 }
  const { QueryResult } = await ask('openim/query_online_status', body)
  expect(QueryResult).toEqual([
    {
      To_Account: 'u_1',
      Status: 'Online',
      Detail: [
        { Platform: 'Web', Status: 'Online' },
        { Platform: 'iPhone', Status: 'Online' },
      ],
    },
    { To_Account: 'u_2', Status: 'Online', Detail: [{ Platform: 'PC', Status: 'Online' }] },
    { To_Account: 'u_3', Status: 'Offline' },
  ])
  const brief = await ask('openim/query_online_status', { ...body, IsNeedDetail: 0 })
  expect(brief.QueryResult[0]).toEqual({ To_Account: 'u_1', Status: 'Online' })
  const older = await ask('openim/querystate', body)
  expect(older.QueryResult[1]).toEqual({
    To_Account: 'u_2',
    State: 'Online',
    Detail: [{ Platform: 'PC', Status: 'Online' }],
  })
})

test('[TE61] a message of another API is shown with a key of its own, by which it is recalled', async () => {
  const call = { app, admin: true, origin: { dialect: 'netease', via: 'rest' } } as const
  const parts = [{ type: 'tip' as const, text: 'welcome' }]
  const sent = await server.core.send.toUser(call, 'u_2', { from: 'u_1', parts, client: { id: '5/6', window: 1000 } })
  const view = { Operator_Account: 'u_2', Peer_Account: 'u_1', MaxCnt: 1, MinTime: 0, MaxTime: 4_000_000_000 }
  const { MsgList } = await ask('openim/admin_getroammsg', view)
  const [MsgSeq, MsgRandom] = [sent.id % 2 ** 32, Math.floor(sent.id / 2 ** 32)]
  const MsgKey = `${MsgSeq}_${MsgRandom}_${Math.floor(sent.time / 1000)}`
  const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'welcome' } }]
  expect(MsgList).toMatchObject([{ MsgSeq, MsgRandom, MsgKey, MsgBody, CloudCustomData: '' }])
  await ask('openim/admin_msgwithdraw', { From_Account: 'u_1', To_Account: 'u_2', MsgKey })
  expect((await ask('openim/admin_getroammsg', view)).MsgList).toMatchObject([{ MsgKey, MsgFlagBits: 8, MsgBody: [] }])
})

test('[TE72] groups of other APIs are shown as the nearest type, and found by it', async () => {
  const call = { app, admin: true, origin: { dialect: 'netease', via: 'rest' } } as const
  await server.core.groups.create(call, { kind: 'superteam', name: 'big', alias: 's1', owner: 'u_1' })
  await server.core.groups.create(call, { kind: 'team', name: 'small', alias: 't1', owner: 'u_1' })
  const listed = async (GroupType: string) =>
    (await group('get_appid_group_list', { GroupType })).GroupIdList.map((each: { GroupId: string }) => each.GroupId)
  expect(await listed('Community')).toEqual(['s1'])
  expect(await listed('Public')).toEqual(['t1'])
  const filter = { GroupBaseInfoFilter: ['Type', 'Name'] }
  const { GroupInfo } = await group('get_group_info', { GroupIdList: ['s1', 't1'], ResponseFilter: filter })
  expect(GroupInfo.map((each: { Type: string }) => each.Type)).toEqual(['Community', 'Public'])
})

test('[TE94] a page that came to its end among recalled messages says that there are more', async () => {
  await group('create_group', { Type: 'Public', Name: 'g', GroupId: 'g1', Owner_Account: 'u_1' })
  const found = await server.core.groups.byAlias(app.id, 'g1')
  const call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
  const draft = { from: 'u_1', parts: [{ type: 'text' as const, text: 'x' }] }
  const last = 2100
  for (let seq = 1; seq <= last; seq++) {
    await server.core.send.toGroup(call, found.id, draft)
    if (seq > 1 && seq < last) await server.core.recall(call, found, seq)
  }
  const read = (body: object) => group('group_msg_get_simple', { GroupId: 'g1', ReqMsgNumber: 2, ...body })
  const seqs = (page: { RspMsgList: { MsgSeq: number }[] }) => page.RspMsgList.map(message => message.MsgSeq)
  const page = await read({})
  expect([page.IsFinished, seqs(page)]).toEqual([0, [last]])
  const rest = await read({ ReqMsgSeq: last - 1 })
  expect([rest.IsFinished, seqs(rest)]).toEqual([1, [1]])
})

test('[TE56] messages that share a key do not send a reader round in circles', async () => {
  const both = { MsgRandom: 1, MsgSeq: 1, MsgBody: text }
  await ask('openim/sendmsg', { ...both, From_Account: 'u_1', To_Account: 'u_2', MsgRandom: 2 })
  await ask('openim/sendmsg', { ...both, From_Account: 'u_1', To_Account: 'u_2' })
  await ask('openim/sendmsg', { ...both, From_Account: 'u_2', To_Account: 'u_1' })
  const keys: string[] = []
  let [MaxTime, LastMsgKey, Complete] = [4_000_000_000, '', 0]
  while (!Complete && keys.length < 9) {
    const view = { Operator_Account: 'u_1', Peer_Account: 'u_2', MaxCnt: 1, MinTime: 0, MaxTime, LastMsgKey }
    const page = await ask('openim/admin_getroammsg', view)
    keys.push(page.LastMsgKey)
    ;[MaxTime, LastMsgKey, Complete] = [page.LastMsgTime, page.LastMsgKey, page.Complete]
  }
  expect(Complete).toBe(1)
  expect(keys.at(-1)).toMatch(/^1_2_/)
})

test("[TE52] the sender's own devices are told, unless SyncOtherMachine is 2 [tencent openim/sendmsg]", async () => {
  const hidden = async (MsgRandom: number, more: object) => {
    const body = { From_Account: 'u_1', To_Account: 'u_2', MsgRandom, MsgBody: text, ...more }
    const events = await told([userSubject(app.id, 'u_1')], () => ask('openim/sendmsg', body))
    return events.flatMap(event => (event.type === 'message.sent' ? [event.message.hiddenFrom] : []))
  }
  expect(await hidden(1, {})).toEqual([undefined])
  expect(await hidden(2, { SyncOtherMachine: 1 })).toEqual([undefined])
  expect(await hidden(3, { SyncOtherMachine: 2 })).toEqual([['u_1']])
})
