import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import type { Listed } from '../../core/groups/members.ts'
import type { Group } from '../../core/model.ts'
import { Refusal } from '../dialect.ts'
import { operation } from './group.ts'
import * as shapes from './group-shapes.ts'
import { demandAtMost, flag, pick } from './shapes.ts'

const names = z.array(z.string()).optional()

/** A member needs at least so many bytes of a reply: groups with more members than fit are not read at all. */
const leastMemberBytes = 24
const largestReply = 1024 * 1024

/** The groups of the app, oldest first, behind a cursor. */
const getAppidGroupList = operation({
  key: 'group_open_http_svc/get_appid_group_list',
  request: z.object({
    Limit: z.int().min(1).max(10_000).default(10_000),
    Next: z.int().min(0).default(0),
    GroupType: z.union([shapes.typeName, z.literal('BChatRoom')]).optional(),
  }),
  async run(core, call, r) {
    const kinds = r.GroupType && shapes.kindsShownAs(r.GroupType)
    const page = await core.groups.list(call.app.id, { kinds, after: r.Next, limit: r.Limit })
    const groups = await core.groups.getMany(call.app.id, page.ids)
    return {
      TotalCount: page.total,
      GroupIdList: groups.flatMap(group => (group ? [{ GroupId: group.alias }] : [])),
      Next: page.next,
    }
  },
})

const infoFilter = z.object({
  GroupBaseInfoFilter: names,
  MemberInfoFilter: names,
  AppDefinedDataFilter_Group: names,
  AppDefinedDataFilter_GroupMember: names,
})

/** Up to 50 groups with their members, or what the filter names; a missing one is told in its own element. */
const getGroupInfo = operation({
  key: 'group_open_http_svc/get_group_info',
  request: z.object({ GroupIdList: z.array(shapes.groupId).min(1), ResponseFilter: infoFilter.optional() }),
  async run(core, call, r) {
    demandAtMost(r.GroupIdList, 50, 10004)
    const asked = r.GroupIdList.map(id => (shapes.isGroupId(id) ? id : ''))
    const found = await core.groups.manyByAlias(call.app.id, asked)
    const groups = found.filter(group => group !== undefined)
    const facts = await factsOf(core, groups)
    const filter = r.ResponseFilter
    const wantsMembers = !filter || filter.MemberInfoFilter || filter.AppDefinedDataFilter_GroupMember
    const members = wantsMembers ? await membersOf(core, groups, facts) : new Map<number, Listed[]>()
    const GroupInfo = found.map((group, i) => {
      const GroupId = r.GroupIdList[i] as string
      if (!group) return { GroupId, ...shapes.missingGroup(GroupId) }
      return {
        GroupId,
        ErrorCode: 0,
        ErrorInfo: '',
        ...baseOf(group, facts.get(group.id) as shapes.Facts, filter),
        ...(members.has(group.id) ? { MemberList: listOf(core, group, members.get(group.id) ?? [], filter) } : {}),
      }
    })
    return { GroupInfo }
  },
})

/** The groups of a user, with what the filter names of the group and of the user's own membership. */
const getJoinedGroupList = operation({
  key: 'group_open_http_svc/get_joined_group_list',
  request: z.object({
    Member_Account: shapes.person,
    WithHugeGroups: flag.default(0),
    WithNoActiveGroups: flag.default(0),
    Limit: z.int().min(1).max(5000).optional(),
    Offset: z.int().min(0).default(0),
    GroupType: shapes.typeName.optional(),
    SupportTopic: flag.default(0),
    ResponseFilter: z.object({ GroupBaseInfoFilter: names, SelfInfoFilter: names }).optional(),
  }),
  async run(core, call, r) {
    if (r.SupportTopic && r.GroupType !== 'Community')
      throw new Refusal(10004, 'SupportTopic needs GroupType Community')
    await core.users.get(call.app.id, r.Member_Account)
    const kinds = r.GroupType && shapes.kindsShownAs(r.GroupType)
    const mine = r.SupportTopic ? [] : await core.members.joined(call.app.id, r.Member_Account, kinds)
    const found = await core.groups.getMany(
      call.app.id,
      mine.map(each => each.conv),
    )
    const groups = await listed(core, found, r)
    const page = groups.slice(r.Offset, r.Limit && r.Offset + r.Limit)
    return { TotalCount: groups.length, GroupIdList: await joinedOf(core, page, r) }
  },
})

