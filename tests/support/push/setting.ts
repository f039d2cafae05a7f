import { expect } from 'vitest'
import type { App, PushProvider } from '../../../src/core/apps/model.ts'
import type { Call } from '../../../src/core/call.ts'
import type { MessageDraft, Sent } from '../../../src/core/messages/send.ts'
import type { Group } from '../../../src/core/model.ts'
import { startServer, type TestServer, type TestServerOptions } from '../server.ts'
import { signIn, type TestSocket } from '../socket.ts'
import { openWord, trusting } from '../trusting.ts'
import { startApns } from './apns.ts'
import { startFcm } from './fcm.ts'
import type { Provider, Taken } from './provider.ts'
import { startWebPush } from './web-push.ts'
import { startWebhook } from './webhook.ts'

/** The kinds of providers, each with one that stands in for the real one and what is written of it in the configuration. */
export const kinds: Record<PushProvider['kind'], () => Promise<{ provider: Provider; settings: PushProvider }>> = {
  async webhook() {
    const provider = await startWebhook()
    return { provider, settings: { kind: 'webhook', ...provider.settings } }
  },
  async 'web-push'() {
    const provider = await startWebPush()
    return { provider, settings: { kind: 'web-push', ...provider.settings } }
  },
  async apns() {
    const provider = await startApns()
    return { provider, settings: { kind: 'apns', sandbox: false, ...provider.settings } }
  },
  async fcm() {
    const provider = await startFcm()
    return { provider, settings: { kind: 'fcm', ...provider.settings, account: { ...provider.settings.account } } }
  },
}

/** A server with one push provider. */
export interface PushSetting {
  server: TestServer
  app: App
  provider: Provider
  settings: PushProvider
  call: Call
  /** Gives a user a device that is away, by its own id; its token. */
  away(user: string, device?: string): Promise<string>
  /** Connects a device of a user. */
  connected(user: string, device: string): Promise<TestSocket>
  say(from: string, to: string, text: string, more?: Partial<MessageDraft>): Promise<Sent>
  sayIn(group: Group, from: string, text: string, more?: Partial<MessageDraft>): Promise<Sent>
  group(owner: string, members: string[], more?: object): Promise<Group>
  /** What the provider took, once nothing is left to be pushed. */
  settled(): Promise<Taken[]>
  stop(): Promise<void>
}

/** The users of every setting, with the names that others see. */
const people = ['ann', 'ben', 'cat', 'dan', 'eve']

/** Starts it. */
export async function startPush(
  kind: PushProvider['kind'] = 'webhook',
  { provider: given, ...options }: TestServerOptions & { provider?: Awaited<ReturnType<(typeof kinds)['apns']>> } = {},
): Promise<PushSetting> {
  const { provider, settings } = given ?? (await kinds[kind]())
  const server = await startServer({ signIns: [trusting], push: [settings], ...options })
  const app = server.apps[0] as App
  const call: Call = { app, admin: true, origin: { dialect: 'native', via: 'rest' } }
  const users = people.map(id => ({ id, profile: { nick: id[0]?.toUpperCase() + id.slice(1) } }))
  await server.core.users.save(call, users, { existing: 'update' })

  async function idle(): Promise<boolean> {
    const standings = await server.webhooks.standing(app.id)
    return standings.length > 0 && standings.every(each => each.waiting === 0)
  }

  return {
    ...{ server, app, provider, settings, call },
    async away(user, device = `${user}'s phone`) {
      const token = provider.device()
      await server.core.pushTokens.register(call, user, { device, platform: 'ios', engine: settings.name, token })
      return token
    },
    connected: (user, device) => signIn(server, { ...openWord(app, user), platform: 'web', device }),
    say: (from, to, text, more) =>
      server.core.send.toUser(call, to, { from, parts: [{ type: 'text', text }], ...more }),
    sayIn: (group, from, text, more) =>
      server.core.send.toGroup(call, group.id, { from, parts: [{ type: 'text', text }], ...more }),
    async group(owner, members, more = {}) {
      const drafts = members.map(user => ({ user }))
      const draft = { kind: 'group' as const, name: 'Tea', owner, members: drafts, ...more }
      return (await server.core.groups.create(call, draft)).group
    },
    async settled() {
      await expect.poll(idle, { timeout: 5000 }).toBe(true)
      return provider.taken
    },
    async stop() {
      await server.stop()
      await provider.stop().catch(() => {})
    },
  }
}
