import { expect, test } from 'vitest'
import type { Message } from '../../core/model.ts'
import { directClientId, groupClientId, keyOf, readKey, sharedSeq, textOf } from './handles.ts'

const rest = { dialect: 'tencent', via: 'rest' } as const
const at = { shown: 1572870301999 }

test('[TE57] the key is the sender’s numbers and the second of the message', () => {
  const client = directClientId(1287657, 93847636)
  const key = keyOf({ id: 5, origin: rest, client, ...at })
  expect(textOf(key)).toBe('93847636_1287657_1572870301')
  expect(readKey('93847636_1287657_1572870301')).toEqual(key)
})

test('[TE57] numbers that the sender did not bring come from the id and lead back to it', () => {
  const id = Number.MAX_SAFE_INTEGER - 12345
  const origins: Message['origin'][] = [
    { dialect: 'netease', via: 'rest' },
    { dialect: 'tencent', via: 'client' },
    { dialect: 'native', via: 'client' },
  ]
  for (const origin of origins) {
    const { MsgSeq, MsgRandom } = keyOf({ id, origin, client: '7/8', ...at })
    expect(MsgRandom * 2 ** 32 + MsgSeq).toBe(id)
    expect([MsgSeq, MsgRandom].every(part => part >= 0 && part < 2 ** 32)).toBe(true)
  }
  expect(keyOf({ id: 2 ** 32 + 9, origin: rest, client: directClientId(7, undefined), ...at })).toMatchObject({
    MsgSeq: 9,
    MsgRandom: 7,
  })
})

test('[TE91] a group message is known by Random and content', () => {
  const body = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'a' } }]
  const id = groupClientId(7, body, '')
  expect(groupClientId(7, structuredClone(body), '')).toBe(id)
  expect(groupClientId(8, body, '')).not.toBe(id)
  expect(groupClientId(7, [], '')).not.toBe(id)
  expect(groupClientId(7, body, 'x')).not.toBe(id)
  expect(keyOf({ id: 1, origin: rest, client: id, ...at }).MsgRandom).toBe(7)
})

test('[TE55] the MsgSeq of a batch is the same for a repeat', () => {
  expect(sharedSeq('u_1', 7)).toBe(sharedSeq('u_1', 7))
  expect(sharedSeq('u_1', 7)).not.toBe(sharedSeq('u_2', 7))
  expect(sharedSeq('u_1', 7)).toBeLessThan(2 ** 32)
})

test.each(['', '1_2', '1_2_3_4', 'a_2_3', '1_2_3 ', '-1_2_3', '11111111111_2_3', `1_2_${'3'.repeat(50)}`])(
  '[TE57] %j is no MsgKey',
  text => {
    expect(() => readKey(text)).toThrow('MsgKey')
  },
)
