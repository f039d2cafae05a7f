import { del, type Key, type Table } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Subscription } from './model.ts'
import { forgetToken } from './push-tokens.ts'
import { eventSubscriptions, lastSeen, published, pushTokens, subscriptions } from './tables.ts'

/** Rows read at once. */
const page = 500

/**
 * Forgets where a deleted user could be reached, when they were here, what they published and whom they watched. What somebody has who was made
 * again under the same id, from `before` (ms) on, stays.
 */
export async function forgetDevices(ctx: Context, app: number, user: string, before: number): Promise<void> {
  const prefix = [app, user]
  const [tokens, seen, events] = await Promise.all([
    ctx.store.scan(pushTokens, { prefix, limit: page }),
    ctx.store.scan(lastSeen, { prefix, limit: page }),
    ctx.store.scan(published, { prefix, limit: page }),
  ])
  const gone = tokens.filter(row => row.value.at < before).flatMap(forgetToken)
  const never = seen.filter(row => row.value.at < before).map(row => del(lastSeen, [app, user, row.value.platform]))
  const over = events.filter(row => row.value.at < before).map(row => del(published, [app, user, row.value.kind]))
  await ctx.store.commit([...gone, ...never, ...over])
  await Promise.all([subscriptions, eventSubscriptions].map(table => forgetWatched(ctx, table, prefix, before)))
}

async function forgetWatched(ctx: Context, table: Table<Subscription>, prefix: Key, before: number): Promise<void> {
  for (let from: Key | undefined; ; ) {
    const watched = await ctx.store.scan(table, { prefix, from, limit: page })
    // Where one stands: with its kind, if the table has kinds.
    const placeOf = ({ kind, publisher }: Subscription) => (kind === undefined ? [publisher] : [kind, publisher])
    const ended = watched.filter(row => row.value.since < before)
    await ctx.store.commit(ended.map(row => del(table, [...prefix, ...placeOf(row.value)])))
    const last = watched.at(-1)?.value
    if (!last || watched.length < page) return
    from = placeOf({ ...last, publisher: `${last.publisher}\u0001` })
  }
}
