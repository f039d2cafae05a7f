import { append, put, type Step, StoreUnavailable } from '../../storage/store.ts'
import { type Context, change } from '../context.ts'
import type { Session } from '../model.ts'
import type { EndWhy, UserEvent } from './model.ts'
import { platformOf } from './platforms.ts'
import { lastSeen, userEvents } from './tables.ts'

/** How long sign-ins and ends of sessions are kept (ms). */
const kept = 30 * 24 * 3600 * 1000

/** Records of a batch, which are two steps each, and records that may wait for the disk. */
const together = 100
const mostWaiting = 20_000

/** What a page of records is asked by. */
export interface RecordPage {
  /** Times (ms), both inclusive. */
  from?: number
  to?: number
  /** Goes on behind this place. */
  after?: { time: number; number: number }
  limit: number
  /** Newest first. */
  reverse?: boolean
}

/**
 * Writes down who came and went, beside what presence itself needs: nobody waits for the disk, and a disk that cannot be
 * written keeps nobody out. While some are written, others gather for the next batch, so that thousands who come at once
 * cost those who talk little. What was asked to be written is written before anything is read, and before `close` resolves.
 */
export function openRecords(ctx: Context) {
  let waiting: Step[][] = []
  let writing: Promise<void> | undefined

  function write(sessions: readonly Session[], what: 'in' | 'out', why?: EndWhy): void {
    if (sessions.length === 0) return
    if (waiting.length + sessions.length > mostWaiting) {
      missed(new StoreUnavailable('busy'))
      return
    }
    for (const session of sessions) waiting.push(stepsOf(session, what, why))
    writing ??= writeAll()
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const steps = waiting.slice(0, together).flat()
      waiting = waiting.slice(together)
      await change(ctx, async () => ({ steps, done: () => undefined })).catch(missed)
    }
    // At once, not when this promise is known to have resolved: what comes in between would wait for the next to come.
    writing = undefined
  }

  function missed(error: unknown) {
    ctx.log.warn({ err: error }, 'who came and went could not be written down')
  }

  function stepsOf(session: Session, what: 'in' | 'out', why?: EndWhy): Step[] {
    const { app, user, id, platform, device, address, sdk, tag } = session
    const at = ctx.clock()
    const event: Partial<UserEvent> = {
      ...{ what, why, session: id, platform, device, address, sdk, tag, expires: at + kept },
    }
    return [put(lastSeen, { app, user, platform: platformOf(platform), at }), append(userEvents, [app, user], event)]
  }

  async function settled(): Promise<void> {
    await writing
  }

  /** A user's sign-ins and ends of sessions in the order of their times; those of the last 30 days. */
  async function read(app: number, user: string, page: RecordPage): Promise<UserEvent[]> {
    await settled()
    const { from = 0, to, after, limit, reverse } = page
    const low = !reverse && after ? [after.time, after.number + 1] : [from]
    const high = reverse && after ? [after.time, after.number] : to === undefined ? undefined : [to + 1]
    const rows = await ctx.store.scan(userEvents, { prefix: [app, user], from: low, to: high, limit, reverse }, 'time')
    const now = ctx.clock()
    return rows.map(row => row.value).filter(event => event.expires > now)
  }

  return { write, read, settled }
}

export type Records = ReturnType<typeof openRecords>
