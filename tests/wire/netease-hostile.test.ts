import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { netease } from '../../src/dialects/netease/netease.ts'
import { openMemory } from '../../src/storage/memory.ts'
import type { Step } from '../../src/storage/store.ts'
import { callNetease, type NeteaseOptions } from '../support/netease.ts'
import { startServer, type TestServer } from '../support/server.ts'

type Fields = Record<string, string>

let server: TestServer
let app: App
let tid: string
let wellMade: Record<string, Fields>
/** Batches written since the test began; blocks of ids are no change that anybody sees. */
let written = 0

beforeAll(async () => {
  const store = openMemory()
  const counts = (steps: readonly Step[]) => steps.some(step => step.table.name !== 'id_blocks')
  server = await startServer({
    store: {
      ...store,
      commit(steps) {
        if (counts(steps)) written++
        return store.commit(steps)
      },
    },
    apps: 2,
  })
  app = server.apps[0] as App
  for (const accid of ['ann', 'ben', 'cid', 'dan']) await send('user/create.action', { accid })
  const made = await send('team/create.action', team({ members: '["ben","cid"]' }))
  tid = made.tid as string
  wellMade = calls(tid)
})
beforeEach(() => {
  written = 0
})
afterAll(() => server.stop())

async function send(key: string, fields: Fields, options: NeteaseOptions = {}, as = app) {
  const { status, body } = await callNetease(server, as, key, fields, options)
  expect(status).toBe(200)
  return body as { code: number; desc?: string } & Record<string, unknown>
}

const team = (fields: Fields = {}): Fields => ({
  ...{ tname: 'T', owner: 'ann', members: '[]', msg: 'm', magree: '0', joinmode: '0' },
  ...fields,
})

const card = { name: 'n', icon: 'i', sign: 's', email: 'a@b.c', birth: '2', mobile: '13800000000', gender: '1', ex: '' }
const message = {
  ...{ type: '0', body: '{"msg":"x"}', msgDesc: 'd', option: '{}', pushcontent: 'p', pushContent: 'p', payload: '{}' },
  ...{ ext: 'e', useYidun: '0', bid: 'b', yidunAntiCheating: 'x', yidunAntiSpamExt: 'x', env: 'e' },
}
const shown = {
  ...{ announcement: 'a', intro: 'i', custom: 'c', icon: 'i', beinvitemode: '0', invitemode: '0', uptinfomode: '0' },
  ...{ upcustommode: '0', teamMemberLimit: '50', bid: 'b', attach: 'a' },
}
const range = { begintime: '0', endtime: '9999999999999', limit: '10', reverse: '1', type: '0,1' }
const seen = { includeNoSenseMsg: 'true', excludeMsgid: '1' }
const watch = { accid: 'ann', eventType: '1', publisherAccids: '["ben"]' }

