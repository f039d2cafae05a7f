import { del, type Key, put } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { users as userRows } from '../tables.ts'
import { type Told, toldUser } from '../telling.ts'
import { present } from '../users/rows.ts'
import type { Subscription } from './model.ts'
import { eventSubscriptions, subscriptions } from './tables.ts'

/** Whom one user may watch at a time, and as many for events; counted with those that have just ended. */
const most = 3000

/** Named in one call. */
const together = 100

/** Rows taken away in one batch, when all go. */
const page = 500

/** Which of a user's subscriptions are wanted: those named, or all in the order of the watched users' ids. */
export type Wanted = { users: readonly string[] } | { after?: string; limit: number }

/** A page of all subscriptions to events, in the order of kinds and publishers; of one kind only, if it is named. */
export interface EventPage {
  kind?: number
  after?: { kind: number; user: string }
  limit: number
}

/**
 * Subscriptions to other users' presence, and with a `kind` to events of that kind which they publish. They are one way,
 * need nobody's consent, and end by themselves.
 */
export function openWatching(ctx: Context) {
  /**
   * Watches up to 100 users for so long (ms), or goes on watching them. Answers until when, and whom there is not.
   * Fault('watch.limit') when they are too many in all, and then nobody is added.
   */
  async function subscribe(call: Call, user: string, named: readonly string[], span: number, kind?: number) {
    const table = tableOf(kind)
    const publishers = [...new Set(named)]
    if (publishers.length > together) throw new Fault('request.batch')
    const app = call.app.id
    return ctx.queue(`watching.${app}.${user}`, async () => {
      const [people, before] = await Promise.all([
        ctx.store.getMany(
          userRows,
          publishers.map(id => [app, id]),
        ),
        ctx.store.getMany(
          table,
          publishers.map(publisher => [...prefixOf(app, user, kind), publisher]),
        ),
      ])
      const found = publishers.filter((_, i) => present(people[i]))
      const fresh = publishers.filter((_, i) => present(people[i]) && !before[i]).length
      if (fresh > 0) {
        const [full] = await ctx.store.scan(table, { prefix: [app, user], skip: most - fresh, limit: 1 })
        if (full) throw new Fault('watch.limit', `at most ${most}`)
      }
      const since = ctx.clock()
      const until = since + span
      const steps = found.map(publisher => put(table, { app, user, kind, publisher, since, expires: until }))
      const added = found.map(each => ({ user: each, until }))
      const tells = added.length > 0 ? [toldUser(call, user, { type: 'watching', user, kind, added, removed: [] })] : []
      await change(ctx, async () => ({ steps, tells, done: () => undefined }))
      return { until, missing: publishers.filter((_, i) => !present(people[i])) }
    })
  }

  /** Watches up to 100 users no longer, or nobody at all. */
  async function unsubscribe(call: Call, user: string, named?: readonly string[], kind?: number): Promise<void> {
    const app = call.app.id
    const prefix = prefixOf(app, user, kind)
    if (named && named.length > together) throw new Fault('request.batch')
    const told = toldUser(call, user, { type: 'watching', user, kind, added: [], removed: named && [...named] })
    const remove = (publishers: readonly string[], tells: Told[]) => {
      const steps = publishers.map(publisher => del(tableOf(kind), [...prefix, publisher]))
      return change(ctx, async () => ({ steps, tells, done: () => undefined }))
    }
    await ctx.queue(`watching.${app}.${user}`, async () => {
      let publishers = named ?? (await publishersOf(prefix, kind))
      while (!named && publishers.length === page) {
        await remove(publishers, [])
        publishers = await publishersOf(prefix, kind)
      }
      await remove(publishers, [told])
    })
  }

  async function publishersOf(prefix: Key, kind: number | undefined): Promise<string[]> {
    const rows = await ctx.store.scan(tableOf(kind), { prefix, limit: page })
    return rows.map(row => row.value.publisher)
  }

  /** A user's subscriptions to presence that hold. `next` is the `after` of the next page. */
  async function list(app: number, user: string, wanted: Wanted): Promise<{ found: Subscription[]; next?: string }> {
    const holds = holdsAt(ctx.clock())
    if ('users' in wanted) {
      const keys = wanted.users.map(publisher => [app, user, publisher])
      const rows = await ctx.store.getMany(subscriptions, keys)
      return { found: rows.map(row => row?.value).filter(holds) }
    }
    const { after, limit } = wanted
    const from = after === undefined ? undefined : [`${after}\u0001`]
    const rows = await ctx.store.scan(subscriptions, { prefix: [app, user], from, limit })
    const last = rows.length === limit ? rows.at(-1)?.value.publisher : undefined
    return { found: rows.map(row => row.value).filter(holds), next: last }
  }

  /** A user's subscriptions to events that hold. `next` is the `after` of the next page. */
  async function listEvents(app: number, user: string, { kind, after, limit }: EventPage) {
    const rest = after && (kind === undefined ? [after.kind, `${after.user}\u0001`] : [`${after.user}\u0001`])
    const prefix = prefixOf(app, user, kind)
    const rows = await ctx.store.scan(eventSubscriptions, { prefix, from: rest, limit })
    const all = rows.map(({ value }) => ({ ...value, kind: value.kind as number }))
    const last = rows.length === limit ? all.at(-1) : undefined
    return { found: all.filter(holdsAt(ctx.clock())), next: last && { kind: last.kind, user: last.publisher } }
  }

  return { subscribe, unsubscribe, list, listEvents }
}

const holdsAt =
  (now: number) =>
  <S extends Subscription>(each: S | undefined): each is S =>
    each !== undefined && each.expires > now

function tableOf(kind: number | undefined) {
  return kind === undefined ? subscriptions : eventSubscriptions
}

function prefixOf(app: number, user: string, kind: number | undefined): Key {
  return kind === undefined ? [app, user] : [app, user, kind]
}
