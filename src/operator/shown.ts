import type { App, Webhook } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import type { Kept, Parked } from '../core/tables.ts'
import { type Changed, type Changes, hidden } from '../webhooks/changes.ts'
import type { Standing } from '../webhooks/deliver.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'

/** An app as its operator sees it. */
export interface AppShown {
  id: number
  name: string
  home: string
  /** What stands before the configuration. */
  changed: Changed
  webhooks: WebhookShown[]
}

/** One back end: its settings without the secret, and what it stands at (null while it is not delivered to). */
export interface WebhookShown {
  settings: Webhook
  standing: Pick<Standing, 'waiting' | 'parked' | 'down'> | null
}

/** What is set aside for one back end, the newest first. */
export interface ParkedShown {
  /** All of them. */
  events: number
  /** Of the newest. */
  why: string | null
  entries: EntryShown[]
}

/** Events of one lane that were set aside together. */
export interface EntryShown extends Pick<Parked, 'lane' | 'from' | 'to' | 'count' | 'at' | 'why' | 'tries'> {
  /** Whether they are about to be told again. */
  again: boolean
  /** The first few of them. */
  first: { type: string; at: number; key: string; place: number }[]
}

/** Events shown of one entry, and entries that are looked at to find the newest. */
const [fewEvents, manyEntries] = [3, 1000]

/** An app, its settings and what its back ends stand at. */
export async function appShown(app: App, webhooks: Webhooks, changes: Changes): Promise<AppShown> {
  const standings = app.webhooks.length > 0 ? await webhooks.standing(app.id) : []
  return {
    id: app.id,
    name: app.name,
    home: app.home,
    changed: changes.of(app),
    webhooks: app.webhooks.map(webhook => {
      const found = standings.find(each => each.name === webhook.name)
      const standing = found ? { waiting: found.waiting, parked: found.parked, down: found.down } : null
      return { settings: withoutSecret(webhook), standing }
    }),
  }
}

/** The settings, with only a sign of the secret. */
export function withoutSecret(webhook: Webhook): Webhook {
  return webhook.secret === undefined ? webhook : { ...webhook, secret: hidden }
}

/** The newest entries of what is set aside for a back end. */
export async function parkedShown({ parking }: Core, app: number, name: string, limit: number): Promise<ParkedShown> {
  const [events, all] = await Promise.all([parking.count(app, name), parking.list(app, name, undefined, manyEntries)])
  const newest = all.sort((one, other) => other.at - one.at).slice(0, limit)
  const firsts = await Promise.all(newest.map(each => parking.events(each, each.from, fewEvents)))
  return {
    events,
    why: newest[0]?.why ?? null,
    entries: newest.map((each, i) => entryShown(each, firsts[i] ?? [])),
  }
}

function entryShown({ lane, from, to, count, at, why, tries, again = false }: Parked, first: Kept[]): EntryShown {
  const events = first.map(({ news, at, key, place }) => ({ type: news.event.type, at, key, place }))
  return { lane, from, to, count, at, why, tries, again, first: events }
}
