import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import type { Added } from '../../core/groups/joining.ts'
import { kinds } from '../../core/groups/kinds.ts'
import * as form from './forms/forms.ts'
import { allowanceOf, groupNamed, people, publicView, texts } from './group-shapes.ts'
import { operation } from './operation.ts'
import { conv, groupView, keyText, limit, number, ownGroup, self, user, userView, words } from './shapes.ts'

/** The kinds that devices may make; the vendors make super teams and live rooms through their server APIs. */
const makeable = ['work', 'public', 'meeting', 'community', 'team', 'group'] as const

const who = z.enum(['managers', 'everyone'])

const rules = z
  .object({
    join: z.enum(['open', 'approval', 'closed']).describe('coming in by one’s own wish'),
    invite: who.describe('bringing others in'),
    consent: z.boolean().describe('who is invited must agree first'),
    edit: who.describe('changing what is shown of the group'),
    editText: who.describe('changing clientText'),
  })
  .partial()

const shown = {
  avatar: z.string().max(1024).optional().describe('the address of a picture'),
  description: z.string().max(512).optional(),
  notice: z.string().max(1024).optional(),
  clientText: z.string().max(1024).optional().describe('an opaque text of the devices'),
  custom: texts.optional().describe('at most 20 texts by name; those left out stay, an empty one removes'),
  ext: texts.optional().describe('at most 20 texts by name; they take the place of those that were there'),
}

/**
 * Make a group that the caller owns. The members named are in it at once, or, where the group wants consent, when they
 * agree. `left` names those who may be in no more groups or whom the app does not want in it.
 */
const create = operation({
  key: 'group.create',
  request: z.object({
    kind: z.enum(makeable),
    name: z.string().min(1).max(100),
    alias: z
      .string()
      .regex(/^(?!@TGS#)[\x20-\x7e]{1,48}$/)
      .optional()
      .describe(
        'the group’s public id, of 1 to 48 printable ASCII characters, not beginning with @TGS#; one is made if left out',
      ),
    members: z.array(user).max(200).default([]).describe('besides the caller'),
    policy: rules.optional().describe('what it allows; what is left out is as its kind has it'),
    words: words.optional().describe('for those who are taken in or invited'),
    ...shown,
  }),
  reply: form.group.extend({
    left: z.array(form.user).describe('those who may be in no more groups, or whom the app does not want in it'),
  }),
  async run(core, call, r) {
    const { kind, name, alias, policy, words: text, members: named, ...fields } = r
    const users = [...new Set(named)].filter(each => each !== self(call))
    const consent = policy?.consent ?? kinds[kind].policy.consent
    const made = await core.groups.create(call, {
      ...{ kind, name, alias, policy, fields, owner: self(call), allowance: allowanceOf(core) },
      ...(consent ? { invited: users } : { members: users.map(each => ({ user: each })) }),
      told: { text },
    })
    const { group, dropped, crowded } = made
    return { ...groupView(group, await core.members.count(group.id)), left: [...dropped, ...crowded] }
  },
})

/** Change what is shown of a group, or what it allows. Fields left out stay; an empty text clears one. */
const update = operation({
  key: 'group.update',
  request: z.object({
    conv,
    name: z.string().min(1).max(100).optional(),
    policy: rules.optional().describe('what it allows'),
    ...shown,
  }),
  reply: form.group,
  async run(core, call, { conv: id, policy = {}, ...fields }) {
    await ownGroup(core, call, id)
    const group = await core.groups.update(call, id, fields, policy, { tellPolicy: true })
    return groupView(group, await core.members.count(id))
  },
})

/** Dismiss a group: nobody sees it any more. */
const dismiss = operation({
  key: 'group.dismiss',
  request: z.object({ conv }),
  reply: form.nothing,
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    await core.groups.dismiss(call, r.conv)
    return {}
  },
})

const kindPlace = z.strictObject({ kind: z.string(), conv: form.conv })

/** List the caller's groups, by kind. */
const list = operation({
  key: 'group.list',
  request: z.object({
    after: z
      .object({ kind: keyText(64), conv })
      .optional()
      .describe('`next` of the page before'),
    limit: limit(200, 100),
  }),
  reply: z.strictObject({ groups: z.array(form.group), next: form.next(kindPlace) }),
  async run(core, call, r) {
    const { groups, next } = await core.members.mine(call.app.id, self(call), r)
    return { groups: groups.map(each => groupView(each.group, each.members)), next }
  },
})

/** Tell the public facts of a group, if it lets people in: not of one that is closed. */
const find = operation({
  key: 'group.find',
  request: z
    .object({ alias: keyText(100).optional(), conv: conv.optional() })
    .refine(r => (r.alias === undefined) !== (r.conv === undefined), { error: 'give alias or conv' })
    .describe('either `alias` or `conv`'),
  reply: form.publicGroup,
  async run(core, call, { alias, conv: id }) {
    const { groups, members } = core
    const group = await (alias === undefined ? groups.get(call.app.id, id ?? 0) : groups.byAlias(call.app.id, alias))
    if (group.policy.join === 'closed' && !(await members.find(group.id, self(call)))) throw new Fault('group.missing')
    return publicView(group, await members.count(group.id))
  },
})

/** Come into a group: at once where it is open ('joined'), or when owner or managers agree ('pending'). */
const join = operation({
  key: 'group.join',
  request: z.object({ conv, words: words.optional().describe('for owner and managers') }),
  reply: z.strictObject({ state: z.enum(['joined', 'pending']).describe('`pending` until owner or managers agree') }),
  async run(core, call, r) {
    const options = { text: r.words, allowance: allowanceOf(core) }
    return { state: await core.members.apply(call, r.conv, self(call), options) }
  },
})

const before = z
  .object({ at: number, conv: number.optional(), user: user.optional() })
  .optional()
  .describe('`next` of the page before')

const requestPlace = z.strictObject({ at: form.ms, conv: form.conv.optional(), user: form.user.optional() })

/** List who waits to come into a group, for its owner and managers; without `conv` where the caller waits. Newest first. */
const applications = operation({
  key: 'group.applications',
  request: z.object({ conv: conv.optional(), before, limit: limit(100, 50) }),
  reply: z.strictObject({
    applications: z
      .array(z.union([form.applicant, form.application]))
      .describe('with `conv` those who wait, without it where the user waits'),
    next: form.next(requestPlace),
  }),
  async run(core, call, r) {
    if (r.conv === undefined) {
      const { found, next } = await core.members.applicationsBy(call, self(call), r)
      const mine = found.map(({ request: { at, text, expires }, group }) => {
        return { group: groupNamed(group), time: at, words: text, expires }
      })
      return { applications: mine, next }
    }
    await ownGroup(core, call, r.conv)
    const { found, next } = await core.members.applicationsOf(call, r.conv, r)
    const known = await core.users.findMany(
      call.app.id,
      found.map(each => each.user),
    )
    const all = found.map(({ user, at, text, expires }, i) => {
      const account = known[i]
      return { user, time: at, words: text, expires, who: account && userView(account) }
    })
    return { applications: all, next }
  },
})

/** Let somebody in who waits, or turn them down. */
const answer = operation({
  key: 'group.answer',
  request: z.object({ conv, user, accept: z.boolean(), words: words.optional().describe('with a no') }),
  reply: form.nothing,
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    if (!r.accept) await core.members.refuseApplicant(call, r.conv, r.user, r.words)
    else await core.members.approve(call, r.conv, r.user, { allowance: allowanceOf(core) })
    return {}
  },
})

