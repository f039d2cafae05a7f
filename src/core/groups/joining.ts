import { add, append, check, del, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, changeBeside, tell } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group, Member } from '../model.ts'
import { changes, conversations, memberCount, members, users } from '../tables.ts'
import { type Told, toldConversation, toldUser, unnumbered } from '../telling.ts'
import { gets, present } from '../users/rows.ts'
import { askInvite } from './asking.ts'
import { candidatesOf } from './candidates.ts'
import { tellChanged } from './changed.ts'
import { type Overwriting, overwriteMember } from './overwriting.ts'
import { type Allowance, openPlaces } from './places.ts'
import { demand, demandMembers } from './rights.ts'
import { demandFewManagers, groupKey, living, type MemberDraft, memberKeys, memberOf, memberSteps } from './rows.ts'
import { applications, invitations } from './tables.ts'
import { tip } from './tips.ts'

/**
 * What became of somebody who was to be added; 'crowded' = is in as many groups as they may be, 'banned' = may not come
 * into this one.
 */
export type Added = 'added' | 'present' | 'pending' | 'missing' | 'crowded' | 'banned'

/** How members are added. */
export interface AddOptions {
  /** Somebody who is in already: left as they are, or written over with the given role and fields. */
  present?: 'keep' | 'overwrite'
  /** Users the app does not know: refused one by one ('missing'), or taken as they are. */
  strangers?: boolean
  /** New members do not see what was said before, whatever the group's policy. */
  barrier?: boolean
  /** No tip. */
  quiet?: boolean
  text?: string
  /** The caller's own data for the clients that are told. */
  ext?: string
  how?: 'added' | 'invited' | 'applied' | 'accepted'
  /** How many groups each of them may be in. */
  allowance?: Allowance
}

/** A way in other than being added by somebody who may invite. */
export interface Entry {
  /** Refuses who may not come in this way; gives what must be so still at the commit, and who brought the user in. */
  judge(group: Group): Promise<{ checks: Step[]; by?: string }>
  /** Adds what goes with coming in to the batch, and gives what is to be told of that. */
  finish(group: Group, steps: Step[]): Told[]
}

/** With those who may be in no more groups, and the way in that was taken. */
type Judged = AddOptions & { crowded: ReadonlySet<string>; entry?: Entry }

/** Members added in one batch: six steps each, and the batch's other steps. */
const chunk = 160

/** Characters of them at most: their rows, the changes in the log and what webhooks are told must fit the batch. */
const mostText = 150_000

/** How somebody is refused who comes alone. */
const refusals = {
  present: 'member.exists',
  missing: 'user.missing',
  crowded: 'group.limit.joined',
  banned: 'group.banned',
} as const

export type Joining = ReturnType<typeof openJoining>

