import { openReceiver, type Receiver, type ReceiverOptions } from '../../scripts/receiver/receiver.ts'
import type { App, Webhook } from '../../src/core/apps/model.ts'
import { startServer, type TestServer, type TestServerOptions } from '../support/server.ts'
import { callTencent } from '../support/tencent.ts'

/** A server with a Tencent back end that listens. */
export interface Setting {
  server: TestServer
  app: App
  receiver: Receiver
  /** Sends a text from one to another and gives the reply. */
  say(from: string, to: string, text: string, fields?: object): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

export const after = 'C2C.CallbackAfterSendMsg'
export const before = 'C2C.CallbackBeforeSendMsg'

let random = 0

/** Starts both; the users `u_1` to `u_9` exist. */
export async function startSetting(
  webhook: Partial<Webhook> = {},
  options: TestServerOptions & { receiver?: ReceiverOptions } = {},
): Promise<Setting> {
  const receiver = await openReceiver({ secrets: { tencent: 'token' }, ...options.receiver })
  const own = { kind: 'tencent' as const, url: receiver.url, secret: 'token', on: [after], ...webhook }
  const server = await startServer({ webhooks: [own], ...options })
  const app = server.apps[0] as App
  const AccountList = Array.from({ length: 9 }, (_, i) => ({ UserID: `u_${i + 1}` }))
  await callTencent(server, app, 'im_open_login_svc/multiaccount_import', { AccountList })
  return { server, app, receiver, say, stop }

  async function say(From_Account: string, To_Account: string, Text: string, fields: object = {}) {
    const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text } }]
    const body = { From_Account, To_Account, MsgRandom: ++random, MsgBody, ...fields }
    return (await callTencent(server, app, 'openim/sendmsg', body)).body
  }

  async function stop() {
    await server.stop()
    await receiver.stop()
  }
}

/** The texts of received messages, in the order in which they came. */
export function textsOf(receiver: Receiver, where: (body: Record<string, unknown>) => boolean = () => true): string[] {
  return receiver.received
    .filter(each => each.body.MsgBody && where(each.body))
    .map(each => (each.body.MsgBody as { MsgContent: { Text: string } }[])[0]?.MsgContent.Text ?? '')
}

/** Waits until something is true, for at most so long (ms). */
export async function until(holds: () => boolean | Promise<boolean>, limit = 10_000): Promise<void> {
  const end = Date.now() + limit
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not become true in time')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
