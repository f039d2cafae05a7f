import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { type KindName, kindOf, kinds } from '../../core/groups/kinds.ts'
import type { Listed } from '../../core/groups/members.ts'
import { roleOf } from '../../core/groups/rights.ts'
import type { Group, Member, Policy, Role } from '../../core/model.ts'
import { coded, Refusal } from '../dialect.ts'
import { account, pick, seconds, text } from './shapes.ts'

/** A group's id in a request. Its form is checked where the group is looked up. */
export const groupId = coded(10015, z.string())

/** An account in a group command. */
export const person = coded(60015, account)

/** Types by the names they have now and had before. */
export const typeName = z.enum(['Private', 'Work', 'Public', 'ChatRoom', 'Meeting', 'AVChatRoom', 'Community'])

const kindNames: Record<z.output<typeof typeName>, KindName> = {
  Private: 'work',
  Work: 'work',
  Public: 'public',
  ChatRoom: 'meeting',
  Meeting: 'meeting',
  AVChatRoom: 'live',
  Community: 'community',
}

/** The kind with which a group of a type is made. */
export function kindOfType(type: z.output<typeof typeName>): KindName {
  return kindNames[type]
}

/** All kinds that are shown as a type, so that groups made through other APIs are found too. */
export function kindsShownAs(type: string): string[] {
  const shown = type === 'Work' ? 'Private' : type === 'Meeting' ? 'ChatRoom' : type
  return Object.keys(kinds).filter(name => kinds[name as KindName].shown.tencent === shown)
}

/** The type a group is shown as, by its old name. */
export function typeOf(group: Pick<Group, 'kind'>): string {
  return kindOf(group.kind).shown.tencent
}

/** Whether a text can be a group's id, or a topic's. */
export function isGroupId(text: string): boolean {
  return /^[\x20-\x7e]{1,96}$/.test(text)
}

/** The group of an id; Refusal 10015 for a text that is none, Fault('group.missing') when it is not there. */
export async function groupOf(core: Core, app: number, id: string): Promise<Group> {
  if (!isGroupId(id)) throw new Refusal(10015, 'the group id is invalid')
  return core.groups.byAlias(app, id)
}

/** Topics are not offered, so no group has one. */
export const noTopic = z.literal('', 'topics are not offered').optional()

/** Named texts as Tencent lists them: so many, values of so many bytes. */
export function definedData(most: number, bytes: number) {
  return z.array(z.object({ Key: text(16).min(1), Value: text(bytes) })).max(most)
}

/** The core's named texts of such a list. */
export function textsOf(data: { Key: string; Value: string }[] | undefined): Record<string, string> | undefined {
  return data && Object.fromEntries(data.map(({ Key, Value }) => [Key, Value]))
}

/** The list of named texts, all or those of the given keys. */
export function dataOf(texts: Record<string, string> | undefined, keys?: ReadonlySet<string>) {
  const entries = Object.entries(texts ?? {}).filter(([Key]) => keys?.has(Key) ?? true)
  return entries.map(([Key, Value]) => ({ Key, Value }))
}

export const applyJoinOption = z.enum(['FreeAccess', 'NeedPermission', 'DisableApply'])
export const inviteJoinOption = z.enum(['FreeAccess', 'NeedPermission', 'DisableInvite'])

const joins = { FreeAccess: 'open', NeedPermission: 'approval', DisableApply: 'closed' } as const
const invites = { FreeAccess: 'everyone', NeedPermission: 'managers', DisableInvite: 'nobody' } as const

/** Of whom may join and invite, what a request sets. Private groups and communities have no option for joining. */
export function joinPolicy(
  type: string,
  r: { ApplyJoinOption?: z.output<typeof applyJoinOption>; InviteJoinOption?: z.output<typeof inviteJoinOption> },
): Partial<Policy> {
  const fixed = type === 'Private' || type === 'Community'
  return {
    ...(r.ApplyJoinOption && !fixed ? { join: joins[r.ApplyJoinOption] } : {}),
    ...(r.InviteJoinOption ? { invite: invites[r.InviteJoinOption] } : {}),
  }
}

/** What a group's own row does not say. */
export interface Facts {
  end: { seq: number; time: number }
  count: number
}

/** All fields of a group, also by the names of the older generation; `pick` chooses. */
export function groupFields(group: Group, { end, count }: Facts): Record<string, unknown> {
  const { policy } = group
  const muted = policy.speak === 'everyone' ? 'Off' : 'On'
  return {
    Type: typeOf(group),
    Name: group.name ?? '',
    Appid: group.app,
    Introduction: group.description ?? '',
    Notification: group.notice ?? '',
    FaceUrl: group.avatar ?? '',
    Owner_Account: group.owner,
    CreateTime: seconds(group.created),
    InfoSeq: group.revision,
    LastInfoTime: seconds(group.updated),
    LastMsgTime: seconds(end.time),
    NextMsgSeq: end.seq + 1,
    MemberNum: count,
    MaxMemberNum: policy.maxMembers,
    ApplyJoinOption: keyFor(joins, policy.join) ?? 'NeedPermission',
    InviteJoinOption: keyFor(invites, policy.invite) ?? 'NeedPermission',
    MuteAllMember: muted,
    ShutUpAllMember: muted,
  }
}