/** Adding members to groups. */
export function openJoining(ctx: Context) {
  const { crowded } = openPlaces(ctx)

  /**
   * Adds members, one result per draft in order; of drafts for one user the first counts. All or nothing as to free places: Fault('group.full') adds nobody.
   * How many groups somebody is in is looked up beforehand: joins of one user at the same moment may go over it.
   * An operator needs the group's right to invite.
   */
  async function addMany(
    call: Call,
    id: number,
    drafts: readonly MemberDraft[],
    options: AddOptions = {},
  ): Promise<Added[]> {
    const users = [...new Set(drafts.map(draft => draft.user))]
    const allowed = new Set(await askInvite(ctx, call, id, users, options.text))
    const named = new Set<string>()
    const kept = drafts.filter(({ user }) => allowed.has(user) && !named.has(user) && named.add(user))
    const results = new Map<string, Added>()
    const join = async () => {
      const full = await crowded(
        call.app.id,
        kept.map(draft => draft.user),
        options.allowance,
      )
      const judged = { ...options, crowded: full }
      const parts = partsOf(kept)
      if (parts.length > 1) await demandPlaces(call, id, kept)
      for (const part of parts) await addChunk(call, id, part, judged, results)
    }
    await ctx.queue(memberKeys(id, users), join).catch(error => tellRefused(call, id, error))
    return drafts.map(draft => results.get(draft.user) ?? 'missing')
  }

  /**
   * Lets one user in by a way of their own, all or nothing. Fault: 'member.exists', 'user.missing', 'group.limit.joined',
   * 'group.banned', 'group.full'; what the entry refuses.
   */
  async function admit(call: Call, id: number, user: string, entry: Entry, options: AddOptions = {}): Promise<void> {
    const join = async () => {
      const full = await crowded(call.app.id, [user], options.allowance)
      await addChunk(call, id, [{ user }], { ...options, crowded: full, entry }, new Map())
    }
    await ctx.queue(memberKeys(id, [user]), join).catch(error => tellRefused(call, id, error))
  }

  async function addChunk(call: Call, id: number, drafts: MemberDraft[], options: Judged, results: Map<string, Added>) {
    const { added, full } = await changeBeside(ctx, groupKey(id), () => planAdd(call, id, drafts, options))
    for (const [user, what] of added) results.set(user, what)
    if (full) await tell(ctx, toldFull(call, full))
  }

  /** The app hears that somebody found the group full; the refusal goes on. */
  async function tellRefused(call: Call, id: number, error: unknown): Promise<never> {
    const row = error instanceof Fault && error.reason === 'group.full' && (await ctx.store.get(conversations, [id]))
    if (row) await tell(ctx, toldFull(call, row.value as Group))
    throw error
  }

  async function planAdd(call: Call, id: number, drafts: MemberDraft[], options: Judged) {
    const row = living(call.app.id, await ctx.store.get(conversations, [id]))
    // An owner who was deleted and comes again is none any more.
    const group = drafts.some(({ user }) => user === row.value.owner) ? await owned(row.value) : row.value
    demandMembers(group)
    const { entry } = options
    if (!call.admin && !entry) demand(call, group.policy.invite, await memberOf(ctx, group, call.operator))
    const entering = await entry?.judge(group)
    const possible = drafts.map(draft => withRoleThatCanBe(group, draft))
    const { candidates, end } = await candidatesOf(ctx, group, possible, options.barrier)
    const now = ctx.clock()
    const results = new Map<string, Added>()
    const steps: Step[] = [...(entering?.checks ?? [])]
    const joined: Member[] = []
    const again: Overwriting[] = []
    let places = 0
    for (const { draft, row, account, here, banned, begin } of candidates) {
      const { user } = draft
      if (results.has(user)) continue
      const missing = options.strangers ? account?.value.removed : !present(account)
      if (missing) results.set(user, 'missing')
      else if (here && options.present !== 'overwrite') results.set(user, 'present')
      else if (here && row) {
        results.set(user, 'present')
        const over = overwriteMember(call, group, row, draft)
        again.push(over)
        steps.push(...over.steps)
      } else if (banned) results.set(user, 'banned')
      else if (options.crowded.has(user)) results.set(user, 'crowded')
      else {
        results.set(user, 'added')
        const by = entering?.by ?? call.operator
        const [member, membership] = memberSteps(group, draft, gets(now, account), begin, by) as [Step, Step]
        steps.push(check(members, [id, user], row), member, membership)
        steps.push(del(invitations, [group.app, id, user]), del(applications, [group.app, id, user]))
        // Nobody becomes a member who is being deleted at this moment.
        if (account) steps.push(check(users, [group.app, user], account))
        joined.push((member as { value: object }).value as Member)
        if (!row) places++
      }
    }
    if (entry) demandAdded(results)
    const names = joined.map(member => member.user)
    // One further than now: a check comes before all of them.
    const counting = steps.length + 1
    if (places > 0) steps.push(add(memberCount, [id], places, { max: group.policy.maxMembers }))
    const raised = [...joined.filter(({ rank }) => rank === 1), ...again.filter(({ raised }) => raised)].length
    await demandFewManagers(ctx, group, raised)
    // Changes of roles see each other, so that the number of managers holds.
    if (group !== row.value || raised > 0) steps.push(put(conversations, group))
    const at = steps.length
    // The group must not be dismissed in between: its row is part of what the batch relies on.
    if (steps.length > 0) steps.unshift(check(conversations, [id], row))
    const record = { what: 'member' as const, by: call.operator ?? '', users: names, detail: { joined: true } }
    if (names.length > 0) steps.push(append(changes, [id], record))
    const asleep = group.policy.wakes && end === 0
    const say = names.length === 0 || options.quiet || asleep ? undefined : joinNotice(call, options, names)
    const tips = await tip(ctx, call, group, say, steps)
    const tells: Told[] = []
    if (names.length > 0) {
      const how = options.how ?? ('added' as const)
      const change = unnumbered(id, record)
      const tipped = tips.length > 0
      const event = { type: 'members.joined' as const, group, members: joined, change, how, tipped }
      tells.push(toldConversation(call, group, event, at + 1), ...tips)
    }
    for (const user of names)
      tells.push(toldUser(call, user, { type: 'membership', user, conv: id, here: true, kind: 'group' }))
    const changed = again.map(over => over.done)
    tells.push(...(await tellChanged(ctx, call, group, changed, steps, options)), ...again.flatMap(over => over.tells))
    if (entry) tells.push(...entry.finish(group, steps))
    const done = (got: readonly unknown[]) => {
      const last = places > 0 && got[counting] === group.policy.maxMembers
      return { added: results, full: last ? group : undefined }
    }
    return { steps, tells, bounds: new Fault('group.full'), done }
  }

  /** The group with the owner it has: nobody, when they were deleted. */
  async function owned(group: Group): Promise<Group> {
    const owner = await memberOf(ctx, group, group.owner)
    return owner ? group : { ...group, owner: '', updated: ctx.clock(), revision: group.revision + 1 }
  }

  /** For more than one batch: there are places for all of them, and for their managers, before the first is added. */
  async function demandPlaces(call: Call, id: number, drafts: readonly MemberDraft[]): Promise<void> {
    const { value: group } = living(call.app.id, await ctx.store.get(conversations, [id]))
    const [count, old] = await Promise.all([
      ctx.store.get(memberCount, [id]),
      ctx.store.getMany(
        members,
        drafts.map(draft => [id, draft.user]),
      ),
    ])
    const fresh = old.filter(row => !row).length
    if ((count?.value.n ?? 0) + fresh > group.policy.maxMembers) throw new Fault('group.full')
    const asked = drafts.filter((draft, i) => draft.role === 'manager' && (old[i]?.value.rank ?? 2) === 2)
    await demandFewManagers(ctx, group, group.policy.managers ? asked.length : 0)
  }

  return { addMany, admit }
}