/** A call of each operation with all its fields. */
const calls = (tid: string): Record<string, Fields> => ({
  'user/create.action': { accid: 'new', ...card, props: '{}', token: 't' },
  'user/update.action': { accid: 'ben', props: 'p', token: 't' },
  'user/refreshToken.action': { accid: 'ben' },
  'user/block.action': { accid: 'dan', needkick: 'true', kickNotifyExt: 'x', needUnbindPushToken: 'true' },
  'user/unblock.action': { accid: 'dan' },
  'user/getUinfos.action': { accids: '["ben"]', muteStatus: 'true' },
  'user/updateUinfo.action': { accid: 'ben', ...card, bid: 'b' },
  'msg/sendMsg.action': {
    ...{ from: 'ann', ope: '1', to: tid, ...message, antispam: 'true', antispamCustom: '{}', async: 'false' },
    ...{ forcepushlist: '["ben"]', forcePushList: '["ben"]', forcepushcontent: 'f', forcePushContent: 'f' },
    ...{ forcepushall: 'true', forcePushAll: 'true', markRead: '1', checkFriend: 'false', subType: '1' },
    ...{ msgSenderNoSense: '0', msgReceiverNoSense: '0', robotAccount: 'r', robotTopic: 't', robotFunction: 'f' },
    robotCustomContent: 'c',
  },
  'msg/sendBatchMsg.action': {
    ...{ fromAccid: 'ann', toAccids: '["ben"]', ...message, returnMsgid: 'true', msgSenderNoSense: '1' },
  },
  'msg/recall.action': {
    ...{ deleteMsgid: '1', timetag: '1', type: '7', from: 'ann', to: 'ben', msg: 'm', ignoreTime: '1' },
    ...{ pushcontent: 'p', pushContent: 'p', payload: '{}', env: 'e', attach: 'a' },
  },
  'team/create.action': team({ ...shown, isNotifyCloseOnline: '0', isNotifyClosePersistent: '0' }),
  'team/add.action': { tid, owner: 'ann', members: '["dan"]', magree: '0', msg: 'm', attach: 'a' },
  'team/kick.action': { tid, owner: 'ann', member: 'dan', members: '["dan"]', attach: 'a' },
  'team/remove.action': { tid: '99999', owner: 'ann', attach: 'a' },
  'team/update.action': { tid, owner: 'ann', tname: 'T', joinmode: '0', ...shown },
  'team/leave.action': { tid, accid: 'dan', attach: 'a' },
  'team/query.action': { tids: `["${tid}"]`, ope: '1', ignoreInvalid: 'true' },
  'team/queryDetail.action': { tid },
  'team/joinTeams.action': { accid: 'ben' },
  'history/querySessionMsg.action': { from: 'ann', to: 'ben', ...range, ...seen },
  'history/queryTeamMsg.action': { tid, accid: 'ben', ...range, ...seen, checkTeamValid: 'false' },
  'event/subscribe/add.action': { ...watch, ttl: '60' },
  'event/subscribe/query.action': watch,
  'event/subscribe/delete.action': watch,
  'event/subscribe/batchdel.action': { accid: 'ann', eventType: '1' },
})

const long = 6000
const strange = [
  ...['', ' ', '\0', 'a\0b', 'null', 'true', '-1', '0', '1.5', '1e3', '1e30', '9'.repeat(31), `-${'9'.repeat(20)}`],
  ...['NaN', '９', '\u2028', '\u{1F600}'.repeat(20), '9007199254740993', '__proto__', 'constructor', '"ben"', '[tru'],
  ...['[]', '{}', '[null]', '[1]', '[{}]', '[[]]', '["\\ud800"]', '["\\u0000"]', '["__proto__"]', '[1e400]'],
  ...['{"__proto__":{"msg":"x"}}', '{"msg":"\\ud800\\u0000"}', '{"msg":5}', '{"push":"x"}', '{"push":null}'],
  ...['[12345678901234567890]', '['.repeat(long), '{"a":'.repeat(long / 5), `[${'1,'.repeat(long)}1]`],
  ...[JSON.stringify(Array.from({ length: 501 }, (_, i) => `u${i}`)), 'x'.repeat(long), `${'0,'.repeat(long)}0`],
]

test('every operation is among the calls', () => {
  expect(Object.keys(wellMade).sort()).toEqual([...netease.operations.keys()].sort())
})

test.each([...netease.operations.keys()])(
  '[NE100] %s answers strange values in every field with a code of its own, and a refusal writes nothing',
  async key => {
    const fields = wellMade[key] as Fields
    const wrong: unknown[] = []
    for (const name of Object.keys(fields))
      for (const value of [undefined, ...strange]) {
        const { [name]: _, ...others } = fields
        const before = written
        const { code, desc } = await send(key, value === undefined ? others : { ...others, [name]: value })
        const well = code === 200 ? desc === undefined : typeof desc === 'string' && desc.length < 300
        if (!well || code === 500 || code === 503 || (code !== 200 && written > before))
          wrong.push([name, value?.slice(0, 40), code, desc, written - before])
      }
    expect(wrong).toEqual([])
  },
)

