import { expect, test } from 'vitest'
import { type Arrived, identityOf, objectIn, recognise } from './received.ts'

const arrived = (part: Partial<Arrived>): Arrived => ({
  method: 'POST',
  path: '/hook',
  query: {},
  headers: {},
  raw: Buffer.alloc(0),
  body: {},
  at: 0,
  ...part,
})

test.each<[string, Partial<Arrived>, object]>([
  [
    'Tencent',
    { query: { SdkAppid: '14', CallbackCommand: 'a.b' }, body: { CallbackCommand: 'a.b' } },
    { vendor: 'tencent', id: 'a.b', app: '14' },
  ],
  [
    'a callback of NetEase',
    { headers: { checksum: 'x', appkey: 'k' }, body: { eventType: 7 } },
    { vendor: 'netease', id: 'callback/7', app: 'k' },
  ],
  ['a copy of NetEase', { headers: { md5: 'x' }, body: { eventType: '7' } }, { vendor: 'netease', id: 'copy/7' }],
  ['an unsigned copy', { body: { eventType: '1' } }, { vendor: 'netease', id: 'copy/1' }],
  [
    'NetEase without eventType',
    { headers: { checksum: 'x' }, body: { eventtype: 1 } },
    { vendor: 'netease', id: 'POST /hook', problem: 'eventType is missing' },
  ],
  [
    'Volcengine',
    { body: { EventType: 'x', EventData: '{}', AppId: 5 } },
    { vendor: 'volcengine', id: 'callback/x', app: '5' },
  ],
  ['anything else', { body: { a: 1 } }, { vendor: 'unknown', id: 'POST /hook', problem: 'no vendor sends this' }],
])('recognises %s', (_, part, expected) => {
  expect(recognise(arrived(part))).toEqual({ app: undefined, ...expected })
})

test('long integers stay exact, and only objects are bodies', () => {
  expect(objectIn('{"a":9223372036854775807}')).toEqual({ a: 9223372036854775807n })
  for (const text of ['', '[]', 'null', '1', '{', '"a"']) expect(objectIn(text), text).toBeUndefined()
})

test('a repeated event is known by what its vendor puts into it, else by the header', () => {
  const identity = (part: Partial<Arrived>) => {
    const each = arrived(part)
    return identityOf({ ...each, ...recognise(each) })
  }
  const event = { EventType: 'x', EventData: '{}', AppId: '5', EventId: 'e' }
  expect(identity({ body: event })).toBe('volcengine 5 e')
  expect(identity({ body: { ...event, AppId: '6' } })).not.toBe('volcengine 5 e')
  const copy = { eventType: '1', msgidServer: '9' }
  expect(identity({ body: copy })).not.toBe(identity({ body: { ...copy, eventType: '7' } }))
  expect(identity({ body: copy })).not.toBe(identity({ body: { ...copy, msgidServer: '8' } }))
  // Callbacks ask: the same message may be asked about twice.
  expect(identity({ body: { eventType: 1, msgidServer: '9' } })).toBeUndefined()
  const query = { CallbackCommand: 'a', SdkAppid: '14' }
  expect(identity({ query })).toBeUndefined()
  expect(identity({ query, headers: { 'x-magpie-event-id': '77' } })).toBe('tencent 14 77')
})
