import type { Results, Steps } from '../apply.ts'
import type { Cells } from '../layout.ts'
import type { Committed, Conflict, Head, Key, Range, Table } from '../store.ts'
import type { Durability, Mode } from './connection.ts'

/** What the main thread and its workers say to each other. Arrays of plain values cross threads cheapest. */

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

/** To the writer: work in the order of its arrival, or null for the end. */
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

/** From the writer: once when it is open, then what became of the oldest pieces of work, in their order. */
export type FromWriter =
  | { opened: { epoch: string; mode: Mode } }
  | { failed: string }
  | { done: Done[]; counts: WriterCounts }

/** To the reader. */
export type Question =
  | { id: number; ask: 'rows'; table: string; keys: readonly Key[] }
  | { id: number; ask: 'scan'; table: string; range: Range; index: string }
  | { id: number; ask: 'heads'; table: string; keys: readonly Key[] }
  | { id: number; ask: 'expired'; table: string; now: number; limit: number }
  | { id: number; ask: 'end' }

/** From the reader. */
export type Answer = { id: number; rows: (Cells | undefined)[] | Head[] | Key[] } | { id: number; failed: string }
