import type { FastifyInstance } from 'fastify'
import type { App, Webhook } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import type { Changes } from '../webhooks/changes.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { appShown, parkedShown, withoutSecret } from './shown.ts'

/** What the operator may see and change. */
export interface Operated {
  core: Core
  webhooks: Webhooks
  changes: Changes
}

interface Named {
  Params: { app: string; name: string }
}

/** Entries shown of what is set aside: when nothing is said, and at most. */
const [usualLimit, mostEntries] = [20, 100]

/** All that an operator can ask for; what is refused is thrown with its `statusCode`. */
export function addRoutes(server: FastifyInstance, { core, webhooks, changes }: Operated): void {
  server.get('/webhooks', async () => ({
    apps: await Promise.all(core.apps.all().map(app => appShown(app, webhooks, changes))),
  }))

  server.get<Named & { Querystring: { limit?: string } }>('/webhooks/:app/:name/parked', async ({ params, query }) => {
    const { app, name } = await toldOf(params)
    return parkedShown(core, app.id, name, limitOf(query.limit))
  })

  server.post<Named>('/webhooks/:app/:name/redrive', async ({ params }) => {
    const { app, name } = await toldOf(params)
    const events = await core.parking.again(app.id, name)
    webhooks.redrive(app.id, name)
    return { events }
  })

  server.put<Named>('/webhooks/:app/:name', async ({ params, body }) => ({
    settings: withoutSecret(await changes.set(appOf(params), params.name, body)),
  }))

  server.delete<Named>('/webhooks/:app/:name', async ({ params }) => {
    const { app, webhook } = webhookOf(params)
    return { removed: await changes.remove(app, webhook.name) }
  })

  server.delete<Named>('/webhooks/:app', async ({ params }) => {
    const app = appOf(params)
    await changes.reset(app)
    return appShown(app, webhooks, changes)
  })

  server.put<Named & { Body: { home?: unknown } | null }>('/apps/:app/home', async ({ params, body }) => {
    const app = appOf(params)
    // Without a home it would be forgotten.
    await changes.setHome(app, body?.home ?? null)
    return { home: app.home }
  })

  server.delete<Named>('/apps/:app/home', async ({ params }) => {
    const app = appOf(params)
    await changes.setHome(app, undefined)
    return { home: app.home }
  })

  function appOf({ app: id }: Pick<Named['Params'], 'app'>): App {
    const app = core.apps.byId(Number(id))
    if (!app || String(app.id) !== id) throw refusal(404, `there is no app ${id}`)
    return app
  }

  /** Whoever is told of events: push providers have some set aside as well. */
  async function toldOf({ app: id, name }: Named['Params']): Promise<{ app: App; name: string }> {
    const app = appOf({ app: id })
    const standings = await webhooks.standing(app.id)
    if (!standings.some(each => each.name === name)) webhookOf({ app: id, name })
    return { app, name }
  }

  function webhookOf(params: Named['Params']): { app: App; webhook: Webhook } {
    const app = appOf(params)
    const webhook = app.webhooks.find(each => each.name === params.name)
    if (webhook) return { app, webhook }
    const names = app.webhooks.map(each => each.name).join(', ') || 'none'
    throw refusal(404, `app ${app.id} has no webhook "${params.name}"; it has ${names}`)
  }
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? usualLimit : Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostEntries)
    throw refusal(400, `limit: expected a whole number from 1 to ${mostEntries}`)
  return limit
}

function refusal(statusCode: number, text: string): Error {
  return Object.assign(new Error(text), { statusCode })
}
