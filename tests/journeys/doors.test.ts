import { afterEach, describe, expect, test } from 'vitest'
import type { Account, App } from '../../src/core/apps/model.ts'
import type { LimitSettings } from '../../src/core/limits.ts'
import { codes } from '../../src/gateway/codes.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import { connect } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { vendorsOf } from './vendors.ts'

let server: TestServer | undefined

afterEach(async () => {
  await server?.stop()
  server = undefined
})

/** A server whose second app is as it should be. */
async function serverWith(change: Partial<App>, limits: LimitSettings = 'off') {
  const account: Account = testAccount(2100000001, 2)
  Object.assign(account.apps[0] as App, change)
  server = await startServer({ accounts: [account], limits })
  return account.apps as [App, App]
}

/** What each vendor answers a plain read: 0 or the code. */
async function knock(app: App): Promise<unknown[]> {
  const vendors = vendorsOf(server as TestServer, app)
  return Promise.all(vendors.map(vendor => vendor.nickOf('1001').then(() => 0, codeOf)))
}

const codeOf = (error: { code: unknown }) => error.code

describe('an app’s doors', () => {
  test('[XD13] an address that is not on the list stays out by every vendor; another app is open', async () => {
    const [guarded, open] = await serverWith({ ipAllowList: ['10.0.0.0/8'] })
    expect(await knock(guarded)).toEqual([60021, 315, 'AccessDenied'])
    expect(await knock(open)).toEqual([0, 0, 0])
  })

  test('[XD13] an address on the list comes in by every vendor', async () => {
    const [guarded] = await serverWith({ ipAllowList: ['127.0.0.0/8', '::1'] })
    expect(await knock(guarded)).toEqual([0, 0, 0])
  })

  test('[XD13] a disabled app answers nobody and signs nobody in; another app does', async () => {
    const [closed, open] = await serverWith({ disabled: true })
    expect(await knock(closed)).toEqual([60016, 403, 'OperationDenied.AppDisabled'])
    expect(await knock(open)).toEqual([0, 0, 0])
    const close = async (app: App) => {
      const socket = await connect(server as TestServer)
      const credentials = { dialect: 'tencent', sdkappid: app.id, userid: 'ann', usersig: userSig(app, 'ann') }
      socket.ws.send(JSON.stringify({ id: 1, do: 'signIn', with: credentials }))
      await Promise.race([socket.closed, socket.next('welcome').then(() => socket.close())])
      return socket.closed
    }
    expect(await close(closed)).toBe(codes.unavailable.code)
    expect(await close(open), 'came in, and went by itself').toBe(1005)
  })

  test('[XD14] rates are each vendor’s own: who is over one still gets in by the others', async () => {
    const few = { calls: 2, seconds: 60 }
    const [app, other] = await serverWith({}, { tencent: few, netease: few })
    expect(await knock(app)).toEqual([0, 0, 0])
    expect(await knock(app)).toEqual([0, 0, 0])
    expect(await knock(app)).toEqual([60007, 416, 0])
    expect(await knock(other)).toEqual([0, 0, 0])
  })

  test('[XD14] Volcengine counts an account’s calls over all its apps', async () => {
    const [app, other] = await serverWith({}, { volcengine: { calls: 2, seconds: 60 } })
    expect(await knock(app)).toEqual([0, 0, 0])
    expect(await knock(other)).toEqual([0, 0, 0])
    expect(await knock(app)).toEqual([0, 0, 'AccountFlowLimitExceeded'])
    expect(await knock(other)).toEqual([0, 0, 'AccountFlowLimitExceeded'])
  })
})
