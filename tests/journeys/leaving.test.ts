import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { codes } from '../../src/gateway/codes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { connect, signIn } from '../support/socket.ts'
import { handMadeSig, userSig } from '../support/tencent.ts'
import { findGroup, type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let app: App
let vendors: Vendor[]
let tencent: Vendor
let netease: Vendor
let volcengine: Vendor

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  vendors = vendorsOf(server, app)
  ;[tencent, netease, volcengine] = vendors as [Vendor, Vendor, Vendor]
})

afterAll(() => server.stop())

const byTencent = (user: string, usersig = userSig(app, user)) => ({
  dialect: 'tencent',
  sdkappid: app.id,
  userid: user,
  usersig,
})
const byNetease = (accid: string, token: string) => ({ dialect: 'netease', appKey: app.netease?.appKey, accid, token })

async function byVolcengine(user: string) {
  const { Token } = await volcengine.call('GetAppToken', { UserId: Number(user), ExpireTime: 3_600_000 })
  return { dialect: 'volcengine', appId: app.id, token: Token as string }
}

/** Credentials of all three vendors for a new user. */
async function credentialsOf(user: string) {
  await netease.call('user/create.action', { accid: user, name: 'x', token: `token of ${user}` })
  return [byTencent(user), byNetease(user, `token of ${user}`), await byVolcengine(user)]
}

async function closeOf(credentials: object): Promise<number> {
  const socket = await connect(server)
  socket.ws.send(JSON.stringify({ id: 1, do: 'signIn', with: credentials }))
  await Promise.race([socket.closed, socket.next('welcome').then(() => socket.close())])
  return socket.closed
}

/** Came in, and went by itself. */
const isIn = 1005
const out = codes.refused.code

describe('deleting an account', () => {
  test('[XD11] deleted by Tencent, a user is gone for all: profile, groups, conversations, devices, credentials', async () => {
    const all = await credentialsOf('2001')
    await tencent.register('2002', 'stays')
    await netease.makeGroup('of two', '2002', ['2001'])
    const group = await findGroup(server, app, '2002', 'of two')
    await volcengine.say('2001', '2002', 'before')
    const phones = await Promise.all(all.map(each => signIn(server, each)))

    await tencent.call('im_open_login_svc/account_delete', { DeleteItem: [{ UserID: '2001' }] })
    expect(await Promise.all(phones.map(phone => phone.closed))).toEqual(Array(3).fill(codes.removed.code))
    for (const vendor of vendors) {
      expect(await vendor.nickOf('2001'), vendor.name).toBeUndefined()
      await expect(vendor.rename('2001', 'ghost'), vendor.name).rejects.toMatchObject({ name: 'Refused' })
      await expect.poll(async () => (await vendor.group(group))?.members, { message: vendor.name }).toEqual(['2002'])
    }
    await expect(tencent.read('2002', '2001')).rejects.toMatchObject({ code: 90003 })
    await expect(netease.read('2002', '2001')).rejects.toMatchObject({ code: 414 })
    expect(await closeOf(byNetease('2001', 'token of 2001'))).toBe(out)

    await netease.register('2001', 'somebody else')
    for (const vendor of vendors) {
      expect(await vendor.nickOf('2001'), vendor.name).toBe('somebody else')
      expect(await vendor.read('2001', '2002'), vendor.name).toEqual([])
      expect((await vendor.group(group))?.members, vendor.name).toEqual(['2002'])
    }
    expect(await closeOf(byNetease('2001', 'token of 2001'))).toBe(out)
  })
})

describe('keeping somebody out', () => {
  test('[XD12] blocked by NetEase, a user is kept out with the credentials of every vendor, until unblocked', async () => {
    const all = await credentialsOf('2101')
    expect(await Promise.all(all.map(closeOf))).toEqual(all.map(() => isIn))
    const phone = await signIn(server, all[0] as object)
    await netease.call('user/block.action', { accid: '2101' })
    expect(await Promise.all(all.map(closeOf))).toEqual(all.map(() => out))
    expect(await closeOf(await byVolcengine('2101'))).toBe(out)
    // Without needkick devices stay.
    expect(await phone.ask('ping')).toMatchObject({ time: expect.any(Number) })
    await netease.call('user/block.action', { accid: '2101', needkick: 'true' })
    expect(await phone.closed).toBe(codes.banned.code)
    await netease.call('user/unblock.action', { accid: '2101' })
    expect(await Promise.all(all.map(closeOf))).toEqual(all.map(() => isIn))
  })

  test('[XD12] kicked by Tencent, a user needs a fresh UserSig or app token; NetEase’s token holds', async () => {
    const all = await credentialsOf('2201')
    const phones = await Promise.all(all.map(each => signIn(server, each)))
    await tencent.call('im_open_login_svc/kick', { UserID: '2201' })
    expect(await Promise.all(phones.map(phone => phone.closed))).toEqual(Array(3).fill(codes.kicked.code))
    expect(await Promise.all(all.map(closeOf))).toEqual([out, isIn, out])
    const { validFrom = 0 } = await server.core.users.get(app.id, '2201')
    const fresh = handMadeSig(
      { identifier: '2201', sdkappid: app.id, time: validFrom, expire: 3600 },
      app.tencent?.secretKey ?? '',
    )
    expect(await closeOf(byTencent('2201', fresh))).toBe(isIn)
    await new Promise(resolve => setTimeout(resolve, validFrom * 1000 - Date.now()))
    expect(await closeOf(byTencent('2201'))).toBe(isIn)
    expect(await closeOf(await byVolcengine('2201'))).toBe(isIn)
  })
})
