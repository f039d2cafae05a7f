import { manyLimit } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Membership } from '../model.ts'
import { conversations, memberships, users } from '../tables.ts'
import { holds } from '../users/rows.ts'

/** A user's place in a group that is not dismissed. */
export interface Place {
  membership: Membership
  group: Group
}

/** How many groups of these kinds a user may own and be in, each 1 to 10,000; what is left out has no limit. */
export interface Allowance {
  kinds: readonly string[]
  owned?: number
  joined?: number
}

/** A user's places in groups, and whether they may have more of them. */
export function openPlaces(ctx: Context) {
  /** A user's places in groups of all kinds or of those named, in the order of the groups' ids. */
  async function placesOf(app: number, user: string, kinds?: readonly string[]): Promise<Place[]> {
    const [account, ...all] = await Promise.all([
      ctx.store.get(users, [app, user]),
      ...(kinds ?? [undefined]).map(kind => membershipsOf(app, user, kind)),
    ])
    const valid = all.flat().filter(membership => holds(account, membership.joined))
    const rows = await ctx.store.getMany(
      conversations,
      valid.map(membership => [membership.conv]),
    )
    const places = valid.flatMap((membership, i): Place[] => {
      const group = rows[i]?.value
      return group?.type === 'group' && !group.dismissed ? [{ membership, group }] : []
    })
    return places.sort((a, b) => a.group.id - b.group.id)
  }

  async function membershipsOf(app: number, user: string, kind: string | undefined): Promise<Membership[]> {
    const all: Membership[] = []
    const prefix = kind === undefined ? [app, user, 'group'] : [app, user, 'group', kind]
    for (;;) {
      const last = all.at(-1)
      const from = last && (kind === undefined ? [last.kind, last.conv + 1] : [last.conv + 1])
      const page = await ctx.store.scan(memberships, { prefix, from, limit: 1000 }, 'kind')
      all.push(...page.map(row => row.value))
      if (page.length < 1000) return all
    }
  }

  /** Refuses an owner of one group more: Fault('group.limit.owned') or Fault('group.limit.joined'). */
  async function demandAllowed(app: number, owner: string, allowance: Allowance): Promise<void> {
    const { kinds, owned = Infinity, joined = Infinity } = allowance
    const fewest = Math.min(owned, joined)
    if ((await inMany(app, [owner], fewest)).length === 0) return
    const places = await placesOf(app, owner, kinds)
    if (places.filter(({ group }) => group.owner === owner).length >= owned) throw new Fault('group.limit.owned')
    if (places.length >= joined) throw new Fault('group.limit.joined')
  }

  /** Those of the users who are in as many groups as they may be. */
  async function crowded(app: number, ids: readonly string[], allowance?: Allowance): Promise<Set<string>> {
    const { kinds, joined = Infinity } = allowance ?? {}
    const many = await inMany(app, ids, joined)
    const places = await Promise.all(many.map(user => placesOf(app, user, kinds)))
    return new Set(many.filter((_, i) => (places[i] as Place[]).length >= joined))
  }

  /** Those with so many memberships of whatever kind, whom alone it pays to count. */
  async function inMany(app: number, ids: readonly string[], most: number): Promise<readonly string[]> {
    if (most === Infinity || ids.length === 0) return []
    // One round trip asks for as many as can be asked for all together; nearly nobody has those.
    const together = Math.min(most, Math.floor(manyLimit / ids.length))
    const left = await withPlaces(app, ids, together)
    if (together === most) return left
    return (await Promise.all(left.map(user => withPlaces(app, [user], most)))).flat()
  }

  async function withPlaces(app: number, ids: readonly string[], number: number): Promise<string[]> {
    const ranges = ids.map(user => ({ prefix: [app, user, 'group'], skip: number - 1, limit: 1 }))
    const rows = await ctx.store.scanMany(memberships, ranges, 'kind')
    return ids.filter((_, i) => rows[i]?.length === 1)
  }

  return { placesOf, demandAllowed, crowded }
}
