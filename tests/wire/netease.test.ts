import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { StoreUnavailable } from '../../src/storage/store.ts'
import { callNetease, type NeteaseOptions } from '../support/netease.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'

let server: TestServer
let app: App
beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
})
afterAll(() => server.stop())

const create = 'user/create.action'
let count = 0

async function codeOf(options: NeteaseOptions, key = create, fields: object = { accid: `u${++count}` }) {
  const { status, body } = await callNetease(server, app, key, fields, options)
  expect(status).toBe(200)
  const { code, desc } = body as { code: number; desc?: string }
  if (code !== 200) expect(desc).toEqual(expect.any(String))
  return code
}

test('[NE2] the four headers must be there once, the Nonce at most 128 characters; their case is free', async () => {
  for (const name of ['AppKey', 'Nonce', 'CurTime', 'CheckSum'])
    expect(await codeOf({ headers: { [name]: undefined } })).toBe(414)
  expect(await codeOf({ headers: { Nonce: 'n'.repeat(129) } })).toBe(414)
  expect(await codeOf({ headers: { Nonce: 'n'.repeat(128) } })).toBe(200)
  const { appKey, appSecret } = app.netease as { appKey: string; appSecret: string }
  const curTime = String(Math.floor(Date.now() / 1000))
  const sum = createHash('sha1').update(`${appSecret}n${curTime}`).digest('hex')
  const headers = { APPKEY: appKey, nonce: 'n', CURTIME: curTime, checksum: sum }
  expect((await raw({ ...headers, 'content-type': 'application/x-www-form-urlencoded' }, 'accid=cased')).code).toBe(200)
  expect(
    (await raw({ ...headers, nonce: ['n', 'n'], 'content-type': 'application/x-www-form-urlencoded' }, 'accid=x')).code,
  ).toBe(414)
})

test('[NE3] an unknown AppKey and a CheckSum that does not fit are 414', async () => {
  expect(await codeOf({ headers: { AppKey: 'f'.repeat(32) } })).toBe(414)
  expect(await codeOf({ headers: { CheckSum: '0'.repeat(40) } })).toBe(414)
  expect(await codeOf({ headers: { CheckSum: 'short' } })).toBe(414)
  const { appSecret } = app.netease as { appSecret: string }
  const curTime = String(Math.floor(Date.now() / 1000))
  const sum = createHash('sha1').update(`${appSecret}n${curTime}`).digest('hex')
  expect(await codeOf({ headers: { Nonce: 'n', CurTime: curTime, CheckSum: sum.toUpperCase() } })).toBe(414)
  expect(await codeOf({ headers: { Nonce: 'm', CurTime: curTime, CheckSum: sum } })).toBe(414)
  expect(await codeOf({ headers: { Nonce: 'n', CurTime: curTime, CheckSum: sum } })).toBe(200)
})

test('[NE4] CurTime is in seconds and within 5 minutes of the server, both ways', async () => {
  const now = Math.floor(Date.now() / 1000)
  expect(await codeOf({ curTime: now - 290 })).toBe(200)
  expect(await codeOf({ curTime: now + 290 })).toBe(200)
  expect(await codeOf({ curTime: now - 302 })).toBe(414)
  expect(await codeOf({ curTime: now + 302 })).toBe(414)
  expect(await codeOf({ curTime: Date.now() })).toBe(414)
  expect(await codeOf({ headers: { CurTime: 'now' } })).toBe(414)
})

test('[NE5] only POST is answered, and every refusal is HTTP 200 with code and desc', async () => {
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) expect(await codeOf({ method })).toBe(414)
  const { body, status } = await callNetease(server, app, create, {}, {})
  expect({ body, status }).toEqual({ status: 200, body: { code: 414, desc: expect.stringContaining('accid') } })
})

