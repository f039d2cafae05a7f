import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import type { Listed } from '../../core/groups/members.ts'
import type { Group } from '../../core/model.ts'
import { Refusal } from '../dialect.ts'
import { operation } from './group.ts'
import * as shapes from './group-shapes.ts'
import { demandAtMost, flag, names, pick } from './shapes.ts'

const nothing: ReadonlySet<string> = new Set()

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
    // One more than asked for tells whether there are more.
    const page = await core.groups.list(call.app.id, { kinds, after: r.Next, limit: r.Limit + 1 })
    const ids = page.ids.slice(0, r.Limit)
    const groups = await core.groups.getMany(call.app.id, ids)
    return {
      TotalCount: page.total,
      GroupIdList: groups.flatMap(group => (group ? [{ GroupId: group.alias }] : [])),
      Next: page.ids.length > r.Limit ? ids.at(-1) : 0,
    }
  },
})

const infoFilter = z.object({
  GroupBaseInfoFilter: names.optional(),
  MemberInfoFilter: names.optional(),
  AppDefinedDataFilter_Group: names.optional(),
  AppDefinedDataFilter_GroupMember: names.optional(),
})

/** Up to 50 groups with their members, or what the filter names; a missing one is told in its own element. */
const getGroupInfo = operation({
  key: 'group_open_http_svc/get_group_info',
  request: z.object({ GroupIdList: z.array(shapes.groupId).min(1), ResponseFilter: infoFilter.optional() }),
  async run(core, call, r) {
    demandAtMost(r.GroupIdList, 50, 10004)
    const ids = r.GroupIdList.map(id => (shapes.isGroupId(id) ? id : ''))
    const found = await core.groups.manyByAlias(call.app.id, ids)
    const groups = found.filter(group => group !== undefined)
    const facts = await factsOf(core, groups)
    const filter = r.ResponseFilter
    const wantsMembers = !filter || filter.MemberInfoFilter || filter.AppDefinedDataFilter_GroupMember
    const asked = askedOf(core, filter)
    const members = wantsMembers ? await membersOf(core, groups, facts, asked) : new Map<number, Listed[]>()
    const GroupInfo = found.map((group, i) => {
      const GroupId = r.GroupIdList[i] as string
      if (!group) return { GroupId, ...shapes.missingGroup(GroupId) }
      const list = members.get(group.id)
      return {
        GroupId,
        ErrorCode: 0,
        ErrorInfo: '',
        ...baseOf(group, facts.get(group.id) as shapes.Facts, filter),
        ...(list ? { MemberList: list.map(member => shapes.memberOf(group, member, asked)) } : {}),
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
    ResponseFilter: z.object({ GroupBaseInfoFilter: names.optional(), SelfInfoFilter: names.optional() }).optional(),
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
  ResponseFilter?: { GroupBaseInfoFilter?: ReadonlySet<string>; SelfInfoFilter?: ReadonlySet<string> }
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
      ...(base && facts ? pick(shapes.groupFields(group, facts.get(group.id) as shapes.Facts), base) : {}),
      ...(self && member ? { SelfInfo: pick(shapes.memberFields(group, member, now), self) } : {}),
    }
  })
}

async function factsOf(core: Core, groups: Group[]): Promise<Map<number, shapes.Facts>> {
  const ids = groups.map(group => group.id)
  const [ends, counts] = await Promise.all([core.history.ends(ids), core.rooms.sizes(groups)])
  return new Map(ids.map((id, i) => [id, { end: ends[i] as shapes.Facts['end'], count: counts[i] as number }]))
}

function baseOf(group: Group, facts: shapes.Facts, filter: z.output<typeof infoFilter> | undefined) {
  const base = filter ? (filter.GroupBaseInfoFilter ?? nothing) : shapes.usualGroupFields
  const keys = filter ? (filter.AppDefinedDataFilter_Group ?? nothing) : undefined
  const data = shapes.dataOf(group.custom, keys)
  return { ...pick(shapes.groupFields(group, facts), base), ...(data.length > 0 ? { AppDefinedData: data } : {}) }
}

/** The members of groups that keep them. What cannot fit a reply is refused (10018) before it is read. */
async function membersOf(
  core: Core,
  groups: Group[],
  facts: Map<number, shapes.Facts>,
  asked: shapes.AskedOfMember,
): Promise<Map<number, Listed[]>> {
  const kept = groups.filter(group => group.policy.members === 'stored')
  const least = shapes.leastMemberBytes(asked)
  const total = kept.reduce((sum, group) => sum + (facts.get(group.id)?.count ?? 0), 0)
  shapes.demandReply(total * least)
  const limit = Math.ceil(shapes.largestReply / least)
  const lists = await Promise.all(kept.map(group => core.members.list(group.id, { limit })))
  return new Map(kept.map((group, i) => [group.id, lists[i] as Listed[]]))
}

function askedOf(core: Core, filter: z.output<typeof infoFilter> | undefined): shapes.AskedOfMember {
  const now = core.clock()
  if (!filter) return { now }
  return {
    fields: filter.MemberInfoFilter ?? nothing,
    keys: filter.AppDefinedDataFilter_GroupMember ?? nothing,
    now,
  }
}
