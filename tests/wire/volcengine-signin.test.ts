import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { signIn } from '../../src/dialects/volcengine/token.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { callVolcengine } from '../support/volcengine.ts'

let server: TestServer
let app: App
let other: App
let now = Date.now()

beforeAll(async () => {
  server = await startServer({ apps: 2, clock: () => now })
  app = server.apps[0] as App
  other = server.apps[1] as App
})
beforeEach(() => {
  now = Date.now()
})
afterAll(() => server.stop())

const hour = 3_600_000

async function token(user: object, ExpireTime: number | bigint = hour, of = app): Promise<string> {
  const body = { AppId: of.id, ExpireTime, ...user }
  return (await callVolcengine(server, of, 'GetAppToken', body)).body.Result.Token
}

const enter = (token: string, appId = app.id) => signIn(server.core, { dialect: 'volcengine', appId, token })
const fault = (reason: string) => expect.objectContaining({ name: 'Fault', reason })
const call = () => ({ app, admin: true, origin: { dialect: 'volcengine', via: 'rest' } }) as const

test('[VO22] a token signs in its user, by number or by text, registered or not [volcengine GetAppToken]', async () => {
  expect(await enter(await token({ UserId: 42 }))).toEqual({
    user: '42',
    call: { app, operator: '42', admin: false, origin: { dialect: 'volcengine', via: 'client' } },
  })
  expect((await enter(await token({ UserId: 0, UserIdStr: 'ann' }))).user).toBe('ann')
  expect((await enter(await token({ UserId: 42, UserIdStr: 'bob' }))).user).toBe('bob')
})

test('[VO21] ExpireTime is a span up to ten years, else a point in time [volcengine GetAppToken]', async () => {
  const spans = [await token({ UserId: 42 }, hour), await token({ UserId: 42 }, now + hour)]
  now += hour - 1
  for (const each of spans) expect((await enter(each)).user).toBe('42')
  now += 1
  for (const each of spans) await expect(enter(each)).rejects.toEqual(fault('user.token'))
})

test('[VO22] nothing but the whole token of the same app is taken', async () => {
  const good = await token({ UserId: 42 })
  const [form, body = '', mac = ''] = good.split('.')
  const said = JSON.parse(Buffer.from(body, 'base64url').toString())
  const forged = Buffer.from(JSON.stringify({ ...said, user: '43' })).toString('base64url')
  const wrong = [
    '',
    'x',
    '..',
    `${form}.${body}`,
    `${form}.${body}.`,
    `${form}.${body}.${mac}.`,
    `${form}.${body}.${mac.slice(0, -2)}`,
    `${form}.${forged}.${mac}`,
    `m2.${body}.${mac}`,
    `${form}.${body}.${mac[0] === 'A' ? 'B' : 'A'}${mac.slice(1)}`,
  ]
  for (const each of wrong) await expect(enter(each), each).rejects.toEqual(fault('user.token'))
  await expect(enter(await token({ UserId: 42 }, hour, other))).rejects.toEqual(fault('user.token'))
  await expect(enter(good, other.id)).rejects.toEqual(fault('user.token'))
  await expect(enter(good, 5)).rejects.toEqual(fault('app.unknown'))
  for (const credentials of [undefined, {}, { appId: app.id }, { appId: String(app.id), token: good }])
    await expect(signIn(server.core, credentials)).rejects.toEqual(fault('request.invalid'))
  expect((await enter(good)).user).toBe('42')
})

test('[VO23] signing out everywhere voids earlier tokens, a ban keeps out', async () => {
  await callVolcengine(server, app, 'RegisterUsers', { AppId: app.id, Users: [{ UserId: 77 }] })
  const before = await token({ UserId: 77 })
  expect((await enter(before)).user).toBe('77')
  await server.core.users.signOut(call(), '77')
  await expect(enter(before)).rejects.toEqual(fault('user.kicked'))
  now += 1000
  const after = await token({ UserId: 77 })
  expect((await enter(after)).user).toBe('77')
  await server.core.users.ban(call(), '77', true, { now: false })
  await expect(enter(after)).rejects.toEqual(fault('user.banned'))
  await server.core.users.ban(call(), '77', false, { now: false })
  expect((await enter(after)).user).toBe('77')
})

test('[VO22] a disabled app lets nobody in', async () => {
  const good = await token({ UserId: 42 })
  app.disabled = true
  await expect(enter(good)).rejects.toEqual(fault('app.disabled'))
  app.disabled = false
})
