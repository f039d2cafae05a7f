import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import type { App, Webhook } from '../core/apps/model.ts'
import { settingsSubject } from '../core/apps/settings.ts'
import type { Core } from '../core/core.ts'
import { keyedQueue } from '../lib/queue.ts'
import { unheardOf } from './ids.ts'
import { home as homeSchema, webhooks as schema } from './settings.ts'
import type { Webhooks } from './webhooks.ts'

/** A change that cannot be; the message names the field. Nothing was changed. */
export class ChangeRefused extends Error {
  override name = 'ChangeRefused'
}

/** Stands for a secret where settings are shown; given back, it means the secret that there is. */
export const hidden = '…'

/** What of an app was changed while a server ran, and so stands before its configuration. */
export interface Changed {
  webhooks: boolean
  home: boolean
}

/** Changes apps' webhooks while the server runs; what was changed holds on all nodes, and after every restart. */
export interface Changes {
  of(app: App): Changed
  /**
   * Adds a back end, or puts it in place of the one with its name. `given` is as in the configuration; gives all of it.
   * What waits for the name is told to the new one.
   */
  set(app: App, name: string, given: unknown): Promise<Webhook>
  /** Takes a back end away, with all that waits or is set aside for it; false when there is none of that name. */
  remove(app: App, name: string): Promise<boolean>
  /** The back ends of the configuration hold again. */
  reset(app: App): Promise<void>
  /** Changes the home dialect; undefined = that of the configuration. */
  setHome(app: App, home: unknown): Promise<void>
  /** Hears of no more changes. */
  close(): void
}

type Ours = Pick<App, 'webhooks' | 'home'>

/** Brings all apps to what was changed earlier, and keeps them there; before the webhooks run. */
export async function openChanges(core: Core, webhooks: Webhooks): Promise<Changes> {
  const queue = keyedQueue()
  const configured = new Map(core.apps.all().map(({ id, webhooks, home }): [number, Ours] => [id, { webhooks, home }]))
  const changed = new Map<number, Changed>()
  /** The lists that deliveries go by. */
  const running = new Map([...configured].map(([id, ours]) => [id, ours.webhooks]))

  async function stored(app: App): Promise<{ [name in keyof Ours]?: Ours[name] }> {
    const [list, home] = await Promise.all([
      core.settings.get(app.id, 'webhooks'),
      core.settings.get(app.id, 'home') as Promise<App['home'] | undefined>,
    ])
    return { webhooks: list === undefined ? undefined : readKept(app, list), home }
  }

  function readKept(app: App, list: unknown): Webhook[] | undefined {
    const { data, error } = schema.safeParse(list)
    if (error)
      core.log.error({ app: app.id, why: textOf(error) }, 'changed webhooks cannot be read; the configured ones hold')
    return data
  }

  async function reload(app: App): Promise<void> {
    const found = await stored(app)
    const ours = { ...(configured.get(app.id) as Ours) }
    app.home = found.home ?? ours.home
    app.webhooks = found.webhooks ?? ours.webhooks
    changed.set(app.id, { webhooks: found.webhooks !== undefined, home: found.home !== undefined })
    if (isDeepStrictEqual(app.webhooks, running.get(app.id))) return
    await webhooks.set(app)
    running.set(app.id, app.webhooks)
  }

  const inTurn = <T>(app: App, work: () => Promise<T>): Promise<T> => queue(String(app.id), work)

  async function keep(app: App, name: keyof Ours, value: unknown): Promise<void> {
    await core.settings.set(app.id, name, value)
    core.log.info({ app: app.id, setting: name }, 'a setting was changed while running')
    await reload(app)
  }

  /** As another node may have changed it a moment ago. */
  async function listOf(app: App): Promise<Webhook[]> {
    return (await stored(app)).webhooks ?? configured.get(app.id)?.webhooks ?? []
  }

  await Promise.all(core.apps.all().map(reload))
  const quiet = core.bus.subscribe(settingsSubject, news => {
    const app = core.apps.byId((news as { app: number }).app)
    if (!app) return
    inTurn(app, () => reload(app)).catch(error =>
      core.log.warn({ err: error, app: app.id }, 'changed settings of an app could not be read'),
    )
  })

  return {
    of: app => changed.get(app.id) ?? { webhooks: false, home: false },
    set: (app, name, given) =>
      inTurn(app, async () => {
        const list = await listOf(app)
        const at = list.findIndex(each => each.name === name)
        const place = at < 0 ? list.length : at
        const wanted = parse(list.toSpliced(place, 1, completed(name, given, list[at]) as Webhook))
        const set = wanted[place] as Webhook
        const wrong = unheardOf(set, webhooks.ids)
        if (wrong) throw new ChangeRefused(`${wrong.path.join('.')}: ${wrong.text}`)
        await keep(app, 'webhooks', wanted)
        return set
      }),
    remove: (app, name) =>
      inTurn(app, async () => {
        const list = await listOf(app)
        const rest = list.filter(each => each.name !== name)
        if (rest.length === list.length) return false
        await keep(app, 'webhooks', rest)
        return true
      }),
    reset: app => inTurn(app, () => keep(app, 'webhooks', undefined)),
    setHome: (app, home) =>
      inTurn(app, async () => {
        const { error } = homeSchema.optional().safeParse(home)
        if (error) throw new ChangeRefused(`home: ${error.issues[0]?.message}`)
        await keep(app, 'home', home)
      }),
    close: quiet,
  }
}

/** With its name, and with the secret that there is where only its sign is given. */
function completed(name: string, given: unknown, before: Webhook | undefined): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  const fields: Record<string, unknown> = { name, ...given }
  if (fields.name !== name) throw new ChangeRefused(`name: this is "${name}", and cannot be changed`)
  if (fields.secret !== hidden) return fields
  if (before?.secret === undefined)
    throw new ChangeRefused(`secret: there is none yet that "${hidden}" could stand for`)
  return { ...fields, secret: before.secret }
}

function parse(list: unknown[]): Webhook[] {
  const { data, error } = schema.safeParse(list)
  if (error) throw new ChangeRefused(textOf(error))
  return data
}

function textOf(error: z.ZodError): string {
  return error.issues
    .flatMap(issue => {
      // The first part is the place in the list.
      const path = issue.path.slice(1)
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map(key => `${[...path, key].join('.')}: there is no such key`)
      return `${path.join('.') || 'webhooks'}: ${issue.message}`
    })
    .join('; ')
}
