import { add, append, check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, changeBeside } from '../context.ts'
import { Fault } from '../errors.ts'
import { groupSubject, userSubject } from '../events.ts'
import type { Group, Member } from '../model.ts'
import { changes, conversations, memberCount, members, memberships } from '../tables.ts'
import { tell } from '../telling.ts'
import { demand, demandMembers } from './rights.ts'
import { changeOf, groupKey, living, memberKeys, memberOf } from './rows.ts'
import { tip } from './tips.ts'

/** What is told with a leaving; nothing when quiet. */
export interface Telling {
  quiet?: boolean
  text?: string
  /** The caller's own data for the clients that are told. */
  ext?: string
}

/** Users taken out in one batch: three steps each. */
const most = 300

/** Taking members out of groups. */
export function openLeaving(ctx: Context) {
  /**
   * Takes members out. Those who are not in are passed over, and named in the answer's `missing`. The owner can only be
   * taken out by the app. An operator needs the right to kick, and cannot kick those of his own rank or above. With
   * `before`, only those who joined before that time (ms), from any kind of group, for they were deleted. At most 300.
   */
  async function removeMany(
    call: Call,
    id: number,
    ids: readonly string[],
    options: Telling & { before?: number } = {},
  ): Promise<{ removed: string[]; missing: string[] }> {
    if (ids.length > most) throw new Fault('request.batch')
    const how = options.before === undefined ? 'kicked' : 'removed'
    return leaveGroup(call, id, [...new Set(ids)], how, options, async (group, rows) => {
      if (call.admin) return
      const by = await memberOf(ctx, group, call.operator)
      demand(call, group.policy.kick, by)
      if (rows.some(row => row && row.value.rank <= (by?.rank ?? 2))) throw new Fault('group.role')
    })
  }

  /** A member leaves. Fault('member.missing'), or Fault('group.owner.leave') where the owner may not. */
  async function leave(call: Call, id: number, user: string, options: Telling = {}): Promise<void> {
    await leaveGroup(call, id, [user], 'left', options, async (group, [row]) => {
      if (!row) throw new Fault('member.missing')
      if (row.value.rank === 0 && !group.policy.ownerMayLeave) throw new Fault('group.owner.leave')
    })
  }

  async function leaveGroup(
    call: Call,
    id: number,
    ids: string[],
    how: 'left' | 'kicked' | 'removed',
    options: Telling & { before?: number },
    judge: (group: Group, rows: (Row<Member> | undefined)[]) => Promise<void>,
  ) {
    return ctx.queue(memberKeys(id, ids), async () => {
      const outcome = await changeBeside(ctx, groupKey(id), async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const group = row.value
        if (options.before === undefined) demandMembers(group)
        const rows = await ctx.store.getMany(
          members,
          ids.map(user => [id, user]),
        )
        const old = rows.map(row => (row && row.value.joined < (options.before ?? Infinity) ? row : undefined))
        await judge(group, old)
        const removed = ids.filter((_, i) => old[i])
        const steps: Step[] = []
        for (const [i, user] of ids.entries())
          if (old[i])
            steps.push(
              check(members, [id, user], old[i]),
              del(members, [id, user]),
              del(memberships, [group.app, user, id]),
            )
        // Its owner must be the same still, and nobody may have dismissed it.
        if (removed.length > 0) steps.push(check(conversations, [id], row), add(memberCount, [id], -removed.length))
        if (removed.includes(group.owner))
          steps.push(put(conversations, { ...group, owner: '', updated: ctx.clock(), revision: group.revision + 1 }))
        const at = steps.length
        if (removed.length > 0)
          steps.push(
            append(changes, [id], {
              what: 'member',
              by: call.operator ?? '',
              users: removed,
              detail: { joined: false },
            }),
          )
        const say =
          options.quiet || removed.length === 0
            ? undefined
            : {
                what: how === 'left' ? how : ('kicked' as const),
                by: call.operator ?? '',
                users: removed,
                text: options.text,
                ext: options.ext,
              }
        const tipped = await tip(ctx, call, group, say, steps)
        return {
          steps,
          done: (got: readonly unknown[]) => ({
            group,
            removed,
            missing: ids.filter((_, i) => !old[i]),
            change: removed.length > 0 ? changeOf(steps, got, at) : undefined,
            tip: tipped(got),
          }),
        }
      })
      const { group, removed, missing } = outcome
      if (outcome.change)
        tell(ctx, call, groupSubject(id), { type: 'members.left', group, users: removed, change: outcome.change, how })
      if (outcome.tip) tell(ctx, call, groupSubject(id), outcome.tip)
      for (const user of removed)
        tell(ctx, call, userSubject(group.app, user), {
          type: 'membership',
          user,
          conv: id,
          here: false,
          kind: 'group',
        })
      return { removed, missing }
    })
  }

  return { removeMany, leave }
}
