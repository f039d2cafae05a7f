import { describe, expect, test } from 'vitest'
import { client, group, text } from '../../../../tests/support/tencent-callbacks/sample.ts'
import { Fault } from '../../../core/errors.ts'
import type { HookPoint } from '../../../core/hooks.ts'
import { callbacks } from './callbacks.ts'

/** What a command makes of an answer: a draft, undefined for silence, or the refusal. */
function decide(id: string, answer: unknown, draft: object) {
  const entry = callbacks.asked.find(each => each.id === id)
  try {
    return entry?.decide(answer, draft as never)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { refused: error.reason, text: error.message, own: error.own }
  }
}

const message = {
  ...{ id: 1, from: 'ann', to: 'ben', passing: false, parts: [{ type: 'text', text: 'hello' }] },
  native: {
    tencent: { MsgBody: 'old form', CloudCustomData: 'old', SupportMessageExtension: 1 },
    netease: { ext: 'e' },
  },
}
const joining = { group: group(), by: 'ann', users: ['ben', 'cat'] }
const making = { owner: 'ann', name: 'g', kind: 'public', members: ['ben'], invited: [], policy: group().policy }

const c2c = 'C2C.CallbackBeforeSendMsg'
const groupSend = 'Group.CallbackBeforeSendMsg'
const invite = 'Group.CallbackBeforeInviteJoinGroup'

const plainly = [
  [groupSend, message],
  ['Group.CallbackBeforeCreateGroup', making],
  ['Group.CallbackBeforeApplyJoinGroup', { group: group(), user: 'ben', text: '' }],
  [invite, joining],
  ['Group.CallbackBeforeCreateTopic', { by: 'ann', group: 'g', kind: 'community', name: 't' }],
] as const

const channels = [
  'OfficialAccount.CallbackBeforeCreateOfficialAccount',
  'OfficialAccount.CallbackBeforeAddSubscriber',
  'OfficialAccount.CallbackBeforeSendMsg',
]

const unreadable = [undefined, null, 'OK', [], {}, { ErrorCode: '0' }, { ErrorCode: 0.5 }, { ActionStatus: 'OK' }]

describe('[TE98] what an answer means', () => {
  test.each(callbacks.asked.map(each => [each.id, each.point] as [string, HookPoint]))(
    '%s: what cannot be read is silence',
    id => {
      const draft = { ...message, ...joining, targets: [{ to: 'ben' }] }
      for (const answer of unreadable) expect([answer, decide(id, answer, draft)]).toEqual([answer, undefined])
    },
  )

  test.each([[c2c, message] as const, ...plainly])('%s: 0 lets the very same draft go', (id, draft) => {
    const answer = { ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '', Extra: [1] }
    expect(decide(id, answer, draft)).toEqual(draft)
    if (id !== invite) expect(decide(id, answer, draft)).toBe(draft)
  })

  test('C2C: 1 refuses, codes 120001 to 130000 are handed on with their text, others are not', () => {
    const refused = (ErrorCode: number, ErrorInfo?: string) => decide(c2c, { ErrorCode, ErrorInfo }, message)
    expect(refused(1, 'no')).toEqual({ refused: 'hook.refused', text: 'no', own: undefined })
    expect(refused(1)).toEqual({ refused: 'hook.refused', text: 'the app refused it', own: undefined })
    for (const code of [120001, 130000])
      expect(refused(code, 'no')).toEqual({ refused: 'hook.refused', text: 'no', own: { dialect: 'tencent', code } })
    for (const code of [120000, 130001, 10100, -1, 3])
      expect(refused(code)).toMatchObject({ refused: 'hook.refused', own: undefined })
  })

  test.each(plainly)('%s: 1 refuses, codes 10100 to 10200 are handed on, others are not', (id, draft) => {
    const refused = (ErrorCode: number) => decide(id, { ErrorCode, ErrorInfo: 'no' }, draft)
    expect(refused(1)).toEqual({ refused: 'hook.refused', text: 'no', own: undefined })
    for (const code of [10100, 10200])
      expect(refused(code)).toEqual({ refused: 'hook.refused', text: 'no', own: { dialect: 'tencent', code } })
    for (const code of [10099, 10201, 120001]) expect(refused(code)).toMatchObject({ own: undefined })
  })

  test('2 drops a message, whatever else the answer says, and refuses everything else', () => {
    for (const id of [c2c, groupSend])
      expect(decide(id, { ErrorCode: 2, MsgBody: text('new') }, message)).toEqual({ ...message, dropped: true })
    expect(decide(invite, { ErrorCode: 2 }, joining)).toMatchObject({ refused: 'hook.refused' })
    expect(decide('Group.CallbackBeforeCreateGroup', { ErrorCode: 2 }, making)).toMatchObject({
      refused: 'hook.refused',
    })
  })

  test.each(channels)('%s: every code but 0 refuses with its text', id => {
    const draft = { channel: 'c' }
    expect(decide(id, { ErrorCode: 0 }, draft)).toBe(draft)
    for (const ErrorCode of [1, 2, 10150, 120001])
      expect(decide(id, { ErrorCode, ErrorInfo: 'no' }, draft)).toEqual({
        refused: 'hook.refused',
        text: 'no',
        own: undefined,
      })
  })
})

