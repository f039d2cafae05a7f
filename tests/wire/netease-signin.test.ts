import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { Fault } from '../../src/core/errors.ts'
import { netease } from '../../src/dialects/netease/netease.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'

let server: TestServer
let app: App
beforeAll(async () => {
  const account = testAccount(2100000001, 2)
  ;(account.apps[1] as App).disabled = true
  server = await startServer({ accounts: [account] })
  app = server.apps[0] as App
})
afterAll(() => server.stop())

const call = async (key: string, fields: object) => (await callNetease(server, app, key, fields)).body

/** The user's id, or the code that the device is refused with. */
async function signIn(accid: string, token: unknown, appKey = app.netease?.appKey) {
  try {
    const signed = await netease.signIn?.(server.core, { dialect: 'netease', appKey, accid, token }, '127.0.0.1')
    return [signed?.user, signed?.call.operator, signed?.call.admin]
  } catch (error) {
    return netease.errors[(error as Fault).reason]
  }
}

test('[NE17] a device signs in with the token that was given, made, updated or refreshed last [netease user/create.action] [netease user/update.action] [netease user/refreshToken.action]', async () => {
  await call('user/create.action', { accid: 'Ann', token: 'given' })
  expect(await signIn('ann', 'given')).toEqual(['ann', 'ann', false])
  expect(await signIn('ANN', 'given')).toEqual(['ann', 'ann', false])
  const made = (await call('user/create.action', { accid: 'ben' })) as { info: { token: string } }
  expect(await signIn('ben', made.info.token)).toEqual(['ben', 'ben', false])
  await call('user/update.action', { accid: 'ann', token: 'updated' })
  expect([await signIn('ann', 'given'), await signIn('ann', 'updated')]).toEqual([302, ['ann', 'ann', false]])
  const fresh = (await call('user/refreshToken.action', { accid: 'ann' })) as { info: { token: string } }
  expect(fresh.info.token).toMatch(/^[0-9a-f]{32}$/)
  expect([await signIn('ann', 'updated'), await signIn('ann', fresh.info.token)]).toEqual([302, ['ann', 'ann', false]])
  await call('user/update.action', { accid: 'ann' })
  expect(await signIn('ann', fresh.info.token)).toEqual(['ann', 'ann', false])
})

test('[NE18] a wrong token, an unknown account and one without a token are 302; a wrong app or form is refused too', async () => {
  await call('user/create.action', { accid: 'cid', token: 'right' })
  expect(await signIn('cid', 'wrong')).toBe(302)
  expect(await signIn('cid', '')).toBe(302)
  expect(await signIn('nobody', 'right')).toBe(302)
  const teller = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
  await server.core.users.save(teller, [{ id: 'tokenless' }], { existing: 'refuse' })
  expect(await signIn('tokenless', '')).toBe(302)
  expect(await signIn('cid', 'right', 'no app')).toBe(414)
  expect(await signIn('cid', 'right', server.apps[1]?.netease?.appKey)).toBe(403)
  expect(await signIn('cid', 5)).toBe(414)
  await expect(netease.signIn?.(server.core, 'x', '127.0.0.1')).rejects.toThrow(Fault)
})

test('[NE19] a banned account is 422 until it is unblocked, and 302 with a wrong token [netease user/block.action] [netease user/unblock.action]', async () => {
  await call('user/create.action', { accid: 'dan', token: 't' })
  await call('user/block.action', { accid: 'dan' })
  expect([await signIn('dan', 't'), await signIn('dan', 'x')]).toEqual([422, 302])
  await call('user/unblock.action', { accid: 'dan' })
  expect(await signIn('dan', 't')).toEqual(['dan', 'dan', false])
})

test('[NE27] block kicks the devices only with needkick, and hands its text on [netease user/block.action]', async () => {
  await call('user/create.action', { accid: 'eva' })
  const heard: unknown[] = []
  server.core.bus.subscribe(`u.${app.id}.eva`, news => heard.push((news as { event: unknown }).event))
  await call('user/block.action', { accid: 'eva', kickNotifyExt: 'quiet' })
  await call('user/block.action', { accid: 'eva', needkick: 'false', kickNotifyExt: 'quiet' })
  expect(heard).toEqual([])
  await call('user/block.action', { accid: 'eva', needkick: 'true', kickNotifyExt: 'bye' })
  expect(heard).toEqual([{ type: 'user.kicked', user: 'eva', why: 'banned', text: 'bye' }])
})

test('[NE34] users of other dialects are found by their id in any case; of two that fold to one the first made is meant [netease user/getUinfos.action] [netease user/updateUinfo.action]', async () => {
  const teller = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
  await server.core.users.save(teller, [{ id: 'BigFoot', profile: { nick: 'first' } }], { existing: 'refuse' })
  await server.core.users.save(teller, [{ id: 'BIGFOOT' }, { id: 'Zoé #1', profile: { nick: 'z' } }], {
    existing: 'refuse',
  })
  const uinfos = (accid: string) => call('user/getUinfos.action', { accids: JSON.stringify([accid]) })
  expect(await uinfos('bigfoot')).toEqual({ code: 200, uinfos: [{ accid: 'BigFoot', name: 'first', gender: 0 }] })
  expect(await uinfos('BIGFOOT')).toEqual({ code: 200, uinfos: [{ accid: 'BigFoot', name: 'first', gender: 0 }] })
  expect(await uinfos('zoé #1')).toEqual({ code: 200, uinfos: [{ accid: 'Zoé #1', name: 'z', gender: 0 }] })
  expect(await call('user/create.action', { accid: 'bigfoot' })).toEqual({ code: 414, desc: 'already register' })
  await call('user/updateUinfo.action', { accid: 'bigfoot', name: 'renamed' })
  expect((await server.core.users.get(app.id, 'BigFoot')).profile.nick).toBe('renamed')
})
