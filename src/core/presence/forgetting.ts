import { del, type Key } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { forgetToken } from './push-tokens.ts'
import { lastSeen, pushTokens, subscriptions } from './tables.ts'

/** Rows read at once. */
const page = 500

/**
 * Forgets where a deleted user could be reached, when they were here and whom they watched. What somebody has who was made
 * again under the same id, from `before` (ms) on, stays.
 */
export async function forgetDevices(ctx: Context, app: number, user: string, before: number): Promise<void> {
  const prefix = [app, user]
  const [tokens, seen] = await Promise.all([
    ctx.store.scan(pushTokens, { prefix, limit: page }),
    ctx.store.scan(lastSeen, { prefix, limit: page }),
  ])
  const gone = tokens.filter(row => row.value.at < before).flatMap(forgetToken)
  const never = seen.filter(row => row.value.at < before).map(row => del(lastSeen, [app, user, row.value.platform]))
  await ctx.store.commit([...gone, ...never])
  for (let from: Key | undefined; ; ) {
    const watched = await ctx.store.scan(subscriptions, { prefix, from, limit: page })
    const ended = watched.filter(row => row.value.since < before)
    await ctx.store.commit(ended.map(row => del(subscriptions, [app, user, row.value.publisher])))
    const last = watched.at(-1)?.value
    if (!last || watched.length < page) return
    from = [`${last.publisher}\u0001`]
  }
}
