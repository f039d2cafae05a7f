import { put, type Row, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Change, Group, Member, Role } from '../model.ts'
import { members, memberships, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import { rankOf } from './rights.ts'

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

/** The change that step `at` of a committed batch appended. */
export function changeOf(steps: Step[], results: readonly unknown[], at: number): Change {
  const step = steps[at] as unknown as { key: number[]; value: object }
  const got = results[at] as { number: number; time: number; counters: Record<string, number> }
  return { ...step.value, conv: step.key[0], rev: got.number, time: got.time, counters: got.counters } as Change
}
