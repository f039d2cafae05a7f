import { afterEach, describe, expect, test } from 'vitest'
import type { Account, App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer, type TestServerOptions, testAccount } from '../support/server.ts'
import { type CallOptions, callVolcengine, send, type Wire } from '../support/volcengine.ts'

let server: TestServer
afterEach(() => server.stop())

async function open(options: TestServerOptions & { app?: Partial<App> } = {}): Promise<App> {
  const accounts = [testAccount(2100000001, 2), testAccount(2100000002, 1)]
  Object.assign(accounts[0]?.apps[0] as App, options.app)
  server = await startServer({ accounts, ...options })
  return server.apps[0] as App
}

const known = (app: App, body: object = {}, options: CallOptions = {}) =>
  callVolcengine(server, app, 'BatchGetUser', { AppId: app.id, UserIds: [42], ...body }, options)

const codeOf = (reply: { body: { ResponseMetadata: { Error?: { Code: string } } } }) =>
  reply.body.ResponseMetadata.Error?.Code

describe('the envelope', () => {
  test('[VO10] an answer tells what was called, and every answer has an id of its own', async () => {
    const app = await open()
    const [one, other] = [await known(app), await known(app)]
    expect(one.body).toEqual({
      ResponseMetadata: {
        RequestId: expect.stringMatching(/^20\d{12}[0-9A-F]{14}$/),
        Action: 'BatchGetUser',
        Version: '2020-12-01',
        Service: 'rtc',
        Region: 'cn-north-1',
      },
      Result: { NotFoundUsers: [42], Users: [] },
    })
    expect(one.body.ResponseMetadata.RequestId).not.toBe(other.body.ResponseMetadata.RequestId)
  })

  test('[VO10] a refusal of the service has CodeN 0 and an empty Result', async () => {
    const app = await open()
    const reply = await known(app, { UserIds: 'x' })
    expect(reply.status).toBe(400)
    expect(reply.body.Result).toEqual({})
    expect(reply.body.ResponseMetadata.Error).toEqual({
      CodeN: 0,
      Code: 'InvalidParameter.InvalidField',
      Message: expect.stringContaining('UserIds'),
    })
  })

  test.each(['{', '', '[]', 'null', '"x"', `${'['.repeat(100)}${']'.repeat(100)}`])(
    '[VO10] a body of %j',
    async text => {
      const app = await open()
      const reply = await known(app, {}, { text })
      expect(reply.status).toBe(400)
      expect(codeOf(reply)).toMatch(/^InvalidParameter\.(MalformedBody|InvalidField)$/)
    },
  )

  test('[VO10] what breaks inside is an InternalError, which clients repeat', async () => {
    const app = await open()
    server.core.log.error = () => {}
    await server.store.close()
    const down = await known(app)
    expect([down.status, codeOf(down)]).toEqual([500, 'InternalError.StoreUnavailable'])
    server.core.users.findMany = () => Promise.reject(new Error('a secret'))
    const broken = await known(app)
    expect(broken.status).toBe(500)
    expect(broken.body.ResponseMetadata.Error).toEqual({
      CodeN: 100014,
      Code: 'InternalError',
      Message: 'internal error',
    })
  })

  test('[VO15] a body of more than 256 KiB is refused', async () => {
    const app = await open()
    const reply = await known(app, { Padding: 'x'.repeat(256 * 1024) })
    expect([reply.status, codeOf(reply)]).toEqual([400, 'InvalidParameter.RequestTooLarge'])
    expect((await known(app, { Padding: 'x'.repeat(255 * 1024) })).status).toBe(200)
  })
})

describe('the app', () => {
  test("[VO11] one that is not the account's, or not there, is the same refusal", async () => {
    const app = await open()
    const foreign = server.accounts[1]?.apps[0] as App
    for (const AppId of [foreign.id, 5, -1, 2_147_483_647]) {
      const reply = await known(app, { AppId })
      expect(reply.status).toBe(400)
      expect(reply.body.ResponseMetadata.Error).toEqual({
        CodeN: 0,
        Code: 'InvalidParameter.AccountIdMismatch',
        Message: 'Check owner failed',
      })
    }
    expect((await known(foreign)).status).toBe(200)
    expect((await known(app, { AppId: server.apps[1]?.id })).status).toBe(200)
    for (const AppId of [undefined, null, String(app.id), {}])
      expect(codeOf(await known(app, { AppId }))).toBe('InvalidParameter.InvalidField')
  })

  test('[VO11] one without credentials for Volcengine is not there', async () => {
    const app = await open({ app: { volcengine: undefined } })
    expect(codeOf(await known(app))).toBe('InvalidParameter.AccountIdMismatch')
  })

  test('[VO13] a disabled one is refused', async () => {
    const app = await open({ app: { disabled: true } })
    const reply = await known(app)
    expect([reply.status, codeOf(reply)]).toEqual([403, 'OperationDenied.AppDisabled'])
  })

  test('[VO13] one with a list of addresses takes calls from there only', async () => {
    const app = await open({ app: { ipAllowList: ['192.0.2.0/24'] } })
    const reply = await known(app)
    expect([reply.status, codeOf(reply)]).toEqual([403, 'AccessDenied'])
    expect((await known(server.apps[1] as App)).status).toBe(200)
    await server.stop()
    expect((await known(await open({ app: { ipAllowList: ['127.0.0.0/8'] } }))).status).toBe(200)
  })
})

describe('rates', () => {
  /** The same signed request so many times at once. */
  async function burst(app: App, count: number): Promise<number[]> {
    const wire = {} as Wire
    await read(app, { after: signed => Object.assign(wire, signed) })
    const replies = await Promise.all(Array.from({ length: count - 1 }, () => send(server.port, wire)))
    return replies.map(reply => reply.status)
  }
  const read = (app: App, options: CallOptions = {}) =>
    callVolcengine(server, app, 'BatchGetConversations', { AppId: app.id, ConversationShortId: [] }, options)

  test("[VO12] an action has the catalogue's rate", async () => {
    const statuses = await burst(await open({ limits: 'vendor' }), 180)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    expect(statuses.filter(status => status === 200).length).toBeGreaterThanOrEqual(99)
  })

  test('[VO12] all apps of an account share the rate of an action, other accounts and actions do not', async () => {
    await open({ limits: { 'volcengine/BatchGetConversations': { calls: 3, seconds: 60 } } })
    const statuses: number[] = []
    for (const i of [0, 1, 0, 1]) statuses.push((await read(server.apps[i] as App)).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    const late = await read(server.apps[0] as App)
    expect(late.body.ResponseMetadata.Error).toMatchObject({ CodeN: 0, Code: 'AccountFlowLimitExceeded' })
    expect(late.body.ResponseMetadata.Action).toBe('BatchGetConversations')
    expect((await known(server.apps[0] as App)).status).toBe(200)
    expect((await read((server.accounts[1] as Account).apps[0] as App)).status).toBe(200)
  })

  test('[VO12] calls that prove nothing are not counted', async () => {
    const app = await open({ limits: { 'volcengine/BatchGetUser': { calls: 1, seconds: 60 } } })
    const wrong = { credentials: { accessKeyId: 'AKLT2100000001', secretKey: 'guess' } }
    for (let i = 0; i < 3; i++) expect((await known(app, {}, wrong)).status).toBe(401)
    expect((await known(app)).status).toBe(200)
    expect((await known(app)).status).toBe(429)
  })

  test('[VO12] limits can be switched off', async () => {
    expect(new Set(await burst(await open({ limits: 'off' }), 180))).toEqual(new Set([200]))
  })
})
