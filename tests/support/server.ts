import { randomBytes } from 'node:crypto'
import { openLocalBus } from '../../src/bus/local.ts'
import type { Account, App } from '../../src/core/apps/model.ts'
import { type Core, openCore } from '../../src/core/core.ts'
import type { Ask } from '../../src/core/hooks.ts'
import type { LimitSettings } from '../../src/core/limits.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { native, views } from '../../src/dialects/native/native.ts'
import type { GatewayLimits } from '../../src/gateway/limits.ts'
import { type Gateway, openGateway } from '../../src/gateway/sockets.ts'
import { listen } from '../../src/http/listen.ts'
import { openMetrics } from '../../src/http/metrics.ts'
import { openMemory } from '../../src/storage/memory.ts'
import type { Store } from '../../src/storage/store.ts'
import { dialects } from './dialects.ts'

/** A whole server of its own for a test, on a free port of loopback. */
export interface TestServer {
  url: string
  port: number
  core: Core
  store: Store
  gateway: Gateway
  accounts: Account[]
  /** The apps of the first account. */
  apps: App[]
  stop(): Promise<void>
}

/** What differs from the usual: in-memory store, one app, no rate limits. */
export interface TestServerOptions {
  apps?: number
  store?: Store
  limits?: LimitSettings
  accounts?: Account[]
  clock?: () => number
  ask?: Ask
  /** Dialects that sign end users in, before the real ones of the same name. */
  signIns?: Dialect[]
  gateway?: Partial<GatewayLimits>
  /** A port of its own to come back to; any free one otherwise. */
  port?: number
}

/** Starts a server; the test stops it. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const store = options.store ?? openMemory({ clock: options.clock })
  const accounts = options.accounts ?? [testAccount(2100000001, options.apps ?? 1)]
  const bus = openLocalBus()
  const core = openCore({
    store,
    bus,
    accounts,
    log: { info() {}, warn() {}, error: (fields, text) => console.error(text, fields) },
    limits: options.limits ?? 'off',
    clock: options.clock,
    ask: options.ask,
  })
  const all = await dialects()
  const server = await listen(core, all, openMetrics(), { host: '127.0.0.1', port: options.port ?? 0, trustProxy: [] })
  const signIns = [...(options.signIns ?? []), ...all]
  const gateway = openGateway(core, signIns, { dialect: native, views }, options.gateway)
  for (const each of server.servers) gateway.attach(each)
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    core,
    store,
    gateway,
    accounts,
    apps: (accounts[0] as Account).apps,
    async stop() {
      await gateway.close()
      await server.close()
      await core.close()
      await bus.close()
      if (!options.store) await store.close()
    },
  }
}

/** An account with one key and so many apps, each with credentials in every dialect. */
export function testAccount(id: number, apps: number): Account {
  const key = { account: id, accessKeyId: `AKLT${id}`, secretAccessKey: Buffer.from(`secret-${id}`).toString('base64') }
  return { id, name: `account ${id}`, keys: [key], apps: Array.from({ length: apps }, (_, i) => testApp(id, i)) }
}

/** An app of that account. */
export function testApp(account: number, i: number): App {
  const id = 1400000001 + (account - 2100000001) * 10_000 + i
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  return {
    id,
    account,
    name: `app ${id}`,
    home: 'tencent',
    tencent: { secretKey: hex(32), admins: ['administrator'] },
    netease: { appKey: hex(16), appSecret: hex(6) },
    volcengine: { rtcAppId: hex(12), rtcAppKey: hex(16) },
    ipAllowList: [],
    disabled: false,
  }
}