test('[NE101] nobody reaches users, teams and messages of another app', async () => {
  const other = server.apps[1] as App
  await send('user/create.action', { accid: 'ann' }, {}, other)
  const { data } = await send('msg/sendMsg.action', { from: 'ann', ope: '1', to: tid, type: '0', body: '{"msg":"x"}' })
  const { msgid, timetag } = data as { msgid: number; timetag: number }
  const recall = { deleteMsgid: `${msgid}`, timetag: `${timetag}`, type: '8', from: 'ann', to: tid }
  const history = { begintime: '0', endtime: '9999999999999', limit: '10' }
  const tries: [string, Fields, number][] = [
    ['user/getUinfos.action', { accids: '["ben"]' }, 414],
    ['user/block.action', { accid: 'ben' }, 414],
    ['msg/sendMsg.action', { from: 'ann', ope: '0', to: 'ben', type: '0', body: '{"msg":"x"}' }, 414],
    ['msg/sendMsg.action', { from: 'ann', ope: '1', to: tid, type: '0', body: '{"msg":"x"}' }, 803],
    ['msg/recall.action', recall, 414],
    ['team/add.action', { tid, owner: 'ann', members: '["ann"]', magree: '0', msg: '' }, 803],
    ['team/update.action', { tid, owner: 'ann', tname: 'mine' }, 803],
    ['team/remove.action', { tid, owner: 'ann' }, 803],
    ['team/leave.action', { tid, accid: 'ann' }, 803],
    ['team/query.action', { tids: `[${tid}]`, ope: '1' }, 803],
    ['team/queryDetail.action', { tid }, 803],
    ['history/queryTeamMsg.action', { tid, accid: 'ann', checkTeamValid: 'false', ...history }, 803],
  ]
  written = 0
  for (const [key, fields, code] of tries) expect([key, (await send(key, fields, {}, other)).code]).toEqual([key, code])
  expect(written).toBe(0)
  expect(await send('team/joinTeams.action', { accid: 'ann' }, {}, other)).toEqual({ code: 200, count: 0, infos: [] })
  expect((await send('msg/recall.action', recall)).code).toBe(200)
})

test('[NE102] of many same calls at once one registers, one recalls, one dismisses, and all are answered', async () => {
  const many = async (key: string, fields: Fields) =>
    (await Promise.all(Array.from({ length: 12 }, () => send(key, fields)))).map(answer => answer.code).sort()
  const once = (code: number) => [200, ...Array(11).fill(code)]
  expect(await many('user/create.action', { accid: 'twin' })).toEqual(once(414))
  const sent = await send('msg/sendMsg.action', { from: 'ann', ope: '0', to: 'ben', type: '0', body: '{"msg":"x"}' })
  const { msgid, timetag } = sent.data as { msgid: number; timetag: number }
  const recall = { deleteMsgid: `${msgid}`, timetag: `${timetag}`, type: '7', from: 'ann', to: 'ben' }
  expect(await many('msg/recall.action', recall)).toEqual(once(414))
  const made = (await send('team/create.action', team())).tid as string
  expect(await many('team/remove.action', { tid: made, owner: 'ann' })).toEqual(once(803))
})

test('[NE102] whoever is added while a team is dismissed is in no team afterwards', async () => {
  const users = Array.from({ length: 20 }, (_, i) => `late${i}`)
  for (const accid of users) await send('user/create.action', { accid })
  const made = (await send('team/create.action', team())).tid as string
  const add = (user: string) =>
    send('team/add.action', { tid: made, owner: 'ann', members: `["${user}"]`, magree: '0', msg: '' })
  const [removed, ...added] = await Promise.all([
    send('team/remove.action', { tid: made, owner: 'ann' }),
    ...users.map(add),
  ])
  expect(removed.code).toBe(200)
  expect(added.filter(answer => answer.code !== 200 && answer.code !== 803)).toEqual([])
  for (const accid of users) expect(await send('team/joinTeams.action', { accid })).toMatchObject({ count: 0 })
  expect((await send('team/queryDetail.action', { tid: made })).code).toBe(803)
})
