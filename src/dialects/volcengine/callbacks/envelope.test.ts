import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { App, Webhook } from '../../../core/apps/model.ts'
import { parseJson } from '../../../lib/json.ts'
import type { Outgoing } from '../../callbacks.ts'
import { callbacks } from './callbacks.ts'
import { type Signed, signatureOf } from './envelope.ts'

const file = new URL('../../../../catalog/volcengine-im/callbacks.json', import.meta.url)
const catalogue = JSON.parse(readFileSync(file, 'utf8')) as {
  envelope: { name: string; type: string }[]
  signature: { example: { secret: string; event: Signed & { Signature: string } } }
}

const app = { id: 1400000001 } as App
const webhook = { url: 'https://back.end/hear?x=1', secret: 'the secret' } as Webhook
const outgoing: Outgoing = {
  id: 'callback/SendMessage',
  body: { AppId: 1400000001, Sender: 9007199254740993n, Content: '{"text":"hé"}' },
  event: 'e-1',
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 67),
  origin: { dialect: 'native', via: 'client' },
}

const read = (own: Partial<Webhook> = {}) =>
  JSON.parse(callbacks.request(app, { ...webhook, ...own }, outgoing).body) as Signed & { Signature: string }

test('[VO54] the worked example of the catalogue', () => {
  const { secret, event } = catalogue.signature.example
  expect(event.Signature).toBe('d0145f9304e4eb8ffcd18ee8efea235e9450da45fe9ca747cbfe6f76a1556969')
  expect(signatureOf(event, secret)).toBe(event.Signature)
})

test('[VO54] the values are sorted by their bytes, not by their characters', () => {
  const values = { EventData: 'd', EventTime: '2', EventId: 'e', AppId: '1', Version: '0', Nonce: '9' }
  // U+FF5E stands before U+1F600 by its bytes, and behind its first half as JavaScript sorts.
  const signed = { ...values, EventType: '～', EventData: '😀' }
  expect(signatureOf(signed, 'k')).toBe('fce037fc03a40870d5ed6d77ea96efb35e3cd1d522bf6362028b4a366c751170')
})

test('[VO55] an event goes in the envelope of the catalogue', () => {
  const { url, headers, body } = callbacks.request(app, webhook, outgoing)
  expect([url, headers]).toEqual([webhook.url, { 'content-type': 'application/json' }])
  const sent = parseJson(body) as Record<string, unknown>
  expect(Object.keys(sent).sort()).toEqual(catalogue.envelope.map(field => field.name).sort())
  for (const { name, type } of catalogue.envelope) expect(typeof sent[name], name).toBe(type)
  expect(sent).toStrictEqual({
    EventType: 'SendMessage',
    EventData: '{"AppId":1400000001,"Sender":9007199254740993,"Content":"{\\"text\\":\\"hé\\"}"}',
    EventTime: '2026-01-02T03:04:05.067000000Z',
    EventId: 'e-1',
    AppId: '1400000001',
    Version: '2020-12-01',
    Nonce: expect.stringMatching(/^[1-9]\d{3}$/),
    Signature: signatureOf(sent as unknown as Signed, 'the secret'),
  })
})

test('[VO55] every attempt has a Nonce and a Signature of its own, and the same EventId', () => {
  const attempts = Array.from({ length: 50 }, () => read())
  expect(new Set(attempts.map(each => each.EventId))).toEqual(new Set(['e-1']))
  // Fifty of nine thousand numbers are hardly ever one.
  const nonces = new Set(attempts.map(each => each.Nonce))
  expect(nonces.size).toBeGreaterThan(1)
  expect(new Set(attempts.map(each => each.Signature)).size).toBe(nonces.size)
  for (const each of attempts) expect(each.Signature).toBe(signatureOf(each, 'the secret'))
})

test('without a secret nothing is signed', () => {
  expect(read({ secret: undefined }).Signature).toBe('')
})

test('any answer with status 200 is taken', () => {
  expect(callbacks.taken({ status: 200, text: '' })).toBe(true)
  for (const status of [201, 204, 302, 400, 500]) expect(callbacks.taken({ status, text: '{}' })).toBe(false)
})
