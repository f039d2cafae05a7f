import { check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { restrict } from '../groups/restricting.ts'
import { belongs } from '../groups/rights.ts'
import { restrictions } from '../groups/tables.ts'
import { tip } from '../groups/tips.ts'
import type { Notice } from '../messages/content.ts'
import type { Group, Member } from '../model.ts'
import { members, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import { demandInside, livingRoom } from './inside.ts'
import type { Leaving } from './leaving.ts'
import type { RoomMute } from './model.ts'
import { roomMutes } from './tables.ts'

/** What is told with it; nothing when quiet. */
export interface Words {
  quiet?: boolean
  text?: string
  ext?: string
}

/** Accounts that are sent away, kept out or muted in one call. */
export const mostAtOnce = 100

/** Keeping order in rooms. Owner and managers may, as the policy says; nobody may do it to the owner, or to their like. */
export function openModerating(ctx: Context, leave: Leaving['leave']) {
  /** Sends accounts out of a room with all their devices; they may come back. Gives those who were inside. */
  async function kick(call: Call, id: number, ids: readonly string[], words: Words = {}): Promise<string[]> {
    const { room } = await demandOver(call, id, ids, group => group.policy.kick)
    const gone = await Promise.all(ids.map(user => leave(call, id, user, undefined, 'kicked')))
    const kicked = ids.filter((_, i) => gone[i])
    await tellTip(call, room, 'kicked', kicked, words)
    return kicked
  }

  /**
   * Keeps accounts out of a room until a time (ms; Infinity for ever), and sends them out when they are inside; a ban and
   * an entry never pass each other. Those who may mute may ban.
   */
  async function ban(
    call: Call,
    id: number,
    ids: readonly string[],
    options: { until: number; text?: string },
  ): Promise<void> {
    const { known } = await demandOver(call, id, ids, group => group.policy.mute)
    const numbers = await Promise.all(ids.map(() => ctx.ids()))
    const { until, text } = options
    await Promise.all(
      ids.map((user, i) =>
        leave(call, id, user, undefined, 'banned', room =>
          room
            ? [restrict(call, room, 'ban', known[i], { user, until, number: numbers[i] as number, text }, ctx.clock())]
            : [],
        ),
      ),
    )
  }

  /** Lets them in again. */
  async function unban(call: Call, id: number, ids: readonly string[]): Promise<void> {
    await demandOver(call, id, ids, group => group.policy.mute)
    const steps = ids.map(user => del(restrictions, [id, 'ban', user]))
    await change(ctx, async () => ({ steps, done: () => undefined }))
  }

  /**
   * Takes the voice from a user, or from all who have a tag, for some seconds; 0 gives it back. Gives how long it lasts,
   * or how many seconds were left of what ends now.
   */
  async function mute(
    call: Call,
    id: number,
    whom: { user: string } | { tag: string },
    seconds: number,
    words: Words = {},
  ): Promise<number> {
    const user = 'user' in whom ? whom.user : whom.tag
    const what = 'user' in whom ? ('user' as const) : ('tag' as const)
    const { room } = await demandOver(call, id, what === 'user' ? [user] : [], group => group.policy.mute)
    const key = [id, what, user]
    return change<number>(ctx, async () => {
      const now = ctx.clock()
      const row = await ctx.store.get(roomMutes, key)
      const left = Math.max(0, Math.ceil(((row?.value.until ?? 0) - now) / 1000))
      const muted: RoomMute = { conv: id, what, user, until: now + seconds * 1000, by: call.operator ?? '' }
      const steps: Step[] = [check(roomMutes, key, row), seconds > 0 ? put(roomMutes, muted) : del(roomMutes, key)]
      const said = seconds > 0 ? ('muted' as const) : ('unmuted' as const)
      const tells = await tip(ctx, call, room, noticeOf(call, said, what === 'user' ? [user] : [], words), steps)
      return { steps, tells, done: () => (seconds > 0 ? seconds : left) }
    })
  }

  /** How long users may not speak for a while yet (ms since 1970), in order; undefined for who may. */
  async function mutedUntil(id: number, ids: readonly string[]): Promise<(number | undefined)[]> {
    const rows = await ctx.store.getMany(
      roomMutes,
      ids.map(user => [id, 'user', user]),
    )
    const now = ctx.clock()
    return rows.map(row => (row && row.value.until > now ? row.value.until : undefined))
  }

  /** Refuses a caller who may not do it to all of these. */
  async function demandOver(
    call: Call,
    id: number,
    ids: readonly string[],
    right: (room: Group) => Group['policy']['kick'],
  ): Promise<{ room: Group; known: Awaited<ReturnType<typeof accountsOf>> }> {
    if (ids.length > mostAtOnce) throw new Fault('request.batch')
    const { value: room } = await livingRoom(ctx, call, id)
    const by = await demandInside(ctx, call, room, right(room))
    const [known, rows] = await Promise.all([
      accountsOf(room, ids),
      ctx.store.getMany(
        members,
        ids.map(user => [id, user]),
      ),
    ])
    const rank = call.admin ? 0 : (by?.rank ?? 2)
    const above = rows.some((row, i) => isOver(row, known[i], rank, call.admin))
    if (above) throw new Fault('group.role')
    return { room, known }
  }

  function accountsOf(room: Group, ids: readonly string[]) {
    return ctx.store.getMany(
      users,
      ids.map(user => [room.app, user]),
    )
  }

  async function tellTip(call: Call, room: Group, what: 'kicked', ids: string[], words: Words): Promise<void> {
    if (ids.length === 0) return
    const steps: Step[] = []
    const tells = await tip(ctx, call, room, noticeOf(call, what, ids, words), steps)
    await change(ctx, async () => ({ steps, tells, done: () => undefined }))
  }

  return { kick, ban, unban, mute, mutedUntil }
}

function noticeOf(call: Call, what: Notice['what'], ids: string[], { quiet, text, ext }: Words): Notice | undefined {
  return quiet ? undefined : { what, by: call.operator ?? '', users: ids, text, ext }
}

/** Whether somebody stands so high that it cannot be done to them: the app itself spares nobody but the owner. */
function isOver(
  row: Row<Member> | undefined,
  account: Parameters<typeof holds>[0],
  rank: number,
  admin: boolean,
): boolean {
  if (!row || !holds(account, row.value.joined)) return false
  return admin ? row.value.rank === 0 : row.value.rank <= rank && belongs('managers', row.value)
}