/** The fields of a group when nobody names any. */
export const usualGroupFields: ReadonlySet<string> = new Set([
  'Type',
  'Name',
  'Appid',
  'Introduction',
  'Notification',
  'FaceUrl',
  'Owner_Account',
  'CreateTime',
  'InfoSeq',
  'LastInfoTime',
  'LastMsgTime',
  'NextMsgSeq',
  'MemberNum',
  'MaxMemberNum',
  'ApplyJoinOption',
  'InviteJoinOption',
  'MuteAllMember',
])

/** A group as far as its members are shown by it. */
type Counting = { policy: Pick<Policy, 'counted'> }

/** All fields of a member, also by the names of the older generation. */
export function memberFields(group: Counting, member: Member & Partial<Listed>, now: number): Record<string, unknown> {
  const until = (member.mutedUntil ?? 0) > now ? seconds(member.mutedUntil as number) : 0
  return {
    Role: roleNames[roleOf(member)],
    JoinTime: seconds(member.joined),
    MsgSeq: member.readSeq,
    MsgFlag: flags[member.notify ?? (group.policy.counted ? 'all' : 'silent')],
    LastSendMsgTime: seconds(member.lastSent ?? 0),
    MuteUntil: until,
    ShutUpUntil: until,
    NameCard: member.nick ?? '',
  }
}

/** The fields of a member when nobody names any. */
export const usualMemberFields: ReadonlySet<string> = new Set([
  'Role',
  'JoinTime',
  'MsgSeq',
  'MsgFlag',
  'LastSendMsgTime',
  'MuteUntil',
  'NameCard',
])

/** What is shown of members: which fields and which named texts, without them the usual fields and all texts; at what time (ms). */
export interface AskedOfMember {
  fields?: ReadonlySet<string>
  keys?: ReadonlySet<string>
  now: number
}

/** A member as lists show it: the account always, and what is asked. */
export function memberOf(group: Counting, member: Listed, asked: AskedOfMember) {
  const data = dataOf(member.custom, asked.keys)
  return {
    Member_Account: member.user,
    ...pick(memberFields(group, member, asked.now), asked.fields ?? usualMemberFields),
    ...(data.length > 0 ? { AppMemberDefinedData: data } : {}),
  }
}

/** Replies above this are refused. */
export const largestReply = 1024 * 1024

/** Refuses (10018) what makes a reply too large. */
export function demandReply(bytes: number): void {
  if (bytes > largestReply) throw new Refusal(10018, 'the reply would be larger than 1 MB; ask for less')
}

/** How many bytes every member takes in a reply at least, with the comma. */
export function leastMemberBytes(asked: AskedOfMember): number {
  const numbers = { conv: 0, app: 0, hidden: 0, readSeq: 0, readCounted: 0, readSent: 0, lastSent: 0 }
  const shortest: Listed = { user: '', rank: 0, joined: asked.now, notify: 'none', ...numbers }
  return JSON.stringify(memberOf({ policy: { counted: true } }, shortest, asked)).length + 1
}

const flags = { all: 'AcceptAndNotify', silent: 'AcceptNotNotify', none: 'Discard' } as const

const roleNames: Record<Role, string> = { owner: 'Owner', manager: 'Admin', member: 'Member' }

/** The core's role of a role's name. */
export const roles = { Owner: 'owner', Admin: 'manager', Member: 'member' } as const satisfies Record<string, Role>

/** The code and text for one group that is not there. */
export function missingGroup(id: string) {
  if (!isGroupId(id)) return { ErrorCode: 10015, ErrorInfo: 'the group id is invalid' }
  return { ErrorCode: 10010, ErrorInfo: 'the group does not exist or was disbanded' }
}

/** Refuses what groups whose members are not kept cannot do. */
export function demandKept(group: Group, code: number): void {
  if (group.policy.members === 'passing') throw new Refusal(code, `not for groups of type ${typeOf(group)}`)
}

/** Refuses what needs a history. */
export function demandHistory(group: Group, code: number): void {
  if (!group.policy.stored) throw new Refusal(code, `groups of type ${typeOf(group)} keep no messages`)
}

/** Refuses an operator who is named but not there. */
export async function demandAccount(core: Core, app: number, id: string | undefined): Promise<void> {
  if (id !== undefined && !(await core.users.find(app, id))) throw new Fault('user.missing', `there is no user ${id}`)
}

function keyFor(names: Record<string, string>, value: string): string | undefined {
  return Object.keys(names).find(name => names[name] === value)
}
