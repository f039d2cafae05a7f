import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { root } from '../files.ts'
import { type Arrived, objectIn, recognise } from './received.ts'
import { type Sample, tencentSample, volcengineSample } from './samples.ts'
import { type Secrets, verify } from './verify.ts'

const now = 1_700_000_000_000
const clock = { maxAge: 60, now }

function arrived({ path, headers, body }: Sample): Arrived {
  const query = Object.fromEntries(new URL(path, 'http://localhost').searchParams)
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const raw = Buffer.from(body)
  return { method: 'POST', path: '/', query, headers: lower, raw, body: objectIn(body) ?? {}, at: now }
}

function check(sample: Sample, secrets: Secrets) {
  const incoming = arrived(sample)
  return verify({ ...incoming, ...recognise(incoming) }, secrets, clock)
}

describe('Tencent', () => {
  const secrets = { tencent: 'xxxyyy' }
  const signed = (time: number) => tencentSample('C2C.CallbackBeforeSendMsg', {}, { token: 'xxxyyy', time })

  test('Sign is SHA-256 of the token and RequestTime', () => {
    const sample = signed(1669872112)
    expect(sample.path).toContain('e78a85473bed2cdc8d6fa8c4d5a4ba4735fd64156e15a99516b9890293e135de')
    const incoming = arrived(sample)
    const atThatTime = { maxAge: 60, now: 1669872112_000 }
    expect(verify({ ...incoming, ...recognise(incoming) }, secrets, atThatTime)).toEqual({ verified: 'good' })
  })

  test('another token, capital letters, a changed time and a missing Sign are bad', () => {
    expect(check(signed(now / 1000), { tencent: 'xxxyyz' })).toMatchObject({ verified: 'bad' })
    const { path } = signed(now / 1000)
    const changed = (from: RegExp, to: (text: string) => string) =>
      check({ ...signed(now / 1000), path: path.replace(from, to) }, secrets)
    expect(changed(/(?<=Sign=)\w+/, text => text.toUpperCase())).toMatchObject({
      verified: 'bad',
      why: 'Sign is not SHA-256 of token + RequestTime',
    })
    expect(changed(/(?<=RequestTime=)\d+/, text => String(Number(text) + 1))).toMatchObject({ verified: 'bad' })
    expect(changed(/&Sign=\w+/, () => '')).toEqual({ verified: 'bad', why: 'Sign or RequestTime is missing' })
  })

  test('a signature is good for the time allowed, and stale a second later', () => {
    expect(check(signed(now / 1000 - 60), secrets)).toEqual({ verified: 'good' })
    expect(check(signed(now / 1000 - 61), secrets)).toEqual({ verified: 'bad', why: 'RequestTime is 61 s old' })
    const text = createHash('sha256').update('xxxyyysoon').digest('hex')
    const path = `/?CallbackCommand=a&Sign=${text}&RequestTime=soon`
    expect(check({ path, headers: {}, body: '{"CallbackCommand":"a"}' }, secrets)).toMatchObject({ verified: 'bad' })
  })

  test('the command of the body must be that of the URL, also without a token', () => {
    const sample = { ...signed(now / 1000), body: '{"CallbackCommand":"C2C.CallbackAfterSendMsg"}' }
    expect(check(sample, secrets)).toMatchObject({ verified: 'bad', why: expect.stringContaining('CallbackCommand') })
    expect(check(sample, {})).toMatchObject({ verified: 'bad' })
  })

  test('apps may have tokens of their own, and one without a token is not believed', () => {
    expect(check(signed(now / 1000), { tencent: { 1400000001: 'xxxyyy' } })).toEqual({ verified: 'good' })
    expect(check(signed(now / 1000), { tencent: { 1400000002: 'xxxyyy' } })).toMatchObject({
      verified: 'bad',
      why: 'there is no secret for app 1400000001',
    })
  })
})

