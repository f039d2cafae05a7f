import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { App, Webhook } from '../../../core/apps/model.ts'
import type { Outgoing } from '../../callbacks.ts'
import { callbacks, copies } from './callbacks.ts'
import { bodySum } from './envelope.ts'

const netease = { appKey: 'key', appSecret: '0123456789ab' }
const app = { id: 1, netease } as App
const webhook = { url: 'http://one/', urls: { test: 'http://two/' } } as unknown as Webhook
const outgoing: Outgoing = {
  ...{ id: 'callback/1', event: 'e', at: 0, origin: { dialect: 'native', via: 'client' } },
  body: { eventType: 1, fromAccount: 'alice01', to: 'bob', text: 'é世' },
}
const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')

describe('the request', () => {
  test('[NE117] the sum of the catalogue’s worked example', () => {
    const sum = md5('{"eventType":1,"fromAccount":"alice01","to":"bob"}')
    expect(sum).toBe('0aa9c098ba0c7a63d69d940632f6a90d')
    expect(bodySum(netease.appSecret, sum, '1700000000123')).toBe('7b00a5749f6f4b79ff92a4f2595f757f6a72672c')
  })

  test('[NE117] MD5 of the bytes, CurTime in ms, CheckSum over both, no Nonce', () => {
    const { url, headers, body } = callbacks.request(app, webhook, outgoing)
    const { CurTime = '', ...rest } = headers
    expect(url).toBe('http://one/')
    expect(JSON.parse(body)).toEqual(outgoing.body)
    expect(CurTime).toMatch(/^\d{13}$/)
    expect(Math.abs(Number(CurTime) - Date.now())).toBeLessThan(5000)
    expect(rest).toEqual({
      ...{ 'content-type': 'application/json; charset=utf-8', AppKey: 'key', MD5: md5(body) },
      CheckSum: createHash('sha1')
        .update(`0123456789ab${md5(body)}${CurTime}`)
        .digest('hex'),
    })
    expect(copies.request(app, webhook, outgoing).headers['content-type']).toBe('application/json')
  })

  test('an app without Yunxin’s credentials has nothing to sign with', () => {
    const { headers } = copies.request({ id: 1 } as App, webhook, outgoing)
    expect(Object.keys(headers).sort()).toEqual(['CurTime', 'MD5', 'content-type'])
  })

  test('[NE118] env chooses another address, if there is one of that name', () => {
    const urlOf = (route?: string) => copies.request(app, webhook, { ...outgoing, route }).url
    expect(['test', 'other', 'toString', '', undefined].map(urlOf)).toEqual([
      ...['http://two/', 'http://one/', 'http://one/', 'http://one/', 'http://one/'],
    ])
  })

  test('HTTP 200 means taken, whatever the body says', () => {
    for (const kind of [callbacks, copies]) {
      expect(kind.taken({ status: 200, text: 'no JSON' })).toBe(true)
      for (const status of [204, 302, 400, 500]) expect(kind.taken({ status, text: '{"errCode":0}' })).toBe(false)
    }
  })
})
