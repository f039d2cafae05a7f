import { add, append, check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, changeBeside } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Member } from '../model.ts'
import { changes, conversations, memberCount, members, memberships, users } from '../tables.ts'
import { type Told, toldConversation, toldUser, unnumbered } from '../telling.ts'
import { askAbout } from './asking.ts'
import { restrict } from './restricting.ts'
import { demandMembers } from './rights.ts'
import { demandOperator, groupKey, living, memberKeys } from './rows.ts'
import { applications, invitations } from './tables.ts'
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
/** Users banned in one batch: seven steps each. */
const mostBanned = 100

/** What goes with a leaving. */
interface Way {
  how: 'left' | 'kicked' | 'removed'
  /** Refuses by Fault; gives what must be so still at the commit. */
  judge(group: Group, rows: (Row<Member> | undefined)[]): Promise<Step[]>
  /** Keeps those who leave, and those who are out already, out from now on: the steps that do it. */
  bar?(group: Group): Promise<Step[]>
}

export type Leaving = ReturnType<typeof openLeaving>

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
    const draft = { by: call.operator ?? '', users: [...new Set(ids)] }
    if (options.before !== undefined)
      return leaveGroup(call, id, draft.users, { how: 'removed', judge: async () => [] }, options)
    const { users } = (await askAbout(ctx, call, 'group.kick', id, draft)) ?? draft
    return leaveGroup(call, id, users, { how: 'kicked', judge: (group, rows) => judge(call, group, rows) }, options)
  }

  /** `removeMany` for good: users of whom nobody comes in before a time (ms), members or not. At most 100. */
  async function banMany(call: Call, id: number, ids: readonly string[], until: number, options: Telling = {}) {
    if (ids.length > mostBanned) throw new Fault('request.batch')
    return leaveGroup(
      call,
      id,
      [...ids],
      {
        how: 'kicked',
        async judge(group, rows) {
          if (rows.some(row => row?.value.rank === 0)) throw new Fault('group.role', 'nobody bans the owner')
          return judge(call, group, rows)
        },
        bar: group => barring(call, group, ids, { until, text: options.text }),
      },
      options,
    )
  }

  /** An operator may kick, and only those below. */
  async function judge(call: Call, group: Group, rows: (Row<Member> | undefined)[]): Promise<Step[]> {
    const { by, checks } = await demandOperator(ctx, call, group, group.policy.kick)
    if (by && rows.some(row => row && row.value.rank <= by.rank)) throw new Fault('group.role')
    return checks
  }

  async function barring(call: Call, group: Group, ids: readonly string[], ban: { until: number; text?: string }) {
    const [known, numbers] = await Promise.all([
      ctx.store.getMany(
        users,
        ids.map(user => [group.app, user]),
      ),
      Promise.all(ids.map(() => ctx.ids())),
    ])
    const now = ctx.clock()
    const steps = ids.flatMap((user, i) => [
      restrict(call, group, 'ban', known[i], { user, number: numbers[i] as number, ...ban }, now),
      del(applications, [group.app, group.id, user]),
      del(invitations, [group.app, group.id, user]),
    ])
    // Whoever is coming in at this moment relies on the group's row, and now has to look again.
    return [put(conversations, group), ...steps]
  }

  /** A member leaves. Fault('member.missing'), or Fault('group.owner.leave') where the owner may not. */
  async function leave(call: Call, id: number, user: string, options: Telling = {}): Promise<void> {
    await askAbout(ctx, call, 'group.leave', id, { user })
    await leaveGroup(call, id, [user], { how: 'left', judge: demandLeave }, options)
  }

  async function demandLeave(group: Group, [row]: (Row<Member> | undefined)[]): Promise<Step[]> {
    if (!row) throw new Fault('member.missing')
    if (row.value.rank === 0 && !group.policy.ownerMayLeave) throw new Fault('group.owner.leave')
    return []
  }

  async function leaveGroup(
    call: Call,
    id: number,
    ids: string[],
    { how, judge, bar }: Way,
    options: Telling & { before?: number },
  ) {
    return ctx.queue(memberKeys(id, ids), () =>
      changeBeside(ctx, groupKey(id), async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const group = row.value
        if (options.before === undefined && !bar) demandMembers(group)
        const rows = await ctx.store.getMany(
          members,
          ids.map(user => [id, user]),
        )
        const old = rows.map(row => (row && row.value.joined < (options.before ?? Infinity) ? row : undefined))
        const steps: Step[] = await judge(group, old)
        const removed = ids.filter((_, i) => old[i])
        const missing = ids.filter((_, i) => !old[i])
        // Nothing to do is nothing to write, not even what must be so still.
        if (removed.length === 0 && !bar) return { steps: [], done: () => ({ removed, missing }) }
        for (const [i, user] of ids.entries())
          if (old[i])
            steps.push(
              check(members, [id, user], old[i]),
              del(members, [id, user]),
              del(memberships, [group.app, user, id]),
            )
          else if (bar) steps.push(check(members, [id, user], rows[i]))
        // Its owner must be the same still, and nobody may have dismissed it.
        steps.push(check(conversations, [id], row))
        if (removed.length > 0) steps.push(add(memberCount, [id], -removed.length))
        if (bar) steps.push(...(await bar(group)))
        if (removed.includes(group.owner))
          steps.push(put(conversations, { ...group, owner: '', updated: ctx.clock(), revision: group.revision + 1 }))
        const at = steps.length
        const record = {
          what: 'member' as const,
          by: call.operator ?? '',
          users: removed,
          detail: { joined: false },
        }
        if (removed.length > 0) steps.push(append(changes, [id], record))
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
        const tips = await tip(ctx, call, group, say, steps)
        const change = unnumbered(id, record)
        const tipped = tips.length > 0
        const event = { type: 'members.left' as const, group, users: removed, change, how, tipped }
        const tells: Told[] = removed.map(user =>
          toldUser(call, user, { type: 'membership', user, conv: id, here: false, kind: 'group' }),
        )
        if (removed.length > 0) tells.unshift(toldConversation(call, group, event, at), ...tips)
        return { steps, tells, done: () => ({ removed, missing }) }
      }),
    )
  }

  return { removeMany, banMany, leave }
}
