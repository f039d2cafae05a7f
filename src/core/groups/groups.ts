import { add, append, check, del, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { newsOf } from '../events.ts'
import { startJob } from '../jobs/jobs.ts'
import type { Notice } from '../messages/content.ts'
import type { Group, Policy } from '../model.ts'
import { changes, conversations, groupCount, groupList, members, names } from '../tables.ts'
import { type Told, toldConversation, unnumbered } from '../telling.ts'
import { mergeTexts } from '../texts.ts'
import { askAbout } from './asking.ts'
import { type GroupFields, openCreate } from './create.ts'
import { openFind } from './find.ts'
import { demand } from './rights.ts'
import { demandOperator, groupKey, living, memberOf } from './rows.ts'
import { tip } from './tips.ts'

export type Groups = ReturnType<typeof openGroups>

/** What is told with a change. */
export interface UpdateOptions {
  quiet?: boolean
  text?: string
  ext?: string
  /** Of changes of the policy too. */
  tellPolicy?: boolean
}

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
    options: UpdateOptions = {},
  ): Promise<Group> {
    const wanted = await asWanted(call, id, asked, askedPolicy)
    const [fields, policy] = [given(wanted.fields), given(wanted.policy)]
    if (Object.keys({ ...fields, ...policy }).length === 0) return unchanged(call, id)
    return write(call, id, fields, policy, options, group => demandEdit(call, group, fields, policy))
  }

  /** The change as the app wants it; a new owner is asked about by itself. */
  async function asWanted(call: Call, id: number, asked: GroupFields & { owner?: string }, policy: Partial<Policy>) {
    const { owner, ...shown } = asked
    const fields = given({ ...shown, ...policy })
    const answer = await askAbout(ctx, call, 'group.change', id, { by: call.operator ?? '', fields })
    if (!answer) return { fields: asked, policy }
    const isPolicy = (name: string) => name in answer.group.policy
    const chosen = (fits: (name: string) => boolean) =>
      Object.fromEntries(Object.entries(answer.fields).filter(([name]) => fits(name)))
    return { fields: { owner, ...chosen(name => !isPolicy(name)) }, policy: chosen(isPolicy) as Partial<Policy> }
  }

  /**
   * Mutes a group: 'managers' leaves the voice to owner and managers, 'nobody' to none, 'everyone' gives it back. An
   * operator needs the group's right to mute.
   */
  async function muteAll(
    call: Call,
    id: number,
    speak: Exclude<Policy['speak'], 'owner'>,
    options: UpdateOptions = {},
  ): Promise<Group> {
    await askAbout(ctx, call, 'group.mute', id, { by: call.operator ?? '', muted: speak !== 'everyone' })
    return write(call, id, {}, { speak }, options, async group => {
      return (await demandOperator(ctx, call, group, group.policy.mute)).checks
    })
  }

  async function write(
    call: Call,
    id: number,
    fields: GroupFields & { owner?: string },
    policy: Partial<Policy>,
    options: UpdateOptions,
    judge: (group: Group) => Promise<Step[]>,
  ): Promise<Group> {
    return ctx.queue(groupKey(id), () =>
      change(ctx, async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const checks = await judge(row.value)
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
        const steps: Step[] = [check(conversations, [id], row), ...checks, put(conversations, next)]
        if (owner !== undefined && owner !== row.value.owner) steps.push(...(await ownerSteps(row.value, owner)))
        const at = steps.length
        const users = owner === undefined ? undefined : [owner]
        const record = { what: 'settings' as const, by: call.operator ?? '', users, detail: shown }
        steps.push(append(changes, [id], record))
        const news = options.tellPolicy ? { ...shown, ...policy } : shown
        const say =
          options.quiet || Object.keys(news).length === 0
            ? undefined
            : { what: 'changed' as const, changes: news, text: options.text, ext: options.ext }
        const change = unnumbered(id, record)
        const tips = await tipSteps(call, next, say, steps)
        const tipped = tips.length > 0
        const event = { type: 'group.changed' as const, group: next, change, fields: changed, tipped }
        const tells = [toldConversation(call, next, event, at), ...tips]
        if (next.owner !== row.value.owner) tells.push(toldOwner(call, next, row.value.owner))
        return { steps, tells, done: () => next }
      }),
    )
  }

  /** A change that changes nothing is refused like any other, and otherwise leaves no trace. */
  async function unchanged(call: Call, id: number): Promise<Group> {
    const group = await find.get(call.app.id, id)
    if (!call.admin) demand(call, group.policy.edit, await memberOf(ctx, group, call.operator))
    return group
  }

  /** Dismisses a group: from now on nobody sees it, a job cleans up. Its alias is free again. */
  async function dismiss(call: Call, id: number, options: { ext?: string } = {}): Promise<void> {
    await askAbout(ctx, call, 'group.dismiss', id, { by: call.operator ?? '' })
    await ctx.queue(groupKey(id), async () => {
      await change(ctx, async () => {
        const row = living(call.app.id, await ctx.store.get(conversations, [id]))
        const group = row.value
        if (!call.admin) demand(call, group.policy.dismiss, await memberOf(ctx, group, call.operator))
        const gone: Group = { ...group, dismissed: ctx.clock(), updated: ctx.clock() }
        const record = { what: 'dismiss' as const, by: call.operator ?? '', detail: { ext: options.ext } }
        const steps: Step[] = [
          check(conversations, [id], row),
          put(conversations, gone),
          del(names, [group.app, 'group', group.alias]),
          del(groupList, [group.app, id]),
          add(groupCount, [group.app, ''], -1),
          add(groupCount, [group.app, group.kind], -1),
          append(changes, [id], record),
          ...(await startJob(ctx, 'group.dismissal', { id, app: group.app })),
        ]
        const event = {
          type: 'group.dismissed' as const,
          group: gone,
          change: unnumbered(id, record),
          members: [] as string[],
        }
        // Read only for those outside who are told.
        if (ctx.outbox.hears(newsOf(call, event))) event.members = await firstMembers(id)
        return { steps, tells: [toldConversation(call, gone, event, 6)], done: () => undefined }
      })
      nudge()
    })
  }

  /** The tip of a change goes into the same batch. */
  async function tipSteps(call: Call, group: Group, notice: Omit<Notice, 'by'> | undefined, steps: Step[]) {
    return tip(ctx, call, group, notice && { by: call.operator ?? '', ...notice }, steps)
  }

  /** Who is told to have been in it, at most a page. */
  async function firstMembers(id: number): Promise<string[]> {
    const rows = await ctx.store.scan(members, { prefix: [id], limit: 1000 }, 'joined')
    return rows.map(row => row.value.user)
  }

  async function demandEdit(call: Call, group: Group, fields: object, policy: Partial<Policy>): Promise<Step[]> {
    const { by, checks } = await demandOperator(ctx, call, group, 'everyone')
    const texts = ['serverText', 'clientText']
    const names = Object.keys(fields)
    if (names.some(name => texts.includes(name))) demand(call, group.policy.editText, by)
    if (names.some(name => !texts.includes(name))) demand(call, group.policy.edit, by)
    if (Object.keys(policy).length > 0) demand(call, 'managers', by)
    if ('owner' in fields) demand(call, 'owner', by)
    return checks
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

  return { ...find, create: openCreate(ctx, find), update, muteAll, dismiss }
}

/** Only those outside hear of it by itself: devices see it in the change. */
function toldOwner(call: Call, group: Group, old: string): Told {
  return { call, subjects: [], event: { type: 'group.owner', group, old, owner: group.owner } }
}

/** Only what is given: a field that is left out may stand there as undefined. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
