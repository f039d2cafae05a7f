import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { explain } from '../../src/dialects/dialect.ts'
import { tencent } from '../../src/dialects/tencent/tencent.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { agedSig, callTencent, handMadeSig, userSig } from '../support/tencent.ts'

let server: TestServer
let app: App
let closed: App

beforeAll(async () => {
  server = await startServer({ apps: 2, limits: 'vendor' })
  ;[app, closed] = server.apps as [App, App]
  closed.disabled = true
})
afterAll(() => server.stop())

function signIn(userid: string, usersig: unknown, sdkappid: unknown = app.id, address = '192.0.2.1') {
  return tencent.signIn?.(server.core, { dialect: 'tencent', sdkappid, userid, usersig }, address)
}

/** The vendor's code of a refused sign-in. */
async function refusal(attempt: Promise<unknown> | undefined) {
  try {
    return await attempt
  } catch (error) {
    return explain(tencent, undefined, error).code
  }
}

test('[TE18] a UserSig signs its user in, without any right but their own; the first time imports the account', async () => {
  const signedIn = await signIn('new_1', userSig(app, 'new_1'))
  expect(signedIn).toEqual({
    user: 'new_1',
    call: { app, operator: 'new_1', admin: false, origin: { dialect: 'tencent', via: 'client' } },
  })
  const body = { CheckItem: [{ UserID: 'new_1' }] }
  const reply = await callTencent(server, app, 'im_open_login_svc/account_check', body)
  expect(reply.body.ResultItem[0].AccountStatus).toBe('Imported')
  expect((await signIn('administrator', userSig(app, 'administrator'), String(app.id)))?.call.admin).toBe(false)
})

test('[TE18] every wrong credential has its 70xxx code', async () => {
  const fields = { identifier: 'u_1', sdkappid: app.id, time: Math.floor(Date.now() / 1000), expire: 60 }
  expect(await refusal(signIn('u_1', ''))).toBe(70002)
  expect(await refusal(signIn('u_1', 'garbage'))).toBe(70003)
  expect(await refusal(signIn('u_1', userSig(app, 'u_2')))).toBe(70013)
  expect(await refusal(signIn('u_1', userSig(closed, 'u_1')))).toBe(70014)
  expect(await refusal(signIn('u_1', handMadeSig(fields, 'x')))).toBe(70009)
  expect(await refusal(signIn('u_1', agedSig(app, 'u_1', 61, 60)))).toBe(70001)
  expect(await refusal(signIn('u_1', userSig(app, 'u_1'), 1))).toBe(70020)
  expect(await refusal(signIn('u_1', userSig(closed, 'u_1'), closed.id))).toBe(60016)
  expect(await refusal(signIn('x'.repeat(33), userSig(app, 'x'.repeat(33))))).toBe(70402)
  expect(await refusal(signIn('u_1', 5))).toBe(60002)
  expect(await server.core.users.find(app.id, 'u_1')).toBeUndefined()
})

test('[TE18] kicked and banned users are refused at once', async () => {
  const usersig = agedSig(app, 'u_5', 60)
  expect((await signIn('u_5', usersig))?.user).toBe('u_5')
  await callTencent(server, app, 'im_open_login_svc/kick', { UserID: 'u_5' })
  expect(await refusal(signIn('u_5', usersig))).toBe(70052)
  const fresh = agedSig(app, 'u_5', -2)
  expect((await signIn('u_5', fresh))?.user).toBe('u_5')
  const admin = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
  await server.core.users.ban(admin, 'u_5', true, { now: false })
  expect(await refusal(signIn('u_5', fresh))).toBe(70051)
})

test('[TE17] whoever tries too many wrong UserSigs from one address has to wait, and nobody else', async () => {
  const guesses = Array.from({ length: 20 }, (_, i) => refusal(signIn('u_6', `guess-${i}`)))
  expect(await Promise.all(guesses)).toEqual(Array(20).fill(70003))
  expect(await refusal(signIn('u_6', userSig(app, 'u_6')))).toBe(70050)
  expect((await signIn('u_7', userSig(app, 'u_7')))?.user).toBe('u_7')
  expect((await signIn('u_6', userSig(app, 'u_6'), app.id, '192.0.2.2'))?.user).toBe('u_6')
})
