import { describe, expect, test } from 'vitest'
import { absent, add, append, batchLimits, check, del, put, type Row, ref, type Step } from '../store.ts'
import type { Subject } from './subject.ts'
import { lines, sessions, spots, sums, thing, things } from './tables.ts'

/** What a commit does, and what it refuses. */
export function batches(subject: Subject): void {
  describe('batches', () => {
    const commit = (...steps: Step[]) => subject.store.commit(steps)
    const note = async (id: string) => (await subject.store.get(things, [1, id]))?.value.note
    const sum = async (name: string) => (await subject.store.get(sums, [1, name]))?.value.n

    test('[ST1] a refused batch leaves nothing behind, whatever it wrote before the refusal', async () => {
      await commit(
        put(things, thing('old', 1, 'before')),
        add(sums, [1, 'n'], 5),
        append(lines, [1, 'a'], { text: 'one' }),
      )
      const refused = await commit(
        put(things, thing('new', 2)),
        put(things, thing('old', 9, 'after')),
        append(lines, [1, 'a'], { text: 'two' }, { counted: 1 }),
        append(lines, [1, 'b'], { text: 'first' }),
        add(sums, [1, 'n'], 1),
        del(things, [1, 'old']),
        absent(sums, [1, 'n']),
      )
      expect(refused).toEqual({ ok: false, step: 6, why: 'version' })
      expect(await subject.store.get(things, [1, 'new'])).toBeUndefined()
      expect(await note('old')).toBe('before')
      expect(await sum('n')).toBe(5)
      expect(await subject.store.scan(things, { prefix: [1], limit: 10 }, 'byRank')).toHaveLength(1)
      const heads = await subject.store.heads(lines, [
        [1, 'a'],
        [1, 'b'],
      ])
      expect(heads.map(head => head.number)).toEqual([1, 0])
      const next = await commit(append(lines, [1, 'a'], { text: 'two' }))
      expect(next).toMatchObject({ ok: true, results: [{ number: 2, counters: {} }] })
    })

    test('[ST2] a conflict names its step and fails only its own batch, also among batches sent together', async () => {
      const sent = Array.from({ length: 50 }, (_, i) =>
        i % 5 === 3
          ? commit(
              append(lines, [1, 'a'], { text: 'lost' }),
              put(things, thing(`lost${i}`)),
              absent(things, [1, `lost${i}`]),
            )
          : commit(append(lines, [1, 'a'], { text: `${i}` })),
      )
      const outcomes = await Promise.all(sent)
      expect(outcomes.filter(outcome => !outcome.ok)).toEqual(
        new Array(10).fill({ ok: false, step: 2, why: 'version' }),
      )
      const rows = await subject.store.scan(lines, { prefix: [1, 'a'], limit: 100 })
      expect(rows.map(row => row.value.seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
      expect(rows.some(row => row.value.text === 'lost')).toBe(false)
    })

    test('[ST3] a check sees the earlier steps of its batch and the earlier batches', async () => {
      expect(await commit(put(things, thing('a')), absent(things, [1, 'a']))).toMatchObject({ ok: false, step: 1 })
      expect(await commit(put(things, thing('a')), del(things, [1, 'a']), absent(things, [1, 'a']))).toMatchObject({
        ok: true,
      })
      const both = await Promise.all([
        commit(absent(things, [1, 'b']), put(things, thing('b', 0, 'first'))),
        commit(absent(things, [1, 'b']), put(things, thing('b', 0, 'second'))),
      ])
      expect(both.map(outcome => outcome.ok)).toEqual([true, false])
      expect(await note('b')).toBe('first')
    })

    test('[ST4] a check passes for the version that was read or for absence, and for nothing else', async () => {
      await commit(put(things, thing('a', 1)))
      const read = await subject.store.get(things, [1, 'a'])
      expect(await commit(check(things, [1, 'a'], read))).toMatchObject({ ok: true })
      expect(await commit(absent(things, [1, 'a']))).toMatchObject({ ok: false })
      expect(await commit(check(things, [1, 'none'], read))).toMatchObject({ ok: false })
      await commit(put(things, thing('a', 2)))
      expect(await commit(check(things, [1, 'a'], read))).toMatchObject({ ok: false, step: 0, why: 'version' })
    })

    test('[ST5] a version never comes back for a key once its row changed or went', async () => {
      const seen = new Set<number>()
      for (let i = 0; i < 20; i++) {
        await commit(put(things, thing('a')))
        seen.add((await subject.store.get(things, [1, 'a']))?.version as number)
        if (i % 3 === 0) await commit(del(things, [1, 'a']))
        if (i % 4 === 0) await commit(put(things, thing('a')), absent(things, [1, 'a']))
      }
      expect(seen.size).toBe(20)
    })

    test('[ST6] a reference becomes the number or time of an earlier append, or in a value of its own append', async () => {
      subject.now = 5000
      await commit(append(lines, [1, 'a'], { text: 'one' }))
      const outcome = await commit(
        put(things, thing('x')),
        append(lines, [1, 'a'], { text: 'two' }),
        append(lines, [1, 'b'], { text: 'other' }),
        put(spots, { app: 1, x: ref(1).number, y: ref(2).number }),
        put(things, { app: 1, id: 'at', rank: ref(1).number, until: ref(1).time }),
        put(things, { app: 1, id: 'note', rank: 0, note: ref(1).time as never }),
        absent(spots, [1, ref(1).number as never, 2]),
      )
      expect(outcome).toMatchObject({ ok: true })
      expect(await subject.store.get(spots, [1, 2, 1])).toBeDefined()
      expect((await subject.store.get(things, [1, 'at']))?.value).toEqual({ app: 1, id: 'at', rank: 2, until: 5000 })
      expect(await note('note')).toBe(5000)
      subject.now = 4000
      await commit(append(lines, [1, 'a'], { text: ref(0).number as never, until: ref(0).time }))
      expect((await subject.store.get(lines, [1, 'a', 3]))?.value).toMatchObject({ text: 3, until: 5000 })
    })

    test('[ST7] only what `ref` made refers; what merely looks like it is kept as it is', async () => {
      await commit(append(lines, [1, 'a'], { text: 'one' }), put(things, thing('a', 0, { $ref: 0, field: 'number' })))
      expect(await note('a')).toEqual({ $ref: 0, field: 'number' })
      const later = commit(put(spots, { app: 1, x: ref(1).number, y: 0 }), append(lines, [1, 'a'], { text: 'two' }))
      await expect(later).rejects.toThrow(TypeError)
      await expect(commit(put(spots, { app: 1, x: 1, y: ref(0).number }))).rejects.toThrow(TypeError)
      await expect(commit(append(lines, [ref(0).number as never, 'a'], { text: 'x' }))).rejects.toThrow(TypeError)
      await expect(commit(put(things, thing('b')), put(spots, { app: 1, x: ref(0).number, y: 0 }))).rejects.toThrow(
        TypeError,
      )
      await expect(
        commit(append(lines, [1, 'a'], { text: 'x' }), del(sessions, [1, ref(0).number as never])),
      ).rejects.toThrow(TypeError)
    })

    test('[ST59] a reference becomes the sum of an earlier add, in keys and values, of durable and volatile rows', async () => {
      await commit(add(sums, [1, 'n'], 5))
      const outcome = await commit(
        add(sums, [1, 'n'], 2),
        append(lines, [1, 'a'], { text: 'x', until: ref(0).sum }),
        add(sums, [1, 'n'], 1),
        put(spots, { app: 1, x: ref(0).sum, y: ref(2).sum }),
        put(sessions, { app: 1, id: 's', seen: ref(2).sum }),
      )
      expect(outcome).toMatchObject({ ok: true, results: [7, { number: 1 }, 8, undefined, undefined] })
      expect((await subject.store.get(lines, [1, 'a', 1]))?.value.until).toBe(7)
      expect(await subject.store.get(spots, [1, 7, 8])).toBeDefined()
      expect((await subject.store.get(sessions, [1, 's']))?.value.seen).toBe(8)
      const wrong: Step[][] = [
        [append(lines, [1, 'a'], { text: 'x', until: ref(1).sum }), add(sums, [1, 'n'], 1)],
        [append(lines, [1, 'a'], { text: 'x', until: ref(0).sum })],
        [put(spots, { app: 1, x: ref(0).sum, y: 1 })],
        [add(sums, [1, 'n'], 1), put(spots, { app: 1, x: ref(0).number, y: 1 })],
        [append(lines, [1, 'a'], { text: 'x' }), put(spots, { app: 1, x: ref(0).sum, y: 1 })],
      ]
      for (const steps of wrong) await expect(commit(...steps)).rejects.toThrow(TypeError)
      expect(await sum('n')).toBe(8)
    })

    test('[ST8] a counter begins at 0, gives its new sum, and remembers when it last changed', async () => {
      expect(await subject.store.get(sums, [1, 'n'])).toBeUndefined()
      expect(await commit(add(sums, [1, 'n'], 3), add(sums, [1, 'n'], -5))).toEqual({ ok: true, results: [3, -2] })
      subject.now = 2000
      await commit(add(sums, [1, 'n'], 0))
      expect((await subject.store.get(sums, [1, 'n']))?.value).toEqual({ n: -2, at: 2000 })
      await commit(del(sums, [1, 'n']))
      expect(await commit(add(sums, [1, 'n'], 1))).toEqual({ ok: true, results: [1] })
    })

    test('[ST9] an add whose sum would leave its bounds refuses the batch, however many try at once', async () => {
      const tries = Array.from({ length: 30 }, () =>
        commit(put(things, thing('x')), add(sums, [1, 'n'], 1, { max: 10 })),
      )
      const outcomes = await Promise.all(tries)
      expect(outcomes.filter(outcome => outcome.ok)).toHaveLength(10)
      expect(outcomes.at(-1)).toEqual({ ok: false, step: 1, why: 'bounds' })
      expect(await commit(add(sums, [1, 'n'], -11, { min: 0 }))).toMatchObject({ ok: false, why: 'bounds' })
      expect(await sum('n')).toBe(10)
      expect(await commit(add(sums, [1, 'n'], Number.MAX_SAFE_INTEGER))).toMatchObject({ ok: false, why: 'bounds' })
    })

    test('[ST10] a batch of more than 1,000 steps or 1 MiB is refused with RangeError before anything happens', async () => {
      const many = Array.from({ length: batchLimits.steps }, (_, i) => put(things, thing(`${i}`)))
      await expect(commit(...many, put(things, thing('more')))).rejects.toThrow(RangeError)
      await expect(commit(put(things, thing('a')), put(things, thing('b', 0, '字'.repeat(400_000))))).rejects.toThrow(
        RangeError,
      )
      expect(await subject.store.scan(things, { prefix: [], limit: 1 })).toEqual([])
      expect(await commit(...many)).toMatchObject({ ok: true })
      expect(await commit(put(things, thing('big', 0, 'x'.repeat(1_000_000))))).toMatchObject({ ok: true })
      expect(await note('big')).toHaveLength(1_000_000)
    })

    test('[ST11] a step that cannot be meant is refused with TypeError before anything happens', async () => {
      const wrong: Step[] = [
        put(things, { app: 1, id: 'x' } as never),
        put(things, { app: 1.5, id: 'x', rank: 0 }),
        put(things, { app: 2 ** 53, id: 'x', rank: 0 }),
        put(things, { app: 1, id: 7, rank: 0 } as never),
        put(things, thing('a\0b')),
        put(things, thing('\ud800')),
        put(things, { app: 1, id: 'x', rank: 0, until: 'soon' } as never),
        put(sums as never, { app: 1, name: 'n', n: 1, at: 1 }),
        append(things as never, [1], {}),
        add(things as never, [1, 'x'], 1),
        add(sums, [1, 'n'], 0.5),
        del(things, [1]),
        check(things, [1, 'x', 2], undefined),
      ]
      for (const step of wrong) await expect(commit(put(things, thing('a')), step)).rejects.toThrow(TypeError)
      expect(await subject.store.get(things, [1, 'a'])).toBeUndefined()
    })

    test('[ST12] a value comes back as its JSON says, and what the caller does to it afterwards changes nothing', async () => {
      const value = {
        ...thing('a', 1, { deep: ['ü', '😀', '\0', null, 1e300] }),
        missing: undefined,
        __proto__x: 1,
      }
      const sent = commit(put(things, value))
      value.id = 'changed'
      await sent
      const row = await subject.store.get(things, [1, 'a'])
      expect(row?.value).toEqual({
        app: 1,
        id: 'a',
        rank: 1,
        note: { deep: ['ü', '😀', '\0', null, 1e300] },
        __proto__x: 1,
      })
      const mine = row as Row<never> as Row<{ note: { deep: unknown[] } }>
      mine.value.note.deep.push('more')
      expect(await note('a')).toEqual({ deep: ['ü', '😀', '\0', null, 1e300] })
      await commit(put(things, thing('a', 2)))
      expect((await subject.store.get(things, [1, 'a']))?.value).toEqual({ app: 1, id: 'a', rank: 2 })
    })
  })
}
