import { describe, expect, test } from 'vitest'
import { absent, add, append, check, put, ref, type Step } from '../store.ts'
import type { Subject } from './subject.ts'
import { lines, passing, sessions, sums, thing, things } from './tables.ts'

/** Volatile tables, alone and in one batch with durable ones. */
export function volatility(subject: Subject): void {
  describe('volatile tables', () => {
    const commit = (...steps: Step[]) => subject.store.commit(steps)

    test('[ST29] a volatile table keeps the same rules: numbers, checks, scans', async () => {
      await commit(append(passing, [1, 'a'], { text: 'x' }, { n: 1 }), put(sessions, { app: 1, id: 's' }))
      expect(await commit(absent(sessions, [1, 's']))).toMatchObject({ ok: false, why: 'version' })
      expect(await subject.store.heads(passing, [[1, 'a']])).toEqual([{ number: 1, time: 1000, counters: { n: 1 } }])
      expect(await subject.store.scan(sessions, { prefix: [1], limit: 5 })).toHaveLength(1)
    })

    test('[ST30] a batch over durable and volatile tables is all or nothing, whichever side refuses', async () => {
      await commit(put(sessions, { app: 1, id: 'old' }), put(things, thing('old')))
      const refused = [
        await commit(
          append(lines, [1, 'a'], { text: 'x' }),
          put(sessions, { app: 1, id: 'new' }),
          absent(sessions, [1, 'old']),
        ),
        await commit(
          put(sessions, { app: 1, id: 'new' }),
          append(lines, [1, 'a'], { text: 'x' }),
          absent(things, [1, 'old']),
        ),
        await commit(put(sessions, { app: 1, id: 'new' }), add(sums, [1, 'n'], 1, { max: 0 })),
      ]
      expect(refused.map(outcome => !outcome.ok && outcome.step)).toEqual([2, 2, 1])
      expect(await subject.store.get(sessions, [1, 'new'])).toBeUndefined()
      expect((await subject.store.heads(lines, [[1, 'a']]))[0]?.number).toBe(0)
      const done = await commit(
        append(lines, [1, 'a'], { text: 'x' }),
        append(passing, [1, 'a'], { text: 'y' }),
        put(sessions, { app: 1, id: 'new', seen: ref(0).number }),
        put(things, { app: 1, id: 'new', rank: ref(1).number }),
      )
      expect(done).toMatchObject({ ok: true, results: [{ number: 1 }, { number: 1 }, undefined, undefined] })
      expect((await subject.store.get(sessions, [1, 'new']))?.value.seen).toBe(1)
      expect((await subject.store.get(things, [1, 'new']))?.value.rank).toBe(1)
    })

    test('[ST31] what a batch over both checked of volatile rows still holds when its durable part is written', async () => {
      // Each writes the session's holder on both sides; were a check stale, the two sides would come to differ.
      await commit(put(sessions, { app: 1, id: 's', seen: 0 }))
      const tries = Array.from({ length: 40 }, async (_, i) => {
        const row = await subject.store.get(sessions, [1, 's'])
        const mine = put(sessions, { app: 1, id: 's', seen: i })
        if (i % 2) return [i, (await commit(check(sessions, [1, 's'], row), mine)).ok] as const
        return [
          i,
          (await commit(append(lines, [1, 's'], { text: `${i}` }), check(sessions, [1, 's'], row), mine)).ok,
        ] as const
      })
      const won = (await Promise.all(tries)).filter(([, ok]) => ok).map(([i]) => i)
      expect(won).toHaveLength(1)
      expect((await subject.store.get(sessions, [1, 's']))?.value.seen).toBe(won[0])
      const written = await subject.store.scan(lines, { prefix: [1, 's'], limit: 100 })
      expect(written.map(row => row.value.text)).toEqual(won.filter(i => i % 2 === 0).map(String))
    })

    test('[ST31] who comes while such a batch is being written waits for its end', async () => {
      await commit(put(sessions, { app: 1, id: 's', seen: 0 }))
      const row = await subject.store.get(sessions, [1, 's'])
      const both = commit(
        append(lines, [1, 's'], { text: 'x' }),
        check(sessions, [1, 's'], row),
        put(sessions, { app: 1, id: 's', seen: 1 }),
      )
      for (let i = 0; i < 20; i++) await Promise.resolve()
      const alone = commit(check(sessions, [1, 's'], row), put(sessions, { app: 1, id: 's', seen: 2 }))
      expect((await Promise.all([both, alone])).map(outcome => outcome.ok)).toEqual([true, false])
      expect((await subject.store.get(sessions, [1, 's']))?.value.seen).toBe(1)
      expect((await subject.store.heads(lines, [[1, 's']]))[0]?.number).toBe(1)
    })

    test('[ST32] volatile rows are gone after opening again, durable ones are there', async ({ skip }) => {
      await commit(
        put(sessions, { app: 1, id: 's' }),
        put(things, thing('a')),
        append(passing, [1, 'a'], { text: 'x' }),
      )
      await subject.reopen(skip)
      expect(await subject.store.get(sessions, [1, 's'])).toBeUndefined()
      expect((await subject.store.heads(passing, [[1, 'a']]))[0]?.number).toBe(0)
      expect(await subject.store.get(things, [1, 'a'])).toBeDefined()
    })
  })
}
