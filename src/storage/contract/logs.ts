import { describe, expect, test } from 'vitest'
import { type Appended, append, type Committed, check, del, put, type Step } from '../store.ts'
import type { Subject } from './subject.ts'
import { lines } from './tables.ts'

/** Numbers, times, counters and the ends of logs. */
export function logs(subject: Subject): void {
  describe('logs', () => {
    const commit = (...steps: Step[]) => subject.store.commit(steps)
    const say = (text: string, raise?: Record<string, number>) => append(lines, [1, 'a'], { text }, raise)
    const given = async (...steps: Step[]) => ((await commit(...steps)) as Committed).results as Appended[]
    const head = async () => (await subject.store.heads(lines, [[1, 'a']]))[0]

    test('[ST13] a log numbers its rows 1, 2, 3 … without a gap, also when many append at once and some are refused', async () => {
      const sent = Array.from({ length: 200 }, (_, i) =>
        i % 7 === 0
          ? commit(say('no'), check(lines, [1, 'a', 1], { version: -5, value: {} as never }))
          : given(say(`${i}`)),
      )
      const numbers = (await Promise.all(sent)).flatMap(one => (Array.isArray(one) ? one.map(each => each.number) : []))
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1))
      const rows = await subject.store.scan(lines, { prefix: [1, 'a'], limit: 1000 })
      expect(rows.map(row => row.value.seq)).toEqual(numbers)
      expect((await given(say('x'), append(lines, [1, 'b'], { text: 'y' }), say('z'))).map(one => one.number)).toEqual([
        numbers.length + 1,
        1,
        numbers.length + 2,
      ])
    })

    test("[ST14] an append's time is the clock's, but never before the last row's", async () => {
      const times: number[] = []
      for (const now of [1000, 3000, 2000, 500, 3001]) {
        subject.now = now
        const [one] = await given(say('x'))
        times.push(one?.time as number)
      }
      expect(times).toEqual([1000, 3000, 3000, 3000, 3001])
      const rows = await subject.store.scan(lines, { prefix: [1, 'a'], limit: 10 })
      expect(rows.map(row => row.value.at)).toEqual(times)
      subject.now = 1
      const other = await given(append(lines, [1, 'b'], { text: 'its own time' }))
      expect(other[0]?.time).toBe(1)
    })

    test('[ST15] an append raises counters and its row keeps what they were then, its own raise included', async () => {
      await commit(say('one', { counted: 1 }))
      await commit(say('two'))
      await commit(say('three', { counted: 2, tips: 1 }), say('four', { tips: -1 }))
      const rows = await subject.store.scan(lines, { prefix: [1, 'a'], limit: 10 })
      expect(rows.map(row => row.value.counters)).toEqual([
        { counted: 1 },
        { counted: 1 },
        { counted: 3, tips: 1 },
        { counted: 3, tips: 0 },
      ])
      expect(await head()).toEqual({ number: 4, time: 1000, counters: { counted: 3, tips: 0 } })
    })

    test('[ST16] what an append says of its number, time and counters itself is not heard', async () => {
      await commit(append(lines, [1, 'a'], { app: 9, talk: 'z', seq: 77, at: 5, counters: { counted: 9 }, text: 'x' }))
      const [row] = await subject.store.scan(lines, { prefix: [1, 'a'], limit: 10 })
      expect(row?.value).toEqual({ app: 1, talk: 'a', seq: 1, at: 1000, counters: {}, text: 'x' })
    })

    test("[ST17] a put replaces a log's row and leaves its time and counters; without such a row it is a conflict", async () => {
      await commit(say('one', { counted: 1 }), say('two', { counted: 1 }))
      const row = await subject.store.get(lines, [1, 'a', 2])
      subject.now = 9000
      await commit(
        put(lines, { ...(row?.value as never as object), text: 'recalled', at: 1, counters: { counted: 9 } } as never),
      )
      const after = await subject.store.get(lines, [1, 'a', 2])
      expect(after?.value).toEqual({ ...row?.value, text: 'recalled' })
      expect(after?.version).not.toBe(row?.version)
      expect(await head()).toEqual({ number: 2, time: 1000, counters: { counted: 2 } })
      const missing = await commit(
        say('three'),
        put(lines, { app: 1, talk: 'a', seq: 9, at: 0, text: '', counters: {} }),
      )
      expect(missing).toEqual({ ok: false, step: 1, why: 'version' })
      expect((await head())?.number).toBe(2)
    })

    test('[ST18] deleting rows inside a log moves nothing; deleting the last takes its end back to the row before', async () => {
      await commit(say('one', { counted: 1 }), say('two', { counted: 1 }), say('three', { counted: 1 }))
      await commit(del(lines, [1, 'a', 1]))
      expect((await given(say('four')))[0]?.number).toBe(4)
      await commit(del(lines, [1, 'a', 4]), del(lines, [1, 'a', 3]))
      expect(await head()).toEqual({ number: 2, time: 1000, counters: { counted: 2 } })
      await commit(del(lines, [1, 'a', 2]))
      expect(await head()).toEqual({ number: 0, time: 0, counters: {} })
    })

    test('[ST19] heads come in the order of the keys, empty logs as number 0', async () => {
      await commit(
        say('one'),
        append(lines, [1, 'b'], { text: 'x' }, { counted: 1 }),
        append(lines, [2, 'a'], { text: 'y' }),
      )
      const keys = [
        [1, 'b'],
        [1, 'none'],
        [2, 'a'],
        [1, 'b'],
        [2, 'b'],
      ] as const
      expect((await subject.store.heads(lines, keys)).map(one => one.number)).toEqual([1, 0, 1, 1, 0])
      const many = Array.from({ length: 500 }, (_, i) => [1, i === 400 ? 'b' : `none${i}`] as const)
      const heads = await subject.store.heads(lines, many)
      expect(heads.findIndex(one => one.number === 1)).toBe(400)
      expect(heads[400]?.counters).toEqual({ counted: 1 })
    })
  })
}
