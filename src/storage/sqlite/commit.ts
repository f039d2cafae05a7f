import type { Steps } from '../apply.ts'
import type { Encoded, Slot } from '../encode.ts'
import type { Layout } from '../layout.ts'
import type { MemoryRows } from '../memory-rows.ts'
import { place } from '../order.ts'
import type { Appended, Committed, Conflict, Key } from '../store.ts'
import type { Queue } from './queue.ts'
import { turns } from './turns.ts'

/** Commits over both kinds of tables. */
export interface Commits {
  commit(steps: readonly Encoded[], bytes: number, now: number): Promise<Committed | Conflict>
  /** Whether a commit under way relies on this row of a volatile table. */
  held(of: Layout, key: Key): boolean
}

/**
 * Durable steps go to the writer, volatile ones to memory. A batch over both holds its volatile rows from its check of
 * them until its durable part is on disk and its volatile part done, so the checks are still true then; other work on
 * these rows waits. Nobody reads its volatile part before its durable part is on disk.
 */
export function commits(layouts: ReadonlyMap<string, Layout>, queue: Queue, memory: MemoryRows): Commits {
  const rowTurns = turns()
  const isVolatile = (step: Encoded) => (layouts.get(step[1]) as Layout).table.volatile

  async function overBoth(steps: readonly Encoded[], bytes: number, now: number): Promise<Committed | Conflict> {
    const [inMemory, onDisk] = [steps.map(s => (isVolatile(s) ? s : null)), steps.map(s => (isVolatile(s) ? null : s))]
    // Numbers and sums from the durable part are not known yet. They cannot change what the checks say.
    const unknown = onDisk.map(step => (step ? unknowns[step[0]] : undefined))
    const trial = memory.commit(inMemory, now, { results: unknown, dry: true })
    if (!trial.ok) return trial
    const known = trial.results.map((result, i) => (inMemory[i] ? result : undefined))
    const durable = (await queue.send([now, onDisk, known], bytes)) as Committed | Conflict
    if (!durable.ok) return durable
    return memory.commit(inMemory, now, { results: durable.results })
  }

  return {
    async commit(steps, bytes, now) {
      if (steps.length === 0) return { ok: true, results: [] }
      const held = steps.filter(isVolatile).map(step => rowName(layouts.get(step[1]) as Layout, step[2]))
      if (held.length === 0) return (await queue.send([now, steps as Steps, null], bytes)) as Committed | Conflict
      if (held.length < steps.length) return rowTurns.take(held, () => overBoth(steps, bytes, now))
      if (!held.some(rowTurns.held)) return memory.commit(steps, now)
      return rowTurns.take(held, async () => memory.commit(steps, now))
    },
    held: (of, key) => rowTurns.held(rowName(of, key)),
  }
}

const unknowns: Partial<Record<Encoded[0], Appended | number>> = {
  append: { number: 0, time: 0, counters: {} },
  add: 0,
}

// What work on a row holds: the row, or the whole log, since its end is every append's business.
function rowName(of: Layout, cells: readonly Slot[]): string {
  const parts = of.table.kind === 'log' ? of.keyLength - 1 : of.keyLength
  return `${of.table.name}\0${place(cells.slice(0, parts) as unknown as Key)}`
}
