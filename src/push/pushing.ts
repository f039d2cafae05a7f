import type { App, PushProvider } from '../core/apps/model.ts'
import type { Others } from '../webhooks/webhooks.ts'
import { hearsFor } from './hearing.ts'
import type { WishesOf } from './matter.ts'
import { openPush } from './open.ts'
import type { PushEngine, Reach } from './push.ts'
import { openPushSending, type PushPace, usualPace } from './sending.ts'

/** What differs from the usual. */
export interface PushingOptions {
  /** What the dialect of a message says of its push. */
  wishesOf?: WishesOf
  /** Which addresses an app or a device may name. */
  reach?: Reach
  pace?: Partial<PushPace>
  /** Told how each push ended: by the provider's name. */
  observe?: (engine: string, outcome: string) => void
}

/** Everything that pushes for apps: each provider hears of the app's messages at a place of its own in the outbox. */
export type Pushing = Others

/** What the places of push providers in the outbox begin with. */
const place = 'push.'

/** Opens the push providers of the apps that a configuration names. PushSettingsError for key material of no use. */
export function openPushing(apps: readonly App[], options: PushingOptions = {}): Pushing {
  const { wishesOf = () => undefined, observe = () => {} } = options
  const pace = { ...usualPace, ...options.pace }
  const engines = new Map<number, [PushProvider, PushEngine][]>()
  for (const { id, push = [] } of apps)
    if (push.length > 0)
      engines.set(
        id,
        push.map(provider => [provider, openPush(provider, options.reach)]),
      )

  return {
    hears: news => engines.has(news.app) && hearsFor(news),
    of: app =>
      (engines.get(app) ?? []).map(([provider, engine]) => ({
        app,
        name: `${place}${provider.name}`,
        kind: provider.kind,
        url: 'url' in provider ? (provider.url ?? '') : '',
        beside: true,
        open: core => openPushSending(core, app, { provider, engine, pace, wishesOf, observe }),
      })),
    async close() {
      await Promise.all([...engines.values()].flat().map(([, engine]) => engine.close()))
    },
  }
}
