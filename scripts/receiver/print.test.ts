import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { blockOf, lineOf } from './print.ts'
import { objectIn, type Received } from './received.ts'

function received(text: string, part: Partial<Received> = {}): Received {
  return {
    vendor: 'tencent',
    id: 'C2C.CallbackAfterSendMsg',
    app: '1400000001',
    method: 'POST',
    path: '/hook',
    query: { OptPlatform: 'RESTAPI', ClientIP: '192.0.2.7' },
    headers: { host: 'localhost', 'x-magpie-attempt': '2' },
    raw: Buffer.from(text),
    body: objectIn(text) ?? {},
    at: 1_700_000_000_000,
    verified: 'good',
    seenBefore: false,
    answer: 'allow',
    ...part,
  }
}

test('a block says who, what, whether it is verified, what it holds and how it was answered', () => {
  expect(stripVTControlCharacters(blockOf(received('{"MsgKey":"1","UserId":9223372036854775807}')))).toBe(`\
── 2023-11-14T22:13:20.000Z  tencent  app 1400000001  C2C.CallbackAfterSendMsg  verified
   OptPlatform: RESTAPI
   ClientIP: 192.0.2.7
   x-magpie-attempt: 2
   {
     "MsgKey": "1",
     "UserId": 9223372036854775807
   }
   → allow
`)
})

test('what is repeated, not checked or bad is said', () => {
  expect(stripVTControlCharacters(blockOf(received('{}', { seenBefore: true, verified: 'unchecked' })))).toMatch(
    /not verified\n {3}seen before\n/,
  )
  const bad = received('{}', { verified: 'bad', why: 'MD5 is missing', answer: '401 MD5 is missing' })
  expect(stripVTControlCharacters(blockOf(bad))).toMatch(/BAD \(MD5 is missing\)\n[\s\S]*→ 401 MD5 is missing\n$/)
})

test("Volcengine's EventData is unfolded, unless it is no JSON", () => {
  const event = (EventData: string) =>
    received(JSON.stringify({ EventType: 'x', EventData }), { vendor: 'volcengine', query: {} })
  expect(stripVTControlCharacters(blockOf(event('{"a":{"b":1}}')))).toContain(
    '     "EventData": {\n       "a": {\n         "b": 1',
  )
  expect(JSON.parse(lineOf(event('{"a":1}'))).body).toEqual({ EventType: 'x', EventData: { a: 1 } })
  expect(JSON.parse(lineOf(event('a'))).body).toEqual({ EventType: 'x', EventData: 'a' })
})

test('a line is one JSON object', () => {
  const line = lineOf(received('{"MsgKey":"1\\n2"}', { seenBefore: true }))
  expect(line).not.toContain('\n')
  expect(JSON.parse(line)).toEqual({
    time: '2023-11-14T22:13:20.000Z',
    vendor: 'tencent',
    app: '1400000001',
    id: 'C2C.CallbackAfterSendMsg',
    verified: 'good',
    seenBefore: true,
    answer: 'allow',
    method: 'POST',
    path: '/hook',
    query: { OptPlatform: 'RESTAPI', ClientIP: '192.0.2.7' },
    magpie: { 'x-magpie-attempt': '2' },
    body: { MsgKey: '1\n2' },
  })
})

test('what is no JSON is shown as it came', () => {
  const broken = received('{"MsgKey":\nx', { answer: '400 the body is not a JSON object' })
  expect(stripVTControlCharacters(blockOf(broken))).toContain('\n   {"MsgKey":\n   x\n')
  expect(JSON.parse(lineOf(broken))).toMatchObject({ text: '{"MsgKey":\nx' })
})
