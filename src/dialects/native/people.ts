import { z } from 'zod'
import { resource } from '../dialect.ts'
import { conv, groupView, limit, memberView, number, ownGroup, user, userView } from './shapes.ts'

const operation = resource()

/** Tell what everybody may know of users; those who do not exist are left out. */
const getUsers = operation({
  key: 'user.get',
  request: z.object({ users: z.array(user).min(1).max(100) }),
  async run(core, call, r) {
    const found = await core.users.findMany(call.app.id, r.users)
    return { users: found.flatMap(each => (each ? [userView(each)] : [])) }
  },
})

/** Tell about a group that the caller is a member of. */
const getGroup = operation({
  key: 'group.get',
  request: z.object({ conv }),
  async run(core, call, r) {
    const { group } = await ownGroup(core, call, r.conv)
    return groupView(group, await core.members.count(group.id))
  },
})

/** List the members of a group that the caller is a member of, in the order in which they joined. */
const getMembers = operation({
  key: 'group.members',
  request: z.object({ conv, after: z.object({ joined: number, user }).optional(), limit: limit(200, 100) }),
  async run(core, call, r) {
    const { group } = await ownGroup(core, call, r.conv)
    const found = await core.members.list(group.id, { after: r.after && { ...r.after, rank: 2 }, limit: r.limit })
    const last = found.at(-1)
    const next = found.length === r.limit && last ? { joined: last.joined, user: last.user } : undefined
    return { members: found.map(memberView), next }
  },
})

export const peopleOperations = [getUsers, getGroup, getMembers]
