import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { kindOf, kinds } from '../../core/groups/kinds.ts'
import type { Allowance } from '../../core/groups/places.ts'
import type { Group, Policy } from '../../core/model.ts'
import { Refusal } from '../dialect.ts'

/** The kinds of groups, of all vendors, that are teams to Yunxin. */
export const teamKinds = Object.entries(kinds).flatMap(([name, kind]) => (kind.shown.netease === 'team' ? [name] : []))

/** How many teams an account may own and be in; none is counted where limits are off. */
export function allowanceOf(core: Core): Allowance | undefined {
  return core.limits.off ? undefined : { kinds: teamKinds, owned: 100, joined: 5000 }
}

/** Whether Yunxin sees a group as a team; the others belong to its other families of calls. */
export function isTeam(group: Group | undefined): group is Group {
  return group !== undefined && kindOf(group.kind).shown.netease === 'team'
}

/** The number that a tid is; Fault('request.invalid') for a text that is none. */
export function tidOf(text: string): number {
  const tid = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(tid)) throw new Fault('request.invalid', `tid ${text} is no number`)
  return tid
}

/** The team of that id; a group that is no team does not exist here, by Refusal with the code of a missing one. */
export async function teamOf(core: Core, call: Call, tid: number, missing = 803): Promise<Group> {
  const group = await core.groups.get(call.app.id, tid)
  if (!isTeam(group)) throw new Refusal(missing, 'team does not exist')
  return group
}

/** The modes of a team as calls write and read them. */
export interface Modes {
  joinmode: 0 | 1 | 2
  beinvitemode: 0 | 1
  invitemode: 0 | 1
  uptinfomode: 0 | 1
  upcustommode: 0 | 1
}

const joins = ['open', 'approval', 'closed'] as const
const everyone = (who: Policy['invite']) => (who === 'everyone' ? 1 : 0)
const whoOf = (mode: 0 | 1) => (mode === 1 ? 'everyone' : 'managers')

/** A policy in Yunxin's words: who is not everyone counts as managers. */
export function modesOf(policy: Policy): Modes {
  return {
    joinmode: joins.indexOf(policy.join) as Modes['joinmode'],
    beinvitemode: policy.consent ? 0 : 1,
    invitemode: everyone(policy.invite),
    uptinfomode: everyone(policy.edit),
    upcustommode: everyone(policy.editText),
  }
}

/**
 * What the given modes change in a policy. A mode that is shown already changes nothing, so that writing back what was
 * read keeps settings of other dialects that have no word here.
 */
export function policyOf(modes: Partial<Modes>, now?: Policy): Partial<Policy> {
  const shown = now && modesOf(now)
  const news = (mode: keyof Modes) => modes[mode] !== undefined && modes[mode] !== shown?.[mode]
  return {
    ...(news('joinmode') ? { join: joins[modes.joinmode as number] as Policy['join'] } : {}),
    ...(news('beinvitemode') ? { consent: modes.beinvitemode === 0 } : {}),
    ...(news('invitemode') ? { invite: whoOf(modes.invitemode as 0 | 1) } : {}),
    ...(news('uptinfomode') ? { edit: whoOf(modes.uptinfomode as 0 | 1) } : {}),
    ...(news('upcustommode') ? { editText: whoOf(modes.upcustommode as 0 | 1) } : {}),
  }
}

/** Yunxin's muteType: 0 everybody may speak, 1 ordinary members may not, 3 nobody may. */
export function muteTypeOf(policy: Policy): 0 | 1 | 3 {
  if (policy.speak === 'everyone') return 0
  return policy.speak === 'nobody' ? 3 : 1
}

/** A team as the query calls show it, without its people. */
export function tinfo(group: Group, size: number) {
  const { policy } = group
  const muteType = muteTypeOf(policy)
  return {
    tname: group.name ?? '',
    icon: group.avatar ?? '',
    maxusers: policy.maxMembers,
    tid: group.id,
    size,
    announcement: group.notice ?? '',
    intro: group.description ?? '',
    ...modesOf(policy),
    muteType,
    mute: muteType !== 0,
    isNotifyCloseOnline: policy.tips === 'none' || group.extra?.netease?.isNotifyCloseOnline === true,
    isNotifyClosePersistent: policy.tips !== 'stored',
    custom: group.serverText ?? '',
    clientCustom: group.clientText ?? '',
    createtime: group.created,
    updatetime: group.updated,
  }
}
