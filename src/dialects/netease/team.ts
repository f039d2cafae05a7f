import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import type { GroupFields } from '../../core/groups/create.ts'
import type { Added } from '../../core/groups/joining.ts'
import type { Policy } from '../../core/model.ts'
import { Refusal, resource } from '../dialect.ts'
import { accid, accids, choice, maybe, people, person, text, tid, whole } from './shapes.ts'
import { allowanceOf, policyOf, teamOf } from './teams.ts'

// The operator who is not in the team lacks the right, as one of too low a role does.
const operation = resource({ errors: { 'member.missing': 802 } })

/** Most members that a team may be given; how many a new one has by default is its kind's. */
const largestTeam = 5000

const invitees = accids(200)
const attach = text(512).optional()

const shownFields = {
  announcement: text(1024).optional(),
  intro: text(512).optional(),
  custom: text(1024).optional(),
  icon: text(1024).optional(),
  beinvitemode: maybe(choice(0, 1)),
  invitemode: maybe(choice(0, 1)),
  uptinfomode: maybe(choice(0, 1)),
  upcustommode: maybe(choice(0, 1)),
  teamMemberLimit: maybe(whole(2, largestTeam)),
  bid: text(128).optional(),
}

/** Makes a team; with `magree` 1 the invitees are only invited, and come in when they agree. */
const create = operation({
  key: 'team/create.action',
  request: z.object({
    tname: text(64).min(1),
    owner: accid,
    members: invitees,
    msg: text(150),
    magree: choice(0, 1),
    joinmode: choice(0, 1, 2),
    ...shownFields,
    isNotifyCloseOnline: maybe(choice(0, 1)),
    isNotifyClosePersistent: maybe(choice(0, 1)),
    attach,
  }),
  async run(core, call, r) {
    const [owner, ...others] = await people(core, call, [r.owner, ...r.members])
    if (!owner || others.length > 199) throw new Refusal(414, 'members and owner are more than 200')
    const policy = { ...policyOf(r), ...sizeOf(r), ...tipsOf(r) }
    const ids = others.map(user => user.id)
    const { group, dropped, crowded } = await core.groups.create(actingAs(call, owner.id, true), {
      kind: 'team',
      name: r.tname,
      owner: owner.id,
      ...(r.magree === 0 ? { members: ids.map(user => ({ user })) } : { invited: ids }),
      told: { text: r.msg, ext: r.attach },
      policy,
      allowance: allowanceOf(core),
      fields: {
        ...fieldsOf(r),
        ...(r.isNotifyCloseOnline ? { extra: { netease: { isNotifyCloseOnline: true } } } : {}),
      },
    })
    return { tid: String(group.id), ...failed([...crowded, ...dropped], whyNot(crowded)) }
  },
})

/** Adds members, or with `magree` 1 invites them; all of them or nobody as to free places. */
const add = operation({
  key: 'team/add.action',
  request: z.object({
    tid,
    owner: accid,
    members: invitees,
    magree: choice(0, 1),
    msg: text(150),
    attach,
  }),
  async run(core, call, r) {
    const { as, team } = await operatorOf(core, call, r)
    const users = (await people(core, call, r.members)).map(user => user.id)
    const options = { text: r.msg, ext: r.attach, allowance: allowanceOf(core) }
    const results =
      r.magree === 1
        ? await core.members.invite(as, team.id, users, options)
        : await core.members.addMany(
            as,
            team.id,
            users.map(user => ({ user })),
            { ...options, how: 'invited' },
          )
    const outcome = (what: Added) => users.filter((_, i) => results[i] === what)
    const crowded = outcome('crowded')
    return failed([...crowded, ...outcome('missing'), ...outcome('banned')], whyNot(crowded))
  },
})

/** Puts members out; `member` wins over `members`. 804 when nobody named is in the team. */
const kick = operation({
  key: 'team/kick.action',
  request: z
    .object({ tid, owner: accid, member: maybe(accid), members: maybe(invitees), attach })
    .refine(r => r.member !== undefined || (r.members?.length ?? 0) > 0, 'member or members is missing'),
  async run(core, call, r) {
    const { as, team } = await operatorOf(core, call, r)
    const users = await people(core, call, r.member === undefined ? (r.members ?? []) : [r.member])
    const { removed, missing } = await core.members.removeMany(
      as,
      team.id,
      users.map(user => user.id),
      { ext: r.attach },
    )
    if (removed.length === 0) throw new Refusal(804, 'not in the team')
    return failed(missing, 'not in the team')
  },
})

/** Dismisses a team; only its owner may. */
const remove = operation({
  key: 'team/remove.action',
  request: z.object({ tid, owner: accid, attach }),
  async run(core, call, r) {
    const { as, team } = await operatorOf(core, call, r)
    await core.groups.dismiss(as, team.id, { ext: r.attach })
  },
})

/** Changes the given fields and modes of a team. */
const update = operation({
  key: 'team/update.action',
  request: z.object({
    tid,
    owner: accid,
    tname: maybe(text(64)),
    joinmode: maybe(choice(0, 1, 2)),
    ...shownFields,
    attach,
  }),
  async run(core, call, r) {
    const { as, team } = await operatorOf(core, call, r)
    const fields = fieldsOf(r)
    const policy = { ...policyOf(r, team.policy), ...sizeOf(r) }
    await core.groups.update(as, team.id, fields, policy, { ext: r.attach, tellPolicy: true })
  },
})

/** A member leaves; the owner may not. */
const leave = operation({
  key: 'team/leave.action',
  request: z.object({ tid, accid, attach }),
  errors: { 'member.missing': 804 },
  async run(core, call, r) {
    const [user, team] = await Promise.all([person(core, call, r.accid), teamOf(core, call, r.tid)])
    await core.members.leave(actingAs(call, user.id), team.id, user.id, { ext: r.attach })
  },
})

async function operatorOf(core: Core, call: Call, r: { tid: number; owner: string }) {
  const [owner, team] = await Promise.all([person(core, call, r.owner), teamOf(core, call, r.tid)])
  return { as: actingAs(call, owner.id), team }
}

/** The call with the rights of the user in whose name it is made. */
function actingAs(call: Call, operator: string, admin = false): Call {
  return { ...call, operator, admin }
}

function fieldsOf(r: { tname?: string; announcement?: string; intro?: string; custom?: string; icon?: string }) {
  const all = { name: r.tname, notice: r.announcement, description: r.intro, serverText: r.custom, avatar: r.icon }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as GroupFields
}

function sizeOf(r: { teamMemberLimit?: number }): Partial<Policy> {
  return r.teamMemberLimit === undefined ? {} : { maxMembers: r.teamMemberLimit }
}

function tipsOf(r: { isNotifyCloseOnline?: 0 | 1; isNotifyClosePersistent?: 0 | 1 }): Partial<Policy> {
  if (!r.isNotifyClosePersistent) return {}
  return { tips: r.isNotifyCloseOnline ? 'none' : 'passing' }
}

/** Why invitees are left out: they are in too many teams, or else the app did not want them. */
function whyNot(crowded: string[]): string {
  return crowded.length > 0 ? 'team count exceed' : 'not invited'
}

function failed(accids: string[], msg: string) {
  return accids.length > 0 ? { faccid: { accid: accids, msg } } : {}
}

/** The writing calls of `netease-im/team.json`. */
export const team = [create, add, kick, remove, update, leave]
