import { type Encoded, type Late, noVersion, type Slot } from './encode.ts'
import type { Cell, Cells, Layout } from './layout.ts'
import type { Appended, Committed, Conflict, Count, Head, Ref } from './store.ts'

/** What an engine does with single rows while it applies a batch; it can take all of it back. */
export interface Rows {
  version(of: Layout, key: Cells): number | undefined
  count(of: Layout, key: Cells): Count | undefined
  /** The end of a log; `key` is without the number. */
  head(of: Layout, key: Cells): Head
  /** Writes a row, new or over the old one. */
  write(of: Layout, cells: Cells): void
  /** Writes a new last row of a log, whose end is then `head`. */
  append(of: Layout, cells: Cells, head: Head): void
  /** Writes over a log's row and leaves its time and counters alone; false when there is none. */
  replace(of: Layout, cells: Cells): boolean
  remove(of: Layout, key: Cells): void
}

/** By step, what is known so far: the log entries and sums that a batch was given. */
export type Results = Committed['results']

/** A step that somebody else applies: a batch over two engines has these in the other's places. */
export type Steps = readonly (Encoded | null)[]

/**
 * Applies a batch's steps in order: the rules of a commit, for every engine that works row by row. On a conflict the
 * rows written so far are the engine's to take back. `now` is the time, `version` the one that all its rows get,
 * `results` what the steps left out here were given elsewhere.
 */
export function apply(
  steps: Steps,
  batch: { now: number; version: number; results?: Results },
  layouts: ReadonlyMap<string, Layout>,
  rows: Rows,
): Committed | Conflict {
  const results: Results = batch.results ?? new Array(steps.length).fill(undefined)
  for (const [i, step] of steps.entries()) {
    if (!step) continue
    const of = layouts.get(step[1]) as Layout
    if (step[0] === 'append') {
      // Its own number comes first, because its columns may refer to it.
      const key = step[2].slice(0, of.keyLength - 1).map(slot => fill(slot, results))
      results[i] = next(rows.head(of, key), batch.now, step[5])
    }
    const cells = step[2].map(slot => fill(slot, results))
    switch (step[0]) {
      case 'check':
        if ((rows.version(of, cells) ?? noVersion) !== step[3]) return { ok: false, step: i, why: 'version' }
        break
      case 'del':
        rows.remove(of, cells)
        break
      case 'put': {
        cells.push(batch.version)
        if (of.table.kind === 'log') {
          cells.push(null, fillDocument(step[3], step[4], results))
          if (!rows.replace(of, cells)) return { ok: false, step: i, why: 'version' }
        } else {
          cells.push(fillDocument(step[3], step[4], results))
          rows.write(of, cells)
        }
        break
      }
      case 'append': {
        const head = results[i] as Head
        cells[of.keyLength - 1] = head.number
        cells[of.time] = head.time
        cells.push(batch.version, JSON.stringify(head.counters), fillDocument(step[3], step[4], results))
        rows.append(of, cells, head)
        break
      }
      case 'add': {
        const old = rows.count(of, cells)
        const n = (old?.n ?? 0) + step[3]
        if (n < step[4] || n > step[5]) return { ok: false, step: i, why: 'bounds' }
        cells.push(batch.version, n, Math.max(batch.now, old?.at ?? batch.now))
        rows.write(of, cells)
        results[i] = n
      }
    }
  }
  return { ok: true, results }
}

// The end of a log after one more row: time never goes back, whatever the clock does.
function next(head: Head, now: number, raise: Record<string, number> | null): Head {
  let counters = head.counters
  if (raise) {
    counters = { ...counters }
    for (const [name, by] of Object.entries(raise)) counters[name] = (counters[name] ?? 0) + by
  }
  return { number: head.number + 1, time: Math.max(now, head.time), counters }
}

function fill(slot: Slot, results: Results): Cell {
  return typeof slot === 'object' && slot !== null ? value(slot, results) : slot
}

function value({ $ref, field }: Ref, results: Results): number {
  const result = results[$ref]
  return field === 'sum' ? (result as number) : (result as Appended)[field]
}

function fillDocument(doc: string, late: Late, results: Results): string {
  if (late.length === 0) return doc
  const fields = late.map(([name, ref]) => `${JSON.stringify(name)}:${value(ref, results)}`).join()
  return doc === '{}' ? `{${fields}}` : `{${fields},${doc.slice(1)}`
}

/** Whether the batch may be refused after it wrote something, so that its engine must be able to take that back. */
export function mayNeedUndo(steps: Steps, layouts: ReadonlyMap<string, Layout>): boolean {
  let wrote = false
  for (const step of steps) {
    if (!step) continue
    const replaces = step[0] === 'put' && layouts.get(step[1])?.table.kind === 'log'
    if (wrote && (replaces || step[0] === 'check' || step[0] === 'add')) return true
    if (step[0] !== 'check') wrote = true
  }
  return false
}
