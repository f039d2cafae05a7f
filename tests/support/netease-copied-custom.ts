import { at, tinfo, type World } from './netease-callbacks.ts'
import { all, ann, anyId, type CopiedSample, sample } from './netease-copied.ts'

const time = String(at)
const custom = { ...ann, msgTimestamp: time, msgidServer: anyId, customSafeFlag: '1' }
const ben = { ...custom, fromAccount: 'ben', fromNick: undefined }

/** Copies of system notifications. */
export const customSamples: CopiedSample[] = [
  sample(
    '1',
    'a friend',
    () => ({
      ...{ type: 'friends.added', by: 'request', forced: true, text: 'hi' },
      pairs: [
        { from: 'ann', to: 'ben', initiator: 'ann' },
        { from: 'ben', to: 'ann', initiator: 'ann' },
      ],
    }),
    () => ({ convType: 'CUSTOM_PERSON', to: 'ben', msgType: 'FRIEND_ADD', ...custom, body: 'hi', attach: '{"vt":1}' }),
  ),
  sample(
    '1',
    'friends no more, both ways',
    () => ({
      type: 'friends.removed',
      pairs: [
        { from: 'ann', to: 'ben' },
        { from: 'ben', to: 'ann' },
        { from: 'ann', to: 'cat' },
      ],
    }),
    () => [
      { convType: 'CUSTOM_PERSON', to: 'ben', msgType: 'FRIEND_DELETE', ...custom },
      { convType: 'CUSTOM_PERSON', to: 'cat', msgType: 'FRIEND_DELETE', ...custom },
    ],
  ),
  sample(
    '1',
    'a notification to a user',
    () => ({
      ...{ type: 'notification.sent', id: 77, from: 'ann', to: { user: 'ben' }, body: '{"a":1}', stored: false },
      ...{ pushText: 'look', ext: 'e' },
    }),
    () => ({
      ...{ convType: 'CUSTOM_PERSON', to: 'ben', msgType: 'CUSTOM_P2P_MSG', ...custom, attach: '{"a":1}' },
      ...{ msgidServer: '77', customSafeFlag: '0', customApnsText: 'look', ext: 'e' },
    }),
  ),
  ...(['team', 'superteam'] as const).flatMap(family => {
    const prefix = family.toUpperCase()
    const members = family === 'team' ? { tMembers: all } : {}
    const to = (w: World) => ({ convType: 'CUSTOM_TEAM', to: String(w[family].id) })
    return [
      sample(
        '1',
        `a notification to a ${family}`,
        w => ({
          ...{ type: 'notification.sent', id: 78, from: 'ann', to: { group: w[family] }, body: '{}', stored: true },
        }),
        w => ({
          ...{ ...to(w), msgType: `CUSTOM_${prefix}_MSG`, ...custom, attach: '{}', msgidServer: '78', ...members },
        }),
      ),
      sample(
        '1',
        `an application, ${family}`,
        w => ({ type: 'group.applied', group: w[family], user: 'ben', text: 'me?' }),
        w => ({ ...to(w), msgType: `${prefix}_APPLY`, ...ben, body: 'me?', ...members }),
      ),
      sample(
        '1',
        `an application refused, ${family}`,
        w => ({ type: 'group.application.refused', group: w[family], user: 'ben', by: 'ann', text: 'no' }),
        w => ({
          ...{ ...to(w), msgType: `${prefix}_APPLY_REJECT`, ...custom, body: 'no', attach: '{"ids":["ben"]}' },
          ...members,
        }),
      ),
      sample(
        '1',
        `an invitation, ${family}`,
        w => ({
          type: 'member.invited',
          group: w[family],
          invitation: { conv: w[family].id, user: 'dan', app: 1, by: 'ann', at, text: 'come', ext: 'x' },
        }),
        w => ({
          ...{ ...to(w), msgType: `${prefix}_INVITE`, ...custom, body: 'come', ...members },
          attach: JSON.stringify({ tinfo: tinfo(w[family]), ids: ['dan'], attach: 'x' }),
        }),
      ),
      sample(
        '1',
        `an invitation refused, ${family}`,
        w => ({ type: 'group.invitation.refused', group: w[family], user: 'ben', by: 'ann', text: 'no' }),
        w => ({
          ...{ ...to(w), msgType: `${prefix}_INVITE_REJECT`, ...ben, body: 'no', attach: '{"ids":["ann"]}' },
          ...members,
        }),
      ),
    ]
  }),
]