/** Finding groups (`group.json`). */
export const groupLists = [getAppidGroupList, getGroupInfo, getJoinedGroupList]

interface Joined {
  Member_Account: string
  WithHugeGroups: number
  WithNoActiveGroups: number
  ResponseFilter?: { GroupBaseInfoFilter?: string[]; SelfInfoFilter?: string[] }
}

/** Without rooms and groups in which nobody has said anything yet, unless they are asked for. */
async function listed(core: Core, found: (Group | undefined)[], r: Joined): Promise<Group[]> {
  const groups = found.filter(group => group !== undefined)
  const sleepers = groups.filter(group => group.policy.wakes).map(group => group.id)
  const ends = r.WithNoActiveGroups || sleepers.length === 0 ? [] : await core.history.ends(sleepers)
  const asleep = new Set(sleepers.filter((_, i) => ends[i]?.seq === 0))
  return groups.filter(
    group => !asleep.has(group.id) && (r.WithHugeGroups === 1 || shapes.typeOf(group) !== 'AVChatRoom'),
  )
}

async function joinedOf(core: Core, groups: Group[], r: Joined) {
  const { GroupBaseInfoFilter: base, SelfInfoFilter: self } = r.ResponseFilter ?? {}
  const ids = groups.map(group => group.id)
  const facts = base ? await factsOf(core, groups) : undefined
  const own = self ? await core.members.inGroups(r.Member_Account, ids) : []
  const now = core.clock()
  return groups.map((group, i) => {
    const member = own[i]
    return {
      GroupId: group.alias,
      ...(facts ? pick(shapes.groupFields(group, facts.get(group.id) as shapes.Facts), base) : {}),
      ...(self && member ? { SelfInfo: pick(shapes.memberFields(group, member, now), self) } : {}),
    }
  })
}

async function factsOf(core: Core, groups: Group[]): Promise<Map<number, shapes.Facts>> {
  const ids = groups.map(group => group.id)
  const [ends, counts] = await Promise.all([core.history.ends(ids), core.members.counts(ids)])
  return new Map(ids.map((id, i) => [id, { end: ends[i] as shapes.Facts['end'], count: counts[i] as number }]))
}

function baseOf(group: Group, facts: shapes.Facts, filter: z.output<typeof infoFilter> | undefined) {
  const base = filter ? (filter.GroupBaseInfoFilter ?? []) : shapes.usualGroupFields
  const keys = filter ? (filter.AppDefinedDataFilter_Group ?? []) : undefined
  const data = shapes.dataOf(group.custom, keys)
  return { ...pick(shapes.groupFields(group, facts), base), ...(data.length > 0 ? { AppDefinedData: data } : {}) }
}

async function membersOf(
  core: Core,
  groups: Group[],
  facts: Map<number, shapes.Facts>,
): Promise<Map<number, Listed[]>> {
  const kept = groups.filter(group => group.policy.members === 'stored')
  const total = kept.reduce((sum, group) => sum + (facts.get(group.id)?.count ?? 0), 0)
  if (total * leastMemberBytes > largestReply)
    throw new Refusal(10018, 'the reply would be larger than 1 MB; ask for less')
  const lists = await Promise.all(
    kept.map(group => core.members.list(group.id, { limit: largestReply / leastMemberBytes })),
  )
  return new Map(kept.map((group, i) => [group.id, lists[i] as Listed[]]))
}

function listOf(core: Core, group: Group, members: Listed[], filter: z.output<typeof infoFilter> | undefined) {
  const fields = filter ? (filter.MemberInfoFilter ?? []) : undefined
  const keys = filter ? (filter.AppDefinedDataFilter_GroupMember ?? []) : undefined
  return members.map(member => shapes.memberOf(group, member, { fields, keys, now: core.clock() }))
}
