import type { Context } from '../context.ts'
import type { Scope } from './rows.ts'
import { relations } from './tables.ts'

/** The times at which relations begin to be shown, so that each new one is the newest of its list. */
export interface Turns {
  /** Not before `since` (ms), and after all that the user has, but for what is said to begin in the future. */
  next(user: string, since: number): number
}

/** How far the times of a list may run ahead of the clock (ms): as far as many additions at once can drive them. */
const ahead = 10_000

/** Reads where the lists of some users end, in one round trip. */
export async function readTurns(
  ctx: Context,
  { app, inbox }: Scope,
  what: 'friend' | 'block' | 'mute',
  users: readonly string[],
): Promise<Turns> {
  const to = [ctx.clock() + ahead]
  const ranges = users.map(user => ({ prefix: [app, user, inbox, what], to, limit: 1, reverse: true }))
  const ends = await ctx.store.scanMany(relations, ranges, 'at')
  const last = new Map(users.map((user, i) => [user, ends[i]?.[0]?.value.at ?? 0]))
  return {
    next(user, since) {
      const at = Math.max(since, (last.get(user) ?? 0) + 1)
      last.set(user, at)
      return at
    },
  }
}
