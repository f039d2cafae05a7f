import { partsOf } from './parts.ts'

/**
 * Makes one question of all that are asked in the same turn of the event loop: equal keys are asked once, at most
 * `most` in one call of `load`, which answers in the order of the keys.
 */
export function together<V>(load: (keys: string[]) => Promise<V[]>, most = 100): (key: string) => Promise<V> {
  let waiting = new Map<string, Promise<V>>()
  let answers: Promise<Map<string, V>> | undefined

  async function ask(asked: Map<string, Promise<V>>): Promise<Map<string, V>> {
    await new Promise(resolve => setImmediate(resolve))
    waiting = new Map()
    answers = undefined
    const keys = [...asked.keys()]
    const parts = partsOf(keys, most)
    const values = (await Promise.all(parts.map(load))).flat()
    return new Map(keys.map((key, i) => [key, values[i] as V]))
  }

  return key => {
    const known = waiting.get(key)
    if (known) return known
    const asked = waiting
    // The key must be there before the question goes out.
    const answer = Promise.resolve().then(async () => (await (answers as Promise<Map<string, V>>)).get(key) as V)
    asked.set(key, answer)
    answers ??= ask(asked)
    return answer
  }
}
