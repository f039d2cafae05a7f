import { z } from 'zod'
import { kindOf } from '../../core/groups/kinds.ts'
import type { Group } from '../../core/model.ts'
import { Refusal, resource } from '../dialect.ts'
import { failing } from './errors.ts'
import * as shapes from './group-shapes.ts'
import { demandAtMost, flag, given, text } from './shapes.ts'

/** Where the commands of group_open_http_svc have codes of their own. */
export const groupErrors = {
  ...failing(10002),
  'user.missing': 10019,
  'hook.refused': 10016,
  'message.content': 10004,
  'request.large': 80002,
} as const

/** What the commands of group_open_http_svc share. */
export const operation = resource({ invalid: 10004, errors: groupErrors })

const mostFirstMembers = 100
/** Named texts that a group may have in all. */
const mostDefined = 10

const shown = {
  Introduction: text(240).optional(),
  Notification: text(300).optional(),
  FaceUrl: text(100).optional(),
  ApplyJoinOption: shapes.applyJoinOption.optional(),
  InviteJoinOption: shapes.inviteJoinOption.optional(),
  AppDefinedData: shapes.definedData(mostDefined, 512).optional(),
  EnablePermission: flag.optional(),
  DefaultPermission: z.int().min(0).optional(),
}

/** Create a group. The owner, if named, becomes its first member. */
const createGroup = operation({
  key: 'group_open_http_svc/create_group',
  request: z.object({
    ...shown,
    Type: shapes.typeName,
    Name: text(30).min(1),
    Owner_Account: shapes.person.optional(),
    GroupId: z.string().optional(),
    MaxMemberCount: z.int().min(1).optional(),
    MemberList: z
      .array(
        z.object({
          Member_Account: shapes.person,
          Role: z.literal('Admin').optional(),
          AppMemberDefinedData: shapes.definedData(5, 64).optional(),
        }),
      )
      .default([]),
    SupportTopic: flag.optional(),
  }),
  async run(core, call, r) {
    demandNoTopics(r)
    demandAtMost(r.MemberList, mostFirstMembers, 10005)
    const kind = shapes.kindOfType(r.Type)
    const type = kindOf(kind).shown.tencent
    if (r.GroupId !== undefined) demandFreeForm(r.GroupId, type)
    if (type === 'Private' && r.MemberList.some(member => member.Role))
      throw new Refusal(10004, 'groups of type Private have no Admin')
    const { group } = await core.groups.create(call, {
      kind,
      alias: r.GroupId,
      name: r.Name,
      owner: r.Owner_Account,
      members: r.MemberList.map(member => ({
        user: member.Member_Account,
        role: member.Role && ('manager' as const),
        fields: given({ custom: shapes.textsOf(member.AppMemberDefinedData) }),
      })),
      policy: { ...shapes.joinPolicy(type, r), ...maxMembers(kind, r.MaxMemberCount, 10038) },
      fields: fieldsOf(r),
    })
    return { GroupId: group.alias }
  },
  errors: { 'group.full': 10038 },
})

/** Change what is shown of a group and what it allows. */
const modifyGroupBaseInfo = operation({
  key: 'group_open_http_svc/modify_group_base_info',
  request: z.object({
    ...shown,
    GroupId: shapes.groupId,
    Name: text(30).min(1).optional(),
    MaxMemberNum: z.int().min(1).optional(),
    MuteAllMember: z.enum(['On', 'Off']).optional(),
    ShutUpAllMember: z.enum(['On', 'Off']).optional(),
    HistoryMsgBeforeJoin: z.enum(['On', 'Off']).optional(),
    From_Account: shapes.person.optional(),
  }),
  async run(core, call, r) {
    demandNoTopics(r)
    const group = await shapes.groupOf(core, call.app.id, r.GroupId)
    await shapes.demandAccount(core, call.app.id, r.From_Account)
    const type = shapes.typeOf(group)
    const mute = r.MuteAllMember ?? r.ShutUpAllMember
    const historyOption = ['Private', 'Public', 'ChatRoom'].includes(type) ? r.HistoryMsgBeforeJoin : undefined
    demandRoom(group, r.AppDefinedData)
    const fields = given({ name: r.Name, ...fieldsOf(r) })
    const policy = {
      ...shapes.joinPolicy(type, r),
      ...(type === 'AVChatRoom' ? {} : maxMembers(group.kind, r.MaxMemberNum, 10004)),
      ...(mute ? { speak: mute === 'On' ? ('managers' as const) : ('everyone' as const) } : {}),
      ...(historyOption ? { earlier: historyOption === 'On' } : {}),
    }
    if (Object.keys({ ...fields, ...policy }).length === 0) return
    await core.groups.update({ ...call, operator: r.From_Account ?? call.operator }, group.id, fields, policy)
  },
})

/** Disband a group, for good. */
const destroyGroup = operation({
  key: 'group_open_http_svc/destroy_group',
  request: z.object({ GroupId: shapes.groupId }),
  async run(core, call, r) {
    const group = await shapes.groupOf(core, call.app.id, r.GroupId)
    await core.groups.dismiss(call, group.id)
  },
})

/** Making, changing and disbanding groups (`group.json`). */
export const group = [createGroup, modifyGroupBaseInfo, destroyGroup]

interface Shown {
  Introduction?: string
  Notification?: string
  FaceUrl?: string
  AppDefinedData?: { Key: string; Value: string }[]
}

function fieldsOf(r: Shown) {
  return given({
    description: r.Introduction,
    notice: r.Notification,
    avatar: r.FaceUrl,
    custom: shapes.textsOf(r.AppDefinedData),
  })
}

/** An id of the caller's own: communities begin with @TGS#_, and what the server assigns stays free. */
function demandFreeForm(id: string, type: string): void {
  const assigned =
    type === 'Community' ? !id.startsWith('@TGS#_') || id.startsWith('@TGS#_@TGS#') : id.startsWith('@TGS#')
  if (!shapes.isGroupId(id) || id.length > 48 || assigned)
    throw new Refusal(10004, 'GroupId: printable ASCII, up to 48 bytes, only communities begin with @TGS#_')
}

/** Topics and the permissions of their communities are not offered, so asking for them must not look as if it worked. */
function demandNoTopics(r: { SupportTopic?: number; EnablePermission?: number; DefaultPermission?: number }): void {
  if (r.SupportTopic || r.EnablePermission || r.DefaultPermission)
    throw new Refusal(10008, 'topics and their permissions are not offered')
}

function maxMembers(kind: string, wanted: number | undefined, code: number): { maxMembers?: number } {
  if (wanted === undefined) return {}
  const most = kindOf(kind).policy.maxMembers
  if (wanted > most) throw new Refusal(code, `groups of this type have at most ${most} members`)
  return { maxMembers: wanted }
}

function demandRoom(group: Group, data: Shown['AppDefinedData']): void {
  if (!data) return
  const texts = { ...group.custom, ...shapes.textsOf(data) }
  if (Object.values(texts).filter(value => value !== '').length > mostDefined)
    throw new Refusal(10004, `AppDefinedData: a group has at most ${mostDefined}`)
}
