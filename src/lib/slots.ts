/** At most so many at a time; the others wait in the order in which they came. */
export interface Slots {
  take(): Promise<void>
  give(): void
}

/** Opens so many slots. */
export function openSlots(count: number): Slots {
  let free = count
  // A ring would save the shift; queues here are as short as a lane's window.
  const waiting: (() => void)[] = []
  return {
    take() {
      if (free > 0) {
        free--
        return Promise.resolve()
      }
      return new Promise(resolve => waiting.push(resolve))
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}
