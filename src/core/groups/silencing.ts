import { check, del, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Member, Who } from '../model.ts'
import { conversations, users } from '../tables.ts'
import { askAbout } from './asking.ts'
import { type Changed, changeMembers } from './changing.ts'
import type { Telling } from './leaving.ts'
import { openRestricted, type RestrictedQuery, restrict } from './restricting.ts'
import { demandOperator, groupKey, living } from './rows.ts'
import { restrictions } from './tables.ts'

/** Most users muted, or allowed to speak, in one call. */
const most = 500

/** Taking the voice from members of groups, and giving it. */
export function openSilencing(ctx: Context) {
  const list = openRestricted(ctx)

  /**
   * Lets users speak in a group from a time on only (ms; 0 = at once, Infinity = never); it stays so when they leave and
   * come back. Those who are no members are named in `missing`, unless `outside` mutes them too, as in live rooms always.
   * An operator needs the group's right to mute, and mutes only those below: Fault('group.role'). At most 500.
   */
  async function mute(
    call: Call,
    id: number,
    ids: readonly string[],
    until: number,
    options: Telling & { outside?: boolean } = {},
  ): Promise<Changed> {
    if (ids.length > most) throw new Fault('request.batch')
    const draft = { by: call.operator ?? '', users: [...new Set(ids)], muted: until > ctx.clock() }
    const asked = (await askAbout(ctx, call, 'member.mute', id, draft)) ?? draft
    const wanted = asked.users.map(user => ({ user, mutedUntil: until }))
    const outside = options.outside || (await isPassing(call, id))
    return changeMembers(ctx, call, id, wanted, {
      ...options,
      outside,
      judge: (group, targets) => judge(call, group, group.policy.mute, targets),
    })
  }

  async function isPassing(call: Call, id: number): Promise<boolean> {
    const { value: group } = living(call.app.id, await ctx.store.get(conversations, [id]))
    return group.policy.members === 'passing'
  }

  async function judge(call: Call, group: Group, who: Who, targets: readonly (Member | undefined)[]): Promise<Step[]> {
    const { by, checks } = await demandOperator(ctx, call, group, who)
    if (by) demandBelow(by, targets)
    return checks
  }

  /**
   * Lets users speak while the group is muted for all, or no longer. An operator needs the group's right to mute. At most
   * 500.
   */
  async function allow(call: Call, id: number, ids: readonly string[], on: boolean): Promise<void> {
    if (ids.length > most) throw new Fault('request.batch')
    await ctx.queue(groupKey(id), () =>
      change(ctx, async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const { checks } = await demandOperator(ctx, call, row.value, row.value.policy.mute)
        const [known, numbers] = await Promise.all([
          ctx.store.getMany(
            users,
            ids.map(user => [row.value.app, user]),
          ),
          Promise.all(ids.map(() => ctx.ids())),
        ])
        const now = ctx.clock()
        const steps = ids.map((user, i) =>
          on
            ? restrict(call, row.value, 'allow', known[i], { user, until: Infinity, number: numbers[i] as number }, now)
            : del(restrictions, [id, 'allow', user]),
        )
        return { steps: [check(conversations, [id], row), ...checks, ...steps], done: () => undefined }
      }),
    )
  }

  return {
    mute,
    allow,
    /** Who may not speak now, members or not. */
    muted: (id: number, query: RestrictedQuery) => list(id, 'mute', query),
    /** Who may speak while the group is muted for all. */
    allowed: (id: number, query: RestrictedQuery) => list(id, 'allow', query),
  }
}

/** Nobody restricts those of their own rank or above. */
export function demandBelow(by: Member, targets: readonly (Member | undefined)[]): void {
  if (targets.some(target => target && target.rank <= by.rank)) throw new Fault('group.role')
}