test('[NE6] the body is a form in UTF-8', async () => {
  const type = (value: string | undefined) => codeOf({ headers: { 'Content-Type': value }, body: `accid=t${++count}` })
  expect(await type('application/x-www-form-urlencoded')).toBe(200)
  expect(await type('Application/X-WWW-Form-Urlencoded; Charset="UTF-8"')).toBe(200)
  expect(await type('application/json')).toBe(414)
  expect(await type('multipart/form-data; boundary=x')).toBe(414)
  expect(await type('application/x-www-form-urlencoded; charset=gbk')).toBe(414)
  expect(await codeOf({ body: Buffer.from('accid=t1') })).toBe(200)
  expect((await raw({}, 'accid=x')).code).toBe(414)
})

test('[NE7] wrong percent-encoding and bytes that are no UTF-8 are 414', async () => {
  for (const value of ['%', '%4', '%zz', '%ff%fe', '%ed%a0%80'])
    expect(await codeOf({ body: `accid=e1&name=${value}` })).toBe(414)
  expect(await codeOf({ body: Buffer.from([...Buffer.from('accid=e1&name='), 0xff]) })).toBe(414)
  expect(await codeOf({ body: 'accid=e1&name=%00' })).toBe(414)
  expect(await codeOf({ body: 'acc%69d=e1&name=a+b%2B%E4%BD%A0&&flag' })).toBe(200)
  const { body } = await callNetease(server, app, 'user/getUinfos.action', { accids: '["e1"]' })
  expect(body).toEqual({ code: 200, uinfos: [{ accid: 'e1', name: 'a b+你', gender: 0 }] })
})

test('[NE8] of a field that stands twice the first counts; a form has at most 100 fields and 1 MiB', async () => {
  expect(await codeOf({ body: 'accid=f1&accid=f2' })).toBe(200)
  expect(await codeOf({}, 'user/getUinfos.action', { accids: '["f1"]' })).toBe(200)
  expect(await codeOf({}, 'user/getUinfos.action', { accids: '["f2"]' })).toBe(414)
  const fields = (n: number) => Array.from({ length: n }, (_, i) => `&x${i}=`).join('')
  expect(await codeOf({ body: `accid=f3${fields(99)}` })).toBe(200)
  expect(await codeOf({ body: `accid=f4${fields(100)}` })).toBe(414)
  const sized = (accid: string, bytes: number) => `accid=${accid}&x=`.padEnd(bytes, 'x')
  expect(await codeOf({ body: sized('f5', 1024 * 1024) })).toBe(200)
  expect(await codeOf({ body: sized('f6', 1024 * 1024 + 1) })).toBe(414)
  expect(await codeOf({ body: sized('f7', 3 * 1024 * 1024) })).toBe(414)
})

test('[NE9] a path that is no operation is 404, one that this server does not offer is 514 to callers it knows', async () => {
  for (const path of ['/nimserver/', '/nimserver/user', '/nimserver/user/create', '/nimserver/user/cre%61te.action'])
    expect(await codeOf({ path, headers: { CheckSum: undefined } })).toBe(404)
  expect(await codeOf({}, 'chatroom/create.action')).toBe(514)
  expect(await codeOf({}, 'job/nos/del.action')).toBe(514)
  expect(await codeOf({ headers: { CheckSum: 'x' } }, 'chatroom/create.action')).toBe(414)
})

test('[NE10] a RequestId must not come again', async () => {
  const once = { headers: { RequestId: 'r-1' } }
  expect(await codeOf(once)).toBe(200)
  expect(await codeOf(once)).toBe(431)
  expect(await codeOf({ headers: { requestid: 'r-1' } })).toBe(431)
  expect(await codeOf({ headers: { RequestId: 'r-2' } })).toBe(200)
})

test('[NE11] a call that was not let in leaves its RequestId free', async () => {
  const headers = { RequestId: 'r-3' }
  expect(await codeOf({ headers: { ...headers, CheckSum: 'x' } })).toBe(414)
  expect(await codeOf({ headers })).toBe(200)
})

test('[NE15] a disabled app is 403, an address that is not on the list 315', async () => {
  const account = testAccount(2100000077, 3)
  const [disabled, closed, open] = account.apps as [App, App, App]
  disabled.disabled = true
  closed.ipAllowList = ['10.0.0.0/8']
  open.ipAllowList = ['127.0.0.1']
  const other = await startServer({ accounts: [account] })
  const codes = await Promise.all(
    account.apps.map(async each => (await callNetease(other, each, create, { accid: 'a' })).body as { code: number }),
  )
  await other.stop()
  expect(codes.map(body => body.code)).toEqual([403, 315, 200])
})

