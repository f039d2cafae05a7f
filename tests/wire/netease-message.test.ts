import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import type { Event } from '../../src/core/events.ts'
import type { Message } from '../../src/core/model.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let app: App
let tid: number
let now = 1_800_000_000_000
const people = ['ann', 'ben', 'cid']

beforeAll(async () => {
  server = await startServer({ clock: () => now })
  app = server.apps[0] as App
  for (const accid of people) await call('user/create.action', { accid })
  const team = { tname: 't', owner: 'ann', members: '["ben","cid"]', msg: '', magree: 0, joinmode: 0 }
  tid = Number(((await call('team/create.action', team)) as unknown as { tid: string }).tid)
})
afterAll(() => server.stop())

async function call(key: string, fields: object): Promise<{ code: number; data?: { msgid: number; timetag: number } }> {
  const reply = await callNetease(server, app, key, fields, { curTime: Math.floor(now / 1000) })
  return reply.body as { code: number }
}

const text = { type: '0', body: '{"msg":"hi"}' }

async function send(fields: object) {
  const { code, data } = await call('msg/sendMsg.action', { from: 'ann', ope: 0, to: 'ben', ...text, ...fields })
  expect(code).toBe(200)
  return data as { msgid: number; timetag: number }
}

async function direct(one = 'ann', other = 'ben') {
  return server.core.directs.get(app.id, (await server.core.directs.find(app.id, one, other)) as number)
}

/** The message as the core keeps it. */
async function kept(conv: number, id: number): Promise<Message> {
  return (await server.core.history.byId(conv, id)) as Message
}

test('[NE56] what only Yunxin says about a message is kept with it; a plain message keeps nothing besides its parts [netease msg/sendMsg.action] [netease msg/sendBatchMsg.action]', async () => {
  const plain = await send({})
  const message = await kept((await direct()).id, plain.msgid)
  expect(message.native).toBeUndefined()
  expect(message.push).toBeUndefined()
  expect(message.parts).toEqual([{ type: 'text', text: 'hi' }])
  const own = {
    msgDesc: 'd',
    ext: '{"e":1}',
    bid: 'b',
    env: 'test',
    yidunAntiCheating: '{"c":1}',
    yidunAntiSpamExt: '{"s":1}',
    antispamCustom: '{"type":1,"data":"x"}',
    robotAccount: 'r',
    robotTopic: 't',
    robotFunction: 'f',
    robotCustomContent: 'c',
  }
  const flags = {
    option: '{"route":false,"sendersync":"false","roam":true}',
    useYidun: 0,
    antispam: 'true',
    subType: 7,
  }
  const more = await send({ ...own, ...flags, body: '{"msg":"x","y":1}' })
  expect((await kept((await direct()).id, more.msgid)).native?.netease).toEqual({
    ...own,
    body: '{"msg":"x","y":1}',
    option: { route: false, sendersync: false, roam: true },
    useYidun: 0,
    antispam: true,
    subType: 7,
  })
  const shared = {
    msgDesc: 'd',
    ext: 'e',
    bid: 'b',
    env: 'n',
    yidunAntiCheating: '{}',
    yidunAntiSpamExt: '{}',
    useYidun: 0,
  }
  const batch = {
    fromAccid: 'ann',
    toAccids: '["ben"]',
    returnMsgid: true,
    ...text,
    ...shared,
    option: '{"route":false}',
  }
  const sent = (await call('msg/sendBatchMsg.action', batch)) as unknown as { msgids: { ben: number } }
  const native = { ...shared, option: { route: false } }
  expect((await kept((await direct()).id, sent.msgids.ben)).native?.netease).toEqual(native)
})

test('[NE57] badge false does not raise the unread number [netease msg/sendMsg.action] [netease msg/sendBatchMsg.action]', async () => {
  const unread = async () => server.core.unread.of(await direct(), 'ben')
  const before = await unread()
  await send({ option: '{"badge":false}' })
  expect(await unread()).toBe(before)
  await send({ option: '{"badge":true}' })
  expect(await unread()).toBe(before + 1)
  await call('msg/sendBatchMsg.action', { fromAccid: 'ann', toAccids: '["ben"]', ...text, option: '{"badge":false}' })
  expect(await unread()).toBe(before + 1)
})

