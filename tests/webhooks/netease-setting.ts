import { expect } from 'vitest'
import type { Received } from '../../scripts/receiver/received.ts'
import { openReceiver, type Receiver } from '../../scripts/receiver/receiver.ts'
import type { Account, App, Webhook } from '../../src/core/apps/model.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer, type TestServerOptions, testAccount } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'

/** A server with Yunxin's back ends at one receiver, and the people `ann`, `ben` and `cat`. */
export interface Setting {
  server: TestServer
  app: App
  receiver: Receiver
  /** Calls the server API and gives the reply, which must be a 200. */
  call(key: string, fields: object): Promise<Record<string, unknown>>
  /** Signs a user's phone in. */
  phone(user: string): Promise<TestSocket>
  /** Makes a team of ann's with ben and cat in it, and forgets the copies of that. */
  team(): Promise<number>
  /** The next callback or copy of a number, with a good signature. */
  next(id: string, fits?: (body: Record<string, unknown>) => boolean): Promise<Received>
  stop(): Promise<void>
}

/** Starts both; `kinds` are the back ends that the app has. */
export async function startYunxin(
  kinds: Webhook['kind'][],
  more: Partial<Webhook> = {},
  gateway: TestServerOptions['gateway'] = {},
): Promise<Setting> {
  const account: Account = testAccount(2100000001, 1)
  const app = account.apps[0] as App
  app.home = 'netease'
  const receiver = await openReceiver({ secrets: { netease: app.netease?.appSecret as string } })
  const webhooks = kinds.map(kind => ({ kind, url: receiver.url, ...more }))
  const server = await startServer({ accounts: [account], webhooks, gateway })

  async function call(key: string, fields: object) {
    const { body } = await callNetease(server, app, key, fields)
    expect(body).toMatchObject({ code: 200 })
    return body as Record<string, unknown>
  }

  async function next(id: string, fits: (body: Record<string, unknown>) => boolean = () => true) {
    const found = await receiver.next(each => each.id === id && fits(each.body))
    expect(found).toMatchObject({ vendor: 'netease', verified: 'good', app: app.netease?.appKey, method: 'POST' })
    return found
  }

  for (const accid of ['ann', 'ben', 'cat'])
    await call('user/create.action', { accid, name: accid.toUpperCase(), token: 't' })
  return {
    server,
    app,
    receiver,
    call,
    next,
    phone: accid => {
      const credentials = { dialect: 'netease', appKey: app.netease?.appKey, accid, token: 't' }
      return signIn(server, { ...credentials, platform: 'Android', device: `phone of ${accid}` })
    },
    async team() {
      const members = { members: '["ben","cat"]', magree: 0, msg: 'come', joinmode: 0 }
      const { tid } = await call('team/create.action', { tname: 'the team', owner: 'ann', ...members })
      if (kinds.includes('netease-copy')) await next('copy/1', body => body.msgType === 'NOTIFICATION')
      return Number(tid)
    },
    async stop() {
      await server.stop()
      await receiver.stop()
    },
  }
}

/** What a device says. */
export const text = (words: string) => [{ type: 'text', text: words }]

/** ms as text, of today. */
export const time = expect.stringMatching(/^1[78]\d{11}$/)