/** Take back one's own wish to come into a group. */
const withdraw = operation({
  key: 'group.withdraw',
  request: z.object({ conv }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.members.withdraw(call, r.conv, self(call))
    return {}
  },
})

const invited = z.strictObject({
  user: form.user,
  became: z
    .enum(['added', 'pending', 'present', 'missing', 'banned', 'crowded'])
    .describe('`pending` until they agree, `present` before, `crowded` in too many groups'),
})

/**
 * Bring users into a group: in order 'added', 'pending' until they agree, 'present' before, 'missing', 'banned', or
 * 'crowded' = in as many groups as they may be.
 */
const invite = operation({
  key: 'group.invite',
  request: z.object({ conv, users: people(200), words: words.optional() }),
  reply: z.strictObject({ users: z.array(invited) }),
  async run(core, call, r) {
    await ownGroup(core, call, r.conv)
    const users = [...new Set(r.users)]
    const results = await core.members.bring(call, r.conv, users, { text: r.words, allowance: allowanceOf(core) })
    return { users: users.map((user, i) => ({ user, became: results[i] as Added })) }
  },
})

/** List the groups into which the caller was invited and has not answered, newest first. */
const invitations = operation({
  key: 'group.invitations',
  request: z.object({ before, limit: limit(100, 50) }),
  reply: z.strictObject({ invitations: z.array(form.invitation), next: form.next(requestPlace) }),
  async run(core, call, r) {
    const { found, next } = await core.members.invitationsFor(call, self(call), r)
    const all = found.map(({ request: { at, by, text, ext }, group }) => {
      return { group: groupNamed(group), time: at, by, words: text, ext }
    })
    return { invitations: all, next }
  },
})

/** Answer an invitation. */
const answerInvitation = operation({
  key: 'group.invitation.answer',
  request: z.object({ conv, accept: z.boolean(), words: words.optional().describe('with a no') }),
  reply: form.nothing,
  async run(core, call, r) {
    if (!r.accept) await core.members.refuseInvitation(call, r.conv, self(call), r.words)
    else await core.members.accept(call, r.conv, self(call), { allowance: allowanceOf(core) })
    return {}
  },
})

export const groupOperations = [
  ...[create, update, dismiss, list, find],
  ...[join, applications, answer, withdraw],
  ...[invite, invitations, answerInvitation],
]
