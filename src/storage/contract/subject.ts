import type { Store } from '../store.ts'

/** What a contract test works on: a fresh store whose clock stands at `now`. */
export interface Subject {
  store: Store
  now: number
  /** Ends the store and opens its data again as `store`; calls `skip` when the engine keeps nothing. */
  reopen(skip: (why: string) => never): Promise<void>
}
