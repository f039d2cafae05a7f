import { monitorEventLoopDelay } from 'node:perf_hooks'
import pino from 'pino'
import { openLocalBus } from './bus/local.ts'
import { type Config, dataFolder } from './config.ts'
import type { Account } from './core/apps/model.ts'
import { type Core, openCore } from './core/core.ts'
import { tables } from './core/tables.ts'
import type { Dialect } from './dialects/dialect.ts'
import { native, views } from './dialects/native/native.ts'
import { netease } from './dialects/netease/netease.ts'
import { tencent } from './dialects/tencent/tencent.ts'
import { unshown } from './dialects/volcengine/shapes.ts'
import { volcengine } from './dialects/volcengine/volcengine.ts'
import type { GatewayLimits } from './gateway/limits.ts'
import { type Gateway, openGateway } from './gateway/sockets.ts'
import { type Listening, listen } from './http/listen.ts'
import { type Metrics, openMetrics } from './http/metrics.ts'
import { openMemory } from './storage/memory.ts'
import { openSqlite } from './storage/sqlite/sqlite.ts'
import type { Store } from './storage/store.ts'
import { findCertificate } from './tls.ts'

/** All dialects that have server APIs. */
export const dialects: Dialect[] = [tencent, netease, volcengine]

/** A running server. */
export interface Running {
  core: Core
  listening: Listening
  /** Ends sockets and calls, then the jobs, then the store. */
  stop(): Promise<void>
}

/** How often expired rows are removed (ms), and how many at a time. */
const sweepEvery = 1000
const sweepRows = 2000

/** Builds and connects everything; the only place where engines are chosen. */
export async function start(config: Config, accounts: Account[]): Promise<Running> {
  const log = pino({ level: config.log, base: undefined })
  const tls = config.tls && { port: config.tls.port, ...(await findCertificate(config.tls, dataFolder(config))) }
  const store = await openStore(config)
  const bus = openLocalBus()
  const core = openCore({ store, bus, log, accounts, limits: config.limits, node: nodeOf(config, store) })
  const metrics = openMetrics()
  const gateway = openGateway(core, dialects, { dialect: native, views }, gatewayLimits(config))
  const listening = await listen(core, dialects, metrics, {
    ...config.listen,
    tls,
    trustProxy: config.trustProxy,
  }).catch(async error => {
    await core.close()
    await store.close()
    throw error
  })
  for (const server of listening.servers) gateway.attach(server)
  measure(metrics, store, gateway)
  const stopSweeping = sweep(store, core)
  return {
    core,
    listening,
    async stop() {
      stopSweeping()
      await Promise.all([gateway.close(), listening.close()])
      await core.close()
      await bus.close()
      await store.close()
    },
  }
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

/** How often the event loop's delay is looked at (ms). */
const lookEvery = 5

function measure(metrics: Metrics, store: Store, gateway: Gateway): void {
  const delay = monitorEventLoopDelay({ resolution: lookEvery })
  delay.enable()
  metrics.gauge(
    'magpie_event_loop_delay_p99_seconds',
    'Delay of the event loop since the last look, 99th percentile',
    () => {
      // Node measures from one look to the next, so an idle loop reads as the pause between two looks.
      const p99 = Math.max(0, delay.percentile(99) / 1e6 - lookEvery) / 1000
      delay.reset()
      return p99
    },
  )
  const stats = (store as { stats?: () => Record<string, unknown> }).stats
  for (const [name, value] of Object.entries(stats?.() ?? {}))
    if (typeof value === 'number')
      metrics.gauge(`magpie_store_${name}`, `Store: ${name}`, () => Number(stats?.()[name]))
  for (const name of ['sockets', 'users', 'subscriptions', 'dropped', 'slow'] as const)
    metrics.gauge(`magpie_gateway_${name}`, `Gateway: ${name}`, () => gateway.stats()[name])
  metrics.gauge('magpie_volcengine_unshown_ids', 'User ids that a reply had to show as 0', () => unshown.count)
}
