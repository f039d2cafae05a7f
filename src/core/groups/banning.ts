import { check, del, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { conversations } from '../tables.ts'
import { askAbout } from './asking.ts'
import type { Leaving, Telling } from './leaving.ts'
import { openRestricted, type RestrictedQuery } from './restricting.ts'
import { demandOperator, groupKey, living } from './rows.ts'
import { restrictions } from './tables.ts'

/** Keeping users out of groups. */
export function openBanning(ctx: Context, leaving: Leaving) {
  const list = openRestricted(ctx)

  /**
   * Keeps users out of a group until a time (ms; Infinity = for ever): members are taken out, and nobody comes in
   * however they try, until the ban ends or is lifted. Gives who was taken out. An operator needs the right to kick, and
   * bans only those below. At most 100.
   */
  async function ban(
    call: Call,
    id: number,
    ids: readonly string[],
    until: number,
    options: Telling = {},
  ): Promise<{ removed: string[] }> {
    const draft = { by: call.operator ?? '', users: [...new Set(ids)] }
    const users = (await askAbout(ctx, call, 'group.kick', id, draft))?.users ?? draft.users
    const { removed } = await leaving.banMany(call, id, users, until, options)
    return { removed }
  }

  /** Lets users come in again; they are not put back. An operator needs the right to kick. At most 100. */
  async function unban(call: Call, id: number, ids: readonly string[]): Promise<void> {
    if (ids.length > 100) throw new Fault('request.batch')
    await ctx.queue(groupKey(id), () =>
      change(ctx, async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const { checks } = await demandOperator(ctx, call, row.value, row.value.policy.kick)
        const steps: Step[] = ids.map(user => del(restrictions, [id, 'ban', user]))
        return { steps: [check(conversations, [id], row), ...checks, ...steps], done: () => undefined }
      }),
    )
  }

  return {
    ban,
    unban,
    /** Who may not come in now. */
    banned: (id: number, query: RestrictedQuery) => list(id, 'ban', query),
  }
}
