import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCatalogue } from '../../scripts/catalogue.ts'
import type { App } from '../../src/core/apps/model.ts'
import { serve, type WireRequest } from '../../src/dialects/dialect.ts'
import { tencent } from '../../src/dialects/tencent/tencent.ts'
import { writeJson } from '../../src/lib/json.ts'
import { openMemory } from '../../src/storage/memory.ts'
import type { Step } from '../../src/storage/store.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { callTencent, userSig } from '../support/tencent.ts'

/* Every documented field of every command, with every value that nobody should send. */

let server: TestServer
let app: App
let other: App
/** What the many requests have in common; they come without a port, to come sooner. */
let signed: Omit<WireRequest, 'path' | 'body'>
/** How many rows a request writes itself, blocks of ids aside; the jobs of earlier ones go on beside it. */
const asking = new AsyncLocalStorage<{ written: number }>()

const text = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi' } }]

/** The documented fields of a list entry, as one good entry. */
const push = {
  PushFlag: 0,
  Title: 't',
  Desc: 'd',
  Ext: '{}',
  AndroidInfo: {
    Sound: 's',
    HuaWeiChannelID: 'c',
    XiaoMiChannelID: 'c',
    OPPOChannelID: 'c',
    GoogleChannelID: 'c',
    VIVOClassification: 1,
    HuaWeiImportance: 'LOW',
    ExtAsHuaweiIntentParam: 1,
    HuaWeiCategory: 'c',
  },
  ApnsInfo: { Sound: 's', BadgeMode: 1, Title: 't', SubTitle: 's', Image: 'i', MutableContent: 1 },
}
const message = {
  From_Account: 'ann',
  MsgSeq: 1,
  MsgRandom: 1,
  MsgLifeTime: 60,
  SyncOtherMachine: 1,
  MsgBody: text,
  CloudCustomData: 'c',
  OfflinePushInfo: push,
  SendMsgControl: ['NoUnread'],
  IsNeedReadReceipt: 1,
}
const shown = {
  Name: 'n',
  Introduction: 'i',
  Notification: 'n',
  FaceUrl: 'f',
  ApplyJoinOption: 'FreeAccess',
  InviteJoinOption: 'FreeAccess',
  EnablePermission: 0,
  DefaultPermission: 0,
  AppDefinedData: [{ Key: 'k', Value: 'v' }],
}

