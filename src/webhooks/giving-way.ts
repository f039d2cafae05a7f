import { cpus } from 'node:os'
import { performance } from 'node:perf_hooks'

/** How many events deliveries may take up at this moment. */
export interface GivingWay {
  /** Gives how many of so many may be taken up now. */
  take(wanted: number): number
  /** So many of those were not there to be taken up: others may have them. */
  giveBack(spare: number): void
  close(): void
}

/** Whether the process or the machine had hardly any time left since it was asked last. */
export type IsFull = () => boolean

/** How often is looked (ms). */
const look = 100
/** Events taken up between two looks: at least, and from where on they are not counted. */
const [least, most] = [100, 5000]
/** What a look makes of that number while there is hardly any time left, and while there is. */
const [fewer, further] = [0.7, 1.5]

/**
 * Calls have somebody waiting for them, deliveries have not: while there is hardly any time left, deliveries take up fewer
 * and fewer events, down to a little, and more and more again as soon as there is. So they take what the calls leave.
 * `again` is called when there is more to be had.
 */
export function openGivingWay(again: () => void, isFull: IsFull = openIsFull()): GivingWay {
  let share = most
  let taken = 0
  let refused = false
  const timer = setInterval(() => {
    share = isFull() ? Math.max(least, Math.min(share, taken) * fewer) : Math.min(most, share * further)
    taken = 0
    if (refused) again()
    refused = false
  }, look)
  timer.unref()
  return {
    take(wanted) {
      const left = share < most ? Math.max(0, Math.round(share) - taken) : wanted
      const given = Math.min(wanted, left)
      taken += given
      if (given < wanted) refused = true
      return given
    },
    giveBack(spare) {
      taken = Math.max(0, taken - spare)
    },
    close: () => clearInterval(timer),
  }
}

/** From which share of its time the main thread counts as full, and of its processors' time the machine. */
const [fullThread, fullMachine] = [0.8, 0.95]

function openIsFull(): IsFull {
  let thread = performance.eventLoopUtilization()
  let machine = machineTimes()
  return () => {
    const [nowThread, nowMachine] = [performance.eventLoopUtilization(), machineTimes()]
    const { utilization } = performance.eventLoopUtilization(nowThread, thread)
    const idle = (nowMachine.idle - machine.idle) / Math.max(1, nowMachine.all - machine.all)
    thread = nowThread
    machine = nowMachine
    return utilization >= fullThread || idle <= 1 - fullMachine
  }
}

/** The time that all processors have spent so far, and how much of it they had nothing to do (ms). */
function machineTimes(): { idle: number; all: number } {
  let [idle, all] = [0, 0]
  for (const { times } of cpus()) {
    idle += times.idle
    all += times.user + times.nice + times.sys + times.idle + times.irq
  }
  return { idle, all }
}
