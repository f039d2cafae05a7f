import { del, type Row, type Table } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Invitation } from '../model.ts'
import { conversations, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import type { Application } from './model.ts'
import { demandOperator, living } from './rows.ts'
import { applications, invitations } from './tables.ts'

/** A page of what waits, the newest first; `before` is the last of the page before. */
export interface WaitingQuery {
  before?: { at: number; conv?: number; user?: string }
  limit: number
}

/** A page, and where to go on from; only a missing `next` is the end, for what has ended meanwhile is left out. */
export interface WaitingPage<T> {
  found: T[]
  next?: WaitingQuery['before']
}

/** Something that waits, and its group. */
export interface Waiting<T> {
  request: T
  group: Group
}

/** Reading what waits for an answer: applications and invitations. At most 1,000 of them at once. */
export function openWaiting(ctx: Context) {
  /** The applications of a group. An operator must be owner or manager: Fault('group.role'). */
  async function applicationsOf(call: Call, id: number, query: WaitingQuery): Promise<WaitingPage<Application>> {
    const { value: group } = living(call.app.id, await ctx.store.get(conversations, [id]))
    await demandOperator(ctx, call, group, 'managers')
    const { before, limit } = query
    const to = before && [before.at, before.user ?? '']
    const rows = await ctx.store.scan(applications, { prefix: [group.app, id], to, limit, reverse: true }, 'at')
    const accounts = await ctx.store.getMany(
      users,
      rows.map(row => [group.app, row.value.user]),
    )
    const now = ctx.clock()
    const valid = rows.filter((row, i) => row.value.expires > now && holds(accounts[i], row.value.at))
    return { found: valid.map(row => row.value), next: nextOf(rows, limit) }
  }

  /** Where a user has applied and was not answered. */
  async function applicationsBy(
    call: Call,
    user: string,
    query: WaitingQuery,
  ): Promise<WaitingPage<Waiting<Application>>> {
    const { found, next } = await ofUser(call, applications, user, query)
    const now = ctx.clock()
    return { found: found.filter(({ request }) => request.expires > now), next }
  }

  /** Where a user was invited and has not answered. */
  async function invitationsFor(
    call: Call,
    user: string,
    query: WaitingQuery,
  ): Promise<WaitingPage<Waiting<Invitation>>> {
    return ofUser(call, invitations, user, query)
  }

  async function ofUser<T extends Application | Invitation>(
    call: Call,
    table: Table<T>,
    user: string,
    { before, limit }: WaitingQuery,
  ): Promise<WaitingPage<Waiting<T>>> {
    if (!call.admin && call.operator !== user) throw new Fault('caller.forbidden')
    const app = call.app.id
    const to = before && [before.at, before.conv ?? 0]
    const [account, rows] = await Promise.all([
      ctx.store.get(users, [app, user]),
      ctx.store.scan(table, { prefix: [app, user], to, limit, reverse: true }, 'user'),
    ])
    const groups = await ctx.store.getMany(
      conversations,
      rows.map(row => [row.value.conv]),
    )
    const found = rows.flatMap((row, i): Waiting<T>[] => {
      const group = groups[i]?.value
      if (group?.type !== 'group' || group.dismissed || !holds(account, row.value.at)) return []
      return [{ request: row.value, group }]
    })
    return { found, next: nextOf(rows, limit) }
  }

  return { applicationsOf, applicationsBy, invitationsFor }
}

function nextOf(rows: readonly Row<Application | Invitation>[], limit: number): WaitingQuery['before'] {
  const last = rows.at(-1)?.value
  return last && rows.length === limit ? { at: last.at, conv: last.conv, user: last.user } : undefined
}

/** Rows of one batch. */
const batch = 100

/** Forgets applications and invitations that a user had before a time (ms), some at a time; true when there may be more. */
export async function endWaiting(ctx: Context, app: number, user: string, before: number): Promise<boolean> {
  const range = { prefix: [app, user], to: [before], limit: batch }
  const [applied, invited] = await Promise.all([
    ctx.store.scan(applications, range, 'user'),
    ctx.store.scan(invitations, range, 'user'),
  ])
  const steps = [
    ...applied.map(row => del(applications, [app, row.value.conv, user])),
    ...invited.map(row => del(invitations, [app, row.value.conv, user])),
  ]
  if (steps.length > 0) await ctx.store.commit(steps)
  return applied.length === batch || invited.length === batch
}