describe('[TE99] a changed message', () => {
  test.each([c2c, groupSend])('%s: another body, and what else was said stays', id => {
    const changed = decide(id, { ErrorCode: 0, MsgBody: text('new') }, message)
    expect(changed).toEqual({
      ...message,
      parts: [{ type: 'text', text: 'new' }],
      native: { tencent: { CloudCustomData: 'old', SupportMessageExtension: 1 }, netease: { ext: 'e' } },
    })
  })

  test('a body that its parts do not say whole is kept as it was given', () => {
    const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'new', More: 1 } }]
    const changed = decide(c2c, { ErrorCode: 0, MsgBody, CloudCustomData: 'new' }, message)
    expect(changed).toMatchObject({
      parts: [{ type: 'text', text: 'new' }],
      native: { tencent: { MsgBody, CloudCustomData: 'new', SupportMessageExtension: 1 } },
    })
  })

  test('nothing of the old form is left when the new body says it all', () => {
    const plain = { ...message, native: { tencent: { MsgBody: 'old form' } } }
    const changed = decide(c2c, { ErrorCode: 0, MsgBody: text('new') }, plain) as typeof message
    expect(changed.native.tencent).toBeUndefined()
  })

  test('other custom data, or none, beside the same parts', () => {
    const changed = decide(c2c, { ErrorCode: 0, CloudCustomData: 'new' }, message) as typeof message
    expect(changed.parts).toBe(message.parts)
    expect(changed.native).toEqual({
      ...message.native,
      tencent: { ...message.native.tencent, CloudCustomData: 'new' },
    })
    const without = decide(c2c, { ErrorCode: 0, CloudCustomData: '' }, message) as typeof message
    expect(without.native.tencent.CloudCustomData).toBeUndefined()
  })

  test('a change that cannot be made is silence; with another code than 0 it does not count', () => {
    const bad = [
      { MsgBody: 'text' },
      { MsgBody: [] },
      { MsgBody: [{ MsgType: 'TIMNoElem', MsgContent: {} }] },
      { MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 1 } }] },
      { CloudCustomData: 5 },
    ]
    for (const fields of bad)
      expect([fields, decide(c2c, { ErrorCode: 0, ...fields }, message)]).toEqual([fields, undefined])
    expect(decide(c2c, { ErrorCode: 1, MsgBody: text('new') }, message)).toMatchObject({ refused: 'hook.refused' })
  })
})

describe('[TE100] those whom the app does not want', () => {
  test('are left out of an invitation, all of them if it says so; names of others do not matter', () => {
    const left = (RefusedMembers_Account: unknown) => decide(invite, { ErrorCode: 0, RefusedMembers_Account }, joining)
    expect(left(['ben', 'dan'])).toEqual({ ...joining, users: ['cat'] })
    expect(left(['ben', 'cat'])).toEqual({ ...joining, users: [] })
    expect(left([])).toEqual(joining)
    expect(left('ben')).toBeUndefined()
    expect(decide(invite, { ErrorCode: 1, RefusedMembers_Account: ['ben'] }, joining)).toMatchObject({
      refused: 'hook.refused',
    })
  })

  test.each(['Sns.CallbackPrevFriendAdd', 'Sns.CallbackPrevFriendResponse'])('%s: each is judged', id => {
    const draft = { from: 'ann', targets: [{ to: 'ben' }, { to: 'cat' }, { to: 'dan' }, { to: 'eve' }] }
    const judged = (ResultItem: unknown, ErrorCode = 0) => decide(id, { ErrorCode, ResultItem }, draft)
    const item = (To_Account: string, ResultCode: number, ResultInfo?: string) => ({
      To_Account,
      ResultCode,
      ResultInfo,
    })
    expect(judged([item('ben', 0), item('cat', 38000, 'no'), item('dan', 39000), item('eve', 1, 'never')])).toEqual({
      ...draft,
      targets: [
        { to: 'ben' },
        { to: 'cat', refused: { code: 38000, text: 'no' } },
        { to: 'dan', refused: { code: 39000, text: '' } },
        { to: 'eve', refused: { code: 38000, text: 'never' } },
      ],
    })
    expect(judged([])).toEqual(draft)
    expect(decide(id, { ErrorCode: 0 }, draft)).toEqual(draft)
    expect(judged([item('ben', 38000)], 1)).toBeUndefined()
    expect(judged('all')).toBeUndefined()
    expect(judged([{ To_Account: 'ben' }])).toBeUndefined()
  })

  test('friends are asked about only when a client wants them', () => {
    for (const id of ['Sns.CallbackPrevFriendAdd', 'Sns.CallbackPrevFriendResponse']) {
      const entry = callbacks.asked.find(each => each.id === id)
      const fires = (via: 'rest' | 'client') =>
        entry?.fires({ ...client('ann'), origin: { dialect: 'tencent', via } } as never, {} as never)
      expect([fires('client'), fires('rest')]).toEqual([true, false])
    }
  })
})
