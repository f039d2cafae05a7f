/** Waits that whoever closes can end. */
export interface Pauses {
  /** Resolves after so long (ms), or at once when they were ended. */
  pause(ms: number): Promise<void>
  /** Ends all that are under way, and all that come. */
  end(): void
}

/** Opens waits that end together. */
export function openPauses(): Pauses {
  const underWay = new Set<() => void>()
  let ended = false
  return {
    pause(ms) {
      if (ended) return Promise.resolve()
      return new Promise(resolve => {
        const end = () => {
          clearTimeout(timer)
          underWay.delete(end)
          resolve()
        }
        const timer = setTimeout(end, ms)
        underWay.add(end)
      })
    },
    end() {
      ended = true
      for (const end of underWay) end()
    },
  }
}