test('[NE58] push text, payload, forced pushes and receipts are kept for whoever pushes [netease msg/sendMsg.action] [netease msg/sendBatchMsg.action]', async () => {
  const conv = (await direct()).id
  const pushed = async (fields: object) => (await kept(conv, (await send(fields)).msgid)).push
  expect(await pushed({ pushcontent: 'p', payload: '{"a":1}' })).toEqual({ text: 'p', payload: '{"a":1}' })
  expect(await pushed({ pushContent: 'q', option: '{"push":false,"needPushNick":false}' })).toEqual({
    off: true,
    text: 'q',
    native: { netease: { needPushNick: false } },
  })
  expect(await pushed({ pushcontent: 'p', pushContent: 'q' })).toEqual({ text: 'p' })
  const batch = { fromAccid: 'ann', toAccids: '["ben"]', returnMsgid: true, ...text, pushContent: 'b', payload: '{}' }
  const sent = (await call('msg/sendBatchMsg.action', batch)) as unknown as { msgids: { ben: number } }
  expect((await kept(conv, sent.msgids.ben)).push).toEqual({ text: 'b', payload: '{}' })
  const other = (await call('msg/sendBatchMsg.action', { ...batch, pushcontent: 'a' })) as unknown as typeof sent
  expect((await kept(conv, other.msgids.ben)).push?.text).toBe('a')

  const inTeam = async (fields: object) => kept(tid, (await send({ ope: 1, to: tid, ...fields })).msgid)
  const forced = await inTeam({ forcepushlist: '["BEN","nobody"]', forcepushcontent: 'look', markRead: 1 })
  expect(forced).toMatchObject({ mentions: { users: ['ben'] }, receipt: true })
  expect(forced.push?.native?.netease).toEqual({ forcepushcontent: 'look' })
  const sdk = await inTeam({ forcePushList: '["cid"]', forcePushContent: 'look', forcePushAll: 'true', markRead: 0 })
  expect(sdk).toMatchObject({ mentions: { all: true, users: ['cid'] } })
  expect(sdk.push?.native?.netease).toEqual({ forcepushcontent: 'look' })
  expect(sdk.receipt).toBeUndefined()
  expect((await inTeam({ forcepushall: 'true' })).mentions).toEqual({ all: true, users: [] })
  expect((await inTeam({ forcepushlist: '[]' })).mentions).toBeUndefined()
  expect((await kept(conv, (await send({ forcepushall: 'true', markRead: 1 })).msgid)).mentions).toBeUndefined()
})

test('[NE59] a message that leaves nothing behind still reaches who is connected [netease msg/sendMsg.action]', async () => {
  const heard: Event[] = []
  const stop = server.core.bus.subscribe(`u.${app.id}.ben`, news => heard.push((news as { event: Event }).event))
  const { msgid } = await send({ option: '{"history":false,"roam":false,"persistent":false}' })
  await send({ option: '{"history":false,"roam":false,"persistent":true}' })
  stop()
  expect(
    heard.map(event => event.type === 'message.sent' && [event.message.id === msgid, event.message.seq > 0]),
  ).toEqual([
    [true, false],
    [false, true],
  ])
})

test('[NE48] a message without sense for the receiver is not unread to them [netease msg/sendMsg.action]', async () => {
  const unread = async () => server.core.unread.of(await direct(), 'ben')
  const before = await unread()
  await send({ msgReceiverNoSense: 1 })
  expect(await unread()).toBe(before)
})

test('[NE55] recall has 2 minutes, with ignoreTime 1 it has 30 days; later is 508 [netease msg/recall.action]', async () => {
  const recall = async (message: { msgid: number; timetag: number }, fields = {}) => {
    const where = { deleteMsgid: message.msgid, timetag: message.timetag, type: 7, from: 'ann', to: 'ben', ...fields }
    return (await call('msg/recall.action', where)).code
  }
  const [one, two, three] = [await send({}), await send({}), await send({})]
  now += 120_000
  expect(await recall(one)).toBe(200)
  now += 1
  expect([await recall(two), await recall(two, { ignoreTime: '' })]).toEqual([508, 508])
  expect(await recall(two, { ignoreTime: 1 })).toBe(200)
  now += 30 * 24 * 3600 * 1000
  expect(await recall(three, { ignoreTime: 1 })).toBe(508)
})

