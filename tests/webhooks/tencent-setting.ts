import { expect } from 'vitest'
import { openReceiver, type Receiver } from '../../scripts/receiver/receiver.ts'
import type { App, Webhook } from '../../src/core/apps/model.ts'
import { startServer, type TestServer, type TestServerOptions } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { callTencent, userSig } from '../support/tencent.ts'
import { until } from './setting.ts'

/** A server whose back end listens to some commands of Tencent. */
export interface TencentSetting {
  server: TestServer
  app: App
  receiver: Receiver
  /** Calls a command as the administrator. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
  call(command: string, body?: object): Promise<any>
  /** Signs a device in with a UserSig. */
  device(user: string, platform?: string): Promise<TestSocket>
  /** The next body of a command, once the rest of its request is found as it has to be. */
  heard(id: string, from?: string): Promise<Record<string, unknown>>
  /** How often a command came so far, once everything that was to come has come. */
  times(id: string): Promise<number>
  stop(): Promise<void>
}

const token = 'the token'

/** Starts it, with the accounts ann, ben, cat and dan. */
export async function startTencent(
  on: string[],
  options: TestServerOptions & { webhook?: Partial<Webhook> } = {},
): Promise<TencentSetting> {
  const receiver = await openReceiver({ secrets: { tencent: token } })
  const webhook = { kind: 'tencent' as const, url: receiver.url, secret: token, on, ...options.webhook }
  const server = await startServer({ webhooks: [webhook], ...options })
  const app = server.apps[0] as App
  await call('im_open_login_svc/multiaccount_import', { Accounts: ['ann', 'ben', 'cat', 'dan'] })

  async function call(command: string, body: object = {}) {
    return (await callTencent(server, app, command, body)).body
  }

  return {
    server,
    app,
    receiver,
    call,
    device(user, platform = 'android') {
      const usersig = userSig(app, user)
      return signIn(server, { dialect: 'tencent', sdkappid: app.id, userid: user, usersig, platform, device: 'd-1' })
    },
    async heard(id, from = 'RESTAPI') {
      const { body, query, method, verified, headers } = await receiver.next(id)
      const { Sign, RequestTime, ...rest } = query
      expect({ method, verified, type: headers['content-type'] }).toEqual({
        method: 'POST',
        verified: 'good',
        type: 'application/json',
      })
      expect(rest).toEqual({
        SdkAppid: String(app.id),
        CallbackCommand: id,
        contenttype: 'json',
        ClientIP: '127.0.0.1',
        OptPlatform: from,
      })
      const { CallbackCommand, ...fields } = body
      expect(CallbackCommand).toBe(id)
      return fields
    },
    async times(id) {
      await until(async () => (await server.webhooks.standing(app.id)).every(each => each.waiting === 0))
      return receiver.received.filter(each => each.id === id).length
    },
    async stop() {
      await server.stop()
      await receiver.stop()
    },
  }
}

/** About now (ms). */
export const now = () => expect.closeTo(Date.now(), -5)

/** About now in seconds. */
export const second = () => expect.closeTo(Date.now() / 1000, -2)

export const text = (Text: string) => [{ MsgType: 'TIMTextElem', MsgContent: { Text } }]

export const ok = { ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '' }

/** What a refused command answers. */
export const fail = (ErrorCode: number, ErrorInfo?: string) => ({
  ActionStatus: 'FAIL',
  ErrorCode,
  ErrorInfo: ErrorInfo ?? expect.any(String),
})
