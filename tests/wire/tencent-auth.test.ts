import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import {
  agedSig,
  callTencent,
  handMadeSig,
  type TencentOptions,
  type TencentReply,
  userSig,
  wrapped,
} from '../support/tencent.ts'

const check = 'im_open_login_svc/account_check'
const one = { CheckItem: [{ UserID: 'u_1' }] }

let server: TestServer
let app: App
let other: App

beforeAll(async () => {
  const account = testAccount(2100000001, 4)
  const [, , closed, fenced] = account.apps as [App, App, App, App]
  closed.disabled = true
  fenced.ipAllowList = ['10.0.0.0/8']
  server = await startServer({ accounts: [account], limits: 'vendor' })
  ;[app, other] = server.apps as [App, App]
})
afterAll(() => server.stop())

function call(options: TencentOptions, key = check, body: unknown = one): Promise<TencentReply> {
  return callTencent(server, app, key, body, options)
}

function refused(code: number) {
  return { ActionStatus: 'FAIL', ErrorInfo: expect.stringMatching(/./), ErrorCode: code }
}

test('[TE1] a reply has status 200, the envelope and the headers of the vendor', async () => {
  const reply = await call({})
  expect(reply.status).toBe(200)
  expect(reply.body).toMatchObject({ ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 })
  expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
  expect(reply.headers.get('access-control-allow-origin')).toBe('*')
  expect(reply.headers.get('access-control-allow-headers')).toBe('X-Requested-With')
  expect(reply.headers.get('access-control-allow-methods')).toBe('POST')
})

test('[TE1] profile replies have ErrorDisplay besides, also refused ones', async () => {
  const body = { To_Account: ['u_9'], TagList: ['Tag_Profile_IM_Nick'] }
  expect((await call({}, 'profile/portrait_get', body)).body.ErrorDisplay).toBe('')
  expect((await call({}, 'profile/portrait_get', {})).body).toEqual({ ...refused(40002), ErrorDisplay: '' })
})

const malformed: [string, number, TencentOptions][] = [
  ['GET instead of POST', 60002, { method: 'GET' }],
  ['PUT instead of POST', 60002, { method: 'PUT' }],
  ['no sdkappid', 60012, { query: { sdkappid: undefined } }],
  ['an empty sdkappid', 60012, { query: { sdkappid: '' } }],
  ['sdkappid in other letters', 60012, { query: { sdkappid: undefined, SdkAppId: '1400000001' } }],
  ['an unknown sdkappid', 60006, { query: { sdkappid: '1499999999' } }],
  ['a sdkappid that is no number', 60006, { query: { sdkappid: 'x' } }],
  ['no random', 60002, { query: { random: undefined } }],
  ['a random of 33 bits', 60002, { query: { random: '4294967296' } }],
  ['a negative random', 60002, { query: { random: '-1' } }],
  ['a broken random', 60002, { query: { random: '1.5' } }],
  ['no contenttype', 60002, { query: { contenttype: undefined } }],
  ['another contenttype', 60002, { query: { contenttype: 'JSON' } }],
  ['no identifier', 60004, { query: { identifier: undefined } }],
  ['no usersig', 70002, { query: { usersig: undefined } }],
  ['an empty usersig', 70002, { usersig: '' }],
  ['a usersig that is no base64', 70003, { usersig: 'a b c' }],
  ['a usersig that is no zlib', 70003, { usersig: 'YWJj' }],
  ['a usersig that inflates to 1 MB', 70003, { usersig: wrapped(Buffer.alloc(1024 * 1024)) }],
  ['a usersig without JSON', 70005, { usersig: wrapped('hello') }],
  ['a usersig without a ticket', 70005, { usersig: wrapped('{}') }],
  ['a body that is no JSON', 60003, { raw: '{"a":' }],
  ['an empty body', 60003, { raw: '' }],
  ['a list as body', 60003, { raw: '[]' }],
  ['a text as body', 60003, { raw: '"x"' }],
  ['null as body', 60003, { raw: 'null' }],
  ['a body that is no UTF-8', 60003, { raw: Buffer.from('{"a":"\xff"}', 'latin1') }],
  ['a body that nests too deep', 60003, { raw: `${'{"a":'.repeat(100)}1${'}'.repeat(100)}` }],
  ['an unknown command', 60009, { path: '/v4/openim/sendmsgs' }],
  ['an unknown service', 60009, { path: '/v4/nothing/sendmsg' }],
  ['a path without a command', 60009, { path: '/v4/openim' }],
  ['a command in other letters', 60009, { path: '/v4/openim/SendMsg' }],
  ['a path with more', 60009, { path: '/v4/openim/sendmsg/x' }],
]

test.each(malformed)('[TE2] %s is refused with %i', async (_, code, options) => {
  const reply = await call({ identifier: 'administrator', ...options })
  expect(reply.status).toBe(200)
  expect(reply.body).toEqual(refused(code))
})

test('[TE2] a query that is not properly encoded is refused', async () => {
  const reply = await fetch(`${server.url}/v4/${check}?sdkappid=${app.id}&identifier=%zz`, {
    method: 'POST',
    body: '{}',
  })
  expect(await reply.json()).toEqual(refused(60002))
})

