import type { Call } from '../core/call.ts'
import type { Core } from '../core/core.ts'
import { type Dialect, explain } from '../dialects/dialect.ts'
import { type Bucket, take } from './limits.ts'

/** What is known of a device that was refused. */
export type Stranger = Pick<Call, 'address' | 'device'> & { connection: string; automatic: boolean }

/** Failed sign-ins of one app that its back end hears of: so many in a second for long, and so many at once. */
const bound = { rate: 10, burst: 100 }

/**
 * Tells apps of sign-ins that failed, as far as the credentials name an app and a user. Anybody can make sign-ins fail:
 * beyond a bound they are not told.
 */
export function openRefusals(core: Core, dialects: readonly Dialect[]) {
  const buckets = new Map<number, Bucket>()

  return function refused(credentials: unknown, error: unknown, stranger: Stranger): void {
    const { dialect: name } = (credentials ?? {}) as { dialect?: unknown }
    const dialect = dialects.find(each => each.name === name)
    const claim = dialect?.claim?.(core, credentials)
    if (!dialect || !claim) return
    const { app, user } = claim
    const now = Date.now()
    const bucket = buckets.get(app.id) ?? { tokens: bound.burst, at: now }
    buckets.set(app.id, bucket)
    if (take(bucket, bound, now) !== 'yes') return
    const { address, device, connection, automatic } = stranger
    const origin = { dialect: 'native', via: 'client' } as const
    const { code, text } = explain(dialect, undefined, error)
    core
      .report(
        { app, operator: user, admin: false, origin, address, device },
        { type: 'session.refused', user, code, text, automatic, connection },
      )
      .catch(failure => core.log.warn({ err: failure }, 'a failed sign-in could not be told'))
  }
}
