import { afterEach, beforeEach, describe } from 'vitest'
import { batches } from './contract/batches.ts'
import { lifetime } from './contract/lifetime.ts'
import { logs } from './contract/logs.ts'
import { model } from './contract/model.ts'
import { reads } from './contract/reads.ts'
import type { Subject } from './contract/subject.ts'
import { volatility } from './contract/volatility.ts'
import type { Store } from './store.ts'

export { contractTables } from './contract/tables.ts'

/** An engine under test. `reopen` ends the store and opens the same data again, with no more than `contractTables`. */
export interface Opened {
  store: Store
  reopen?: () => Promise<Store>
}

/**
 * The rules every store keeps, in code; the numbers are those of SPEC.md. `open` gives an empty store of its own to
 * every test, with the tables `contractTables` and this clock. Rules about opening again are skipped, visibly, for an
 * engine without `reopen`: it keeps nothing.
 *
 * A batch over durable and volatile tables: its volatile checks must hold at the moment its durable part is on disk, so
 * an engine holds these rows from the check until both parts are done. Other commits on them wait, sweeps pass over
 * them, reads see them as they were. A volatile row's key therefore names no reference: it must be known beforehand.
 */
export function contract(name: string, open: (clock: () => number) => Promise<Opened>): void {
  describe(`store contract: ${name}`, () => {
    const subject = {} as Subject
    let stores: Store[] = []

    beforeEach(async () => {
      subject.now = 1000
      const opened = await open(() => subject.now)
      stores = [opened.store]
      subject.store = opened.store
      subject.reopen = async skip => {
        if (!opened.reopen) return skip('this engine keeps nothing when it ends')
        subject.store = await opened.reopen()
        stores.push(subject.store)
      }
    })

    afterEach(async () => {
      for (const store of stores) await store.close()
    })

    batches(subject)
    logs(subject)
    reads(subject)
    volatility(subject)
    lifetime(subject)
    model(subject)
  })
}
