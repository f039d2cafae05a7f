import { add, append, check, del, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { type Event, groupSubject } from '../events.ts'
import { startJob } from '../jobs/jobs.ts'
import type { Notice } from '../messages/content.ts'
import type { Group, Policy } from '../model.ts'
import { changes, conversations, groupCount, groupList, members, names } from '../tables.ts'
import { tell } from '../telling.ts'
import { mergeTexts } from '../texts.ts'
import { type GroupFields, openCreate } from './create.ts'
import { openFind } from './find.ts'
import { demand } from './rights.ts'
import { changeOf, groupKey, living, memberOf } from './rows.ts'
import { tip } from './tips.ts'

export type Groups = ReturnType<typeof openGroups>

/** Groups, without their members. `nudge` is called when there is a new job. */
export function openGroups(ctx: Context, nudge: () => void) {
  const find = openFind(ctx)
  /**
   * Changes shown fields and policy. Tells the members of the fields with a tip unless `quiet`, with `tellPolicy` of the
   * policy too. Fault('group.role') for an operator who may not.
   */
  async function update(
    call: Call,
    id: number,
    asked: GroupFields & { owner?: string },
    askedPolicy: Partial<Policy> = {},
    options: { quiet?: boolean; text?: string; ext?: string; tellPolicy?: boolean } = {},
  ): Promise<Group> {
    const [fields, policy] = [given(asked), given(askedPolicy)]
    if (Object.keys({ ...fields, ...policy }).length === 0) return unchanged(call, id)
    return ctx.queue(groupKey(id), async () => {
      const result = await change(ctx, async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        await demandEdit(call, row.value, fields, policy)
        const { owner, ...shown } = fields
        const changed = [...Object.keys(shown), ...Object.keys(policy)]
        const next: Group = {
          ...row.value,
          ...shown,
          ...(shown.custom ? { custom: mergeTexts(row.value.custom, shown.custom) } : {}),
          ...(owner === undefined ? {} : { owner }),
          policy: { ...row.value.policy, ...policy },
          updated: ctx.clock(),
          revision: row.value.revision + 1,
        }
        const steps: Step[] = [check(conversations, [id], row), put(conversations, next)]
        if (owner !== undefined && owner !== row.value.owner) steps.push(...(await ownerSteps(row.value, owner)))
        const at = steps.length
        const users = owner === undefined ? undefined : [owner]
        steps.push(append(changes, [id], { what: 'settings', by: call.operator ?? '', users, detail: shown }))
        const news = options.tellPolicy ? { ...shown, ...policy } : shown
        const say =
          options.quiet || Object.keys(news).length === 0
            ? undefined
            : { what: 'changed' as const, changes: news, text: options.text, ext: options.ext }
        const told = await tipSteps(call, next, say, steps)
        return {
          steps,
          done: results => ({ next, changed, told: told(results), change: changeOf(steps, results, at) }),
        }
      })
      const event: Event = { type: 'group.changed', group: result.next, change: result.change, fields: result.changed }
      tell(ctx, call, groupSubject(id), event)
      if (result.told) tell(ctx, call, groupSubject(id), result.told)
      return result.next
    })
  }

  /** A change that changes nothing is refused like any other, and otherwise leaves no trace. */
  async function unchanged(call: Call, id: number): Promise<Group> {
    const group = await find.get(call.app.id, id)
    if (!call.admin) demand(call, group.policy.edit, await memberOf(ctx, group, call.operator))
    return group
  }

  /** Dismisses a group: from now on nobody sees it, a job cleans up. Its alias is free again. */
  async function dismiss(call: Call, id: number, options: { ext?: string } = {}): Promise<void> {
    await ctx.queue(groupKey(id), async () => {
      const result = await change(ctx, async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const group = row.value
        if (!call.admin) demand(call, group.policy.dismiss, await memberOf(ctx, group, call.operator))
        const gone: Group = { ...group, dismissed: ctx.clock(), updated: ctx.clock() }
        const steps: Step[] = [
          check(conversations, [id], row),
          put(conversations, gone),
          del(names, [group.app, 'group', group.alias]),
          del(groupList, [group.app, id]),
          add(groupCount, [group.app, ''], -1),
          add(groupCount, [group.app, group.kind], -1),
          append(changes, [id], { what: 'dismiss', by: call.operator ?? '', detail: { ext: options.ext } }),
          ...(await startJob(ctx, 'group.dismissal', { id, app: group.app })),
        ]
        return { steps, done: results => ({ gone, change: changeOf(steps, results, 6) }) }
      })
      tell(ctx, call, groupSubject(id), { type: 'group.dismissed', group: result.gone, change: result.change })
      nudge()
    })
  }

  /** The second log and the tip of a change go into the same batch; the returned function makes the event of the tip. */
  async function tipSteps(call: Call, group: Group, notice: Omit<Notice, 'by'> | undefined, steps: Step[]) {
    return tip(ctx, call, group, notice && { by: call.operator ?? '', ...notice }, steps)
  }

  async function demandEdit(call: Call, group: Group, fields: object, policy: Partial<Policy>): Promise<void> {
    if (call.admin) return
    const member = await memberOf(ctx, group, call.operator)
    const texts = ['serverText', 'clientText']
    const names = Object.keys(fields)
    if (names.some(name => texts.includes(name))) demand(call, group.policy.editText, member)
    if (names.some(name => !texts.includes(name))) demand(call, group.policy.edit, member)
    if (Object.keys(policy).length > 0) demand(call, 'managers', member)
    if ('owner' in fields) demand(call, 'owner', member)
  }

  async function ownerSteps(group: Group, owner: string): Promise<Step[]> {
    const [old, next] = await ctx.store.getMany(members, [
      [group.id, group.owner],
      [group.id, owner],
    ])
    if (!next) throw new Fault('member.missing', `${owner} is not in the group`)
    const steps = [check(members, [group.id, owner], next), put(members, { ...next.value, rank: 0 as const })]
    if (old) steps.push(check(members, [group.id, group.owner], old), put(members, { ...old.value, rank: 2 as const }))
    return steps
  }

  return { ...find, create: openCreate(ctx, find), update, dismiss }
}

/** Only what is given: a field that is left out may stand there as undefined. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
