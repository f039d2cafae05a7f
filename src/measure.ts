import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Core } from './core/core.ts'
import { unshown } from './dialects/volcengine/shapes.ts'
import type { Gateway } from './gateway/sockets.ts'
import type { Metrics } from './http/metrics.ts'
import type { PushingOptions } from './push/pushing.ts'
import type { Store } from './storage/store.ts'
import type { Standing } from './webhooks/deliver.ts'
import type { WebhookOptions, Webhooks } from './webhooks/webhooks.ts'

/** How often the event loop's delay is looked at (ms). */
const lookEvery = 5

/** How the process, the store and the gateway do. */
export function measureServer(metrics: Metrics, store: Store, gateway: Gateway): void {
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

/** What is said in live rooms. */
export function measureRooms(metrics: Metrics, core: Core): void {
  const { dropped } = core.rooms.flow
  metrics.gauge('magpie_room_messages_dropped', 'Messages over the flow of their group that nobody got', dropped)
}

/** Counts the requests that go to back ends. */
export function countRequests(metrics: Metrics): NonNullable<WebhookOptions['observe']> {
  const count = metrics.durations(
    'magpie_webhook_request_seconds',
    'Requests to back ends by their kind and outcome',
    ['kind', 'outcome'],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  )
  return ({ webhook }, _id, outcome, ms) => count([webhook.kind, outcome], ms)
}

/** Counts pushes by what became of them. */
export function countPushes(metrics: Metrics): NonNullable<PushingOptions['observe']> {
  const help = 'Pushes by the name of their provider and what became of them'
  const count = metrics.counters('magpie_push_sent', help, ['engine', 'outcome'])
  return (engine, outcome) => count([engine, outcome])
}

/** For how long what back ends stand at is not asked for again (ms). */
const fresh = 1000

/** What all back ends stand at. */
export function measureWebhooks(metrics: Metrics, core: Core, webhooks: Webhooks): void {
  let known: Promise<Standing[]> | undefined
  const standings = () => {
    if (known) return known
    setTimeout(() => {
      known = undefined
    }, fresh).unref()
    known = standingOfAll(core, webhooks)
    return known
  }
  const gauge = (name: 'waiting' | 'parked' | 'down', help: string) =>
    metrics.gauges(`magpie_webhook_${name}`, help, ['app', 'target'], async () =>
      (await standings()).map(each => ({ labels: [String(each.app), each.name], value: Number(each[name]) })),
    )
  gauge('waiting', 'Events that wait to be told, by app and back end')
  gauge('parked', 'Events that were set aside, by app and back end')
  gauge('down', '1 while a back end does not answer at all')
}

/** None while the store does not answer: the other metrics are then wanted all the more. */
async function standingOfAll(core: Core, webhooks: Webhooks): Promise<Standing[]> {
  const apps = core.apps.all().filter(app => app.webhooks.length > 0 || app.push?.length)
  return (await Promise.all(apps.map(app => webhooks.standing(app.id).catch(() => [])))).flat()
}
