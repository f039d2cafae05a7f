import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Member, Role, Who } from '../model.ts'
import { members, memberships, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import { demand, rankOf } from './rights.ts'

/** Somebody who is to become a member. */
export interface MemberDraft {
  user: string
  role?: Role
  fields?: Partial<Pick<Member, 'nick' | 'level' | 'ext' | 'custom' | 'text' | 'readSeq'>>
}

/** The row of a group of this app that is still there. */
export function living(app: number, row: Row<unknown> | undefined): Row<Group> {
  const group = row?.value as Group | undefined
  if (group?.type !== 'group' || group.app !== app) throw new Fault('group.missing')
  if (group.dismissed) throw new Fault('group.dismissed')
  return row as Row<Group>
}

/** In the keyed queue: changes of the group itself wait for each other. */
export function groupKey(id: number): string {
  return `group.${id}`
}

/** In the keyed queue: changes of the same member wait for each other, those of different members do not. */
export function memberKeys(id: number, users: readonly string[]): string[] {
  return users.map(user => `member.${id}.${user}`)
}

/** Somebody's place in a group; undefined for who is outside, and for who was deleted since though a job has yet to remove it. */
export async function memberOf(ctx: Context, group: Pick<Group, 'id' | 'app'>, user = ''): Promise<Member | undefined> {
  const [row, known] = await Promise.all([
    ctx.store.get(members, [group.id, user]),
    ctx.store.get(users, [group.app, user]),
  ])
  return row && holds(known, row.value.joined) ? row.value : undefined
}

/**
 * Refuses an operator who is not among those who may (`demand`). Gives their place, and what the batch has to check so
 * that they still have it when it is committed.
 */
export async function demandOperator(
  ctx: Context,
  call: Call,
  group: Group,
  who: Who,
): Promise<{ by: Member | undefined; checks: Step[] }> {
  if (call.admin) return { by: undefined, checks: [] }
  const { operator = '' } = call
  const [row, known] = await Promise.all([
    ctx.store.get(members, [group.id, operator]),
    ctx.store.get(users, [group.app, operator]),
  ])
  const by = row && holds(known, row.value.joined) ? row.value : undefined
  demand(call, who, by)
  return { by, checks: [check(members, [group.id, operator], row)] }
}

/** Most managers that a group can have, and most that are told of what waits for them. */
export const mostManagers = 100

/** Refuses by Fault('group.managers') more managers than a group may have besides those that it has. */
export async function demandFewManagers(ctx: Context, group: Pick<Group, 'id'>, more: number): Promise<void> {
  if (more === 0) return
  const rows = await ctx.store.scan(members, { prefix: [group.id, 1], limit: mostManagers }, 'rank')
  if (rows.length + more > mostManagers) throw new Fault('group.managers')
}

/** The owner and the managers of a group. */
export async function managersOf(ctx: Context, group: Pick<Group, 'id' | 'app'>): Promise<string[]> {
  const rows = await ctx.store.scan(members, { prefix: [group.id], to: [2], limit: mostManagers + 1 }, 'rank')
  const known = await ctx.store.getMany(
    users,
    rows.map(row => [group.app, row.value.user]),
  )
  return rows.filter((row, i) => holds(known[i], row.value.joined)).map(row => row.value.user)
}

/** Where a new member begins: the last message they do not see, and the numbers that make nothing unread. */
export type Beginning = Pick<Member, 'hidden' | 'readSeq' | 'readCounted' | 'readSent'>

/** Where the first members begin. */
export const atStart: Beginning = { hidden: 0, readSeq: 0, readCounted: 0, readSent: 0 }

/** The two rows of a new member. */
export function memberSteps(
  group: Group,
  draft: MemberDraft,
  now: number,
  begin: Beginning,
  by: string | undefined,
): Step[] {
  const { user, fields } = draft
  const common = { app: group.app, user, conv: group.id, joined: now }
  const rank = user === group.owner ? 0 : rankOf(draft.role === 'owner' ? 'member' : (draft.role ?? 'member'))
  return [
    put(members, { ...common, rank, ...begin, invitedBy: by, ...fields }),
    put(memberships, { ...common, type: 'group', kind: group.kind, inbox: group.inbox }),
  ]
}
