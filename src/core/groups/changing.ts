import { check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, changeBeside, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Member, User } from '../model.ts'
import { conversations, members, users } from '../tables.ts'
import { mergeTexts } from '../texts.ts'
import { holds } from '../users/rows.ts'
import { type Done, differs, shown, tellChanged } from './changed.ts'
import type { Telling } from './leaving.ts'
import { forever } from './model.ts'
import { inForce, restrict } from './restricting.ts'
import { demandMembers, rankOf } from './rights.ts'
import { demandFewManagers, groupKey, living, memberKeys } from './rows.ts'
import { restrictions } from './tables.ts'

/** What is to be different about a member. What is left out stays; '' clears a text. */
export interface MemberChange {
  user: string
  role?: 'manager' | 'member'
  /** May not speak until then (ms): 0 = may, Infinity = for ever. */
  mutedUntil?: number
  nick?: string
  level?: number
  /** Takes the place of what was there. */
  ext?: Record<string, string>
  /** Those left out stay. */
  custom?: Record<string, string>
  text?: string
  /** Of no concern to others: only the user's own devices are told. */
  notify?: Member['notify']
}

/** How members are changed. */
export interface ChangeOptions extends Telling {
  /** Mutes may lie on users who are no members too. */
  outside?: boolean
  /**
   * The owner stays owner, whatever role is asked for them, where otherwise that is refused; and where there are no managers
   * nobody becomes one.
   */
  ownerStays?: boolean
  /** Refuses by Fault what the caller may not; gives what the batch has to check so that this stays so. */
  judge?(group: Group, targets: readonly (Member | undefined)[]): Promise<Step[]>
}

/** Who was changed, or had been so before, and who is no member. */
export interface Changed {
  changed: string[]
  missing: string[]
}

/** Members changed in one batch: eight steps each, and the batch's other steps. */
const chunk = 120

/** Characters of them at most: their rows, the change in the log and what webhooks are told must fit the batch. */
const mostText = 150_000

interface Target {
  asked: MemberChange
  row: Row<Member> | undefined
  account: Row<User> | undefined
  /** Undefined for whom is no member. */
  old: Member | undefined
  /** Until when they are muted now; 0 = not. */
  mutedUntil: number
}

/**
 * Changes members of a group, a batch of 120 at a time, of fewer when much is kept with them. Fault('group.managers') when there would be more than may be;
 * nobody is changed then.
 */
export async function changeMembers(
  ctx: Context,
  call: Call,
  id: number,
  asked: readonly MemberChange[],
  options: ChangeOptions = {},
): Promise<Changed> {
  const all: Changed = { changed: [], missing: [] }
  const once = [...new Map(asked.map(each => [each.user, each])).values()]
  const keys = memberKeys(
    id,
    once.map(each => each.user),
  )
  await ctx.queue(keys, async () => {
    if (once.length > 1) await demandManagersFit(ctx, id, once)
    let at = 0
    do {
      const part = once.slice(at, at + chunk)
      const done = await changeBeside(ctx, groupKey(id), () => plan(ctx, call, id, part, options))
      all.changed.push(...done.changed)
      all.missing.push(...done.missing)
      at += done.taken
    } while (at < once.length)
  })
  return all
}

async function plan(ctx: Context, call: Call, id: number, asked: readonly MemberChange[], options: ChangeOptions) {
  const row = living(call.app.id, await ctx.store.get(conversations, [id]))
  const group = row.value
  if (!options.outside) demandMembers(group)
  const found = await targetsOf(ctx, group, asked)
  const targets = fitting(options.ownerStays ? found.map(each => withRoleThatCanBe(group, each)) : found)
  const checks =
    (await options.judge?.(
      group,
      targets.map(({ old }) => old),
    )) ?? []
  const here = targets.filter(({ old, asked }) => old || (options.outside && asked.mutedUntil !== undefined))
  const roles = here.filter(({ old, asked }) => asked.role && old && old.rank !== rankOf(asked.role))
  if (roles.some(({ old }) => old?.rank === 0)) throw new Fault('group.role', 'the owner is no manager')
  const steps: Step[] = [check(conversations, [id], row), ...checks]
  if (roles.length > 0) {
    // Changes of roles see each other, so that their number holds.
    steps.push(put(conversations, group))
    await demandFewManagers(ctx, group, roles.filter(({ asked }) => asked.role === 'manager').length)
  }
  const numbers = await Promise.all(here.map(({ asked }) => (asked.mutedUntil === undefined ? 0 : ctx.ids())))
  const now = ctx.clock()
  const done = here.map((target, i) => changeOne(call, group, target, numbers[i] as number, now, steps))
  const tells = await tellChanged(ctx, call, group, done, steps, options)
  const outcome = {
    changed: here.map(({ asked }) => asked.user),
    missing: targets.filter(target => !here.includes(target)).map(({ asked }) => asked.user),
    taken: targets.length,
  }
  return { steps: done.some(each => each.written) ? steps : [], tells, done: () => outcome } satisfies Plan<
    Changed & { taken: number }
  >
}

