import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cursor, demandTwin, idOf, int64, list, maybe, ownId, shown, twinUser, userId } from './shapes.ts'

describe('ids of users', () => {
  test('[VO1] every positive int64 comes back as the number it was', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), id => {
        const given = id <= Number.MAX_SAFE_INTEGER ? Number(id) : id
        const user = userId.parse(given)
        expect(user).toBe(String(id))
        expect(idOf(user)).toBe(given)
        expect(shown('Sender', user)).toEqual({ Sender: given, SenderStr: String(id) })
      }),
    )
  })

  test.each(['', '0', '-1', '007', '+7', '1.0', '1e3', ' 1', 'ann', '9223372036854775808', '１'])(
    '[VO5] %j is no int64 and shows as 0 beside its text',
    user => {
      expect(shown('Sender', user)).toEqual({ Sender: 0, SenderStr: user })
    },
  )

  test('[VO5] what is no positive int64 names nobody', () => {
    for (const id of [0, -1, 1.5, '42', null, undefined, 2n ** 63n, 1e20, Number.NaN, true])
      expect(userId.safeParse(id).success, String(id)).toBe(false)
  })

  test('[VO5] the text of a pair wins over its number', () => {
    expect(twinUser('Sender', 42, undefined)).toBe('42')
    expect(twinUser('Sender', 42, '')).toBe('42')
    expect(twinUser('Sender', 42, 'ann')).toBe('ann')
    expect(twinUser('Sender', 0, undefined)).toBeUndefined()
    const wrong = expect.objectContaining({ reason: 'request.invalid', message: expect.stringContaining('Sender') })
    expect(() => demandTwin('Sender', 0, '')).toThrow(wrong)
    expect(() => twinUser('Sender', -2n, undefined)).toThrow(wrong)
  })
})

test('an int64 has its bounds', () => {
  for (const good of [0, -1, 2n ** 63n - 1n, -(2n ** 63n)]) expect(int64.parse(good)).toBe(good)
  for (const wrong of [2n ** 63n, -(2n ** 63n) - 1n, 0.5, '1', 1e300])
    expect(int64.safeParse(wrong).success).toBe(false)
})

test('ids and places beyond what was ever given are harmless', () => {
  expect(ownId.parse(731000000000000123n)).toBe(0)
  expect(cursor.parse(2n ** 63n - 1n)).toBe(Number.MAX_SAFE_INTEGER)
  expect(cursor.parse(-(2n ** 63n))).toBe(-Number.MAX_SAFE_INTEGER)
  expect(cursor.parse(5)).toBe(5)
})

test('[VO15] lists and absent fields', () => {
  expect(list(userId).safeParse(Array(301).fill(1)).success).toBe(false)
  expect(list(userId).safeParse(Array(300).fill(1)).success).toBe(true)
  for (const missing of [null, undefined]) expect(maybe(int64).parse(missing)).toBeUndefined()
})