/** A good request for each command, with all the fields that are documented. */
const good: Record<string, Record<string, unknown>> = {
  'im_open_login_svc/account_import': { UserID: 'new', Nick: 'n', FaceUrl: 'f' },
  'im_open_login_svc/multiaccount_import': {
    Accounts: ['new'],
    AccountList: [{ UserID: 'new_2', Nick: 'n', FaceUrl: 'f' }],
  },
  'im_open_login_svc/account_delete': { DeleteItem: [{ UserID: 'gone' }] },
  'im_open_login_svc/account_check': { CheckItem: [{ UserID: 'ann' }] },
  'im_open_login_svc/kick': { UserID: 'ann' },
  'openim/query_online_status': { To_Account: ['ann'], IsNeedDetail: 1 },
  'openim/querystate': { To_Account: ['ann'], IsNeedDetail: 1 },
  'profile/portrait_set': { From_Account: 'ann', ProfileItem: [{ Tag: 'Tag_Profile_IM_Nick', Value: 'x' }] },
  'profile/portrait_get': { To_Account: ['ann'], TagList: ['Tag_Profile_IM_Nick'] },
  'openim/sendmsg': {
    ...message,
    To_Account: 'bob',
    ForbidCallbackControl: ['ForbidBeforeSendMsgCallback'],
    OnlineOnlyFlag: 0,
    SupportMessageExtension: 1,
  },
  'openim/batchsendmsg': { ...message, To_Account: ['bob'] },
  'openim/admin_getroammsg': {
    Operator_Account: 'ann',
    Peer_Account: 'bob',
    MaxCnt: 10,
    MinTime: 0,
    MaxTime: 4_000_000_000,
    LastMsgKey: '1_1_1',
  },
  'openim/admin_msgwithdraw': { From_Account: 'ann', To_Account: 'bob', MsgKey: '1_1_1' },
  'group_open_http_svc/create_group': {
    ...shown,
    Owner_Account: 'ann',
    Type: 'Public',
    GroupId: 'g1',
    MaxMemberCount: 9,
    SupportTopic: 0,
    MemberList: [{ Member_Account: 'bob', Role: 'Admin', AppMemberDefinedData: [{ Key: 'k', Value: 'v' }] }],
  },
  'group_open_http_svc/modify_group_base_info': {
    ...shown,
    GroupId: 'g',
    MaxMemberNum: 9,
    MuteAllMember: 'Off',
    HistoryMsgBeforeJoin: 'On',
    From_Account: 'ann',
  },
  'group_open_http_svc/destroy_group': { GroupId: 'spare' },
  'group_open_http_svc/get_appid_group_list': { Limit: 10, Next: 0, GroupType: 'Public' },
  'group_open_http_svc/get_group_info': {
    GroupIdList: ['g'],
    ResponseFilter: {
      GroupBaseInfoFilter: ['Type'],
      MemberInfoFilter: ['Account', 'Role'],
      AppDefinedDataFilter_Group: ['k'],
      AppDefinedDataFilter_GroupMember: ['k'],
    },
  },
  'group_open_http_svc/get_joined_group_list': {
    Member_Account: 'ann',
    WithHugeGroups: 1,
    WithNoActiveGroups: 1,
    Limit: 10,
    Offset: 0,
    GroupType: 'Public',
    SupportTopic: 0,
    ResponseFilter: { GroupBaseInfoFilter: ['Name'], SelfInfoFilter: ['Role'] },
  },
  'group_open_http_svc/get_group_member_info': {
    GroupId: 'g',
    MemberInfoFilter: ['Role'],
    MemberRoleFilter: ['Owner'],
    AppDefinedDataFilter_GroupMember: ['k'],
    Limit: 10,
    Offset: 0,
    Next: '',
  },
  'group_open_http_svc/add_group_member': { GroupId: 'g', Silence: 1, MemberList: [{ Member_Account: 'cat' }] },
  'group_open_http_svc/delete_group_member': {
    GroupId: 'g',
    Silence: 1,
    Reason: 'r',
    MemberToDel_Account: ['cat'],
  },
  'group_open_http_svc/send_group_msg': {
    GroupId: 'g',
    From_Account: 'ann',
    Random: 1,
    MsgPriority: 'Low',
    MsgBody: text,
    CloudCustomData: 'c',
    OfflinePushInfo: push,
    ForbidCallbackControl: ['ForbidAfterSendMsgCallback'],
    OnlineOnlyFlag: 0,
    SendMsgControl: ['NoUnread'],
    SupportMessageExtension: 1,
    To_Account: ['bob'],
    GroupAtInfo: [{ GroupAtAllFlag: 0, GroupAt_Account: 'bob' }],
    NeedReadReceipt: 1,
    TopicId: '',
  },
  'group_open_http_svc/group_msg_get_simple': {
    GroupId: 'g',
    ReqMsgNumber: 20,
    ReqMsgSeq: 5,
    WithRecalledMsg: 1,
    TopicId: '',
  },
  'group_open_http_svc/group_msg_recall': { GroupId: 'g', MsgSeqList: [{ MsgSeq: 9 }], Reason: 'r', TopicId: '' },
}

const codes = (ErrorCode: number, ...keys: string[]) =>
  Object.fromEntries(keys.map(key => [`group_open_http_svc/${key}`, { ErrorCode }]))

/** What the same requests get from an app that has none of what they name. */
const foreign: Record<string, object> = {
  'im_open_login_svc/account_import': { ErrorCode: 0 },
  'im_open_login_svc/multiaccount_import': { ErrorCode: 0 },
  'im_open_login_svc/account_delete': { ResultItem: [{ ResultCode: 70107 }] },
  'im_open_login_svc/account_check': { ResultItem: [{ AccountStatus: 'NotImported' }] },
  'im_open_login_svc/kick': { ErrorCode: 70107 },
  'openim/query_online_status': { QueryResult: [], ErrorList: [{ ErrorCode: 70107 }] },
  'openim/querystate': { QueryResult: [], ErrorList: [{ ErrorCode: 70107 }] },
  'profile/portrait_set': { ErrorCode: 40003 },
  'profile/portrait_get': { Fail_Account: ['ann'] },
  'openim/sendmsg': { ErrorCode: 90048 },
  'openim/batchsendmsg': { ErrorCode: 90008 },
  'openim/admin_getroammsg': { ErrorCode: 90008 },
  'openim/admin_msgwithdraw': { ErrorCode: 90008 },
  'group_open_http_svc/get_appid_group_list': { TotalCount: 0, GroupIdList: [] },
  'group_open_http_svc/get_group_info': { GroupInfo: [{ ErrorCode: 10010 }] },
  ...codes(10019, 'create_group', 'get_joined_group_list'),
  ...codes(10010, 'modify_group_base_info', 'destroy_group', 'get_group_member_info', 'add_group_member'),
  ...codes(10010, 'delete_group_member', 'send_group_msg', 'group_msg_get_simple', 'group_msg_recall'),
}