test('[TE2] {} is body enough, and a usersig may also come percent-encoded', async () => {
  expect((await call({ raw: '{}' })).body).toEqual(refused(70402))
  const usersig = userSig(app, 'administrator')
  const query = `sdkappid=${app.id}&identifier=administrator&random=0&contenttype=json`
  for (const sig of [usersig, encodeURIComponent(usersig).replaceAll('*', '%2A')]) {
    const reply = await fetch(`${server.url}/v4/${check}?${query}&usersig=${sig}`, {
      method: 'POST',
      body: JSON.stringify(one),
    })
    expect(await reply.json()).toMatchObject({ ErrorCode: 0 })
  }
})

test('[TE3] a command that is not offered yet says so', async () => {
  const reply = await call({}, 'sns/friend_add')
  expect(reply.body).toEqual({ ...refused(60009), ErrorDisplay: '' })
  expect(reply.body.ErrorInfo).toMatch(/not offer/)
  expect((await call({}, 'sns/nothing')).body.ErrorInfo).toMatch(/no command sns\/nothing/)
})

test('[TE11] a UserSig of another user, app or key is refused', async () => {
  const at = { time: Math.floor(Date.now() / 1000), expire: 60 }
  const mine = { identifier: 'administrator', sdkappid: app.id, ...at }
  const key = app.tencent?.secretKey as string
  expect((await call({ usersig: userSig(app, 'u_1') })).body).toEqual(refused(70013))
  expect((await call({ usersig: userSig(other, 'administrator') })).body).toEqual(refused(70014))
  expect((await call({ usersig: handMadeSig(mine, other.tencent?.secretKey as string) })).body).toEqual(refused(70009))
  expect((await call({ usersig: handMadeSig(mine, key, { 'TLS.expire': 999_999 }) })).body).toEqual(refused(70009))
  expect((await call({ usersig: handMadeSig(mine, key) })).body.ErrorCode).toBe(0)
  // Verified once, it is still nobody else's.
  const kept = userSig(app, 'administrator')
  expect((await call({ usersig: kept })).body.ErrorCode).toBe(0)
  expect((await call({ usersig: kept, identifier: 'u_1' })).body).toEqual(refused(70013))
})

test('[TE12] an expired UserSig is refused, also one that was good a moment ago', async () => {
  expect((await call({ usersig: agedSig(app, 'administrator', 61, 60) })).body).toEqual(refused(70001))
  let now = Date.now()
  const clocked = await startServer({ clock: () => now })
  const [clockedApp] = clocked.apps as [App]
  const usersig = userSig(clockedApp, 'administrator', 60)
  expect((await callTencent(clocked, clockedApp, check, one, { usersig })).body.ErrorCode).toBe(0)
  now += 61_000
  expect((await callTencent(clocked, clockedApp, check, one, { usersig })).body).toEqual(refused(70001))
  await clocked.stop()
})

test('[TE12] kick and ban act at once, also on a UserSig that was verified before', async () => {
  const usersig = agedSig(other, 'administrator', 60)
  const [, theirs] = server.apps as [App, App]
  const ask = () => callTencent(server, theirs, check, one, { usersig })
  expect((await ask()).body.ErrorCode).toBe(0)
  const kick = { UserID: 'administrator' }
  expect((await callTencent(server, theirs, 'im_open_login_svc/kick', kick, { usersig })).body.ErrorCode).toBe(0)
  expect((await ask()).body).toEqual(refused(70052))
  const fresh = { usersig: agedSig(theirs, 'administrator', -2) }
  expect((await callTencent(server, theirs, check, one, fresh)).body.ErrorCode).toBe(0)
  const admin = { app: theirs, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
  await server.core.users.ban(admin, 'administrator', true, { now: false })
  expect((await callTencent(server, theirs, check, one, fresh)).body).toEqual(refused(70051))
  await server.core.users.ban(admin, 'administrator', false, { now: false })
  expect((await callTencent(server, theirs, check, one, fresh)).body.ErrorCode).toBe(0)
})

test.each([
  ['im_open_login_svc/account_import', 70403],
  ['openim/sendmsg', 90009],
  ['profile/portrait_get', 40004],
  ['sns/friend_add', 30004],
  ['recentcontact/get_list', 50003],
  ['group_open_http_svc/create_group', 60010],
  ['open_msg_svc/get_history', 60010],
])('[TE14] only administrators call %s', async (key, code) => {
  const reply = await call({ identifier: 'u_1' }, key, {})
  expect(reply.body).toMatchObject(refused(code))
})

test('[TE15] disabled apps and callers that are not on the list are refused', async () => {
  const [, , closed, fenced] = server.apps as [App, App, App, App]
  expect((await callTencent(server, closed, check, one)).body).toEqual(refused(60016))
  expect((await callTencent(server, fenced, check, one)).body).toEqual(refused(60021))
})

test('[TE16] administrators are accounts without being imported', async () => {
  const body = { CheckItem: [{ UserID: 'administrator' }] }
  expect((await call({}, check, body)).body.ResultItem[0].AccountStatus).toBe('Imported')
})

test('[TE17] after 20 wrong UserSigs an account has to wait, on this address, and nobody else', async () => {
  const wrong = handMadeSig(
    { identifier: 'u_7', sdkappid: app.id, time: Math.floor(Date.now() / 1000), expire: 60 },
    'f'.repeat(64),
  )
  for (let i = 0; i < 20; i++) expect((await call({ identifier: 'u_7', usersig: wrong })).body).toEqual(refused(70009))
  expect((await call({ identifier: 'u_7', usersig: wrong })).body).toEqual(refused(70050))
  expect((await call({ identifier: 'u_7' })).body).toEqual(refused(70050))
  expect((await call({ identifier: 'u_8' })).body).toEqual(refused(70403))
  expect((await call({})).body.ErrorCode).toBe(0)
})
