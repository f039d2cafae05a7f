import { absent, add, check, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { conversationsHere } from '../conversations/here.ts'
import { Fault } from '../errors.ts'
import type { Group, Policy } from '../model.ts'
import { conversations, groupCount, groupList, memberCount, names, users } from '../tables.ts'
import { type Told, toldConversation, toldUser } from '../telling.ts'
import { demandUsers, gets } from '../users/rows.ts'
import type { Find } from './find.ts'
import { invitationOf, mostInvited, tellInvited } from './inviting.ts'
import { type KindName, kinds } from './kinds.ts'
import { type Allowance, openPlaces } from './places.ts'
import { atStart, type MemberDraft, memberSteps } from './rows.ts'
import { invitations as invitationTable } from './tables.ts'
import { tip } from './tips.ts'

/** A group that is to be made. */
export interface GroupDraft {
  kind: KindName
  /** The caller's own id for it; one in Tencent's form is made when absent. */
  alias?: string
  name: string
  /** '' or absent = without an owner. Otherwise the first member. */
  owner?: string
  members?: MemberDraft[]
  /** Users who become members only when they agree. */
  invited?: string[]
  /** Tells with a tip, or an invitation, that those named came in, in these words. */
  told?: { text?: string; ext?: string }
  /** What differs from the kind's defaults. */
  policy?: Partial<Policy>
  fields?: GroupFields
  inbox?: number
  /** A repeat with this key answers with the group it made first. */
  idempotent?: string
  /** Members need not be users of the app (Volcengine does not ask for registration). */
  strangers?: boolean
  /** How many groups the owner may own, and everybody be in. */
  allowance?: Allowance
}

/** What is shown of a group, and what callers keep with it. Left out = unchanged, '' = cleared. */
export type GroupFields = Partial<
  Pick<Group, 'name' | 'avatar' | 'description' | 'notice' | 'ext' | 'custom' | 'serverText' | 'clientText' | 'extra'>
>

/** Most members with which a group can be made, the owner among them: they fit one batch. */
export const mostFirstMembers = 300

interface Created {
  group: Group
  exists: boolean
}

/** Making groups. */
export function openCreate(ctx: Context, find: Find) {
  const { demandAllowed, crowded } = openPlaces(ctx)

  /**
   * Makes a group with its first members; `exists` when the idempotency key had made it before,
   * Fault('conversation.kind') when it had made a conversation of two. `dropped` are those whom the app did not want in
   * it, `crowded` those who may be in no more groups; nobody else is left out.
   */
  async function create(
    call: Call,
    asked: GroupDraft,
  ): Promise<{ group: Group; exists: boolean; dropped: string[]; crowded: string[] }> {
    const wanted = await askBefore(call, asked, { ...kinds[asked.kind].policy, ...asked.policy })
    const { policy } = wanted
    const kept = new Set(namesOf(wanted))
    const full = await crowded(call.app.id, [...kept], asked.allowance)
    const draft = without(wanted, full)
    const first = firstMembers(draft)
    const invited = draft.invited ?? []
    if (first.length + invited.length > mostFirstMembers || invited.length > mostInvited)
      throw new Fault('request.batch')
    if (policy.members === 'passing' && (draft.members?.length ?? 0) > 0) throw new Fault('group.kind')
    if (first.length + invited.length > policy.maxMembers) throw new Fault('group.full')
    const id = await ctx.ids()
    const made = await ctx.queue(uniqueNames(call.app.id, draft), () =>
      change<Created>(ctx, () => planCreate(call, draft, policy, first, id)),
    )
    return { ...made, dropped: namesOf(asked).filter(user => !kept.has(user)), crowded: [...full] }
  }

  async function planCreate(
    call: Call,
    draft: GroupDraft,
    policy: Policy,
    first: MemberDraft[],
    id: number,
  ): Promise<Plan<Created>> {
    const app = call.app.id
    const inbox = draft.inbox ?? 0
    const again = draft.idempotent === undefined ? undefined : `${inbox}/${draft.idempotent}`
    const earlier = again === undefined ? undefined : await ctx.store.get(names, [app, 'idempotent', again])
    const [group] = earlier ? await conversationsHere(ctx, app, [earlier.value.id]) : []
    if (group?.type === 'direct') throw new Fault('conversation.kind', 'the key has made a conversation of two')
    if (group) return { steps: [], done: () => ({ group, exists: true }) }
    if (draft.owner && draft.allowance) await demandAllowed(app, draft.owner, draft.allowance)
    const accounts = await accountsOf(app, first, draft)
    const alias = draft.alias ?? madeAlias(draft.kind, id)
    const taken = await ctx.store.get(names, [app, 'group', alias])
    if (taken) throw await takenBy(app, taken.value.id, draft.owner)
    const now = ctx.clock()
    const value: Group = {
      type: 'group',
      id,
      app,
      alias,
      kind: draft.kind,
      name: draft.name,
      ...draft.fields,
      owner: draft.owner ?? '',
      creator: draft.owner ?? call.operator ?? '',
      policy,
      created: now,
      updated: now,
      revision: 1,
      inbox,
    }
    const steps: Step[] = [
      absent(names, [app, 'group', alias]),
      put(names, { app, space: 'group', name: alias, id }),
      put(conversations, value),
      put(groupList, { app, id, kind: draft.kind }),
      add(groupCount, [app, ''], 1),
      add(groupCount, [app, draft.kind], 1),
    ]
    if (again !== undefined)
      steps.push(
        check(names, [app, 'idempotent', again], earlier),
        put(names, { app, space: 'idempotent', name: again, id }),
      )
    // Nobody becomes a member who is being deleted at this moment.
    for (const row of accounts) if (row) steps.push(check(users, [app, row.value.id], row))
    for (const [i, member] of first.entries())
      steps.push(...memberSteps(value, member, gets(now, accounts[i]), atStart, call.operator))
    if (first.length > 0) steps.push(add(memberCount, [id], first.length))
    const invitations = (draft.invited ?? []).map(user => invitationOf(value, user, call, now, draft.told))
    for (const invitation of invitations) steps.push(put(invitationTable, invitation))
    const came = first.map(member => member.user).filter(user => user !== draft.owner)
    const say =
      draft.told && came.length > 0
        ? { what: 'invited' as const, by: call.operator ?? '', users: came, ...draft.told }
        : undefined
    const tips = await tip(ctx, call, value, say, steps)
    const tipped = tips.length > 0
    const stored = first.map(member => member.user)
    const room = policy.members === 'passing' || undefined
    const tells: Told[] = [
      toldConversation(call, value, { type: 'group.created', group: value, members: stored, tipped }),
      ...stored.map(user =>
        toldUser(call, user, { type: 'membership', user, conv: id, here: true, kind: 'group', room }),
      ),
      ...tips,
      ...invitations.flatMap(invitation => tellInvited(ctx, call, value, invitation, steps)),
    ]
    return { steps, tells, done: () => ({ group: value, exists: false }) }
  }

  /** The refusal for an id that is taken: by a group of the same owner, or by somebody else's. */
  async function takenBy(app: number, id: number, owner: string | undefined): Promise<Fault> {
    const [group] = await find.getMany(app, [id])
    return new Fault(group && owner && group.owner === owner ? 'group.taken.own' : 'group.taken')
  }

  async function askBefore(call: Call, draft: GroupDraft, policy: Policy): Promise<GroupDraft & { policy: Policy }> {
    const asked = await ctx.hooks.ask('group.create', call, {
      owner: draft.owner ?? '',
      name: draft.name,
      kind: draft.kind,
      members: (draft.members ?? []).map(member => member.user),
      invited: draft.invited ?? [],
      policy,
      text: draft.told?.text,
      fields: draft.fields,
    })
    const kept = new Set([...asked.members, ...asked.invited])
    const invited = draft.invited?.filter(user => kept.has(user))
    const members = draft.members?.filter(member => kept.has(member.user))
    const fields = { ...draft.fields, ...asked.fields }
    return { ...draft, name: asked.name, policy: asked.policy, fields, invited, members }
  }

  /** The users' rows of the first members, in order; Fault('user.missing') also for one who is only invited. */
  async function accountsOf(app: number, first: readonly MemberDraft[], draft: GroupDraft) {
    const ids = [...first.map(member => member.user), ...(draft.invited ?? [])]
    const rows = await ctx.store.getMany(
      users,
      ids.map(id => [app, id]),
    )
    if (!draft.strangers) demandUsers(rows, ids)
    return rows.slice(0, first.length)
  }

  return create
}

/** Those who are to come in, now or when they agree. */
function namesOf(draft: GroupDraft): string[] {
  return [...(draft.members ?? []).map(member => member.user), ...(draft.invited ?? [])]
}

function without(draft: GroupDraft, users: ReadonlySet<string>): GroupDraft {
  if (users.size === 0) return draft
  return {
    ...draft,
    members: draft.members?.filter(member => !users.has(member.user)),
    invited: draft.invited?.filter(user => !users.has(user)),
  }
}

/** The owner, whatever the kind, and then those named. */
function firstMembers(draft: GroupDraft): MemberDraft[] {
  const seen = new Map<string, MemberDraft>()
  if (draft.owner) seen.set(draft.owner, { user: draft.owner, role: 'owner' })
  for (const member of draft.members ?? []) if (!seen.has(member.user)) seen.set(member.user, member)
  return [...seen.values()]
}

/** An id in Tencent's form for a group whose maker gives none. */
function madeAlias(kind: KindName, id: number): string {
  const community = kinds[kind].shown.tencent === 'Community'
  return `${community ? '@TGS#_@TGS#' : '@TGS#'}${id.toString(36).toUpperCase()}`
}

/** What must be one's own among groups, or is counted: makers of the same name, and of one owner, wait for each other. */
function uniqueNames(app: number, draft: GroupDraft): string[] {
  const { alias, idempotent, inbox = 0, owner, allowance } = draft
  return [
    ...(owner && allowance ? [`groups.of.${app}.${owner}`] : []),
    ...(alias === undefined ? [] : [`group.alias.${app}.${alias}`]),
    ...(idempotent === undefined ? [] : [`idempotent.${app}.${inbox}/${idempotent}`]),
  ]
}
