import type { Webhook } from './core/apps/model.ts'
import { type Ids, unheardOf } from './webhooks/ids.ts'

/** As much of an account as names webhooks. */
interface Hearing {
  apps: { webhooks: Pick<Webhook, 'kind' | 'on' | 'templates'>[] }[]
}

/** The first id of a webhook that its kind does not know: nobody would be told that it never comes. */
export function unheard(accounts: readonly Hearing[], ids: Ids): { path: PropertyKey[]; text: string } | undefined {
  for (const [i, { apps }] of accounts.entries())
    for (const [k, { webhooks }] of apps.entries())
      for (const [n, webhook] of webhooks.entries()) {
        const found = unheardOf(webhook, ids)
        if (found) return { ...found, path: ['accounts', i, 'apps', k, 'webhooks', n, ...found.path] }
      }
  return undefined
}