async function targetsOf(ctx: Context, group: Group, asked: readonly MemberChange[]): Promise<Target[]> {
  const [rows, accounts, mutes] = await Promise.all([
    ctx.store.getMany(
      members,
      asked.map(({ user }) => [group.id, user]),
    ),
    ctx.store.getMany(
      users,
      asked.map(({ user }) => [group.app, user]),
    ),
    ctx.store.getMany(
      restrictions,
      asked.map(({ user }) => [group.id, 'mute', user]),
    ),
  ])
  const now = ctx.clock()
  return asked.map((each, i) => {
    const [row, account] = [rows[i], accounts[i]]
    const old = row && holds(account, row.value.joined) ? row.value : undefined
    return { asked: each, row, account, old, mutedUntil: inForce(mutes[i], account, now)?.until ?? 0 }
  })
}

/** As many from the first as fit one batch, and one in any case. */
function fitting(targets: Target[]): Target[] {
  let text = 0
  const over = targets.findIndex(({ asked, old }, i) => {
    text += JSON.stringify(asked).length + JSON.stringify(old ?? '').length
    return i > 0 && text > mostText
  })
  return over < 0 ? targets : targets.slice(0, over)
}

function withRoleThatCanBe(group: Group, target: Target): Target {
  const { asked, old } = target
  const role = group.policy.managers || !asked.role ? asked.role : 'member'
  return { ...target, asked: { ...asked, role: old?.rank === 0 ? undefined : role } }
}

/** For more than one batch: all of them can be managers before the first becomes one. */
async function demandManagersFit(ctx: Context, id: number, asked: readonly MemberChange[]): Promise<void> {
  const rising = asked.filter(({ role }) => role === 'manager')
  if (rising.length === 0) return
  const rows = await ctx.store.getMany(
    members,
    rising.map(({ user }) => [id, user]),
  )
  await demandFewManagers(ctx, { id }, rows.filter(row => row?.value.rank === rankOf('member')).length)
}

/** `number` is that of a mute. */
function changeOne(call: Call, group: Group, target: Target, number: number, now: number, steps: Step[]): Done {
  const { asked, row, account, old } = target
  const { user } = asked
  const mute = muteOf(target, now)
  if (mute) steps.push(restrict(call, group, 'mute', account, { user, until: mute, number }, now))
  else if (mute === 0) steps.push(del(restrictions, [group.id, 'mute', user]))
  const written = mute !== undefined
  if (!old || !row) return { user, member: undefined, fields: [], notify: undefined, written }
  const next = changedMember(old, asked)
  const fields = shown.filter(field => (field === 'mutedUntil' ? written : differs(field, old, next)))
  const notify = next.notify === old.notify ? undefined : next.notify
  const own = notify !== undefined || fields.some(field => field !== 'mutedUntil')
  steps.push(check(members, [group.id, user], row))
  if (own) steps.push(put(members, next))
  const member = { ...next, mutedUntil: (mute ?? target.mutedUntil) || undefined }
  return { user, member, fields, notify, written: own || written }
}

/** The end of the mute that is asked for, 0 for none; undefined when that is so already, or nothing is asked. */
function muteOf({ asked, mutedUntil }: Target, now: number): number | undefined {
  if (asked.mutedUntil === undefined) return undefined
  const until = asked.mutedUntil > now ? Math.min(asked.mutedUntil, forever) : 0
  return until === mutedUntil ? undefined : until
}

function changedMember(old: Member, { role, nick, level, ext, custom, text, notify }: MemberChange): Member {
  return {
    ...old,
    ...(role ? { rank: rankOf(role) } : {}),
    ...(nick === undefined ? {} : { nick: nick || undefined }),
    ...(level === undefined ? {} : { level }),
    ...(ext === undefined ? {} : { ext }),
    ...(custom === undefined ? {} : { custom: mergeTexts(old.custom, custom) }),
    ...(text === undefined ? {} : { text: text || undefined }),
    ...(notify === undefined ? {} : { notify }),
  }
}
