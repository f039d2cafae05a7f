import { performance } from 'node:perf_hooks'

/** How many events deliveries may take up at this moment. */
export interface GivingWay {
  /** Gives how many of so many may be taken up now. */
  take(wanted: number): number
  /** So many of those were not there to be taken up: others may have them. */
  giveBack(spare: number): void
  close(): void
}

/** How often is looked (ms), and from which share of its time this process counts as full. */
const [look, full] = [50, 0.8]
/** Events taken up between two looks while it is. */
const little = 50

/**
 * Calls have somebody waiting for them, deliveries have not: while this process has hardly any time left, deliveries take
 * up few events, and what waits is told as soon as there is time. `again` is called when there is more to be had.
 */
export function openGivingWay(again: () => void): GivingWay {
  let left = Number.POSITIVE_INFINITY
  let refused = false
  let last = performance.eventLoopUtilization()
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    left = utilization < full ? Number.POSITIVE_INFINITY : little
    if (refused) again()
    refused = false
  }, look)
  timer.unref()
  return {
    take(wanted) {
      const given = Math.min(wanted, left)
      left -= given
      if (given < wanted) refused = true
      return given
    },
    giveBack(spare) {
      left += spare
    },
    close: () => clearInterval(timer),
  }
}