const cursor = (place: string) => `"${Buffer.from(place).toString('base64url')}"`

/** As JSON, because some are what no value of JavaScript holds. */
const hostile = [
  ...['null', 'true', '0', '-1', '1.5', '1e30', '1e999', '2147483648', '4294967296', '9007199254740993'],
  ...[`1${'0'.repeat(30)}`, '""', '" "', '"x"', '"1"', '"\\u0000"', '"\\u0001"', '"\\ud800"', '"\u202e"', '"/../"'],
  ...[
    `"${'x'.repeat(9000)}"`,
    `"${'\u{1F600}'.repeat(600)}"`,
    '"@TGS#1"',
    '"@TGS#_@TGS#1"',
    '"4294967295_1_999999999999"',
  ],
  ...['"__proto__"', '"constructor"', '["__proto__"]', '["constructor","toString"]', '{"__proto__":1}'],
  ...[cursor('[0,1,"\\ud800"]'), cursor('[0,1,"\\u0000"]'), cursor('[2,-9007199254740991,""]'), cursor('[9,1,"a"]')],
  ...['[]', '{}', '[null]', '[0]', '[""]', '["\\ud800"]', '["x","x"]', '[{}]', '[[]]', '{"x":9007199254740993}'],
  ...[
    `[${'"u",'.repeat(500)}"u"]`,
    `[${'0,'.repeat(600)}0]`,
    `${'['.repeat(40)}${']'.repeat(40)}`,
    `${'['.repeat(200)}${']'.repeat(200)}`,
  ],
]

/** What the services say when the server itself failed. */
const internal = new Set([10002, 40006, 60008, 60013, 70169, 70202, 70500, 90992, 90994, 90995, 91000])

beforeAll(async () => {
  const memory = openMemory()
  const commit = async (steps: Step[]) => {
    const result = await memory.commit(steps)
    const request = asking.getStore()
    const rows = steps.filter(step => step.do !== 'check' && step.table.name !== 'id_blocks').length
    if (request && result.ok) request.written += rows
    return result
  }
  server = await startServer({ store: { ...memory, commit }, apps: 2 })
  ;[app, other] = server.apps as [App, App]
  const query = `sdkappid=${app.id}&identifier=administrator&usersig=${userSig(app, 'administrator')}&random=1&contenttype=json`
  signed = { method: 'POST', query, headers: {}, address: '127.0.0.1' }
  await ask(app, 'im_open_login_svc/multiaccount_import', { Accounts: ['ann', 'bob', 'cat', 'gone'] })
  await ask(other, 'im_open_login_svc/account_check', { CheckItem: [{ UserID: 'ann' }] })
  for (const GroupId of ['g', 'spare'])
    await ask(app, 'group_open_http_svc/create_group', { GroupId, Type: 'Public', Name: 'g', Owner_Account: 'ann' })
  const call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
  const parts = [{ type: 'text' as const, text: 'hi' }]
  const client = { id: '1/1', window: 1000 }
  await server.core.send.toUser(call, 'bob', { from: 'ann', parts, client, shown: 1000 })
})
afterAll(() => server.stop())

async function ask(of: App, key: string, body: object) {
  return (await callTencent(server, of, key, body)).body
}

/** The places of a request: every value in it, the first entry of each list for all of them, and fields that nobody knows. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const inside = Array.isArray(value) ? ([[0, value[0]]] as const) : Object.entries({ ...value, Unknown: 0 })
  const below = inside.flatMap(([name, each]) => placesOf(each, [...path, name]))
  return path.length > 0 ? [path, ...below] : below
}

/** The request as JSON with other JSON in one place. */
function withInPlace(body: object, path: (string | number)[], json: string): string {
  const copy = structuredClone(body) as Record<string | number, unknown>
  const holder = path.slice(0, -1).reduce((at, name) => at[name] as typeof at, copy)
  holder[path.at(-1) as string] = '\u2620'
  return JSON.stringify(copy).replace('"\u2620"', () => json)
}