test('[NE16] a store that cannot write is 503, an error inside the server 500', async () => {
  const store = openMemory()
  let failure: Error | undefined
  const failing = {
    ...store,
    commit: (steps: Parameters<typeof store.commit>[0]) => (failure ? Promise.reject(failure) : store.commit(steps)),
  }
  const other = await startServer({ store: failing })
  other.core.log.error = () => {}
  const code = async () =>
    ((await callNetease(other, other.apps[0] as App, create, { accid: 'a' })).body as { code: number }).code
  failure = new StoreUnavailable('full')
  expect(await code()).toBe(503)
  failure = new Error('a bug')
  expect(await code()).toBe(500)
  failure = undefined
  expect(await code()).toBe(200)
  await other.stop()
  await store.close()
})

test('[NE14] a call over its rate is 416 until the block ends; other interfaces and other apps go on', async () => {
  const other = await startServer({ limits: 'vendor', apps: 2 })
  const [first, second] = other.apps as [App, App]
  await callNetease(other, first, create, { accid: 'a' })
  await callNetease(other, second, create, { accid: 'a' })
  const batch = { fromAccid: 'a', toAccids: '[]', type: '0', body: '{"msg":"x"}' }
  const call = async (each: App) =>
    ((await callNetease(other, each, 'msg/sendBatchMsg.action', batch)).body as { code: number }).code
  const codes = await Promise.all(Array.from({ length: 130 }, () => call(first)))
  expect(codes.filter(code => code === 200).length).toBe(120)
  expect(codes.filter(code => code === 416).length).toBe(10)
  expect([await call(first), await call(second)]).toEqual([416, 200])
  expect((await callNetease(other, first, create, { accid: 'b' })).body).toMatchObject({ code: 200 })
  await other.stop()
})

test('[NE13] calls of team management are counted together', async () => {
  const other = await startServer({ limits: { 'netease/team': { calls: 4, seconds: 60 } } })
  const codes: number[] = []
  for (const key of [
    'team/query',
    'team/joinTeams',
    'team/leave',
    'team/changeOwner',
    'team/queryDetail',
    'user/unblock',
  ])
    codes.push(((await callNetease(other, other.apps[0] as App, `${key}.action`, {})).body as { code: number }).code)
  await other.stop()
  expect(codes).toEqual([414, 414, 414, 514, 416, 414])
})

test('[NE11] a call over its rate leaves its RequestId free', async () => {
  const other = await startServer({ limits: { netease: { calls: 1, seconds: 1 } } })
  const call = async (headers = {}) =>
    ((await callNetease(other, other.apps[0] as App, create, {}, { headers })).body as { code: number }).code
  expect([await call(), await call({ RequestId: 'r' })]).toEqual([414, 416])
  await new Promise(resolve => setTimeout(resolve, 1100))
  expect(await call({ RequestId: 'r' })).toBe(414)
  await new Promise(resolve => setTimeout(resolve, 1100))
  expect(await call({ RequestId: 'r' })).toBe(431)
  await other.stop()
})

/** A request whose headers are sent as they are, with names in any case and values that stand twice. */
function raw(headers: Record<string, string | string[]>, body: string): Promise<{ code: number }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}/nimserver/${create}`, { method: 'POST', headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
    })
    request.on('error', reject)
    request.end(body)
  })
}

test('[NE10] a call that the server failed may be repeated with the same RequestId', async () => {
  const store = openMemory()
  const commit = store.commit
  const other = await startServer({ store })
  try {
    const send = () =>
      callNetease(other, other.apps[0] as App, 'user/create.action', { accid: 'a' }, { headers: { RequestId: 'r' } })
    store.commit = () => Promise.reject(new StoreUnavailable('full'))
    expect((await send()).body).toMatchObject({ code: 503 })
    store.commit = commit
    expect((await send()).body).toMatchObject({ code: 200 })
    expect((await send()).body).toMatchObject({ code: 431 })
  } finally {
    await other.stop()
  }
})
