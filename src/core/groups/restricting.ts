import { put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import type { Group, User } from '../model.ts'
import { users } from '../tables.ts'
import { gets, holds } from '../users/rows.ts'
import { forever, type Restriction, type RestrictionKind } from './model.ts'
import { restrictions } from './tables.ts'

/** Which of those under a restriction to list. */
export interface RestrictedQuery {
  /** By when it ends (the usual), by when it began, or by its number. */
  order?: 'until' | 'since' | 'number'
  /** Only from this time (ms) of when it began on, or from this number. */
  from?: number
  reverse?: boolean
  /** The last of the page before, or how many to pass over, up to 10,000. */
  after?: Pick<Restriction, 'until' | 'since' | 'user'> & { number?: number }
  skip?: number
  limit: number
}

/** The restriction of a row, as long as it lasts and its user is who they were when it began. */
export function inForce(
  row: Row<Restriction> | undefined,
  account: Row<User> | undefined,
  now: number,
): Restriction | undefined {
  return row && row.value.until > now && holds(account, row.value.since) ? row.value : undefined
}

/** Lays a restriction on a user until a time (ms; Infinity for ever); its number is one of `ctx.ids`. */
export function restrict(
  call: Call,
  group: Group,
  what: RestrictionKind,
  account: Row<User> | undefined,
  draft: { user: string; until: number; number: number; text?: string },
  now: number,
): Step {
  const { user, number, text } = draft
  const until = Math.min(draft.until, forever)
  const common = { conv: group.id, app: group.app, what, user, by: call.operator ?? '' }
  return put(restrictions, { ...common, since: gets(now, account), until, number, ...(text ? { text } : {}) })
}

/** Reading who is under a restriction. */
export function openRestricted(ctx: Context) {
  /** The restrictions of one kind that lie on users in a group now, members or not; at most 1,000. */
  async function list(id: number, what: RestrictionKind, query: RestrictedQuery): Promise<Restriction[]> {
    const found: Restriction[] = []
    let { after, skip = 0 } = query
    while (found.length < query.limit) {
      const limit = query.limit - found.length
      const rows = await page(id, what, { ...query, after, skip, limit })
      const known = await ctx.store.getMany(
        users,
        rows.map(row => [row.value.app, row.value.user]),
      )
      const now = ctx.clock()
      found.push(...rows.flatMap((row, i) => inForce(row, known[i], now) ?? []))
      if (rows.length < limit) break
      after = rows.at(-1)?.value
      skip = 0
    }
    return found
  }

  function page(id: number, what: RestrictionKind, query: RestrictedQuery): Promise<Row<Restriction>[]> {
    const { order = 'until', from = 0, reverse = false, after, skip, limit } = query
    const first = order === 'until' ? ctx.clock() + 1 : from
    const start = reverse || !after ? [first] : [after[order] ?? 0, `${after.user}\u0001`]
    const end = reverse && after ? [after[order] ?? 0, after.user] : undefined
    return ctx.store.scan(restrictions, { prefix: [id, what], from: start, to: end, skip, limit, reverse }, order)
  }

  return list
}
