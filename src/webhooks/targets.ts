import type { App, Webhook } from '../core/apps/model.ts'
import type { Call } from '../core/call.ts'
import type { EventType, News } from '../core/events.ts'
import type { HookPoint } from '../core/hooks.ts'
import type { Asked, Callbacks, Told } from '../dialects/callbacks.ts'
import type { Dialect } from '../dialects/dialect.ts'

/** One back end of an app, and what it is asked and told. */
export interface Target {
  app: App
  webhook: Webhook
  callbacks: Callbacks
  asked: ReadonlyMap<HookPoint, readonly Asked[]>
  told: ReadonlyMap<EventType, readonly Told[]>
}

/** Who listens, by app. */
export interface Targets {
  of(app: number): readonly Target[]
  /** Who tells of news, and how. */
  hears(news: News): boolean
  /** Who is asked at a point: the first back end of the app's home dialect that has it on. */
  asks(point: HookPoint, call: Call): { target: Target; asked: readonly Asked[] } | undefined
  /** An app's back ends were changed. */
  set(app: App): void
}

/** Nobody listens to most events: that is found out with one look into a map. */
export function openTargets(apps: readonly App[], dialects: readonly Dialect[]): Targets {
  const known = new Map<string, { dialect: string; callbacks: Callbacks }>()
  for (const { name, callbacks = [] } of dialects)
    for (const each of callbacks) known.set(each.kind, { dialect: name, callbacks: each })
  const byApp = new Map<number, readonly Target[]>()

  function set(app: App) {
    const targets = app.webhooks.flatMap(webhook => {
      const callbacks = known.get(webhook.kind)?.callbacks
      return callbacks ? [targetOf(app, webhook, callbacks)] : []
    })
    if (targets.length > 0) byApp.set(app.id, targets)
    else byApp.delete(app.id)
  }

  for (const app of apps) set(app)
  return {
    of: app => byApp.get(app) ?? [],
    hears(news) {
      const targets = byApp.get(news.app)
      return targets?.some(target => toldOf(target, news).length > 0) ?? false
    },
    asks(point, call) {
      for (const target of byApp.get(call.app.id) ?? []) {
        const asked = target.asked.get(point)
        if (asked && known.get(target.webhook.kind)?.dialect === call.app.home) return { target, asked }
      }
      return undefined
    },
    set,
  }
}

/** What a target is told of news. */
export function toldOf(target: Target, news: News): readonly Told[] {
  const told = target.told.get(news.event.type)
  if (!told) return []
  return told.filter(each => each.fires(news, news.event as never))
}

function targetOf(app: App, webhook: Webhook, callbacks: Callbacks): Target {
  const on = (each: { id: string }) => webhook.on.includes('*') || webhook.on.includes(each.id)
  return {
    app,
    webhook,
    callbacks,
    asked: Map.groupBy(callbacks.asked.filter(on), each => each.point),
    told: Map.groupBy(callbacks.told.filter(on), each => each.event),
  }
}
