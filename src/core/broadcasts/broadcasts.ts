import { partsOf } from '../../lib/parts.ts'
import { append } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { appSubject } from '../events.ts'
import { users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import { asksOfUsers, isFor } from './judging.ts'
import type { Broadcast } from './model.ts'
import { broadcasts } from './tables.ts'

export type { Broadcast, Condition } from './model.ts'

/** What is said to all users of an app. */
export interface BroadcastDraft
  extends Pick<Broadcast, 'from' | 'parts' | 'native' | 'condition' | 'push'>,
    Partial<Pick<Broadcast, 'inbox'>> {
  /** How long devices that come later get it (ms); 0 = only who is connected gets it. */
  keep: number
}

/** Whom a broadcast may be for: a connected device. */
export interface Viewer {
  user: string
  platform: string
}

/** What an app's users were told after a number. */
export interface BroadcastsSince {
  /** The number was never given: whoever has it begins anew with these. */
  reset: boolean
  broadcasts: Broadcast[]
  /** Whoever takes this stands at this number. */
  number: number
  /** There are more: ask again from there. */
  more: boolean
}

/** How long one that is kept for nobody stands in the list of what was said (ms). */
const shown = 7 * 24 * 3600 * 1000
/** Users read in one round trip. */
const together = 1000

export type Broadcasts = ReturnType<typeof openBroadcasts>

/** Saying something to all users of an app: one row and one piece of news, however many they are. */
export function openBroadcasts(ctx: Context) {
  /** Says it: to who is connected at once, to others until it ends. Fault('caller.forbidden') for end users. */
  async function send(call: Call, { keep, inbox = 0, ...draft }: BroadcastDraft): Promise<Broadcast> {
    if (!call.admin) throw new Fault('caller.forbidden')
    const app = call.app.id
    return change<Broadcast>(ctx, async () => {
      const said = { ...draft, origin: call.origin, inbox, kept: keep > 0 ? (1 as const) : (0 as const) }
      const value = { ...said, expires: ctx.clock() + (keep || shown) }
      const broadcast: Broadcast = { app, number: 0, time: 0, counters: {}, ...value }
      const told = { call, subjects: [appSubject(app)], event: { type: 'broadcast' as const, broadcast }, at: 0 }
      return {
        steps: [append(broadcasts, [app], value)],
        tells: [told],
        done: results => ({ ...broadcast, ...(results[0] as Pick<Broadcast, 'number' | 'time' | 'counters'>) }),
      }
    })
  }

  /** What was said before a number, or at all, newest first; only what is kept, only what is not, or both. */
  async function list(app: number, query: { before?: number; kept?: boolean; limit: number }): Promise<Broadcast[]> {
    const { before, kept, limit } = query
    const prefix = kept === undefined ? [app] : [app, kept ? 1 : 0]
    const to = before === undefined ? undefined : [before]
    const rows = await ctx.store.scan(
      broadcasts,
      { prefix, to, limit, reverse: true },
      kept === undefined ? undefined : 'kept',
    )
    return rows.map(row => row.value)
  }

  /** The number of what was said last. */
  async function last(app: number): Promise<number> {
    const [head] = await ctx.store.heads(broadcasts, [[app]])
    return head?.number ?? 0
  }

  /**
   * What was said after a number and is kept for this device, oldest first; of `limit` that are looked at. What was said
   * before the user was made is not for them.
   */
  async function since(app: number, viewer: Viewer, after: number, limit: number): Promise<BroadcastsSince> {
    const [end, known] = await Promise.all([last(app), ctx.store.get(users, [app, viewer.user])])
    const reset = after > end
    const from = reset ? 0 : after
    const rows = await ctx.store.scan(broadcasts, { prefix: [app], from: [from + 1], limit })
    const now = ctx.clock()
    const user = known?.value
    const found = rows
      .map(row => row.value)
      .filter(
        each =>
          each.kept === 1 &&
          each.expires > now &&
          each.time >= (user?.created ?? 0) &&
          holds(known, each.time) &&
          isFor(each, user, viewer.platform),
      )
    const more = rows.length === limit
    const reached = rows.at(-1)?.value.number ?? from
    return { reset, broadcasts: found, number: more ? reached : Math.max(reached, end), more }
  }

  /** For which of some connected devices a broadcast is, in order. Reads users only if its condition asks of them. */
  async function judge(broadcast: Broadcast, viewers: readonly Viewer[]): Promise<boolean[]> {
    if (!asksOfUsers(broadcast.condition)) return viewers.map(({ platform }) => isFor(broadcast, undefined, platform))
    const ids = [...new Set(viewers.map(viewer => viewer.user))]
    const parts = partsOf(ids, together)
    const rows = await Promise.all(
      parts.map(part =>
        ctx.store.getMany(
          users,
          part.map(id => [broadcast.app, id]),
        ),
      ),
    )
    const known = new Map(rows.flat().flatMap(row => (row ? [[row.value.id, row.value] as const] : [])))
    return viewers.map(({ user, platform }) => isFor(broadcast, known.get(user), platform))
  }

  return { send, list, last, since, judge }
}