/** What is wrong with the reply to a bad request; undefined when nothing is. */
async function fault(key: string, raw: string): Promise<string | undefined> {
  const request = { written: 0 }
  const wire = { ...signed, path: `/v4/${key}`, body: Buffer.from(raw) }
  const reply = await asking.run(request, () => serve(tencent, server.core, wire))
  const { status, body } = { ...reply, body: JSON.parse(reply.body) }
  const { ActionStatus, ErrorCode } = body
  if (status !== 200) return `HTTP ${status}`
  if (!Number.isInteger(ErrorCode) || ActionStatus !== (ErrorCode === 0 ? 'OK' : 'FAIL')) return writeJson(body)
  if (internal.has(ErrorCode)) return `internal error ${ErrorCode}`
  if (ErrorCode !== 0 && request.written > 0) return `refused with ${ErrorCode}, and wrote ${request.written} rows`
  return Object.keys(body).includes('__proto__') || writeJson(body).includes('"__proto__":')
    ? writeJson(body)
    : undefined
}

describe.each(readCatalogue('tencent-im').operations.filter(each => tencent.operations.has(each.id)))('$id', entry => {
  const body = good[entry.id] as object

  test('[TE5] a good request with all documented fields is taken', async () => {
    const places = new Set(placesOf(body).map(path => path.join('.').replaceAll('.0', '[]')))
    expect(entry.request.map(field => field.name).filter(name => !places.has(name))).toEqual([])
    expect(await ask(app, entry.id, body)).toMatchObject({ ErrorCode: 0 })
  })

  test('[TE5] no value of any field makes it fail by itself, and what is refused changes nothing', async () => {
    const faults: string[] = []
    for (const path of placesOf(body))
      for (const json of hostile) {
        const found = await fault(entry.id, withInPlace(body, path, json))
        if (found) faults.push(`${path.join('.')} = ${json.slice(0, 80)}: ${found}`)
      }
    expect(faults).toEqual([])
  })

  test('[TE5] another app has none of it', async () => {
    expect(await ask(other, entry.id, body)).toMatchObject(foreign[entry.id] as object)
  })
})

test('[TE5] what a request writes is counted', async () => {
  const raw = JSON.stringify(good['profile/portrait_set'])
  const request = { written: 0 }
  const wire = { ...signed, path: '/v4/profile/portrait_set', body: Buffer.from(raw) }
  await asking.run(request, () => serve(tencent, server.core, wire))
  expect(request.written).toBe(1)
})

test('[TE5] the same field twice counts as the last', async () => {
  const raw = '{"CheckItem":5,"CheckItem":[{"UserID":"x","UserID":"ann"}]}'
  const { body } = await callTencent(server, app, 'im_open_login_svc/account_check', undefined, { raw })
  expect(body.ResultItem).toMatchObject([{ UserID: 'ann', AccountStatus: 'Imported' }])
})

test('[TE10] what every object of the server has by itself is no service, no platform and no field', async () => {
  const identifier = 'ann'
  for (const service of ['constructor', '__proto__', 'toString'])
    expect((await callTencent(server, app, `${service}/x`, {}, { identifier })).body).toMatchObject({
      ErrorCode: 60010,
    })
  for (const platform of ['constructor', '__proto__'])
    await server.core.presence.enter({ app: app.id, user: 'bob', id: platform, platform, device: platform })
  const status = await ask(app, 'openim/query_online_status', { To_Account: ['bob'], IsNeedDetail: 1 })
  expect(status.QueryResult[0].Detail).toEqual([{ Platform: 'PC', Status: 'Online' }])
})

test('[TE70] of two who make the same group at once one has it; nobody gets into a group that is being disbanded', async () => {
  const service = 'group_open_http_svc'
  const twin = { GroupId: 'twin', Type: 'Public', Name: 'g', Owner_Account: 'ann' }
  const made = await Promise.all([ask(app, `${service}/create_group`, twin), ask(app, `${service}/create_group`, twin)])
  expect(made.map(reply => reply.ErrorCode).sort()).toEqual([0, 10025])
  const bob = { GroupId: 'twin', MemberList: [{ Member_Account: 'bob' }] }
  const [destroyed, added] = await Promise.all([
    ask(app, `${service}/destroy_group`, { GroupId: 'twin' }),
    ask(app, `${service}/add_group_member`, bob),
  ])
  expect(destroyed.ErrorCode).toBe(0)
  expect([0, 10010]).toContain(added.ErrorCode)
  const joined = await ask(app, `${service}/get_joined_group_list`, { Member_Account: 'bob' })
  expect(joined.GroupIdList).not.toContainEqual({ GroupId: 'twin' })
})
