import type { Context } from '../context.ts'
import type { Group, Member } from '../model.ts'
import { conversations, memberCount, members, memberships, users } from '../tables.ts'
import { holds } from '../users/rows.ts'

/** One of a user's groups. */
export interface Mine {
  group: Group
  member: Member
  /** How many are in it. */
  members: number
}

/** A place in the list of a user's groups. */
export interface MinePlace {
  kind: string
  conv: number
}

/** Reading a user's groups page by page. */
export function openMine(ctx: Context) {
  /**
   * A page of a user's groups, by kind and then by id, after a place; what is gone is passed over, so only a missing
   * `next` is the end. At most 1,000.
   */
  async function page(
    app: number,
    user: string,
    { after, limit }: { after?: MinePlace; limit: number },
  ): Promise<{ groups: Mine[]; next?: MinePlace }> {
    const from = after && [after.kind, after.conv + 1]
    const [account, rows] = await Promise.all([
      ctx.store.get(users, [app, user]),
      ctx.store.scan(memberships, { prefix: [app, user, 'group'], from, limit }, 'kind'),
    ])
    const ids = rows.map(row => row.value.conv)
    const [groups, mine, counts] = await Promise.all([
      ctx.store.getMany(
        conversations,
        ids.map(id => [id]),
      ),
      ctx.store.getMany(
        members,
        ids.map(id => [id, user]),
      ),
      ctx.store.getMany(
        memberCount,
        ids.map(id => [id]),
      ),
    ])
    const found = rows.flatMap((row, i): Mine[] => {
      const [group, member] = [groups[i]?.value, mine[i]?.value]
      if (group?.type !== 'group' || group.dismissed || !member || !holds(account, row.value.joined)) return []
      return [{ group, member, members: counts[i]?.value.n ?? 0 }]
    })
    const last = rows.at(-1)?.value
    return { groups: found, next: last && rows.length === limit ? { kind: last.kind, conv: last.conv } : undefined }
  }

  return page
}
