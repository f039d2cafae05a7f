import { describe, expect, test } from 'vitest'
import { add, append, check, del, put, StoreUnavailable } from '../store.ts'
import type { Subject } from './subject.ts'
import { lines, sessions, sums, thing, things } from './tables.ts'

/** Reading what was written, retention, and opening again. */
export function lifetime(subject: Subject): void {
  describe('lifetime', () => {
    test('[ST33] once a commit has resolved every read sees it, large reads too', async () => {
      for (let i = 1; i <= 30; i++) {
        await subject.store.commit([put(things, thing(`a${i}`, i)), append(lines, [1, 'a'], { text: `${i}` })])
        expect(await subject.store.scan(things, { prefix: [1], limit: 1000 })).toHaveLength(i)
        expect((await subject.store.heads(lines, [[1, 'a']]))[0]?.number).toBe(i)
        expect(await subject.store.get(things, [1, `a${i}`])).toBeDefined()
      }
    })

    test('[ST34] a sweep removes up to its limit of the rows whose time has come, and no others', async () => {
      const ends = [100, 200, 300, undefined, 200, 50]
      await subject.store.commit(ends.map((until, i) => put(things, { ...thing(`${i}`, i), until })))
      await subject.store.commit([
        put(sessions, { app: 1, id: 'due', until: 200 }),
        put(sessions, { app: 1, id: 'not' }),
      ])
      expect(await subject.store.sweep(49, 100)).toBe(0)
      expect(await subject.store.sweep(200, 2)).toBe(2)
      expect(await subject.store.sweep(200, 100)).toBe(3)
      expect(await subject.store.sweep(200, 100)).toBe(0)
      const left = await subject.store.scan(things, { prefix: [1], limit: 10 }, 'byRank')
      expect(left.map(row => row.value.id)).toEqual(['2', '3'])
      expect(await subject.store.get(sessions, [1, 'due'])).toBeUndefined()
      expect(await subject.store.get(sessions, [1, 'not'])).toBeDefined()
      await subject.store.commit([put(things, thing('2', 2))])
      expect(await subject.store.sweep(1000, 100)).toBe(0)
    })

    test("[ST35] a sweep never removes a log's last row: numbers, time and counters go on from it", async () => {
      const say = (talk: string) => append(lines, [1, talk], { text: 'x', until: 2000 }, { counted: 1 })
      await subject.store.commit([say('a'), say('b'), say('a'), say('a')])
      expect(await subject.store.sweep(5000, 100)).toBe(2)
      const [a, b] = await subject.store.heads(lines, [
        [1, 'a'],
        [1, 'b'],
      ])
      expect(a).toEqual({ number: 3, time: 1000, counters: { counted: 3 } })
      expect(b).toEqual({ number: 1, time: 1000, counters: { counted: 1 } })
      expect(await subject.store.commit([say('a')])).toMatchObject({
        results: [{ number: 4, counters: { counted: 4 } }],
      })
      expect(await subject.store.sweep(5000, 100)).toBe(1)
    })

    test('[ST36] after opening again there are the same rows, versions, numbers, sums and epoch', async ({ skip }) => {
      const { epoch } = subject.store
      await subject.store.commit([
        put(things, thing('a', 1, 'kept')),
        put(things, thing('gone')),
        add(sums, [1, 'n'], 4),
      ])
      await subject.store.commit([append(lines, [1, 'a'], { text: 'x' }, { counted: 2 }), del(things, [1, 'gone'])])
      const gone = (await subject.store.get(sums, [1, 'n']))?.version as number
      const before = await subject.store.get(things, [1, 'a'])
      await subject.reopen(skip)
      expect(subject.store.epoch).toBe(epoch)
      expect(await subject.store.get(things, [1, 'a'])).toEqual(before)
      subject.now = 10
      const outcome = await subject.store.commit([
        check(things, [1, 'a'], before),
        append(lines, [1, 'a'], { text: 'y' }, { counted: 1 }),
        add(sums, [1, 'n'], 1),
        put(things, thing('gone')),
      ])
      expect(outcome).toEqual({
        ok: true,
        results: [undefined, { number: 2, time: 1000, counters: { counted: 3 } }, 5, undefined],
      })
      expect((await subject.store.get(things, [1, 'gone']))?.version).toBeGreaterThan(gone)
    })

    test('[ST37] the end waits for what is under way; every later call is refused with StoreUnavailable', async () => {
      const sent = Array.from({ length: 20 }, (_, i) =>
        subject.store.commit([append(lines, [1, 'a'], { text: 'x' }), put(sessions, { app: 1, id: 's', seen: i })]),
      )
      await subject.store.close()
      expect((await Promise.all(sent)).every(outcome => outcome.ok)).toBe(true)
      const calls = [
        () => subject.store.get(things, [1, 'a']),
        () => subject.store.getMany(things, []),
        () => subject.store.scan(things, { prefix: [], limit: 1 }),
        () => subject.store.scanMany(things, []),
        () => subject.store.heads(lines, []),
        () => subject.store.commit([]),
        () => subject.store.sweep(0, 1),
      ]
      for (const call of calls) await expect(call()).rejects.toThrow(StoreUnavailable)
      await subject.store.close()
    })
  })
}
