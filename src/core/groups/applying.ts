import { check, del, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, changeBeside, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group } from '../model.ts'
import { note } from '../notes/notes.ts'
import { conversations, memberCount, members, users } from '../tables.ts'
import type { Told } from '../telling.ts'
import { demandUsers, gets, holds } from '../users/rows.ts'
import { askAbout } from './asking.ts'
import type { AddOptions, Entry, Joining } from './joining.ts'
import type { Application } from './model.ts'
import type { Allowance } from './places.ts'
import { inForce } from './restricting.ts'
import { demandMembers } from './rights.ts'
import { demandOperator, groupKey, living, managersOf, memberKeys } from './rows.ts'
import { applications, restrictions } from './tables.ts'

/** How long an application can be answered, and devices that are away are told of it and of the answer (ms). */
const keep = 30 * 24 * 3600 * 1000

/** Coming into groups by one's own wish. */
export function openApplying(ctx: Context, joining: Joining) {
  /**
   * A user wants to become a member: is one at once where the group is open ('joined'); where it takes approval, owner and
   * managers are told ('pending'). An application that waits already takes the new words and tells nobody again.
   * Fault: 'group.closed', 'group.full', 'group.banned', 'member.exists', 'user.missing', 'group.limit.joined'.
   */
  async function apply(
    call: Call,
    id: number,
    user: string,
    options: { text?: string; ext?: string; allowance?: Allowance } = {},
  ): Promise<'joined' | 'pending'> {
    const draft = { user, text: options.text ?? '' }
    const asked = (await askAbout(ctx, call, 'group.apply', id, draft)) ?? draft
    const words = { ...options, text: asked.text || undefined }
    const { value: group } = living(call.app.id, await ctx.store.get(conversations, [id]))
    demandMembers(group)
    if (group.policy.join === 'closed') throw new Fault('group.closed')
    if (group.policy.join === 'open') {
      await joining.admit(call, id, user, openly, { ...words, how: 'applied' })
      return 'joined'
    }
    return ctx.queue(memberKeys(id, [user]), () =>
      changeBeside(ctx, groupKey(id), () => planApply(call, id, user, words.text)),
    )
  }

  async function planApply(call: Call, id: number, user: string, text?: string): Promise<Plan<'pending'>> {
    const row = living(call.app.id, await ctx.store.get(conversations, [id]))
    const group = row.value
    if (group.policy.join !== 'approval') throw new Fault('store.conflict', 'the group was changed meanwhile')
    const key = [group.app, id, user]
    const [member, account, ban, old, size] = await Promise.all([
      ctx.store.get(members, [id, user]),
      ctx.store.get(users, [group.app, user]),
      ctx.store.get(restrictions, [id, 'ban', user]),
      ctx.store.get(applications, key),
      ctx.store.get(memberCount, [id]),
    ])
    demandUsers([account], [user])
    const now = ctx.clock()
    if (member && holds(account, member.value.joined)) throw new Fault('member.exists')
    if (inForce(ban, account, now)) throw new Fault('group.banned')
    if ((size?.value.n ?? 0) >= group.policy.maxMembers) throw new Fault('group.full')
    const at = gets(now, account)
    const application: Application = { app: group.app, conv: id, user, at, text, expires: at + keep }
    const steps: Step[] = [
      check(conversations, [id], row),
      check(users, [group.app, user], account),
      check(members, [id, user], member),
      check(applications, key, old),
      put(applications, application),
    ]
    const waits = old && old.value.expires > now && holds(account, old.value.at)
    const tells = waits ? [] : await tellManagers(call, group, application, steps)
    return { steps, tells, done: () => 'pending' }
  }

  async function tellManagers(call: Call, group: Group, application: Application, steps: Step[]): Promise<Told[]> {
    const { user, text = '', expires } = application
    const data = { ...named(group), user, text, expires }
    const managers = await managersOf(ctx, group)
    const event = { type: 'group.applied' as const, group, user, text }
    return [
      { call, subjects: [], event },
      ...managers.map(manager =>
        note(ctx, call, manager, { kind: 'group.application', from: user, data, keep }, steps),
      ),
    ]
  }

  /**
   * Takes an applicant in. An operator must be owner or manager. Fault: 'group.application.missing' also for who was
   * answered by somebody else, or took it back; 'group.full', 'group.banned', 'group.limit.joined', 'user.missing'.
   */
  async function approve(call: Call, id: number, user: string, options: AddOptions = {}): Promise<void> {
    const entry: Entry = {
      async judge(group) {
        const { checks } = await demandOperator(ctx, call, group, 'managers')
        return { checks: [...checks, (await waiting(group, user)).check] }
      },
      finish: (group, steps) => [answered(call, group, user, { accepted: true, text: '' }, steps)],
    }
    await joining.admit(call, id, user, entry, { ...options, how: 'applied' })
  }

  /** Turns an applicant down. An operator must be owner or manager. Fault('group.application.missing'). */
  async function refuse(call: Call, id: number, user: string, text = ''): Promise<void> {
    await forget(call, id, user, async (group, steps) => {
      const { checks } = await demandOperator(ctx, call, group, 'managers')
      steps.unshift(...checks)
      const event = { type: 'group.application.refused' as const, group, user, by: call.operator ?? '', text }
      return [{ call, subjects: [], event }, answered(call, group, user, { accepted: false, text }, steps)]
    })
  }

  /** The applicant changes their mind. Fault('group.application.missing'). */
  async function withdraw(call: Call, id: number, user: string): Promise<void> {
    if (!call.admin && call.operator !== user) throw new Fault('caller.forbidden')
    await forget(call, id, user, async () => [])
  }

  async function forget(
    call: Call,
    id: number,
    user: string,
    more: (group: Group, steps: Step[]) => Promise<Told[]>,
  ): Promise<void> {
    await ctx.queue(memberKeys(id, [user]), () =>
      changeBeside(ctx, groupKey(id), async () => {
        const { value: group } = living(call.app.id, await ctx.store.get(conversations, [id]))
        const steps: Step[] = []
        const tells = await more(group, steps)
        const { check } = await waiting(group, user)
        // Numbers of steps that are told of stay: what comes now stands behind them.
        steps.push(check, del(applications, [group.app, id, user]))
        return { steps, tells, done: () => undefined }
      }),
    )
  }

  /** An application that can be answered; Fault('group.application.missing'). */
  async function waiting(group: Group, user: string): Promise<{ check: Step }> {
    const key = [group.app, group.id, user]
    const [row, account] = await Promise.all([
      ctx.store.get(applications, key),
      ctx.store.get(users, [group.app, user]),
    ])
    if (!row || row.value.expires <= ctx.clock() || !holds(account, row.value.at))
      throw new Fault('group.application.missing')
    return { check: check(applications, key, row) }
  }

  function answered(
    call: Call,
    group: Group,
    user: string,
    answer: { accepted: boolean; text: string },
    steps: Step[],
  ): Told {
    const from = call.operator ?? ''
    return note(
      ctx,
      call,
      user,
      { kind: 'group.application.answered', from, data: { ...named(group), ...answer }, keep },
      steps,
    )
  }

  return { apply, approve, refuseApplicant: refuse, withdraw }
}

/** Open groups take whoever wants to come. */
const openly: Entry = {
  async judge(group) {
    if (group.policy.join !== 'open') throw new Fault('store.conflict', 'the group was changed meanwhile')
    return { checks: [] }
  },
  finish: () => [],
}

/** What a note says of the group it is about: its reader may not be in it. */
export function named({ id, alias, name, avatar }: Group) {
  return { conv: id, alias, name, avatar }
}
