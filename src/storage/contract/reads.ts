import { describe, expect, test } from 'vitest'
import { append, del, type Key, put, type Range, type Table } from '../store.ts'
import type { Subject } from './subject.ts'
import { cards, lines, sessions, spots, thing, things } from './tables.ts'

/** Reading by key and by range. */
export function reads(subject: Subject): void {
  describe('reads', () => {
    const ids = async (range: Range, index?: string) =>
      (await subject.store.scan(things, range, index)).map(row => row.value.id).join(' ')
    const places = async (range: Range) =>
      (await subject.store.scan(spots, range)).map(row => `${row.value.x}${row.value.y}`).join(' ')
    const fillSpots = () =>
      subject.store.commit([1, 2, 3].flatMap(x => [1, 2, 3].map(y => put(spots, { app: 1, x, y }))))

    test('[ST20] getMany answers in the order of the keys, undefined where there is no row', async () => {
      await subject.store.commit([put(things, thing('a')), put(things, thing('b'))])
      const rows = await subject.store.getMany(things, [
        [1, 'b'],
        [1, 'none'],
        [1, 'a'],
        [1, 'b'],
        [2, 'a'],
      ])
      expect(rows.map(row => row?.value.id)).toEqual(['b', undefined, 'a', 'b', undefined])
      expect(rows[0]).toEqual(await subject.store.get(things, [1, 'b']))
      const many = await subject.store.getMany(
        things,
        Array.from({ length: 700 }, (_, i): Key => [1, i === 600 ? 'a' : `${i}`]),
      )
      expect(many.findIndex(row => row)).toBe(600)
    })

    test('[ST21] a scan gives the rows under its prefix in the order of the key', async () => {
      await fillSpots()
      await subject.store.commit([put(spots, { app: 2, x: 2, y: 9 }), put(spots, { app: 0, x: 2, y: 8 })])
      expect(await places({ prefix: [1], limit: 100 })).toBe('11 12 13 21 22 23 31 32 33')
      expect(await places({ prefix: [1, 2], limit: 100 })).toBe('21 22 23')
      expect(await places({ prefix: [1, 2, 3], limit: 100 })).toBe('23')
      expect(await places({ prefix: [], limit: 100 })).toBe('28 11 12 13 21 22 23 31 32 33 29')
      expect(await places({ prefix: [1, 7], limit: 100 })).toBe('')
    })

    test('[ST22] from is inclusive, to exclusive, and a shorter tuple stands before all that extend it', async () => {
      await fillSpots()
      expect(await places({ prefix: [1], from: [2], limit: 100 })).toBe('21 22 23 31 32 33')
      expect(await places({ prefix: [1], from: [2, 3], limit: 100 })).toBe('23 31 32 33')
      expect(await places({ prefix: [1], to: [2], limit: 100 })).toBe('11 12 13')
      expect(await places({ prefix: [1], from: [1, 3], to: [3, 2], limit: 100 })).toBe('13 21 22 23 31')
      expect(await places({ prefix: [1, 2], from: [2], to: [3], limit: 100 })).toBe('22')
      expect(await places({ prefix: [1], from: [3], to: [2], limit: 100 })).toBe('')
      expect(await places({ prefix: [1], from: [], to: [], limit: 100 })).toBe('')
      expect(await places({ prefix: [1], from: [], limit: 1 })).toBe('11')
    })

    test('[ST23] reverse is the same range from its highest place down', async () => {
      await fillSpots()
      expect(await places({ prefix: [1], from: [1, 3], to: [3, 2], limit: 100, reverse: true })).toBe('31 23 22 21 13')
      expect(await places({ prefix: [1], limit: 2, reverse: true })).toBe('33 32')
      expect(await places({ prefix: [1], skip: 2, limit: 2, reverse: true })).toBe('31 23')
    })

    test('[ST24] skip passes over rows first; skip and limit beyond their bounds are refused with RangeError', async () => {
      for (let i = 0; i < 12; i++)
        await subject.store.commit(Array.from({ length: 1000 }, (_, y) => put(spots, { app: 5, x: i, y })))
      const at = async (range: Omit<Range, 'prefix'>) => {
        const rows = await subject.store.scan(spots, { prefix: [5], ...range })
        return [rows.length, rows[0] && rows[0].value.x * 1000 + rows[0].value.y]
      }
      expect(await at({ skip: 10_000, limit: 1000 })).toEqual([1000, 10_000])
      expect(await at({ skip: 10_000, limit: 1000, reverse: true })).toEqual([1000, 1999])
      expect(await at({ skip: 9_500, limit: 3, from: [2, 500] })).toEqual([0, undefined])
      expect(await at({ skip: 9_499, limit: 3, from: [2, 500] })).toEqual([1, 11_999])
      for (const bad of [
        { limit: 0 },
        { limit: 1001 },
        { limit: 1.5 },
        { limit: 1, skip: 10_001 },
        { limit: 1, skip: -1 },
      ])
        await expect(subject.store.scan(spots, { prefix: [5], ...bad })).rejects.toThrow(RangeError)
    })

    test('[ST25] an index orders by its columns, then by the key, and follows every change of a row', async () => {
      const rows: [string, number][] = [
        ['d', 1],
        ['b', 2],
        ['c', 1],
        ['a', 2],
      ]
      await subject.store.commit(rows.map(([id, rank]) => put(things, thing(id, rank))))
      expect(await ids({ prefix: [1], limit: 10 }, 'byRank')).toBe('c d a b')
      expect(await ids({ prefix: [1, 1], limit: 10, reverse: true }, 'byRank')).toBe('d c')
      expect(await ids({ prefix: [1], from: [1, 'd'], to: [2, 'b'], limit: 10 }, 'byRank')).toBe('d a')
      await subject.store.commit([put(things, thing('c', 3)), del(things, [1, 'd']), put(things, thing('e', -1))])
      expect(await ids({ prefix: [1], limit: 10 }, 'byRank')).toBe('e a b c')
      subject.now = 50
      await subject.store.commit([append(lines, [1, 'x'], { text: 'a' }), append(lines, [1, 'x'], { text: 'b' })])
      const byTime = await subject.store.scan(lines, { prefix: [1, 'x'], from: [50, 2], limit: 5 }, 'byTime')
      expect(byTime.map(row => row.value.text)).toEqual(['b'])
    })

    test('[ST26] strings stand in the order of their code points', async () => {
      const words = [
        '',
        'A',
        'B',
        'a',
        'aa',
        'a\u0001',
        'ab',
        'é',
        '字',
        '\ud7ff',
        '\ue000',
        '\uffff',
        '\u{10000}',
        '😀',
        'a😀',
      ]
      await subject.store.commit(words.map(id => put(things, thing(id))))
      const found = (await subject.store.scan(things, { prefix: [1], limit: 100 })).map(row => row.value.id)
      expect(found).toEqual([...words].sort(byCodePoint))
      const after = await subject.store.scan(things, { prefix: [1], from: ['\uffff'], limit: 100 })
      expect(after.map(row => row.value.id)).toEqual(['\uffff', '\u{10000}', '😀'])
    })

    test('[ST27] numbers stand in the order of their values, over all safe integers', async () => {
      const edge = Number.MAX_SAFE_INTEGER
      const numbers = [
        0,
        -0,
        1,
        -1,
        9,
        10,
        2 ** 28,
        2 ** 28 - 1,
        -(2 ** 28),
        2 ** 31,
        2 ** 32 + 1,
        2 ** 42,
        -(2 ** 42) - 1,
        edge,
        -edge,
      ]
      await subject.store.commit(numbers.map(x => put(spots, { app: 3, x, y: 0 })))
      const found = (await subject.store.scan(spots, { prefix: [3], limit: 100 })).map(row => row.value.x)
      expect(found).toEqual([...new Set(numbers.map(x => x + 0))].sort((a, b) => a - b))
      const between = (range: Partial<Range>) => subject.store.scan(spots, { prefix: [3], limit: 100, ...range })
      expect(await between({ from: [edge + 1] })).toEqual([])
      expect(await between({ from: [edge + 1, 0], reverse: true })).toEqual([])
      expect(await between({ from: [edge], to: [edge + 1] })).toMatchObject([{ value: { x: edge } }])
      expect(await between({ to: [edge + 1], reverse: true })).toHaveLength(found.length)
      await expect(between({ from: [edge + 3] })).rejects.toThrow(TypeError)
      await expect(between({ prefix: [edge + 1] })).rejects.toThrow(TypeError)
    })

    test('[ST56] scanMany gives each range its own rows, in the order of the ranges, as scan does', async () => {
      await fillSpots()
      for (let x = 4; x < 7; x++)
        await subject.store.commit(Array.from({ length: 400 }, (_, y) => put(spots, { app: 1, x, y })))
      const few: Range[] = [
        { prefix: [1, 2], limit: 5 },
        { prefix: [1, 9], limit: 5 },
        { prefix: [1], from: [2, 3], to: [3, 2], limit: 5, reverse: true },
        { prefix: [1], to: [], limit: 5 },
        { prefix: [1], skip: 4, limit: 1 },
        { prefix: [1, 2], limit: 5 },
      ]
      const many: Range[] = [{ prefix: [1, 7], limit: 9 }, { prefix: [1], limit: 1000, reverse: true }, ...few]
      for (const ranges of [[], few, many])
        expect(await subject.store.scanMany(spots, ranges)).toEqual(
          await Promise.all(ranges.map(range => subject.store.scan(spots, range))),
        )
      await subject.store.commit([put(things, thing('a', 2)), put(things, thing('b', 1)), put(things, thing('c', 2))])
      const ranks = [2, 1, 7].map(rank => ({ prefix: [1, rank], limit: 9 }))
      const byRank = await subject.store.scanMany(things, ranks, 'byRank')
      expect(byRank.map(rows => rows.map(row => row.value.id))).toEqual([['a', 'c'], ['b'], []])
      await subject.store.commit([put(sessions, { app: 1, id: 's' })])
      const volatile = await subject.store.scanMany(sessions, [
        { prefix: [2], limit: 1 },
        { prefix: [1], limit: 1 },
      ])
      expect(volatile.map(rows => rows.map(row => row.value.id))).toEqual([[], ['s']])
    })

    test('[ST57] ranges for more than 10,000 rows together, or after more, are refused with RangeError', async () => {
      const ranges = (limit: number, skip = 0) => Array.from({ length: 10 }, () => ({ prefix: [1], limit, skip }))
      const one = { prefix: [1], limit: 1 }
      expect(await subject.store.scanMany(spots, ranges(1000, 1000))).toEqual(new Array(10).fill([]))
      for (const table of [spots, sessions] as readonly Table[]) {
        await expect(subject.store.scanMany(table, [...ranges(1000), one])).rejects.toThrow(RangeError)
        await expect(subject.store.scanMany(table, [...ranges(1, 1000), { ...one, skip: 1 }])).rejects.toThrow(
          RangeError,
        )
        await expect(subject.store.scanMany(table, [one, { ...one, limit: 1001 }])).rejects.toThrow(RangeError)
        await expect(subject.store.scanMany(table, [one, { prefix: ['1'], limit: 1 }])).rejects.toThrow(TypeError)
        await expect(subject.store.scanMany(table, [one], 'byNothing')).rejects.toThrow(TypeError)
      }
    })

    test('[ST58] a row that lacks a value of a sparse index stands in every order but that one', async () => {
      const inSuits = async (range: Range) =>
        (await subject.store.scan(cards, range, 'bySuit')).map(row => row.value.id).join(' ')
      const hand = [
        { id: 'a', suit: 'hearts', place: 2 },
        { id: 'b', place: 1 },
        { id: 'c', suit: 'hearts' },
        { id: 'd' },
        { id: 'e', suit: 'clubs', place: 3, seen: 1 },
        { id: 'f', suit: 'hearts', place: 1 },
      ]
      await subject.store.commit(hand.map(card => put(cards, { app: 1, ...card })))
      expect(await subject.store.scan(cards, { prefix: [1], limit: 9 })).toHaveLength(6)
      expect((await subject.store.get(cards, [1, 'c']))?.value).toEqual({ app: 1, id: 'c', suit: 'hearts' })
      expect(await inSuits({ prefix: [1], limit: 9 })).toBe('e f a')
      expect(await inSuits({ prefix: [], limit: 9, reverse: true })).toBe('a f e')
      expect(await inSuits({ prefix: [1, 'hearts'], from: [2], limit: 9 })).toBe('a')
      expect(await inSuits({ prefix: [1, 'hearts'], to: [2], limit: 1, reverse: true })).toBe('f')
      expect(await subject.store.scan(cards, { prefix: [1], limit: 9 }, 'bySeen')).toHaveLength(1)
      await subject.store.commit([
        put(cards, { app: 1, id: 'a', suit: 'hearts' }),
        put(cards, { app: 1, id: 'd', suit: 'hearts', place: 7 }),
        del(cards, [1, 'f']),
      ])
      expect(await inSuits({ prefix: [1], limit: 9 })).toBe('e d')
    })

    test('[ST28] a read or range that cannot be meant is refused with TypeError', async () => {
      const wrong = [
        () => subject.store.get(things, [1]),
        () =>
          subject.store.getMany(things, [
            [1, 'a'],
            ['1', 'a'],
          ]),
        () => subject.store.scan(things, { prefix: ['1'], limit: 1 }),
        () => subject.store.scan(things, { prefix: [1, 'a', 'b'], limit: 1 }),
        () => subject.store.scan(things, { prefix: [1], from: [1], limit: 1 }),
        () => subject.store.scan(things, { prefix: [1], limit: 1 }, 'byNothing'),
        () => subject.store.heads(lines, [[1, 'a', 1]]),
      ]
      for (const read of wrong) await expect(read()).rejects.toThrow(TypeError)
    })
  })
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]].map(chars => chars.map(char => char.codePointAt(0) as number)) as [
    number[],
    number[],
  ]
  const i = left.findIndex((point, at) => point !== right[at])
  return i < 0 ? left.length - right.length : (left[i] as number) - (right[i] ?? -1)
}
