import type { Results, Steps } from '../apply.ts'
import type { Committed, Conflict, Key, Range, Table } from '../store.ts'
import type { Durability, Mode } from './connection.ts'

/** What the main thread and its workers say to each other. */

/** What a worker is started with. */
export interface Start {
  folder: string
  durability: Durability
  tables: readonly Table[]
}

/** One batch on its way to the writer; `results` of steps that are applied elsewhere. */
export type Batch = readonly [now: number, steps: Steps, results: Results | null]

/** Rows that a sweep found: the writer looks again and removes those that may still go. */
export interface Sweep {
  now: number
  found: readonly (readonly [table: string, keys: readonly Key[]])[]
}

/** To the writer, as JSON text, which crosses threads cheaper than objects do: work in the order of its arrival, or null for the end. */
export type Work = readonly (Batch | Sweep)[] | null

/** How a sweep ended. */
export interface Swept {
  removed: number
}

/** How one piece of work ended; a text says why the engine could not do it. */
export type Done = Committed | Conflict | Swept | string

/** Counts since the writer began; `syncs` are commits that had something to write and waited for the disk. */
export interface WriterCounts {
  commits: number
  rows: number
  syncs: number
}

/** From the writer: once when it is open, then what became of the oldest pieces of work in their order, as JSON text of `Done`s. */
export type FromWriter =
  | { opened: { epoch: string; mode: Mode } }
  | { failed: string }
  | { done: string; counts: WriterCounts }

/** To the reader. */
export type Question =
  | { ask: 'rows'; table: string; keys: readonly Key[] }
  | { ask: 'scans'; table: string; ranges: readonly Range[]; index: string }
  | { ask: 'heads'; table: string; keys: readonly Key[] }
  | { ask: 'expired'; table: string; now: number; limit: number }

/** A question with its number, as JSON text; the wish for the next portion of an answer; or the end. */
export type ToReader = { id: number; text: string } | { id: number; more: true } | null

/** What answers a question: cells (null where there is no row), heads or keys; of ranges their rows one after another. */
export interface Found {
  rows: unknown[]
  /** How many of the rows each range has. */
  lengths?: number[]
}

/** From the reader: a portion of what was found, as JSON text, and whether there is more. */
export type Answer = { id: number; text: string; more: boolean } | { id: number; failed: string }
