import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import type { Member } from '../../core/model.ts'
import { Refusal, resource } from '../dialect.ts'
import { accid, choice, flag, jsonOf, maybe, person, tid } from './shapes.ts'
import { isTeam, teamKinds, teamOf, tinfo } from './teams.ts'

const operation = resource()

/** Most teams of one query, and most members that are listed of one: more than any group that is a team can have. */
const mostTeams = 200
const mostMembers = 10_000

/** Most members that one query lists of all its teams: more than as many teams as it takes have by default. */
const mostListed = 50_000

const tids = jsonOf(z.array(tid).max(mostTeams)).transform(list => [...new Set(list)])

/** Teams in the order asked for; with `ope` 1 their members by role, the owner not among them. */
const query = operation({
  key: 'team/query.action',
  request: z.object({ tids, ope: choice(0, 1), ignoreInvalid: maybe(flag) }),
  async run(core, call, r) {
    const found = await core.groups.getMany(call.app.id, r.tids)
    const teams = found.filter(isTeam)
    if (teams.length < r.tids.length && !r.ignoreInvalid) throw new Refusal(803, 'team does not exist')
    const ids = teams.map(team => team.id)
    const sizes = await core.members.counts(ids)
    if (r.ope === 1 && sizes.reduce((sum, size) => sum + size, 0) > mostListed)
      throw new Fault('request.batch', `the teams have more than ${mostListed} members; ask for fewer teams`)
    const lists = await Promise.all(r.ope === 1 ? ids.map(id => core.members.list(id, { limit: mostMembers })) : [])
    return {
      tinfos: teams.map((team, i) => ({ ...tinfo(team, sizes[i] as number), owner: team.owner, ...byRole(lists[i]) })),
    }
  },
})

function byRole(list: Member[] | undefined) {
  if (!list) return {}
  const names = (rank: number) => list.filter(member => member.rank === rank).map(member => member.user)
  return { admins: names(1), members: names(2) }
}

/** One team with its members as objects. */
const queryDetail = operation({
  key: 'team/queryDetail.action',
  request: z.object({ tid }),
  async run(core, call, r) {
    const team = await teamOf(core, call, r.tid)
    const [size, list] = await Promise.all([
      core.members.count(team.id),
      core.members.list(team.id, { limit: mostMembers }),
    ])
    const now = core.clock()
    const shown = (rank: number) => list.filter(each => each.rank === rank).map(each => memberInfo(each, now))
    const [owner] = shown(0)
    return { tinfo: { ...tinfo(team, size), ...(owner ? { owner } : {}), admins: shown(1), members: shown(2) } }
  },
})

function memberInfo(member: Member, now: number) {
  return {
    accid: member.user,
    tid: member.conv,
    nick: member.nick ?? '',
    mute: (member.mutedUntil ?? 0) > now,
    managerPushEnable: false,
    pushEnable: (member.notify ?? 'all') === 'all',
    createtime: member.joined,
    updatetime: member.joined,
  }
}

/** The teams of an account. */
const joinTeams = operation({
  key: 'team/joinTeams.action',
  request: z.object({ accid }),
  async run(core, call, r) {
    const user = await person(core, call, r.accid)
    const teams = (await core.members.placesOf(call.app.id, user.id, teamKinds)).map(place => place.group)
    const sizes = await core.members.counts(teams.map(team => team.id))
    const infos = teams.map((team, i) => ({
      owner: team.owner,
      tname: team.name ?? '',
      tid: team.id,
      maxusers: team.policy.maxMembers,
      size: sizes[i],
      custom: team.serverText ?? '',
    }))
    return { count: infos.length, infos }
  },
})

/** The reading calls of `netease-im/team.json`. */
export const teamReads = [query, queryDetail, joinTeams]
