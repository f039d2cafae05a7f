/** Names held by work under way. */
export interface Turns {
  /** Whether work under way holds this name. */
  held(name: string): boolean
  /** Does the work when all earlier work that holds one of these names has ended; holds them until it ends itself. */
  take<T>(names: readonly string[], work: () => Promise<T>): Promise<T>
}

/** Work that shares a name goes one after another in the order of its coming; other work goes at once. */
export function turns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  return {
    held: name => last.has(name),
    async take(names, work) {
      const before = names.flatMap(name => last.get(name) ?? [])
      const mine = Promise.all(before).then(work)
      // Who waits only waits for the end, whatever it was.
      const end = mine.catch(() => undefined)
      for (const name of names) last.set(name, end)
      try {
        return await mine
      } finally {
        for (const name of names) if (last.get(name) === end) last.delete(name)
      }
    },
  }
}
