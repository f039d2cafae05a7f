import type { Row } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { inForce } from '../groups/restricting.ts'
import { mostManagers } from '../groups/rows.ts'
import { restrictions } from '../groups/tables.ts'
import type { Group, Member, User } from '../model.ts'
import { members, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import type { Crowd } from './crowd.ts'
import { livingRoom } from './inside.ts'
import type { RoomMember } from './model.ts'
import { roomMutes } from './tables.ts'

/** Somebody inside a room, or who runs it, and until when they may not speak (ms; absent when they may). */
export interface Present {
  user: string
  inside?: RoomMember
  fixed?: Member
  mutedUntil?: number
}

/** Who is in rooms, and who runs them, as the app sees them. */
export function openAudience(ctx: Context, crowd: Pick<Crowd, 'find' | 'list'>) {
  /**
   * Those inside, who came last first, all or those with a mark. `after` is the `next` of the page before, and 0 begins;
   * `next`, the entry of the page's last, is absent at the end.
   */
  async function newest(
    call: Call,
    id: number,
    { mark, after, limit }: { mark?: string; after: number; limit: number },
  ): Promise<{ present: Present[]; next?: number }> {
    const { value: room } = await livingRoom(ctx, call, id)
    const place = after > 0 ? { entry: after, entered: 0, user: '' } : undefined
    const found = await crowd.list(id, { mark, reverse: true, after: place, limit: limit + 1 })
    const page = found.slice(0, limit)
    const present = page.map(inside => ({ user: inside.user, inside }))
    return { present: await withMutes(room, present), next: found.length > limit ? page.at(-1)?.entry : undefined }
  }

  /** The owner and the managers, inside or not, in the order in which they became fixed members. */
  async function runners(call: Call, id: number): Promise<Present[]> {
    const { value: room } = await livingRoom(ctx, call, id)
    const rows = await ctx.store.scan(members, { prefix: [id], to: [2], limit: mostManagers + 1 }, 'rank')
    const ids = rows.map(row => row.value.user)
    const [known, inside] = await Promise.all([accountsOf(room, ids), crowd.find(id, ids)])
    const all = rows.flatMap(({ value: fixed }, i) =>
      holds(known[i], fixed.joined) ? [{ user: fixed.user, fixed, inside: inside[i] }] : [],
    )
    all.sort((a, b) => a.fixed.joined - b.fixed.joined)
    return withMutes(room, all)
  }

  /** Those of the users who run a room or are inside, in the order in which they were named. */
  async function present(call: Call, id: number, ids: readonly string[]): Promise<Present[]> {
    const { value: room } = await livingRoom(ctx, call, id)
    const [rows, known, inside] = await Promise.all([
      ctx.store.getMany(
        members,
        ids.map(user => [id, user]),
      ),
      accountsOf(room, ids),
      crowd.find(id, ids),
    ])
    const all = ids.flatMap((user, i): Present[] => {
      const row = rows[i]
      const fixed = row && holds(known[i], row.value.joined) ? row.value : undefined
      return fixed || inside[i] ? [{ user, fixed, inside: inside[i] }] : []
    })
    return withMutes(room, all)
  }

  /** Accounts in a room, in the order of the users; undefined for those outside. Refuses what is no room. */
  async function standing(call: Call, id: number, ids: readonly string[]): Promise<(RoomMember | undefined)[]> {
    await livingRoom(ctx, call, id)
    return crowd.find(id, ids)
  }

  /** With the mutes that hold now, for good or for a while. */
  async function withMutes(room: Group, all: readonly Present[]): Promise<Present[]> {
    const ids = all.map(({ user }) => user)
    const [known, lasting, passing] = await Promise.all([
      accountsOf(room, ids),
      ctx.store.getMany(
        restrictions,
        ids.map(user => [room.id, 'mute', user]),
      ),
      ctx.store.getMany(
        roomMutes,
        ids.map(user => [room.id, 'user', user]),
      ),
    ])
    const now = ctx.clock()
    return all.map((each, i) => {
      const until = Math.max(inForce(lasting[i], known[i], now)?.until ?? 0, passing[i]?.value.until ?? 0)
      return until > now ? { ...each, mutedUntil: until } : each
    })
  }

  function accountsOf(room: Group, ids: readonly string[]): Promise<(Row<User> | undefined)[]> {
    return ctx.store.getMany(
      users,
      ids.map(user => [room.app, user]),
    )
  }

  return { newest, runners, present, standing }
}
