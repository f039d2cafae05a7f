import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Member, Membership, Role } from '../model.ts'
import { memberCount, members, sent, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import { openAccepting } from './accepting.ts'
import { openApplying } from './applying.ts'
import { openBanning } from './banning.ts'
import { openInviting } from './inviting.ts'
import { openJoining } from './joining.ts'
import { openLeaving } from './leaving.ts'
import { openMemberFields } from './member-fields.ts'
import { openMemberPages } from './member-pages.ts'
import { openMine } from './mine.ts'
import { openPlaces } from './places.ts'
import { inForce } from './restricting.ts'
import { rankOf } from './rights.ts'
import { openRoles } from './roles.ts'
import { openSilencing } from './silencing.ts'
import { restrictions } from './tables.ts'
import { openWaiting } from './waiting.ts'

/** A member with what the list of members shows besides. */
export interface Listed extends Member {
  lastSent: number
}

/** Which members to list. */
export interface ListOptions {
  roles?: readonly Role[]
  skip?: number
  after?: Pick<Member, 'joined' | 'user' | 'rank'>
  limit: number
}

export type Members = ReturnType<typeof openMembers>

/** Members of groups. */
export function openMembers(ctx: Context) {
  const { placesOf } = openPlaces(ctx)
  const joining = openJoining(ctx)
  const leaving = openLeaving(ctx)

  /** One member; undefined for somebody outside. */
  async function find(group: number, user: string): Promise<Member | undefined> {
    return (await findMany(group, [user]))[0]
  }

  /** Members in the order of the users asked for; undefined for those outside. */
  async function findMany(group: number, ids: readonly string[]): Promise<(Member | undefined)[]> {
    const rows = await ctx.store.getMany(
      members,
      ids.map(id => [group, id]),
    )
    return held(rows)
  }

  /** One user's member rows in many groups, in the order of the groups; undefined where they are not in. */
  async function inGroups(user: string, groups: readonly number[]): Promise<(Member | undefined)[]> {
    const rows = await ctx.store.getMany(
      members,
      groups.map(id => [id, user]),
    )
    return held(rows)
  }

  /** How many members a group has. */
  async function count(id: number): Promise<number> {
    return (await counts([id]))[0] as number
  }

  /** How many members conversations have, in order. */
  async function counts(ids: readonly number[]): Promise<number[]> {
    const rows = await ctx.store.getMany(
      memberCount,
      ids.map(id => [id]),
    )
    return rows.map(row => row?.value.n ?? 0)
  }

  /**
   * Members by the time they joined, with the time of their last message; with `roles`, by role first.
   * `skip` up to 10,000, or `after` = the last member of the page before.
   */
  async function list(id: number, options: ListOptions): Promise<Listed[]> {
    const ranks = [...new Set(options.roles?.map(rankOf))].sort()
    if (ranks.length === 2 && !ranks.includes(1)) return listWithoutManagers(id, options)
    const found: Member[] = []
    let skip = options.skip ?? 0
    let after = options.after
    while (found.length < options.limit) {
      const limit = Math.min(1000, options.limit - found.length)
      const page = await listPage(id, ranks, { skip, after, limit })
      found.push(...(await held(page)).filter(member => member !== undefined))
      if (page.length < limit) break
      after = page.at(-1)?.value
      skip = 0
    }
    return withLastSent(id, found)
  }

  /** The owner and the ordinary members, between whom the managers stand. */
  async function listWithoutManagers(id: number, options: ListOptions): Promise<Listed[]> {
    const { skip = 0, after, limit } = options
    const owner = after && after.rank > 0 ? [] : await list(id, { roles: ['owner'], after, limit: 1 })
    const first = skip === 0 ? owner : []
    const rest = { skip: Math.max(0, skip - owner.length), after: after && after.rank > 0 ? after : undefined }
    if (first.length === limit) return first
    return [...first, ...(await list(id, { roles: ['member'], ...rest, limit: limit - first.length }))]
  }

  async function listPage(
    id: number,
    ranks: number[],
    page: { skip: number; after?: Pick<Member, 'joined' | 'user' | 'rank'>; limit: number },
  ) {
    const { skip, after, limit } = page
    const next = after && [after.joined, `${after.user}\u0001`]
    if (ranks.length === 0) {
      return ctx.store.scan(members, { prefix: [id], from: next, skip, limit }, 'joined')
    }
    const from = after && next ? [after.rank, ...next] : [ranks[0] as number]
    const to = [(ranks.at(-1) as number) + 1]
    return ctx.store.scan(members, { prefix: [id], from, to, skip, limit }, 'rank')
  }

  /** The members of these rows with their mutes; undefined also for those whose deletion a job has not worked off yet. */
  async function held(rows: readonly (Row<Member> | undefined)[]): Promise<(Member | undefined)[]> {
    const here = rows.flatMap(row => row?.value ?? [])
    const [accounts, mutes] = await Promise.all([
      ctx.store.getMany(
        users,
        here.map(member => [member.app, member.user]),
      ),
      ctx.store.getMany(
        restrictions,
        here.map(member => [member.conv, 'mute', member.user]),
      ),
    ])
    const now = ctx.clock()
    const shown = here.map((member, i) => {
      if (!holds(accounts[i], member.joined)) return undefined
      const mute = inForce(mutes[i], accounts[i], now)
      return mute ? { ...member, mutedUntil: mute.until } : member
    })
    let next = 0
    return rows.map(row => (row ? shown[next++] : undefined))
  }

  async function withLastSent(id: number, list: Member[]): Promise<Listed[]> {
    const counts = await ctx.store.getMany(
      sent,
      list.map(member => [id, member.user]),
    )
    return list.map((member, i) => ({ ...member, lastSent: counts[i]?.value.at ?? 0 }))
  }

  /** A user's memberships in groups that are not dismissed, of all kinds or of those named, in the order of the groups' ids. */
  async function joined(app: number, user: string, kinds?: readonly string[]): Promise<Membership[]> {
    return (await placesOf(app, user, kinds)).map(place => place.membership)
  }

  return {
    find,
    findMany,
    inGroups,
    count,
    counts,
    list,
    joined,
    placesOf,
    mine: openMine(ctx),
    page: openMemberPages(ctx, held),
    addMany: joining.addMany,
    removeMany: leaving.removeMany,
    leave: leaving.leave,
    ...openInviting(ctx, joining),
    ...openApplying(ctx, joining),
    ...openAccepting(ctx, joining),
    ...openWaiting(ctx),
    ...openRoles(ctx),
    ...openSilencing(ctx),
    ...openMemberFields(ctx),
    ...openBanning(ctx, leaving),
  }
}
