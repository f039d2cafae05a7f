/** Values by string key, in the order of the keys. */
export interface Sorted<V> {
  get(key: string): V | undefined
  /** Sets or replaces. */
  set(key: string, value: V): void
  delete(key: string): void
  /** The values from `from` (inclusive) to `to` (exclusive), after passing over `skip` of them; from the end if `reverse`. */
  range(from: string, to: string, skip: number, limit: number, reverse: boolean): V[]
}

interface Chunk<V> {
  keys: string[]
  values: V[]
}

const fullChunk = 512

/** A sorted list in chunks: a change moves at most one chunk's entries, a range reads only what it returns. */
export function sorted<V>(): Sorted<V> {
  const chunks: Chunk<V>[] = [{ keys: [], values: [] }]

  // The last chunk that begins at or before the key, or the first one.
  function chunkOf(key: string): number {
    let low = 0
    let high = chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (((chunks[middle] as Chunk<V>).keys[0] as string) <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  function split(at: number): void {
    const chunk = chunks[at] as Chunk<V>
    const half = chunk.keys.length >>> 1
    chunks.splice(at + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) })
  }

  // Where a key stands or would stand: a chunk and a position in it.
  function find(key: string): { at: number; chunk: Chunk<V>; i: number; hit: boolean } {
    const at = chunkOf(key)
    const chunk = chunks[at] as Chunk<V>
    const i = firstFrom(chunk.keys, key)
    return { at, chunk, i, hit: chunk.keys[i] === key }
  }

  return {
    get(key) {
      const { chunk, i, hit } = find(key)
      return hit ? chunk.values[i] : undefined
    },

    set(key, value) {
      const { at, chunk, i, hit } = find(key)
      if (hit) {
        chunk.values[i] = value
        return
      }
      chunk.keys.splice(i, 0, key)
      chunk.values.splice(i, 0, value)
      if (chunk.keys.length > fullChunk) split(at)
    },

    delete(key) {
      const { at, chunk, i, hit } = find(key)
      if (!hit) return
      chunk.keys.splice(i, 1)
      chunk.values.splice(i, 1)
      if (chunk.keys.length === 0 && chunks.length > 1) chunks.splice(at, 1)
    },

    range(from, to, skip, limit, reverse) {
      const found: V[] = []
      let { at, i } = find(reverse ? to : from)
      let left = skip
      for (; at >= 0 && at < chunks.length; at += reverse ? -1 : 1) {
        const { keys, values } = chunks[at] as Chunk<V>
        if (reverse) {
          if (i < 0) i = keys.length
          const first = firstFrom(keys, from)
          const taken = Math.min(left, Math.max(0, i - first))
          left -= taken
          for (i = i - 1 - taken; i >= first; i--) {
            found.push(values[i] as V)
            if (found.length === limit) return found
          }
          if (first > 0) return found
          i = -1
        } else {
          const end = firstFrom(keys, to)
          const taken = Math.min(left, Math.max(0, end - i))
          left -= taken
          for (i += taken; i < end; i++) {
            found.push(values[i] as V)
            if (found.length === limit) return found
          }
          if (end < keys.length) return found
          i = 0
        }
      }
      return found
    },
  }
}

// The first position whose key is at or after the given one.
function firstFrom(keys: string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}
