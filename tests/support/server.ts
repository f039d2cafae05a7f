import { randomBytes } from 'node:crypto'
import type { Bus } from '../../src/bus/bus.ts'
import { openLocalBus } from '../../src/bus/local.ts'
import type { Account, App, Webhook } from '../../src/core/apps/model.ts'
import { type Core, openCore } from '../../src/core/core.ts'
import type { Ask } from '../../src/core/hooks.ts'
import type { LimitSettings } from '../../src/core/limits.ts'
import type { Pace } from '../../src/core/presence/lives.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { native, views } from '../../src/dialects/native/native.ts'
import { pushWishesOf } from '../../src/dialects/wishes.ts'
import type { GatewayLimits } from '../../src/gateway/limits.ts'
import { type Gateway, openGateway } from '../../src/gateway/sockets.ts'
import { type FileSettings, fileRoutes } from '../../src/http/files.ts'
import { listen } from '../../src/http/listen.ts'
import { openMetrics } from '../../src/http/metrics.ts'
import { openPushing } from '../../src/push/pushing.ts'
import type { PushPace } from '../../src/push/sending.ts'
import type { Blobs } from '../../src/storage/blobs/blobs.ts'
import { openBlobMemory } from '../../src/storage/blobs/memory.ts'
import { openMemory } from '../../src/storage/memory.ts'
import type { Store } from '../../src/storage/store.ts'
import type { DeliverySettings } from '../../src/webhooks/deliver.ts'
import { refusedByDefault } from '../../src/webhooks/policy.ts'
import { openWebhooks, type Webhooks } from '../../src/webhooks/webhooks.ts'
import { dialects } from './dialects.ts'

/** A whole server of its own for a test, on a free port of loopback. */
export interface TestServer {
  url: string
  port: number
  core: Core
  store: Store
  gateway: Gateway
  webhooks: Webhooks
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
  /** Stands for an app that is asked at every hook point. */
  ask?: Ask['ask']
  /** Back ends of the first app; what is left out is as usual. */
  webhooks?: (Pick<Webhook, 'kind' | 'url'> & Partial<Webhook>)[]
  /** How deliveries go on; quicker than usual by default. */
  delivery?: Partial<DeliverySettings>
  /** Push providers of the first app, and how patient pushing is; more hurried than usual by default. */
  push?: App['push']
  pushPace?: Partial<PushPace>
  /** Told what became of every push. */
  pushed?: (engine: string, outcome: string) => void
  /** Dialects that sign end users in, before the real ones of the same name. */
  signIns?: Dialect[]
  gateway?: Partial<GatewayLimits>
  /** This process among the others. */
  node?: string
  /** Shared with the other nodes of a server. */
  bus?: Bus
  /** How nodes look after each other. */
  pace?: Pace
  /** Which devices of a user may be connected at a time, in all apps. */
  devices?: App['devices']
  /** Where files are kept, in memory by default, and which. */
  blobs?: Blobs
  files?: Partial<FileSettings>
  /** A port of its own to come back to; any free one otherwise. */
  port?: number
}

/** Starts a server; the test stops it. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const store = options.store ?? openMemory({ clock: options.clock })
  const accounts = options.accounts ?? [testAccount(2100000001, options.apps ?? 1)]
  const first = (accounts[0] as Account).apps[0]
  if (first && options.webhooks) first.webhooks = options.webhooks.map(testWebhook)
  if (first && options.push) first.push = options.push
  const bus = options.bus ?? openLocalBus()
  for (const app of accounts.flatMap(account => account.apps)) if (options.devices) app.devices = options.devices
  const all = await dialects()
  const apps = accounts.flatMap(account => account.apps)
  const pace = { ...quickPush, ...options.pushPace }
  const pushing = openPushing(apps, { wishesOf: pushWishesOf(all), pace, observe: options.pushed })
  const delivery = { ...quick, ...options.delivery }
  const webhooks = openWebhooks(apps, all, { refused: refusedByDefault, delivery, others: pushing })
  const core = openCore({
    store,
    bus,
    accounts,
    log: { info() {}, warn() {}, error: (fields, text) => console.error(text, fields) },
    limits: options.limits ?? 'off',
    clock: options.clock,
    hooks: options.ask ? { listens: () => true, ask: options.ask } : webhooks.hooks,
    hears: webhooks.hears,
    node: options.node,
    pace: options.pace,
  })
  await webhooks.run(core)
  const files = fileRoutes(core, options.blobs ?? openBlobMemory(), { most: 100 * 1024 * 1024, ...options.files })
  const server = await listen(core, all, openMetrics(), {
    ...{ host: '127.0.0.1', port: options.port ?? 0, trustProxy: [] },
    routes: [files],
  })
  const signIns = [...(options.signIns ?? []), ...all]
  const gateway = openGateway(core, signIns, { dialect: native, views }, options.gateway)
  for (const each of server.servers) gateway.attach(each)
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    core,
    store,
    gateway,
    webhooks,
    accounts,
    apps: (accounts[0] as Account).apps,
    async stop() {
      await gateway.close()
      await server.close()
      await webhooks.close()
      await core.close()
      if (!options.bus) await bus.close()
      if (!options.store) await store.close()
    },
  }
}

/** Deliveries that do not keep a test waiting. */
const quick = { again: { least: 20, most: 200 }, rest: { least: 50, most: 200 }, tick: 100 }

/** Pushing that keeps no test waiting. */
const quickPush = { again: { least: 20, most: 200 }, rest: { least: 50, most: 200 } }

function testWebhook(given: Pick<Webhook, 'kind' | 'url'> & Partial<Webhook>): Webhook {
  const { kind } = given
  const usual = { timeout: 2000, silence: 'pass' as const, tries: 8, concurrency: 16 }
  return { name: kind, on: ['*'], urls: {}, templates: {}, ...usual, ...given }
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
    native: { secret: hex(32) },
    devices: { rule: 'all', each: 1, most: 50 },
    ipAllowList: [],
    disabled: false,
    webhooks: [],
  }
}
