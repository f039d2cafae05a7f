import { add, append, check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, changeBeside } from '../context.ts'
import { Fault } from '../errors.ts'
import { groupSubject, userSubject } from '../events.ts'
import { type Place, type Reading, readingsAt } from '../messages/reading.ts'
import type { Group, Member, User } from '../model.ts'
import { changes, conversations, invitations, memberCount, members, users } from '../tables.ts'
import { tell } from '../telling.ts'
import { gets, holds, present } from '../users/rows.ts'
import { type Allowance, openPlaces } from './places.ts'
import { demand, demandMembers, rankOf } from './rights.ts'
import {
  type Beginning,
  changeOf,
  groupKey,
  living,
  type MemberDraft,
  memberKeys,
  memberOf,
  memberSteps,
} from './rows.ts'
import { tip } from './tips.ts'

/** What became of somebody who was to be added; 'crowded' = is in as many groups as they may be. */
export type Added = 'added' | 'present' | 'pending' | 'missing' | 'crowded'

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
  how?: 'added' | 'invited' | 'applied'
  /** How many groups each of them may be in. */
  allowance?: Allowance
}

/** With those who may be in no more groups. */
type Judged = AddOptions & { crowded: ReadonlySet<string> }

/** Somebody who is to be added, with what was read of them. */
interface Candidate {
  draft: MemberDraft
  row: Row<Member> | undefined
  account: Row<User> | undefined
  /** Is a member already, and was not deleted since. */
  here: boolean
  begin: Beginning
}

