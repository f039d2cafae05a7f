import { z } from 'zod'
import type { User } from '../../core/model.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { conv, groupView, limit, memberView, number, ownGroup, ownView, self, user, userView } from './shapes.ts'

/** Tell what everybody may know of users, and all of the caller; those who do not exist are left out. */
const getUsers = operation({
  key: 'user.get',
  request: z.object({ users: z.array(user).min(1).max(100) }),
  reply: z.strictObject({
    users: z.array(z.union([form.somebody, form.oneself])).describe('oneself with all; unknown ones are left out'),
  }),
  async run(core, call, r) {
    const found = await core.users.findMany(call.app.id, r.users)
    const view = (each: User) => (each.id === self(call) ? ownView(each) : userView(each))
    return { users: found.flatMap(each => (each ? [view(each)] : [])) }
  },
})

const line = (most: number) => z.string().max(most).optional()

/** Write the caller's own profile: what is left out stays, an empty text clears. */
const updateUser = operation({
  key: 'user.update',
  request: z.object({
    nick: line(128),
    avatar: line(1024).describe('the address of a picture'),
    gender: z.enum(['unknown', 'male', 'female']).optional(),
    birthday: line(16).describe('YYYY-MM-DD'),
    signature: line(500),
    location: line(128),
    email: line(64),
    mobile: line(32),
    language: z.number().int().min(0).max(0xffffffff).optional().describe('a number of the app’s own'),
    level: z.number().int().min(0).max(0xffffffff).optional().describe('a number of the app’s own'),
    role: z.number().int().min(0).max(0xffffffff).optional().describe('a number of the app’s own'),
    befriend: z
      .enum(['anybody', 'confirm', 'nobody'])
      .optional()
      .describe('who may become a friend: anybody at once, those whom the caller confirms, or nobody'),
    text: line(1024).describe('any text of the caller’s own'),
    custom: z
      .record(z.string().min(1).max(64), z.string().max(500))
      .refine(texts => Object.keys(texts).length <= 20, { error: 'at most 20 texts at a time' })
      .optional()
      .describe('at most 20 texts by name, written one by one; an empty text removes one'),
  }),
  reply: z.strictObject({ user: form.oneself }),
  async run(core, call, profile) {
    return { user: ownView(await core.users.update(call, self(call), { profile })) }
  },
})

/** Tell about a group that the caller is a member of. */
const getGroup = operation({
  key: 'group.get',
  request: z.object({ conv }),
  reply: form.group,
  async run(core, call, r) {
    const { group } = await ownGroup(core, call, r.conv)
    return groupView(group, await core.members.count(group.id))
  },
})

const joinedPlace = z.strictObject({ joined: form.ms, user: form.user })

/** List the members of a group that the caller is a member of, in the order in which they joined. */
const getMembers = operation({
  key: 'group.members',
  request: z.object({
    conv,
    after: z.object({ joined: number, user }).optional().describe('the `next` of the page before'),
    limit: limit(200, 100),
  }),
  reply: z.strictObject({ members: z.array(form.member), next: form.next(joinedPlace) }),
  async run(core, call, r) {
    const { group } = await ownGroup(core, call, r.conv)
    const found = await core.members.list(group.id, { after: r.after && { ...r.after, rank: 2 }, limit: r.limit })
    const last = found.at(-1)
    const next = found.length === r.limit && last ? { joined: last.joined, user: last.user } : undefined
    return { members: found.map(memberView), next }
  },
})

export const peopleOperations = [getUsers, updateUser, getGroup, getMembers]
