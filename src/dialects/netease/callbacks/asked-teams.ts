import type { Call } from '../../../core/call.ts'
import type { Core } from '../../../core/core.ts'
import { kinds } from '../../../core/groups/kinds.ts'
import type { HookPoints } from '../../../core/hooks.ts'
import type { Group, Policy } from '../../../core/model.ts'
import { modesOf, muteTypeOf } from '../teams.ts'
import { deviceFields } from './clients.ts'
import { groupQuestions, question } from './question.ts'
import { passed } from './replies.ts'
import { modeFields, teamChange, textFields } from './team-words.ts'

/** The team, and who does something with it from where. */
function about(group: Group, by: string, call: Call, core: Core) {
  return { tid: group.id, fromAccount: by, ...deviceFields(call, core.clock()) }
}

/** Before a team is made; the answer may change its texts and modes. Super teams are made by the server API alone. */
const create = question(7, 'group.create', {
  documented: true,
  fires: ({ kind }) => kinds[kind as keyof typeof kinds]?.shown.netease === 'team',
  fields: ({ owner, name, fields = {}, policy, members, invited, text }, call, core) => ({
    creator: owner,
    tname: name,
    type: 1,
    level: policy.maxMembers,
    ...textFields(fields),
    ...modesOf(policy),
    teamMuteType: muteTypeOf(policy),
    inviteList: [...members, ...invited].filter(user => user !== owner),
    msg: text,
    ...deviceFields(call, core.clock()),
  }),
  decide(reply, draft) {
    const read = passed(reply)
    const change = read && teamChange(read.modifyResponse, draft.policy)
    if (!change) return undefined
    const { name = draft.name, ...texts } = change.texts
    return { ...draft, name, policy: { ...draft.policy, ...change.policy }, fields: { ...draft.fields, ...texts } }
  },
})

const dismiss = groupQuestions({ team: 8 }, 'group.dismiss', {
  fields: ({ group, by }, call, core) => about(group, by, call, core),
})

const invite = groupQuestions({ team: 9, superteam: 23 }, 'group.invite', {
  documentedFor: 'superteam',
  // Who comes by their own wish was asked about as an applicant.
  fires: ({ by, users }) => users.some(user => user !== by),
  fields: ({ group, by, users, text }, call, core) => ({
    ...about(group, by, call, core),
    beinvitemode: modesOf(group.policy).beinvitemode,
    inviteList: users,
    msg: text,
  }),
})

const leave = groupQuestions({ team: 10, superteam: 25 }, 'group.leave', {
  fields: ({ group, user }, call, core) => about(group, user, call, core),
})

const addManagers = groupQuestions({ team: 11, superteam: 29 }, 'manager.add', {
  fields: ({ group, by, users }, call, core) => ({ ...about(group, by, call, core), managerList: users }),
})

const removeManagers = groupQuestions({ team: 12, superteam: 30 }, 'manager.remove', {
  fields: ({ group, by, users }, call, core) => ({ ...about(group, by, call, core), managerList: users }),
})

/** Before the owner hands a team on; `leave` as in the server API: 1 leaves it, 2 stays. */
const transfer = groupQuestions({ team: 13, superteam: 34 }, 'group.owner', {
  fields: ({ group, by, owner, leave }, call, core) => ({
    ...about(group, by, call, core),
    newOwner: owner,
    leave: leave ? 1 : 2,
  }),
})

const kick = groupQuestions({ team: 14, superteam: 24 }, 'group.kick', {
  fields: ({ group, by, users }, call, core) => ({ ...about(group, by, call, core), kickList: users }),
})

/** Before a team's texts or modes change; only those that do are named, and the answer may change them. */
const update = groupQuestions({ team: 15, superteam: 26 }, 'group.change', {
  fields: ({ group, by, fields }, call, core) => ({
    ...about(group, by, call, core),
    ...textFields(fields as Partial<Group>),
    ...modeFields(fields as Partial<Policy>, group.policy),
  }),
  decide(reply, draft) {
    const read = passed(reply)
    const change = read && teamChange(read.modifyResponse, { ...draft.group.policy, ...draft.fields })
    return change && { ...draft, fields: { ...draft.fields, ...change.texts, ...change.policy } }
  },
})

type MemberChange = HookPoints['member.change']

/** A member's fields in Yunxin's words, and whose they are. */
function memberFields({ user, fields }: MemberChange) {
  const { nick, text, notify } = fields as { nick?: string; text?: string; notify?: string }
  return { accid: user, nick, custom: text, muteNotify: notify === undefined ? undefined : Number(notify !== 'all') }
}

const updateSelf = groupQuestions({ team: 16, superteam: 27 }, 'member.change', {
  fires: ({ by, user }) => by === user,
  fields: (draft, call, core) => ({ ...about(draft.group, draft.by, call, core), ...memberFields(draft) }),
})

const updateOther = groupQuestions({ team: 17, superteam: 33 }, 'member.change', {
  fires: ({ by, user }) => by !== user,
  fields: (draft, call, core) => ({ ...about(draft.group, draft.by, call, core), ...memberFields(draft) }),
})

const muteMember = groupQuestions({ team: 18, superteam: 32 }, 'member.mute', {
  fields: ({ group, by, users, muted }, call, core) => ({
    ...about(group, by, call, core),
    muteList: users,
    mute: Number(muted),
  }),
})

const muteTeam = groupQuestions({ superteam: 31 }, 'group.mute', {
  fields: ({ group, by, muted }, call, core) => ({ ...about(group, by, call, core), mute: Number(muted) }),
})

const apply = groupQuestions({ team: 19, superteam: 28 }, 'group.apply', {
  fields: ({ group, user, text }, call, core) => ({ ...about(group, user, call, core), msg: text }),
})

/** The callbacks about teams and super teams. */
export const teamQuestions = [
  create,
  ...[dismiss, invite, leave, addManagers, removeManagers, transfer, kick, update].flat(),
  ...[updateSelf, updateOther, muteMember, muteTeam, apply].flat(),
]
