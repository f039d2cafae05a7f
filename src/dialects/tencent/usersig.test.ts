import { Api } from 'tls-sig-api-v2'
import { expect, test } from 'vitest'
import { handMadeSig, wrapped } from '../../../tests/support/tencent.ts'
import type { App } from '../../core/apps/model.ts'
import { readUserSig, signatureOf, verifyUserSig } from './usersig.ts'

// The worked example of catalog/tencent-im/model.md §2.
const key = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'
const fields = { identifier: 'u_1001', sdkappid: 1400000001, time: 1700000000, expire: 86400 }
const sig = '18ZXme1ltorZQSp76js/91OEBpneH2MpztLk+9wzHxQ='
const example =
  'eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwqXxhgYGhlCZ4pTsxIKCzBQlK0MTAwgwhMiUZOamKlkZmkNFDSCiqRUFmUWpSlYWZiYwoeLMdCUrJUOLqIjcVMOckvyiqMDgAnOzrGJ9S0N-V6eCvFQPI9*CqhKfbG3L8iqPikBbpVoAXf0wWA__'

const app: App = {
  id: fields.sdkappid,
  account: 1,
  name: '',
  home: 'tencent',
  tencent: { secretKey: key, admins: ['administrator'] },
  ipAllowList: [],
  disabled: false,
  webhooks: [],
}

function refusal(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

test('[TE10] the worked example is read, signed and verified to the byte', () => {
  expect(readUserSig(example)).toEqual({ ...fields, userbuf: undefined, sig })
  expect(signatureOf(fields, key).toString('base64')).toBe(sig)
  expect(verifyUserSig(app, 'u_1001', example)).toMatchObject(fields)
})

test.each([
  ['000006755f3130303153724e010000271065554280000000ff00000000', '/eUZbOnzgpImHNw/zL5yQMoaSiHhtQiUnKCTT+pe/Z0='],
  [
    '010006755f3130303153724e010000000065554280000000ff000000000006726f6f6d2d61',
    'eRIbHp7nCqWQNcOmsdHfWiDQTMacj7R0CUYoA1p//qU=',
  ],
])('[TE10] a ticket with userbuf %s is signed as the catalogue says', (hex, expected) => {
  const userbuf = Buffer.from(hex, 'hex').toString('base64')
  expect(signatureOf({ ...fields, userbuf }, key).toString('base64')).toBe(expected)
})

test('[TE10] what the vendor signs is verified, also a PrivateMapKey', () => {
  const api = new Api(app.id, key)
  expect(verifyUserSig(app, 'u_1', api.genUserSig('u_1', 60)).expire).toBe(60)
  expect(verifyUserSig(app, 'u_1', api.genPrivateMapKey('u_1', 60, 10000, 255)).userbuf).toBeTruthy()
})

test('[TE10] neither key order nor spaces nor the level of compression matter', () => {
  const document = { 'TLS.sig': sig, 'TLS.expire': 86400, 'TLS.time': 1700000000, 'TLS.sdkappid': 1400000001 }
  const text = JSON.stringify({ ...document, 'TLS.identifier': 'u_1001', 'TLS.ver': '2.0' }, undefined, 2)
  expect(verifyUserSig(app, 'u_1001', wrapped(text))).toMatchObject(fields)
})

test.each([
  ['no base64', 'a b', 70003],
  ['no zlib stream', 'YWJj', 70003],
  ['a cut stream', example.slice(0, 80), 70003],
  ['too long', 'a'.repeat(4097), 70003],
  ['a bomb of 1 MB of zeros', wrapped(Buffer.alloc(1024 * 1024)), 70003],
  ['no JSON', wrapped('hello'), 70005],
  ['no object', wrapped('[]'), 70005],
  ['another version', handMadeSig(fields, key, { 'TLS.ver': '1.0' }), 70005],
  ['a time in words', handMadeSig(fields, key, { 'TLS.time': '1700000000' }), 70005],
  ['no signature', handMadeSig(fields, key, { 'TLS.sig': undefined }), 70005],
  ['another app', handMadeSig({ ...fields, sdkappid: 1400000002 }, key), 70014],
  ['another user', handMadeSig({ ...fields, identifier: 'u_2' }, key), 70013],
  ['another key', handMadeSig(fields, 'f'.repeat(64)), 70009],
  ['a shorter MAC', handMadeSig(fields, key, { 'TLS.sig': 'AAAA' }), 70009],
  ['a longer life than was signed', handMadeSig(fields, key, { 'TLS.expire': 999999 }), 70009],
  ['an earlier time than was signed', handMadeSig(fields, key, { 'TLS.time': 1 }), 70009],
  ['a userbuf that was not signed', handMadeSig(fields, key, { 'TLS.userbuf': 'AAAA' }), 70009],
])('[TE11] a UserSig with %s is refused', (_, text, code) => {
  expect(refusal(() => verifyUserSig(app, 'u_1001', text))).toBe(code)
})

test('[TE11] an app without a key takes no UserSig', () => {
  expect(refusal(() => verifyUserSig({ ...app, tencent: undefined }, 'u_1001', example))).toBe(70016)
})
