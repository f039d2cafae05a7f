import { join } from 'node:path'
import pino from 'pino'
import { openLocalBus } from './bus/local.ts'
import { chatRoutes, isNear } from './chat/chat.ts'
import { type Config, dataFolder, operatorPath } from './config.ts'
import type { Account } from './core/apps/model.ts'
import { type Core, openCore } from './core/core.ts'
import { tables } from './core/tables.ts'
import type { Dialect } from './dialects/dialect.ts'
import { native, views } from './dialects/native/native.ts'
import { netease } from './dialects/netease/netease.ts'
import { tencent } from './dialects/tencent/tencent.ts'
import { volcengine } from './dialects/volcengine/volcengine.ts'
import { pushWishesOf } from './dialects/wishes.ts'
import type { GatewayLimits } from './gateway/limits.ts'
import { openGateway } from './gateway/sockets.ts'
import { fileRoutes } from './http/files.ts'
import { type Listening, listen, type Routes } from './http/listen.ts'
import { openMetrics } from './http/metrics.ts'
import { countPushes, countRequests, measureRooms, measureServer, measureWebhooks } from './measure.ts'
import { openOperator } from './operator/operator.ts'
import { openPushing } from './push/pushing.ts'
import type { Blobs } from './storage/blobs/blobs.ts'
import { openBlobFolder } from './storage/blobs/folder.ts'
import { openBlobMemory } from './storage/blobs/memory.ts'
import { openMemory } from './storage/memory.ts'
import { openSqlite } from './storage/sqlite/sqlite.ts'
import type { Store } from './storage/store.ts'
import { findCertificate } from './tls.ts'
import { openChanges } from './webhooks/changes.ts'
import { openPolicy } from './webhooks/policy.ts'
import { openWebhooks } from './webhooks/webhooks.ts'

/** All dialects that have server APIs. */
export const dialects: Dialect[] = [tencent, netease, volcengine]

/** A running server. */
export interface Running {
  core: Core
  listening: Listening
  /** Ends sockets and calls, then the webhooks, the jobs and the store. */
  stop(): Promise<void>
}

/** How often expired rows are removed (ms), and how many at a time. */
const sweepEvery = 1000
const sweepRows = 2000

/** Builds and connects everything; the only place where engines are chosen. What was opened ends when a later part fails. */
export async function start(config: Config, accounts: Account[]): Promise<Running> {
  const ends: (() => unknown)[] = []
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    return { ...(await connect(config, accounts, end => ends.push(end))), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** `opened` is told how each part ends; the last one ends first. */
async function connect(config: Config, accounts: Account[], opened: (end: () => unknown) => void) {
  const log = pino({ level: config.log, base: undefined })
  const tls = config.tls && { port: config.tls.port, ...(await findCertificate(config.tls, dataFolder(config))) }
  const store = await openStore(config)
  opened(() => store.close())
  const blobs = await openBlobs(config)
  opened(() => blobs.close())
  const bus = openLocalBus()
  opened(() => bus.close())
  const metrics = openMetrics()
  const apps = accounts.flatMap(account => account.apps)
  const { refuse: refused } = config.webhooks
  const reach = openPolicy(refused)
  const pushing = openPushing(apps, { wishesOf: pushWishesOf(dialects), reach, observe: countPushes(metrics) })
  opened(() => pushing.close())
  const webhooks = openWebhooks(apps, dialects, { refused, observe: countRequests(metrics), others: pushing })
  const core = openCore({
    ...{ store, bus, log, accounts, limits: config.limits, node: nodeOf(config, store) },
    ...{ hooks: webhooks.hooks, hears: webhooks.hears },
  })
  opened(() => core.close())
  opened(() => webhooks.close())
  const changes = await openChanges(core, webhooks)
  opened(() => changes.close())
  await webhooks.run(core)
  const operator = await openOperator(operatorPath(config), { core, webhooks, changes })
  opened(() => operator?.close())
  const gateway = openGateway(core, dialects, { dialect: native, views }, gatewayLimits(config))
  const { host, port } = config.listen
  const listening = await listen(core, dialects, metrics, {
    ...{ host, port, tls, trustProxy: config.trustProxy },
    routes: [fileRoutes(core, blobs, config.files), ...chat(config, core)],
  })
  opened(() => Promise.all([gateway.close(), listening.close()]))
  for (const server of listening.servers) gateway.attach(server)
  measureServer(metrics, store, gateway)
  measureRooms(metrics, core)
  measureWebhooks(metrics, core, webhooks)
  opened(sweep(store, core))
  return { core, listening }
}

/** Without limits a device may say as much as it can. */
function gatewayLimits(config: Config): Partial<GatewayLimits> {
  return config.limits === 'off' ? { rate: Number.MAX_SAFE_INTEGER, burst: Number.MAX_SAFE_INTEGER } : {}
}

/** A folder is held by one process at a time, so whoever has it is the same node as before. */
function nodeOf(config: Config, store: Store): string | undefined {
  return dataFolder(config) && store.epoch
}

function openStore(config: Config): Promise<Store> {
  const folder = dataFolder(config)
  if (!folder) return Promise.resolve(openMemory())
  return openSqlite({ folder, durability: config.durability, tables })
}

/**
 * The chat page lets everybody be anybody. Unasked it is there only where nobody but the person at this computer comes: who
 * names accounts of their own, a proxy or another address is past trying things out.
 */
function chat(config: Config, core: Core): Routes[] {
  const { accounts, listen, trustProxy } = config
  const alone = accounts === undefined && trustProxy.length === 0 && isNear(listen.host)
  const app = core.apps.all().find(each => each.native && !each.disabled)
  return app && (config.chat.demo ?? alone) ? [chatRoutes(core, app, { nearOnly: !config.chat.demo })] : []
}

/** Files lie in a folder beside the rows; a folder is held by one process at a time. */
function openBlobs(config: Config): Promise<Blobs> {
  const folder = dataFolder(config)
  if (!folder) return Promise.resolve(openBlobMemory())
  return openBlobFolder({ folder: join(folder, 'files'), durability: config.durability })
}

/** Removes expired rows a few at a time; goes on at once while there are more. */
function sweep(store: Store, core: Core): () => void {
  let stopped = false
  let timer: NodeJS.Timeout
  const turn = async () => {
    const removed = await store.sweep(core.clock(), sweepRows).catch(() => 0)
    if (!stopped) timer = setTimeout(turn, removed === sweepRows ? 10 : sweepEvery)
  }
  timer = setTimeout(turn, sweepEvery)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
