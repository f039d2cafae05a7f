import type { Store } from '../../src/storage/store.ts'

/** One process's way to a store, as it is when that process stops without a word. */
export interface Mortal {
  store: Store
  /** From now on nothing comes back, as if the process stood still. */
  sleep(): void
  /** It goes on where it stood. */
  wake(): void
}

/** Puts a process that can stop between its caller and a store. */
export function mortal(real: Store): Mortal {
  let asleep = false
  let waiting: (() => void)[] = []

  async function pass<T>(work: () => Promise<T>): Promise<T> {
    if (asleep) await new Promise<void>(resolve => waiting.push(resolve))
    const result = await work()
    // An answer does not reach who sleeps by then.
    if (asleep) await new Promise<void>(resolve => waiting.push(resolve))
    return result
  }

  const store = new Proxy(real, {
    get(target, name) {
      const value = target[name as keyof Store]
      if (typeof value !== 'function') return value
      const method = value as (...args: unknown[]) => Promise<unknown>
      return (...args: unknown[]) => pass(() => method.apply(target, args))
    },
  })
  return {
    store,
    sleep() {
      asleep = true
    },
    wake() {
      asleep = false
      const all = waiting
      waiting = []
      for (const go of all) go()
    },
  }
}
