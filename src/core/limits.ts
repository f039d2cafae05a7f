import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { Fault } from './errors.ts'

/** So many calls in so many seconds; then the caller is refused for `block` seconds (default: until the window ends). */
export interface Rate {
  calls: number
  seconds: number
  block?: number
}

/** `vendor` = as the catalogue says, `off` = none (for CI), or overrides by `<dialect>/<operation>` or `<dialect>`. */
export type LimitSettings = 'vendor' | 'off' | Record<string, Rate | 'off'>

/** Counts calls. */
export interface Limits {
  /**
   * Counts one call of an operation by somebody (an app or an account); Fault('rate.exceeded') over the rate. `tell` is
   * called with the first such call of a time span: how many there were, and how many there may be.
   */
  count(
    dialect: string,
    operation: string,
    who: string,
    vendor: Rate | undefined,
    tell?: (calls: number, limit: number) => Promise<void>,
  ): Promise<void>
  /** Whether somebody has no call left of a rate; counts nothing. */
  spent(dialect: string, operation: string, who: string, vendor: Rate | undefined): Promise<boolean>
  /** Whether limits are switched off altogether. */
  off: boolean
}

/** Counts on this node only; with several nodes each allows the whole rate. */
export function openLimits(settings: LimitSettings): Limits {
  const limiters = new Map<string, RateLimiterMemory>()

  function limiterFor(rate: Rate): RateLimiterMemory {
    const name = `${rate.calls}/${rate.seconds}/${rate.block ?? 0}`
    let limiter = limiters.get(name)
    if (!limiter) {
      limiter = new RateLimiterMemory({ points: rate.calls, duration: rate.seconds, blockDuration: rate.block ?? 0 })
      limiters.set(name, limiter)
    }
    return limiter
  }

  /** The rate that holds: the operator's own, else the vendor's; undefined for none. */
  function rateOf(dialect: string, operation: string, vendor: Rate | undefined): Rate | undefined {
    if (settings === 'off') return undefined
    const own = settings === 'vendor' ? undefined : (settings[`${dialect}/${operation}`] ?? settings[dialect])
    const rate = own ?? vendor
    return rate === 'off' ? undefined : rate
  }

  return {
    off: settings === 'off',
    async spent(dialect, operation, who, vendor) {
      const rate = rateOf(dialect, operation, vendor)
      const found = rate && (await limiterFor(rate).get(`${dialect}/${operation}/${who}`))
      return found ? found.consumedPoints >= (rate as Rate).calls : false
    },
    async count(dialect, operation, who, vendor, tell) {
      const rate = rateOf(dialect, operation, vendor)
      if (!rate) return
      try {
        await limiterFor(rate).consume(`${dialect}/${operation}/${who}`)
      } catch (error) {
        if (error instanceof Error) throw error
        const { consumedPoints: calls } = error as RateLimiterRes
        if (calls === rate.calls + 1) await tell?.(calls, rate.calls)
        throw new Fault('rate.exceeded')
      }
    },
  }
}