/** Members added in one batch: five steps each, and the batch's other steps. */
const chunk = 190

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
    const asked = await ctx.ask('group.invite', call, { group: id, by: call.operator ?? '', users })
    const allowed = new Set(asked.users)
    const named = new Set<string>()
    const kept = drafts.filter(({ user }) => allowed.has(user) && !named.has(user) && named.add(user))
    const results = new Map<string, Added>()
    await ctx.queue(memberKeys(id, users), async () => {
      const full = await crowded(
        call.app.id,
        kept.map(draft => draft.user),
        options.allowance,
      )
      const judged = { ...options, crowded: full }
      if (kept.length > chunk) await demandPlaces(call, id, kept)
      for (let at = 0; at === 0 || at < kept.length; at += chunk)
        await addChunk(call, id, kept.slice(at, at + chunk), judged, results)
    })
    return drafts.map(draft => results.get(draft.user) ?? 'missing')
  }

  async function addChunk(call: Call, id: number, drafts: MemberDraft[], options: Judged, results: Map<string, Added>) {
    const outcome = await changeBeside(ctx, groupKey(id), () => planAdd(call, id, drafts, options))
    for (const [user, added] of outcome.results) results.set(user, added)
    if (!outcome.change) return
    const { group, joined, change: told } = outcome
    tell(ctx, call, groupSubject(id), {
      type: 'members.joined',
      group,
      members: joined,
      change: told,
      how: options.how ?? 'added',
    })
    if (outcome.tip) tell(ctx, call, groupSubject(id), outcome.tip)
    for (const { user } of joined)
      tell(ctx, call, userSubject(group.app, user), { type: 'membership', user, conv: id, here: true, kind: 'group' })
  }

  async function planAdd(call: Call, id: number, drafts: MemberDraft[], options: Judged) {
    const row = living(call.app.id, await ctx.store.get(conversations, [id]))
    // An owner who was deleted and comes again is none any more.
    const group = drafts.some(({ user }) => user === row.value.owner) ? await owned(row.value) : row.value
    demandMembers(group)
    if (!call.admin) demand(call, group.policy.invite, await memberOf(ctx, group, call.operator))
    const { candidates, end } = await candidatesOf(group, drafts, options)
    const now = ctx.clock()
    const results = new Map<string, Added>()
    const steps: Step[] = []
    const joined: Member[] = []
    let places = 0
    for (const { draft, row, account, here, begin } of candidates) {
      const { user } = draft
      if (results.has(user)) continue
      const missing = options.strangers ? account?.value.removed : !present(account)
      if (missing) results.set(user, 'missing')
      else if (here && options.present !== 'overwrite') results.set(user, 'present')
      else if (here && row) {
        results.set(user, 'present')
        steps.push(check(members, [id, user], row), put(members, overwritten(group, row.value, draft)))
      } else if (options.crowded.has(user)) results.set(user, 'crowded')
      else {
        results.set(user, 'added')
        const [member, membership] = memberSteps(group, draft, gets(now, account), begin, call.operator) as [Step, Step]
        steps.push(check(members, [id, user], row), member, membership, del(invitations, [id, user]))
        // Nobody becomes a member who is being deleted at this moment.
        if (account) steps.push(check(users, [group.app, user], account))
        joined.push((member as { value: object }).value as Member)
        if (!row) places++
      }
    }
    const names = joined.map(member => member.user)
    if (places > 0) steps.push(add(memberCount, [id], places, { max: group.policy.maxMembers }))
    if (group !== row.value) steps.push(put(conversations, group))
    const at = steps.length
    // The group must not be dismissed in between: its row is part of what the batch relies on.
    if (steps.length > 0) steps.unshift(check(conversations, [id], row))
    if (names.length > 0)
      steps.push(
        append(changes, [id], { what: 'member', by: call.operator ?? '', users: names, detail: { joined: true } }),
      )
    const asleep = group.policy.wakes && end === 0
    const say = names.length === 0 || options.quiet || asleep ? undefined : joinNotice(call, options, names)
    const tipped = await tip(ctx, call, group, say, steps)
    return {
      steps,
      bounds: new Fault('group.full'),
      done: (got: readonly unknown[]) => ({
        results,
        group,
        joined,
        change: names.length > 0 ? changeOf(steps, got, at + 1) : undefined,
        tip: tipped(got),
      }),
    }
  }

  /** The group with the owner it has: nobody, when they were deleted. */
  async function owned(group: Group): Promise<Group> {
    const owner = await memberOf(ctx, group, group.owner)
    return owner ? group : { ...group, owner: '', updated: ctx.clock(), revision: group.revision + 1 }
  }

  /** What is known of those who are to be added, in order, and the number of the last message. */
  async function candidatesOf(
    group: Group,
    drafts: readonly MemberDraft[],
    options: AddOptions,
  ): Promise<{ candidates: Candidate[]; end: number }> {
    const given = drafts.filter(draft => draft.fields?.readSeq !== undefined)
    const places = [...drafts.map(({ user }) => ({ user })), ...given.map(seqOf)]
    const [old, known, readings] = await Promise.all([
      ctx.store.getMany(
        members,
        drafts.map(draft => [group.id, draft.user]),
      ),
      ctx.store.getMany(
        users,
        drafts.map(draft => [group.app, draft.user]),
      ),
      readingsAt(ctx, group, places),
    ])
    const end = readings[0]?.readSeq ?? 0
    const hidden = options.barrier || !group.policy.earlier ? end : 0
    // For drafts that bring a read position: what had been counted by then.
    const read = new Map(given.map((draft, i) => [draft, readings[drafts.length + i]]))
    const candidates = drafts.map((draft, i): Candidate => {
      const [row, account] = [old[i], known[i]]
      return {
        draft: { ...draft, fields: { ...draft.fields, ...read.get(draft) } },
        row,
        account,
        here: row !== undefined && holds(account, row.value.joined),
        begin: { hidden, ...(readings[i] as Reading) },
      }
    })
    return { candidates, end }
  }

  /** For more than one batch: the places for all of them are free before the first is added. */
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
  }

  return { addMany }
}

const seqOf = ({ user, fields }: MemberDraft): Place => ({ user, seq: fields?.readSeq })

function overwritten(group: Group, old: Member, draft: MemberDraft): Member {
  const role = draft.role === 'owner' && draft.user !== group.owner ? 'member' : draft.role
  const rank = draft.user === group.owner ? 0 : role ? rankOf(role) : old.rank
  // Read positions only move forward.
  const { readSeq, readCounted, readSent } = old
  const kept = (draft.fields?.readSeq ?? 0) < readSeq ? { readSeq, readCounted, readSent } : {}
  return { ...old, ...draft.fields, ...kept, rank }
}

function joinNotice(call: Call, options: AddOptions, users: string[]) {
  return {
    what: options.how === 'applied' ? ('joined' as const) : ('invited' as const),
    by: call.operator ?? '',
    users,
    text: options.text,
    ext: options.ext,
  }
}
