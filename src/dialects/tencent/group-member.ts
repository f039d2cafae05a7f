import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import type { Added } from '../../core/groups/joining.ts'
import type { Member } from '../../core/model.ts'
import { Refusal } from '../dialect.ts'
import { operation } from './group.ts'
import * as shapes from './group-shapes.ts'
import { demandAtMost, flag, names } from './shapes.ts'

const mostListed = 6000
/** How far a page may begin from the first member. */
const mostSkipped = 10_000

/** The members of a group; communities page by Next, the others by Offset. */
const getGroupMemberInfo = operation({
  key: 'group_open_http_svc/get_group_member_info',
  request: z.object({
    GroupId: shapes.groupId,
    MemberInfoFilter: names.optional(),
    MemberRoleFilter: z.array(z.enum(['Owner', 'Admin', 'Member'])).optional(),
    AppDefinedDataFilter_GroupMember: names.optional(),
    Limit: z.int().min(1).max(mostListed).default(mostListed),
    Offset: z.int().min(0).max(mostSkipped).default(0),
    Next: z.string().default(''),
  }),
  async run(core, call, r) {
    const group = await shapes.groupOf(core, call.app.id, r.GroupId)
    shapes.demandKept(group, 10007)
    const byCursor = shapes.typeOf(group) === 'Community'
    // One more than asked for tells whether there are more.
    const limit = r.Limit + (byCursor ? 1 : 0)
    const roles = r.MemberRoleFilter?.map(role => shapes.roles[role])
    const page = byCursor ? { after: readCursor(r.Next), limit } : { skip: r.Offset, limit }
    const [found, MemberNum] = await Promise.all([
      core.members.list(group.id, { roles, ...page }),
      core.members.count(group.id),
    ])
    const members = found.slice(0, r.Limit)
    const asked = { fields: r.MemberInfoFilter, keys: r.AppDefinedDataFilter_GroupMember, now: core.clock() }
    return {
      MemberNum,
      MemberList: members.map(member => shapes.memberOf(group, member, asked)),
      ...(byCursor ? { Next: found.length > r.Limit ? writeCursor(members.at(-1) as Member) : '' } : {}),
    }
  },
})

/** Add up to 300 accounts, with a result for each. */
const addGroupMember = operation({
  key: 'group_open_http_svc/add_group_member',
  request: z.object({
    GroupId: shapes.groupId,
    Silence: flag.default(0),
    MemberList: z.array(z.object({ Member_Account: shapes.person })).min(1),
  }),
  async run(core, call, r) {
    demandAtMost(r.MemberList, 300, 10005)
    const group = await shapes.groupOf(core, call.app.id, r.GroupId)
    shapes.demandKept(group, 10007)
    const drafts = r.MemberList.map(member => ({ user: member.Member_Account }))
    const added = await core.members.addMany(call, group.id, drafts, { quiet: r.Silence === 1, how: 'invited' })
    if (added.every(each => each === 'missing')) await demandOneExists(core, call, drafts)
    return { MemberList: drafts.map(({ user }, i) => ({ Member_Account: user, Result: results[added[i] as Added] })) }
  },
})

/** Accounts that the app's webhook does not want have failed too, but they are there. */
async function demandOneExists(core: Core, call: Call, drafts: { user: string }[]): Promise<void> {
  const ids = drafts.map(({ user }) => user)
  const found = await core.users.findMany(call.app.id, ids)
  if (!found.some(Boolean)) throw new Refusal(10019, 'none of the accounts exists')
}

const results: Record<Added, number> = { missing: 0, crowded: 0, banned: 0, added: 1, present: 2, pending: 3 }

/** Remove up to 100 accounts; those who are not in do not matter. */
const deleteGroupMember = operation({
  key: 'group_open_http_svc/delete_group_member',
  request: z.object({
    GroupId: shapes.groupId,
    Silence: flag.default(0),
    Reason: z.string().optional(),
    MemberToDel_Account: z.array(shapes.person).min(1).max(100),
  }),
  async run(core, call, r) {
    const group = await shapes.groupOf(core, call.app.id, r.GroupId)
    shapes.demandKept(group, 10004)
    await core.members.removeMany(call, group.id, r.MemberToDel_Account, { quiet: r.Silence === 1, text: r.Reason })
  },
})

/** The members of groups (`group.json`). */
export const groupMembers = [getGroupMemberInfo, addGroupMember, deleteGroupMember]

const cursor = z.tuple([z.literal([0, 1, 2]), z.int(), z.string()])

function writeCursor({ rank, joined, user }: Member): string {
  return Buffer.from(JSON.stringify([rank, joined, user])).toString('base64url')
}

function readCursor(text: string): Pick<Member, 'rank' | 'joined' | 'user'> | undefined {
  if (text === '') return undefined
  try {
    const [rank, joined, user] = cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return { rank, joined, user }
  } catch {
    throw new Refusal(10004, 'Next is not a cursor of this command')
  }
}