describe('NetEase', () => {
  const secrets = { netease: '0123456789ab' }
  const example: Sample = {
    path: '/',
    headers: {
      AppKey: 'key-1',
      CurTime: '1700000000123',
      MD5: '0aa9c098ba0c7a63d69d940632f6a90d',
      CheckSum: '7b00a5749f6f4b79ff92a4f2595f757f6a72672c',
    },
    body: '{"eventType":1,"fromAccount":"alice01","to":"bob"}',
  }

  test("the catalogue's example is good", () => {
    expect(check(example, secrets)).toEqual({ verified: 'good' })
  })

  test('another secret, a changed body, a changed header and a missing one are bad', () => {
    expect(check(example, { netease: '0123456789ac' })).toMatchObject({ verified: 'bad' })
    const body = example.body.replace('bob', 'eve')
    expect(check({ ...example, body }, secrets)).toEqual({ verified: 'bad', why: 'MD5 is not that of the body' })
    for (const [name, value] of Object.entries({ CurTime: '1700000000124', CheckSum: '0', MD5: 'x' }))
      expect(check({ ...example, headers: { ...example.headers, [name]: value } }, secrets), name).toMatchObject({
        verified: 'bad',
      })
    const { CheckSum: _, ...headers } = example.headers
    expect(check({ ...example, headers }, secrets)).toEqual({
      verified: 'bad',
      why: 'MD5, CurTime or CheckSum is missing',
    })
  })

  test('MD5 is of the bytes, not of the JSON', () => {
    const spaced = { ...example, body: example.body.replace(':1', ': 1') }
    expect(check(spaced, secrets)).toMatchObject({ verified: 'bad' })
  })
})

describe('Volcengine', () => {
  const catalogue = JSON.parse(readFileSync(`${root}/catalog/volcengine-im/callbacks.json`, 'utf8'))
  const { event, secret } = catalogue.signature.example as { event: Record<string, string>; secret: string }
  const secrets = { volcengine: secret }
  const sample = (fields: object): Sample => ({ path: '/', headers: {}, body: JSON.stringify(fields) })

  test("the catalogue's example is good", () => {
    expect(check(sample(event), secrets)).toEqual({ verified: 'good' })
  })

  test.each([...Object.keys(event)])('%s is signed, and must be there', name => {
    expect(check(sample({ ...event, [name]: `${event[name]}1` }), secrets)).toMatchObject({ verified: 'bad' })
    const { [name]: _, ...rest } = event
    if (!['EventType', 'EventData'].includes(name))
      expect(check(sample(rest), secrets)).toEqual({ verified: 'bad', why: `${name} is missing` })
  })

  test('values are sorted by their bytes', () => {
    // UTF-16 puts U+1F600 before U+FF01, bytes put it behind.
    const values = { ...event, Nonce: '\u{1f600}', EventId: '\uff01' }
    const parts = Object.entries(values).flatMap(([name, value]) => (name === 'Signature' ? [] : [value]))
    const bytes = [...parts, secret].map(each => Buffer.from(each)).sort(Buffer.compare)
    const Signature = createHash('sha256').update(Buffer.concat(bytes)).digest('hex')
    expect(check(sample({ ...values, Signature }), secrets)).toEqual({ verified: 'good' })
    const other = createHash('sha256')
      .update([...parts, secret].sort().join(''))
      .digest('hex')
    expect(other).not.toBe(Signature)
  })

  test('another secret is bad', () => {
    expect(check(sample(event), { volcengine: 'other' })).toMatchObject({ verified: 'bad' })
    expect(check(volcengineSample('x', {}, 'other'), { volcengine: 'other' })).toEqual({ verified: 'good' })
  })
})

test('a vendor without a secret is not checked', () => {
  expect(check(tencentSample('a'), { netease: 'x', volcengine: 'x' })).toEqual({ verified: 'unchecked' })
  expect(check(volcengineSample('a', {}), { tencent: 'x' })).toEqual({ verified: 'unchecked' })
})