test('[NE53] a recall hands its words on to those who are told [netease msg/recall.action]', async () => {
  const heard: Event[] = []
  const { msgid, timetag } = await send({})
  const stop = server.core.bus.subscribe(`u.${app.id}.ben`, news => heard.push((news as { event: Event }).event))
  const where = { deleteMsgid: msgid, timetag, type: 7, from: 'ann', to: 'ben' }
  const words = { msg: 'sorry', pushcontent: 'p'.repeat(501), payload: '{"a":1}', env: 'test', attach: 'a' }
  expect((await call('msg/recall.action', { ...where, ...words })).code).toBe(200)
  const again = await send({})
  const sdk = { deleteMsgid: again.msgid, timetag: again.timetag, pushContent: 'sdk' }
  expect((await call('msg/recall.action', { ...where, ...sdk })).code).toBe(200)
  stop()
  const told = heard.filter(event => event.type === 'message.recalled')
  expect(told[0]?.change).toMatchObject({ what: 'recall', by: 'ann' })
  expect(told[0]?.change.detail).toEqual({
    reason: 'sorry',
    ext: 'a',
    push: { text: 'p'.repeat(500), payload: '{"a":1}' },
    native: { netease: { env: 'test' } },
  })
  expect(told[1]?.change.detail?.push).toEqual({ text: 'sdk' })
})

test('[NE98] messages of other dialects and of devices stand in the history, rendered from their parts [netease history/querySessionMsg.action]', async () => {
  const tencent: Call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  const device: Call = { app, operator: 'cid', admin: false, origin: { dialect: 'native', via: 'client' } }
  const first = await server.core.send.toUser(tencent, 'ben', {
    from: 'cid',
    parts: [
      { type: 'text', text: 'a' },
      { type: 'face', index: 2 },
    ],
    native: { tencent: { MsgBody: [] } },
    shown: 1_000,
  })
  const second = await server.core.send.toUser(device, 'ben', {
    from: 'cid',
    parts: [{ type: 'text', text: 'b' }],
    client: { id: 'my-uuid', window: 1000 },
  })
  const query = { from: 'ben', to: 'cid', begintime: 0, endtime: now, limit: 10, reverse: 1 }
  const parts = [
    { type: 0, body: { msg: 'a' } },
    { type: 100, body: { face: { index: 2 } } },
  ]
  const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  const expected = {
    code: 200,
    size: 2,
    msgs: [
      {
        from: 'cid',
        msgid: first.id,
        msgidclient: uuid,
        sendtime: 1000,
        fromclienttype: 32,
        type: 100,
        body: { parts },
      },
      {
        ...{ from: 'cid', msgid: second.id, msgidclient: 'my-uuid', sendtime: second.time, fromclienttype: 16 },
        ...{ type: 0, body: { msg: 'b' } },
      },
    ],
  }
  const answer = (await call('history/querySessionMsg.action', query)) as unknown as typeof expected
  expect(answer).toEqual(expected)
  const again = (await call('history/querySessionMsg.action', query)) as unknown as typeof expected
  expect(again.msgs[0]?.msgidclient).toBe(answer.msgs[0]?.msgidclient)
  const recall = { deleteMsgid: first.id, timetag: 1000, type: 7, from: 'cid', to: 'ben', ignoreTime: 1 }
  expect((await call('msg/recall.action', recall)).code).toBe(200)
})

test('[NE66] a rare type is found behind many other messages [netease history/querySessionMsg.action]', async () => {
  const rest: Call = { app, admin: true, origin: { dialect: 'netease', via: 'rest' } }
  await send({ from: 'ben', to: 'cid', type: 10, body: '{"msg":"rare"}' })
  for (let i = 0; i < 25; i++)
    await Promise.all(
      Array.from({ length: 100 }, () =>
        server.core.send.toUser(rest, 'cid', { from: 'ben', parts: [{ type: 'text', text: 'x' }] }),
      ),
    )
  const query = { from: 'ben', to: 'cid', begintime: 0, endtime: now, limit: 10, type: '10' }
  expect(await call('history/querySessionMsg.action', query)).toMatchObject({
    size: 1,
    msgs: [{ body: { msg: 'rare' } }],
  })
})

test('[NE67] a muted team is 812 to ordinary members, a muted member is 403 [netease msg/sendMsg.action]', async () => {
  const rest: Call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  const code = async (from: string) => (await call('msg/sendMsg.action', { from, ope: 1, to: tid, ...text })).code
  await server.core.groups.update(rest, tid, {}, { speak: 'managers' })
  expect([await code('ben'), await code('ann')]).toEqual([812, 200])
  await server.core.groups.update(rest, tid, {}, { speak: 'everyone' })
  await server.core.members.mute(rest, tid, ['ben'], now + 1000)
  expect([await code('ben'), await code('cid')]).toEqual([403, 200])
  now += 1001
  expect(await code('ben')).toBe(200)
})
