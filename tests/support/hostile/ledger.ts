import { AsyncLocalStorage } from 'node:async_hooks'
import { tables } from '../../../src/core/tables.ts'
import { nativeOperations } from '../../../src/dialects/native/native.ts'
import type { Store } from '../../../src/storage/store.ts'

/** What one operation of a device wrote before it came to its end. */
export interface Entry {
  operation: string
  wrote: string[]
  refused: boolean
}

/** A store of which is known which operation wrote what. */
export interface Ledger {
  store: Store
  /** The operations that came to an end since the last time. */
  taken(): Entry[]
  /** How many rows each table has, empty ones left out. */
  counts(): Promise<Record<string, number>>
  /** Every row of every table, by the table, but for those that come and go with sockets. */
  rows(): Promise<Record<string, unknown[]>>
  /** Operations run unwatched again. */
  close(): void
}

/** Ids are given out in blocks, whoever then needs none. */
const allowed = new Set(['ids'])

export function openLedger(store: Store): Ledger {
  const current = new AsyncLocalStorage<Entry>()
  let ended: Entry[] = []
  const runs = [...nativeOperations.values()].map(operation => ({ operation, run: operation.run }))
  for (const { operation, run } of runs)
    operation.run = (core, call, request) => {
      const entry: Entry = { operation: operation.key, wrote: [], refused: false }
      const settled = current.run(entry, async () => run.call(operation, core, call, request))
      return settled
        .catch(error => {
          entry.refused = true
          throw error
        })
        .finally(() => ended.push({ ...entry, wrote: [...entry.wrote] }))
    }

  const watched: Store = {
    ...store,
    async commit(steps) {
      const done = await store.commit(steps)
      const names = steps.filter(step => step.do !== 'check').map(step => step.table.name)
      if (done.ok) current.getStore()?.wrote.push(...names.filter(name => !allowed.has(name)))
      return done
    },
  }

  async function rows() {
    const all: Record<string, unknown[]> = {}
    for (const table of tables) {
      if (table.volatile) continue
      const found: unknown[] = []
      for (let skip = 0; ; skip += 1000) {
        const page = await store.scan(table, { prefix: [], skip, limit: 1000 })
        found.push(...page.map(row => row.value))
        if (page.length < 1000) break
      }
      if (found.length > 0) all[table.name] = found
    }
    return all
  }

  return {
    store: watched,
    taken() {
      const entries = ended
      ended = []
      return entries
    },
    async counts() {
      return Object.fromEntries(Object.entries(await rows()).map(([name, found]) => [name, found.length]))
    },
    rows,
    close() {
      for (const { operation, run } of runs) operation.run = run
    },
  }
}
