import type { Group, Member } from '../../src/core/model.ts'
import { at, tinfo, uinfos } from './netease-callbacks.ts'
import { all, ann, anyId, type CopiedSample, change, ip, sample } from './netease-copied.ts'

const time = String(at)

const member = (group: Group, user: string, more: Partial<Member> = {}): Member => ({
  ...{ conv: group.id, user, app: group.app, rank: 2, joined: at, hidden: 0 },
  ...{ readSeq: 0, readCounted: 0, readSent: 0, ...more },
})

/** A notification of ann's in a team or super team; `id` stands for its number, of which the client's is made. */
function notification(group: Group, id: number, data: object, more: object = {}) {
  const isTeam = group.kind === 'team'
  return {
    ...{ convType: isTeam ? 'TEAM' : 'SUPER_TEAM', to: String(group.id), ...ann, msgTimestamp: time },
    ...{ msgType: 'NOTIFICATION', attach: JSON.stringify({ id, data }), msgidClient: anyId, msgidServer: anyId },
    ...{ resendFlag: '0', ...(isTeam ? { tMembers: all } : {}), ...ip, ...more },
  }
}

const { ann: annCard, ben, cat } = uinfos
const moved = (group: Group, keys: string[]) =>
  Object.fromEntries(Object.entries(tinfo(group)).filter(([key]) => ['1', '12', ...keys].includes(key)))

/** Copies of what happens to teams. */
export const teamSamples: CopiedSample[] = [
  sample(
    '1',
    'a tip of an invitation',
    w => ({
      ...{ type: 'message.sent', conversation: w.team },
      message: w.message([{ type: 'notice', what: 'invited', by: 'ann', users: ['ben'], ext: 'x' }]),
    }),
    w =>
      notification(w.team, 0, { tinfo: tinfo(w.team), uinfos: [annCard, ben], ids: ['ben'], id: 'ann', attach: 'x' }),
  ),
  sample(
    '1',
    'a tip of a mute in a super team',
    w => ({
      ...{ type: 'message.sent', conversation: w.superteam },
      message: w.message([{ type: 'notice', what: 'muted', by: 'ann', users: ['ben'] }]),
    }),
    w =>
      notification(w.superteam, 409, {
        ...{ tinfo: tinfo(w.superteam), uinfos: [annCard, ben], ids: ['ben'], id: 'ann', mute: '1' },
      }),
  ),
  sample(
    '1',
    'a tip of a change',
    w => ({
      ...{ type: 'message.sent', conversation: w.team },
      message: w.message([{ type: 'notice', what: 'changed', by: 'ann', changes: { name: 'the team', join: 'open' } }]),
    }),
    w => notification(w.team, 3, { tinfo: moved(w.team, ['3', '16']), uinfos: [annCard], id: 'ann' }),
  ),
  sample(
    '1',
    'a team made with members and no tip',
    w => ({ type: 'group.created', group: w.team, members: ['ann', 'ben', 'cat'] }),
    w =>
      notification(w.team, 0, {
        ...{ tinfo: tinfo(w.team), uinfos: [annCard, ben, cat], ids: ['ben', 'cat'], id: 'ann' },
      }),
  ),
  sample(
    '1',
    'an application granted without a tip',
    w => ({
      ...{ type: 'members.joined', group: w.superteam, members: [member(w.superteam, 'ben')], how: 'applied' },
      change: change(w.superteam, 'member'),
    }),
    w =>
      notification(w.superteam, 410, {
        ...{ tinfo: tinfo(w.superteam), uinfos: [annCard, ben], ids: ['ben'], id: 'ann' },
      }),
  ),
  sample(
    '1',
    'an invitation accepted without a tip',
    w => ({
      ...{ type: 'members.joined', group: w.team, members: [member(w.team, 'ben')], how: 'accepted' },
      change: change(w.team, 'member'),
    }),
    w => notification(w.team, 9, { tinfo: tinfo(w.team), uinfos: [annCard, ben], ids: ['ben'], id: 'ann' }),
  ),
  sample(
    '1',
    'a kick without a tip',
    w => ({
      ...{ type: 'members.left', group: w.team, users: ['ben'], how: 'kicked' },
      change: change(w.team, 'member'),
    }),
    w => notification(w.team, 1, { tinfo: tinfo(w.team), uinfos: [annCard, ben], ids: ['ben'], id: 'ann' }),
  ),
  sample(
    '1',
    'a leaving without a tip',
    w => ({ type: 'members.left', group: w.team, users: ['ann'], how: 'left', change: change(w.team, 'member') }),
    w => notification(w.team, 2, { tinfo: tinfo(w.team), uinfos: [annCard], ids: ['ann'], id: 'ann' }),
  ),
  sample(
    '1',
    'a change without a tip',
    w => ({ type: 'group.changed', group: w.team, change: change(w.team, 'settings'), fields: ['notice', 'edit'] }),
    w => notification(w.team, 3, { tinfo: moved(w.team, ['15', '23']), uinfos: [annCard], id: 'ann' }),
  ),
  sample(
    '1',
    'a dismissal',
    w => ({
      ...{ type: 'group.dismissed', group: { ...w.team, dismissed: at }, members: ['ann', 'ben', 'cat'] },
      change: change(w.team, 'dismiss', { detail: { ext: 'x' } }),
    }),
    w => notification(w.team, 4, { tinfo: { ...tinfo(w.team), '8': '0' }, uinfos: [annCard], id: 'ann', attach: 'x' }),
  ),
  sample(
    '1',
    'another owner',
    w => ({ type: 'group.owner', group: { ...w.team, owner: 'ben' }, old: 'ann', owner: 'ben' }),
    w =>
      notification(w.team, 6, {
        ...{ tinfo: { ...tinfo(w.team), '5': 'ben' }, uinfos: [annCard, ben], ids: ['ben'], id: 'ben' },
      }),
  ),
  ...(['manager.set', 'manager.unset', 'muted', 'unmuted'] as const).map((what, i) =>
    sample(
      '1',
      `a member: ${what}`,
      w => ({
        ...{ type: 'member.changed', group: w.team, change: change(w.team, 'member') },
        member: member(w.team, 'ben', { rank: i === 0 ? 1 : 2, mutedUntil: i === 2 ? at + 1000 : undefined }),
        fields: [i < 2 ? 'rank' : 'mutedUntil'],
      }),
      w =>
        notification(w.team, [7, 8, 10, 10][i] as number, {
          ...{ tinfo: tinfo(w.team), uinfos: [annCard, ben], ids: ['ben'], id: 'ann' },
          ...(i < 2 ? {} : { mute: i === 2 ? '1' : '0' }),
        }),
    ),
  ),
]
