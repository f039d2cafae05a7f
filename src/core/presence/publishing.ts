import { check, del, put } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { eventSubject, userSubject } from '../events.ts'
import type { Published } from './model.ts'
import { published } from './tables.ts'

/** Kinds below are the server's own. */
export const firstKind = 100_000

/** Kinds of which a user has an event at a time. */
const mostKinds = 20

/** An event that a user publishes. */
export interface EventDraft extends Pick<Published, 'kind' | 'value' | 'config' | 'scope'> {
  /** How long it holds (ms). */
  span: number
  /** The user's other devices are told as well. */
  self: boolean
}

/** Events that users publish to who subscribed to their kind; of each kind the latest holds until its time is over. */
export function openPublishing(ctx: Context) {
  /**
   * Publishes an event in place of the user's last one of the kind, and tells all who subscribed. A user has events of 20
   * kinds; the one published longest ago goes.
   */
  async function publish(call: Call, user: string, draft: EventDraft): Promise<Published> {
    const app = call.app.id
    const { span, self, ...said } = draft
    const id = await ctx.ids()
    const plan = async () => {
      // Two nodes may have let in one or two too many.
      const rows = await ctx.store.scan(published, { prefix: [app, user], limit: 2 * mostKinds })
      const before = rows.find(row => row.value.kind === said.kind)
      const others = rows.filter(row => row !== before).sort((a, b) => a.value.at - b.value.at)
      const gone = others.slice(0, Math.max(0, others.length + 1 - mostKinds))
      const at = Math.max(ctx.clock(), (before?.value.at ?? 0) + 1)
      const platform = call.device?.platform ?? ''
      const event: Published = { app, user, ...said, id, platform, at, expires: at + span }
      const steps = [
        check(published, [app, user, said.kind], before),
        put(published, event),
        ...gone.map(row => del(published, [app, user, row.value.kind])),
      ]
      const subjects = [eventSubject(app, user, said.kind), ...(self ? [userSubject(app, user)] : [])]
      const tells = [{ call, subjects, event: { type: 'event.published' as const, event, by: call.session, self } }]
      return { steps, tells, done: () => event }
    }
    return ctx.queue(`published.${app}.${user}`, () => change(ctx, plan))
  }

  /** The events that hold now, of publishers and kinds in the order asked for. */
  async function current(
    app: number,
    wanted: readonly { publisher: string; kind: number }[],
  ): Promise<(Published | undefined)[]> {
    const keys = wanted.map(({ publisher, kind }) => [app, publisher, kind])
    const rows = await ctx.store.getMany(published, keys)
    const now = ctx.clock()
    return rows.map(row => (row && row.value.expires > now ? row.value : undefined))
  }

  return { publish, current }
}
