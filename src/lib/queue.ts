/**
 * Runs work one at a time per key, in the order it came; different keys do not wait for each other. Work with several
 * keys begins when all earlier work with one of them has ended. Work must not wait for further work with a key it has.
 */
export type KeyedQueue = <T>(key: string | readonly string[], work: () => Promise<T>) => Promise<T>

/** Makes a queue of its own; it holds nothing for keys that are idle. */
export function keyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<unknown>>()
  return async function run<T>(key: string | readonly string[], work: () => Promise<T>): Promise<T> {
    const keys = typeof key === 'string' ? [key] : key
    const before = keys.flatMap(one => tails.get(one) ?? [])
    const mine = before.length > 0 ? Promise.all(before).then(work) : work()
    // The tail never rejects: a failure belongs to its caller alone.
    const tail = mine.then(ignore, ignore)
    for (const one of keys) tails.set(one, tail)
    try {
      return await mine
    } finally {
      for (const one of keys) if (tails.get(one) === tail) tails.delete(one)
    }
  }
}

function ignore() {}
