import type { Call } from '../call.ts'
import { Fault } from '../errors.ts'
import type { Group, Member, Role, Who } from '../model.ts'

const roles: Role[] = ['owner', 'manager', 'member']

/** The role of a member, by its rank. */
export function roleOf(member: Pick<Member, 'rank'>): Role {
  return roles[member.rank] as Role
}

/** The rank of a role. */
export function rankOf(role: Role): 0 | 1 | 2 {
  return roles.indexOf(role) as 0 | 1 | 2
}

/** Whether a member belongs to those who may. */
export function belongs(who: Who, member: Pick<Member, 'rank'> | undefined): boolean {
  if (!member || who === 'nobody') return false
  return who === 'everyone' || (who === 'managers' ? member.rank <= 1 : member.rank === 0)
}

/**
 * Refuses a member who may not do something; server-side callers without an operator may do everything.
 * Fault('member.missing') for somebody outside, Fault('group.role') for a role that is not enough.
 */
export function demand(call: Call, who: Who, member: Member | undefined): void {
  if (call.admin) return
  if (!member) throw new Fault('member.missing')
  if (!belongs(who, member)) throw new Fault('group.role')
}

/** Refuses what a kind of group cannot do at all. */
export function demandMembers(group: Group): void {
  if (group.policy.members === 'passing')
    throw new Fault('group.kind', 'members of this kind of group are those who are connected')
}
