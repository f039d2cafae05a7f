import { z } from 'zod'
import type { Published } from '../../core/presence/model.ts'
import { firstKind } from '../../core/presence/publishing.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { config, limit, self, user } from './shapes.ts'

/** How long an event holds, and a subscription, at most (s). */
const [longestEvent, longestSubscription] = [7 * 24 * 3600, 30 * 24 * 3600]

const kind = z.number().int().min(firstKind).max(Number.MAX_SAFE_INTEGER).describe('what it means is the app’s')
const users = z.array(user).min(1).max(100)

/**
 * Publish an event to all who subscribed to its kind. It holds for so many seconds, or until the next one of the kind;
 * `scope` says whether it is also for who comes before that, `self` whether the user's other devices are told.
 */
const publish = operation({
  key: 'event.publish',
  request: z.object({
    kind,
    value: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).describe('what it means is the app’s'),
    config: config.optional().describe('anything of the app’s, up to 256 bytes'),
    for: z.number().int().min(60).max(longestEvent).default(longestEvent).describe('seconds'),
    scope: z.enum(['online', 'all']).default('all').describe('`online`: only for who subscribed by then'),
    self: z.boolean().default(false).describe('also for the user’s other devices'),
  }),
  reply: z.strictObject({ id: form.number, time: form.ms, until: form.ms.describe('until when it holds (ms)') }),
  async run(core, call, { for: seconds, ...r }) {
    const event = await core.presence.events.publish(call, self(call), { ...r, span: seconds * 1000 })
    return { id: event.id, time: event.at, until: event.expires }
  },
})

/**
 * Be told of the events of a kind that up to 100 users publish, for so many seconds; said again, for so long from now on.
 * With `now` the answer has those that hold already. `missing` are those who do not exist.
 */
const subscribe = operation({
  key: 'event.subscribe',
  request: z.object({
    kind,
    users,
    for: z.number().int().min(60).max(longestSubscription).default(longestSubscription).describe('seconds'),
    now: z.boolean().default(false).describe('answer the events that hold'),
  }),
  reply: z.strictObject({
    until: form.ms.describe('until when it holds (ms)'),
    missing: z.array(form.user).describe('those who do not exist'),
    events: z.array(form.event).optional().describe('with `now`'),
  }),
  async run(core, call, r) {
    const { watching, events } = core.presence
    const { until, missing } = await watching.subscribe(call, self(call), r.users, r.for * 1000, r.kind)
    if (!r.now) return { until, missing }
    const found = [...new Set(r.users)].filter(each => !missing.includes(each))
    // Read after the subscription holds: what is published from here on is told.
    const wanted = found.map(publisher => ({ publisher, kind: r.kind }))
    const current = await events.current(call.app.id, wanted)
    return { until, missing, events: current.filter(each => each !== undefined).map(eventView) }
  },
})

/** Be told no longer of the events of a kind that up to 100 users publish, or anybody. */
const unsubscribe = operation({
  key: 'event.unsubscribe',
  request: z.object({ kind, users: users.optional().describe('everybody when absent') }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.presence.watching.unsubscribe(call, self(call), r.users, r.kind)
    return {}
  },
})

/** List whose events the caller subscribed to and until when, each with the one that holds, by kind and user. */
const subscriptions = operation({
  key: 'event.subscriptions',
  request: z.object({
    kind: kind.optional().describe('all when absent'),
    after: z.object({ kind: z.number().int(), user }).optional().describe('the `next` of the page before'),
    limit: limit(500, 100),
  }),
  reply: z.strictObject({
    subscriptions: z.array(
      z.strictObject({
        kind: form.number,
        user: form.user,
        until: form.ms.describe('until when it is told (ms)'),
        event: form.event.optional().describe('the one that holds'),
      }),
    ),
    next: form.next(z.strictObject({ kind: form.number, user: form.user })),
  }),
  async run(core, call, r) {
    const { watching, events } = core.presence
    const { found, next } = await watching.listEvents(call.app.id, self(call), r)
    const current = await events.current(call.app.id, found)
    const shown = found.map(({ kind, publisher, expires }, i) => {
      const event = current[i]
      return { kind, user: publisher, until: expires, event: event && eventView(event) }
    })
    return { subscriptions: shown, next }
  },
})

export const eventOperations = [publish, subscribe, unsubscribe, subscriptions]

/** An event as those who subscribed get it. */
export function eventView({
  user,
  kind,
  id,
  value,
  config,
  platform,
  at,
  expires,
  scope,
}: Published): z.output<typeof form.event> {
  return { user, kind, id, value, config, platform, time: at, until: expires, scope }
}
