import type { Group, User } from '../../../core/model.ts'
import { modesOf, muteTypeOf } from '../teams.ts'
import { defined } from './replies.ts'

const genders = ['unknown', 'male', 'female'] as const

/** A team under the number keys of notifications, every value a text. `size` is how many are in it. */
export function tinfoOf(group: Group, size: number): Record<string, string> {
  const { policy } = group
  const modes = modesOf(policy)
  return texts({
    1: group.id,
    3: group.name,
    4: 1,
    5: group.owner,
    6: policy.maxMembers,
    8: Number(group.dismissed === undefined),
    9: size,
    10: group.updated,
    11: group.created,
    12: group.updated,
    14: group.description,
    15: group.notice,
    16: modes.joinmode,
    17: muteTypeOf(policy),
    18: group.clientText,
    19: group.serverText,
    20: group.avatar,
    21: modes.beinvitemode,
    22: modes.invitemode,
    23: modes.uptinfomode,
    24: modes.upcustommode,
  })
}

/** The keys that say each changed field of a group. */
const keyOf: Record<string, string> = {
  name: '3',
  owner: '5',
  maxMembers: '6',
  description: '14',
  notice: '15',
  join: '16',
  speak: '17',
  clientText: '18',
  serverText: '19',
  avatar: '20',
  consent: '21',
  invite: '22',
  edit: '23',
  editText: '24',
}

/** What of a team's tinfo tells of a change of some fields. */
export function changedTinfo(tinfo: Record<string, string>, fields: readonly string[]): Record<string, string> {
  const keys = ['1', ...fields.map(field => keyOf[field] ?? ''), '12']
  return Object.fromEntries(Object.entries(tinfo).filter(([key]) => keys.includes(key)))
}

/** A user under the number keys of notifications. */
export function uinfoOf({ id, profile, created, updated }: User): Record<string, string> {
  return texts({
    1: id,
    3: profile.nick,
    4: profile.avatar,
    5: profile.signature,
    6: profile.gender && genders.indexOf(profile.gender),
    7: profile.email,
    8: profile.birthday,
    9: profile.mobile,
    10: profile.text,
    12: created,
    13: updated,
  })
}

function texts(fields: Record<string, string | number | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(defined(fields)).map(([key, value]) => [key, String(value)]))
}
