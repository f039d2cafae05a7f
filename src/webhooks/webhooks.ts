import type { App } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import type { Ask } from '../core/hooks.ts'
import type { Hears } from '../core/outbox/outbox.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { openBefore } from './before.ts'
import {
  type Delivering,
  type DeliverySettings,
  type Listener,
  openDelivering,
  type Standing,
  usual,
} from './deliver.ts'
import { type Ids, idsOf } from './ids.ts'
import { openPoster } from './post.ts'
import { openPosterThread } from './poster.ts'
import { openSending } from './sending.ts'
import { openTargets, type Target } from './targets.ts'

/** What differs from the usual. */
export interface WebhookOptions {
  /** Address ranges to which no request goes. */
  refused: readonly string[]
  delivery?: Partial<DeliverySettings>
  /** Who else is told of events, by the same outbox: who hears of them, and the listeners of an app. */
  others?: Others
  /** Told of every request: of whom, for what, how it ended, and how long it took (ms). */
  observe?: (target: Target, id: string, outcome: string, ms: number) => void
}

/** Listeners that are no back ends. */
export interface Others {
  hears: Hears
  of(app: number): readonly Listener[]
  /** Ends what is under way. */
  close(): Promise<void>
}

/** Everything that asks and tells the back ends of apps. */
export interface Webhooks {
  /** What the core is built with. */
  hooks: Ask
  hears: Hears
  /** Begins to deliver; before calls come in, so that nothing is missed. */
  run(core: Core): Promise<void>
  /** An app's back ends were changed. */
  set(app: App): Promise<void>
  /** What back ends can be asked and told of. */
  ids: Ids
  standing(app: number): Promise<Standing[]>
  redrive(app: number, name: string): void
  close(): Promise<void>
}

/** How long requests under way may still take at the end (ms). */
const grace = 1000

/** Opens the webhooks of the apps that a configuration names. */
export function openWebhooks(apps: readonly App[], dialects: readonly Dialect[], options: WebhookOptions): Webhooks {
  const targets = openTargets(apps, dialects)
  const observe = options.observe ?? (() => {})
  // Questions have somebody waiting for them: they go from here, what is told goes from a thread of its own.
  const asking = openPoster(options.refused)
  const telling = openPosterThread(options.refused)
  let core: Core | undefined
  let delivering: Delivering | undefined
  const settings = { ...usual, ...options.delivery }
  const listenerOf = (target: Target): Listener => {
    const { name, kind, url } = target.webhook
    const open = (of: Core) => openSending(of, target, telling, settings, observe)
    return { app: target.app.id, name, kind, url, open }
  }
  const listenersOf = (app: number) => [...targets.of(app).map(listenerOf), ...(options.others?.of(app) ?? [])]
  const running = () => {
    if (!core) throw new Error('the webhooks do not run yet')
    return core
  }

  return {
    hooks: openBefore({ targets, poster: asking, dialects, core: running, observe }),
    hears: news => targets.hears(news) || options.others?.hears(news) === true,
    async run(of) {
      core = of
      delivering = await openDelivering(of, listenersOf, settings)
    },
    async set(app) {
      targets.set(app)
      await delivering?.set(app.id)
    },
    ids: idsOf(dialects),
    standing: async app => (await delivering?.standing(app)) ?? [],
    redrive: (app, name) => delivering?.redrive(app, name),
    async close() {
      // What has no answer by then is told again after the next start.
      const cut = setTimeout(() => {
        telling.close()
        options.others?.close()
      }, grace)
      await delivering?.close()
      clearTimeout(cut)
      await Promise.all([asking.close(), telling.close(), options.others?.close()])
    },
  }
}
