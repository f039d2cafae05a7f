import { add, type Store } from '../storage/store.ts'
import { idBlocks } from './tables.ts'

/** Gives positive integers below 2^53, unique over all nodes, rising on one node. */
export type Ids = () => Promise<number>

/** Ids begin here, so that none looks like a small number that a caller might use for something else. */
const first = 1_000_000_000

/** Takes blocks of ids from a counter; a block that a process had not used up is lost with it. */
export function openIds(store: Store, size = 4096): Ids {
  let next = 0
  let end = 0
  let taking: Promise<void> | undefined

  async function take() {
    const result = await store.commit([add(idBlocks, ['ids'], size)])
    const sum = result.ok ? (result.results[0] as number) : 0
    next = first + sum - size
    end = first + sum
  }

  return async function id() {
    while (next === end) {
      taking ??= take().finally(() => {
        taking = undefined
      })
      await taking
    }
    return next++
  }
}
