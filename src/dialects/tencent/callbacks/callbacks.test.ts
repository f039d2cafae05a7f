import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { app, at, callOf, client } from '../../../../tests/support/tencent-callbacks/sample.ts'
import type { Webhook } from '../../../core/apps/model.ts'
import type { Call } from '../../../core/call.ts'
import { callbacks } from './callbacks.ts'

const webhook: Webhook = {
  ...{ name: 'tencent', kind: 'tencent', url: 'http://back.end/im?own=1&contenttype=xml', urls: {}, on: ['*'] },
  ...{ timeout: 2000, silence: 'pass', tries: 8, concurrency: 16, templates: {} },
}

function post(id: string, by: Partial<Call> = {}, more: Partial<Webhook> = {}) {
  const { origin, address, device } = callOf(by)
  const outgoing = { id, body: { From_Account: 'ann' }, event: 'e-1', at, origin, address, device }
  const request = callbacks.request(app, { ...webhook, ...more }, outgoing)
  const url = new URL(request.url)
  return { ...request, place: url.origin + url.pathname, query: Object.fromEntries(url.searchParams) }
}

const platform = (id: string, name: string) =>
  post(id, { ...client('ann'), device: { platform: name, id: 'd' } }).query.OptPlatform

describe('[TE101] the request', () => {
  test('names app and command in the URL, keeps the query of its own, and the command again in the body', () => {
    const { place, query, headers, body } = post('C2C.CallbackAfterSendMsg', { address: '10.1.2.3' })
    expect(place).toBe('http://back.end/im')
    expect(query).toEqual({
      own: '1',
      SdkAppid: String(app.id),
      CallbackCommand: 'C2C.CallbackAfterSendMsg',
      contenttype: 'json',
      ClientIP: '10.1.2.3',
      OptPlatform: 'RESTAPI',
    })
    expect(headers).toEqual({ 'content-type': 'application/json' })
    expect(body).toBe('{"CallbackCommand":"C2C.CallbackAfterSendMsg","From_Account":"ann"}')
  })

  test('is signed with the token and the time', () => {
    const before = Math.floor(Date.now() / 1000)
    const { Sign, RequestTime } = post('C2C.CallbackAfterSendMsg', {}, { secret: 'xxxyyy' }).query
    expect(Number(RequestTime) - before).toBeLessThanOrEqual(1)
    expect(Number(RequestTime)).toBeGreaterThanOrEqual(before)
    expect(Sign).toBe(createHash('sha256').update(`xxxyyy${RequestTime}`).digest('hex'))
  })

  test('says what the caller runs on, with capitals of its own for State.StateChange', () => {
    const names = ['iOS', 'iphone', 'iPad', 'ANDROID', 'web', 'windows', 'mac', 'macOS', 'linux', '', 'constructor']
    expect(names.map(name => platform('C2C.CallbackAfterSendMsg', name))).toEqual([
      'iOS',
      'iOS',
      'iPad',
      'Android',
      'Web',
      'Windows',
      'macOS',
      'macOS',
      'Unknown',
      'Unknown',
      'Unknown',
    ])
    expect(platform('State.StateChange', 'ios')).toBe('IOS')
    expect(platform('State.StateChange', 'android')).toBe('Android')
    expect(post('State.StateChange').query.OptPlatform).toBe('RESTAPI')
  })
})

describe('[TE101] the answer to an event', () => {
  test('is taken with status 200 and JSON, whatever it says', () => {
    const taken = (status: number, text: string) => callbacks.taken({ status, text })
    expect(taken(200, '{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}')).toBe(true)
    expect(taken(200, '{"ActionStatus":"FAIL","ErrorCode":1}')).toBe(true)
    expect(taken(200, '')).toBe(false)
    expect(taken(200, '<html>')).toBe(false)
    expect(taken(204, '{"ErrorCode":0}')).toBe(false)
    expect(taken(500, '{"ErrorCode":0}')).toBe(false)
  })

  test('silence that means no has the code 80003', () => {
    for (const each of callbacks.asked)
      expect(callbacks.silent(each)).toMatchObject({ reason: 'hook.refused', own: { dialect: 'tencent', code: 80003 } })
  })
})
