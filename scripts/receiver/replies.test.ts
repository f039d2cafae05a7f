import { describe, expect, test } from 'vitest'
import { replyFor, type Said } from './replies.ts'
import { parseRule } from './rules.ts'

const say = (vendor: 'tencent' | 'netease' | 'volcengine', id: string, what: string, body = {}) =>
  replyFor({ vendor, id, body }, parseRule(`*: ${what}`).action as Said)

describe('Tencent', () => {
  const reply = (ErrorCode: number, ErrorInfo = '') => ({ ActionStatus: 'OK', ErrorCode, ErrorInfo })

  test.each([
    ['allow', reply(0)],
    ['refuse', reply(1)],
    ['refuse 120001 no', reply(120001, 'no')],
    ['drop', reply(2)],
    ['change {"ErrorInfo":"x","MsgBody":[]}', { ...reply(0, 'x'), MsgBody: [] }],
  ])('%s', (what, expected) => {
    expect(say('tencent', 'C2C.CallbackBeforeSendMsg', what)).toEqual(expected)
  })

  test('friend requests are refused one by one', () => {
    const item = (To_Account: string, ResultCode: number, ResultInfo: string) => ({
      To_Account,
      ResultCode,
      ResultInfo,
    })
    const list = [{ To_Account: 'ann' }, { To_Account: 'bob' }]
    expect(say('tencent', 'Sns.CallbackPrevFriendAdd', 'refuse 38001 no', { FriendItem: list })).toEqual({
      ...reply(0),
      ResultItem: [item('ann', 38001, 'no'), item('bob', 38001, 'no')],
    })
    const answers = { ResponseFriendItem: list.slice(1) }
    expect(say('tencent', 'Sns.CallbackPrevFriendResponse', 'refuse', answers)).toEqual({
      ...reply(0),
      ResultItem: [item('bob', 38000, '')],
    })
    expect(say('tencent', 'Sns.CallbackPrevFriendAdd', 'allow', { FriendItem: list })).toEqual(reply(0))
  })
})

test.each([
  ['callback/1', 'allow', { errCode: 0 }],
  ['callback/1', 'refuse', { errCode: 1 }],
  ['callback/1', 'refuse 20001 no', { errCode: 1, responseCode: 20001 }],
  ['callback/1', 'drop', { errCode: 1 }],
  ['callback/1', 'change {"callbackExt":"x"}', { errCode: 0, callbackExt: 'x' }],
  ['copy/1', 'allow', {}],
  ['copy/1', 'refuse', {}],
])('NetEase: %s, %s', (id, what, expected) => {
  expect(say('netease', id, what)).toEqual(expected)
})

test.each([
  ['allow', { CheckCode: 0, CheckMsg: '' }],
  ['refuse', { CheckCode: 1, CheckMsg: '' }],
  ['refuse 7 no', { CheckCode: 7, CheckMsg: 'no' }],
  ['drop', { CheckCode: 1, CheckMsg: '' }],
  ['change {"CheckMsg":"x","More":9223372036854775807}', { CheckCode: 0, CheckMsg: 'x', More: 9223372036854775807n }],
])('Volcengine: %s', (what, expected) => {
  expect(say('volcengine', 'BeforeSend', what)).toEqual(expected)
})
