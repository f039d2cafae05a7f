import type { Core } from '../core/core.ts'
import type { News } from '../core/events.ts'
import { newsKept } from '../core/outbox/outbox.ts'
import type { Kept } from '../core/tables.ts'
import type { Outgoing } from '../dialects/callbacks.ts'
import { type Target, toldOf } from './targets.ts'
import { applyTemplate } from './template.ts'

/** What a target is to be told of a kept event: nothing, one body or several, in order. */
export async function tellingsOf(core: Core, target: Target, kept: Kept): Promise<Outgoing[]> {
  const news = newsKept(kept)
  const made = await Promise.all(
    toldOf(target, news).map(async each => {
      const body = await each.body(core, news, news.event as never, { at: kept.at, id: each.id })
      const route = each.route?.(news.event as never)
      return listOf(body).map(one => ({ id: each.id, body: withTemplate(target, each.id, one, news), route }))
    }),
  )
  return made.flat().map((one, i, all) => ({
    ...one,
    event: nameOf(core, kept, all.length > 1 ? i : undefined),
    at: kept.at,
    address: news.address,
    origin: news.origin,
    device: news.device,
  }))
}

/** The same in every attempt and on every node: back ends know a repeat by it. */
function nameOf(core: Core, { app, lane, place }: Kept, i: number | undefined): string {
  const part = i === undefined ? '' : `.${i}`
  return `${core.store.epoch.slice(0, 8)}-${app}-${lane}-${place}${part}`
}

function listOf(body: unknown): unknown[] {
  if (body === undefined) return []
  return Array.isArray(body) ? body : [body]
}

function withTemplate({ webhook }: Target, id: string, body: unknown, news: News): unknown {
  const template = webhook.templates[id]
  return template === undefined ? body : applyTemplate(template, { body, event: news.event, news })
}
