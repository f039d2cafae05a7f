import type { Turn } from '../core/call.ts'

/** Hands out the turns of one device: each comes when the one before has passed. */
export function openSaying(): () => Turn {
  let last: Promise<void> = Promise.resolve()
  return () => {
    const before = last
    let pass = () => {}
    last = new Promise(resolve => {
      pass = () => resolve(before)
    })
    return { come: () => before, pass }
  }
}