function demandAdded(results: ReadonlyMap<string, Added>): void {
  for (const result of results.values())
    if (result !== 'added' && result !== 'pending') throw new Fault(refusals[result])
}

function toldFull(call: Call, group: Group): Told {
  return { call, subjects: [], event: { type: 'group.full', group } }
}

/** Where there are no managers nobody comes as one. */
function withRoleThatCanBe(group: Group, draft: MemberDraft): MemberDraft {
  return draft.role === 'manager' && !group.policy.managers ? { ...draft, role: 'member' } : draft
}

/** In batches of as many as fit one, at least one batch. */
function partsOf(drafts: readonly MemberDraft[]): MemberDraft[][] {
  const parts: MemberDraft[][] = [[]]
  let text = 0
  for (const draft of drafts) {
    const part = parts.at(-1) as MemberDraft[]
    text += JSON.stringify(draft).length
    if (part.length > 0 && (part.length === chunk || text > mostText)) {
      parts.push([draft])
      text = JSON.stringify(draft).length
    } else part.push(draft)
  }
  return parts
}

const tipped = { added: 'invited', invited: 'invited', applied: 'joined', accepted: 'accepted' } as const

function joinNotice(call: Call, options: AddOptions, users: string[]) {
  return {
    what: tipped[options.how ?? 'added'],
    by: call.operator ?? '',
    users,
    text: options.text,
    ext: options.ext,
  }
}
