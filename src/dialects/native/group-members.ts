import { z } from 'zod'
import { demand } from '../../core/groups/rights.ts'
import * as form from './forms/forms.ts'
import { people, restrictedPage, restrictedReply, seconds, texts, untilOf } from './group-shapes.ts'
import { operation } from './operation.ts'
import { conv, ownGroup, self, user, words } from './shapes.ts'

const restrictedForm = z.strictObject({
  users: z.array(form.restricted),
  next: form.next(z.strictObject({ until: form.ms, user: form.user })),
})

/** Leave a group. */
const leave = operation({
  key: 'group.leave',
  request: z.object({ conv }),
  reply: form.nothing,
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    await core.members.leave(call, r.conv, self(call))
    return {}
  },
})

/** Put members of a lower role out. Answers with those who were in. */
const kick = operation({
  key: 'group.kick',
  request: z.object({ conv, users: people(200), words: words.optional() }),
  reply: z.strictObject({ users: z.array(form.user).describe('who was put out') }),
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    const { removed } = await core.members.removeMany(call, r.conv, r.users, { text: r.words })
    return { users: removed }
  },
})

/** As the owner make members managers, or plain members again. Answers with those who are that now. */
const setManagers = operation({
  key: 'group.setManagers',
  request: z.object({ conv, users: people(50), on: z.boolean().describe('managers from now on, or no longer') }),
  reply: z.strictObject({ users: z.array(form.user).describe('who is that now') }),
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    const { changed } = await core.members.setManagers(call, r.conv, r.users, r.on)
    return { users: changed }
  },
})

/** As the owner make another member the owner; the caller stays as a plain member, or leaves. */
const transfer = operation({
  key: 'group.transfer',
  request: z.object({
    conv,
    user: user.describe('the new owner'),
    leave: z.boolean().default(false).describe('the caller leaves'),
  }),
  reply: form.nothing,
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    await core.members.transfer(call, r.conv, r.user, { leave: r.leave })
    return {}
  },
})

/** Take the voice from members of a lower role for a time, or give it back. Answers with those who are in. */
const mute = operation({
  key: 'group.mute',
  request: z.object({
    conv,
    users: people(200),
    on: z.boolean().default(true).describe('false: give it back'),
    seconds,
  }),
  reply: z.strictObject({ users: z.array(form.user).describe('those who are in') }),
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    const { changed } = await core.members.mute(call, r.conv, r.users, r.on ? untilOf(core, r.seconds) : 0)
    return { users: changed }
  },
})

/** Leave the voice to owner and managers, or to nobody, or give it back to all. */
const muteAll = operation({
  key: 'group.muteAll',
  request: z.object({ conv, speak: z.enum(['everyone', 'managers', 'nobody']).describe('who may speak from now on') }),
  reply: form.nothing,
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    await core.groups.muteAll(call, r.conv, r.speak, { tellPolicy: true })
    return {}
  },
})

/** List who may not speak in a group now, in the order in which that ends. */
const muted = operation({
  key: 'group.muted',
  request: z.object({ conv, ...restrictedPage }),
  reply: restrictedForm,
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    return restrictedReply(await core.members.muted(r.conv, page(r)), r.limit)
  },
})

/**
 * Change what a member is in the group: one's own card and setting, or as owner or manager the card of a member of a lower
 * role. Fields left out stay; an empty text clears one.
 */
const memberUpdate = operation({
  key: 'group.memberUpdate',
  request: z.object({
    conv,
    user: user.optional().describe('the caller, if left out'),
    nick: z.string().max(64).optional(),
    level: z.number().int().min(0).max(0x7fffffff).optional().describe('of others only'),
    text: z.string().max(1024).optional().describe('any text of the devices'),
    custom: texts.optional().describe('at most 20 texts by name; those left out stay, an empty one removes'),
    ext: texts.optional().describe('at most 20 texts by name; they take the place of those that were there'),
    notify: z.enum(['all', 'silent', 'none']).optional().describe('of oneself only'),
  }),
  reply: form.nothing,
  async run(core, call, { conv: id, user = self(call), ...fields }) {
    await ownGroup(core, call, id)
    await core.members.update(call, id, user, fields)
    return {}
  },
})

/** Put users of a lower role out and keep them out for a time, members or not. Answers with those who were in. */
const ban = operation({
  key: 'group.ban',
  request: z.object({ conv, users: people(100), seconds, words: words.optional() }),
  reply: z.strictObject({ users: z.array(form.user).describe('who was put out') }),
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    const { removed } = await core.members.ban(call, r.conv, r.users, untilOf(core, r.seconds), { text: r.words })
    return { users: removed }
  },
})

/** Let users come in again. */
const unban = operation({
  key: 'group.unban',
  request: z.object({ conv, users: people(100) }),
  reply: form.nothing,
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    await core.members.unban(call, r.conv, r.users)
    return {}
  },
})

/** List who may not come in now, in the order in which that ends, for those who may put members out. */
const banned = operation({
  key: 'group.banned',
  request: z.object({ conv, ...restrictedPage }),
  reply: restrictedForm,
  async run(core, call, r) {
    const { group, member } = await ownGroup(core, call, r.conv)
    demand(call, group.policy.kick, member)
    return restrictedReply(await core.members.banned(r.conv, page(r)), r.limit)
  },
})

function page({ after, limit }: { after?: { until: number; user: string }; limit: number }) {
  return { after: after && { ...after, since: 0 }, limit }
}

export const groupMemberOperations = [
  ...[leave, kick, setManagers, transfer],
  ...[mute, muteAll, muted, memberUpdate],
  ...[ban, unban, banned],
]
