import { z } from 'zod'
import type { Subscription } from '../../core/presence/model.ts'
import { isZone } from '../../core/presence/quiet.ts'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { deviceView, eventView, presenceView } from './presence-views.ts'
import { config, limit, number, self, user } from './shapes.ts'

/** How long a subscription lasts at most, in seconds. */
const longest = 30 * 24 * 3600

/** How long what a device says of itself holds at most, in seconds. */
const longestSaid = 7 * 24 * 3600

/** Values below are the server's own. */
const firstValue = 10_000

const minute = z.number().int().min(0).max(1439)
const some = (most: number) => z.array(user).min(1).max(most)

/** Tell the presence of up to 500 users, in the order asked for. */
const getPresence = operation({
  key: 'presence.get',
  request: z.object({ users: some(500) }),
  reply: z.strictObject({ users: z.array(form.presence) }),
  async run(core, call, r) {
    const seen = await core.presence.get(call.app.id, r.users)
    return { users: seen.map(presenceView) }
  },
})

/**
 * Be told of the presence of up to 100 users as it changes, for so many seconds; said again, for so long from now on. With
 * `now` the answer says how it is. `missing` are those who do not exist.
 */
const subscribe = operation({
  key: 'presence.subscribe',
  request: z.object({
    users: some(100),
    for: z.number().int().min(60).max(longest).default(longest).describe('seconds'),
    now: z.boolean().default(false).describe('answer the presence as it is'),
  }),
  reply: z.strictObject({
    until: form.ms.describe('until when it holds (ms)'),
    missing: z.array(form.user).describe('those who do not exist'),
    users: z.array(form.presence).optional().describe('with `now`'),
  }),
  async run(core, call, r) {
    const { until, missing } = await core.presence.watching.subscribe(call, self(call), r.users, r.for * 1000)
    if (!r.now) return { until, missing }
    const found = r.users.filter(each => !missing.includes(each))
    // Read after the subscription holds: what changes from here on is told.
    const users = (await core.presence.get(call.app.id, found)).map(presenceView)
    return { until, missing, users }
  },
})

/** Be told no longer of the presence of up to 100 users, or of anybody's. */
const unsubscribe = operation({
  key: 'presence.unsubscribe',
  request: z.object({ users: some(100).optional().describe('everybody when absent') }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.presence.watching.unsubscribe(call, self(call), r.users)
    return {}
  },
})

/** List whom the caller watches and until when, each with their presence, in the order of their ids. */
const subscriptions = operation({
  key: 'presence.subscriptions',
  request: z.object({ after: user.optional().describe('the `next` of the page before'), limit: limit(500, 100) }),
  reply: z.strictObject({
    subscriptions: z
      .array(form.presence.extend({ until: form.ms }))
      .describe('the presence of each, and until when it is told'),
    next: form.next(form.user),
  }),
  async run(core, call, r) {
    const { found, next } = await core.presence.watching.list(call.app.id, self(call), r)
    const seen = await core.presence.get(
      call.app.id,
      found.map(each => each.publisher),
    )
    return {
      subscriptions: seen.map((each, i) => ({ ...presenceView(each), until: (found[i] as Subscription).expires })),
      next,
    }
  },
})

/** Say what the caller is doing, for whoever looks; '' says nothing. Gone with the caller's last device. */
const setStatus = operation({
  key: 'presence.setStatus',
  request: z.object({ text: z.string().max(100).describe('an empty one says nothing') }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.presence.setStatus(call, self(call), r.text)
    return {}
  },
})

/**
 * Say something of this device to who watches the caller, beside the status and for so many seconds; without value and
 * config it says nothing more. Gone with the device.
 */
const say = operation({
  key: 'presence.say',
  request: z.object({
    value: z
      .number()
      .int()
      .min(firstValue)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('what it means is the app’s'),
    config: config.optional().describe('anything of the app’s, up to 256 bytes'),
    for: z.number().int().min(60).max(longestSaid).default(longestSaid).describe('seconds'),
  }),
  reply: form.nothing,
  async run(core, call, { for: seconds, ...r }) {
    await core.presence.say(call, self(call), r, seconds * 1000)
    return {}
  },
})

/** List the caller's own sign-ins and ends of sessions of the last 30 days, the newest first. */
const history = operation({
  key: 'presence.history',
  request: z.object({
    from: number.optional().describe('ms'),
    to: number.optional().describe('ms'),
    before: z.object({ time: number, number }).optional().describe('the `next` of the page before'),
    limit: limit(100, 50),
  }),
  reply: z.strictObject({
    events: z.array(form.deviceEvent),
    next: form.next(z.strictObject({ time: form.ms, number: form.number })),
  }),
  async run(core, call, { before, ...r }) {
    const found = await core.presence.history(call.app.id, self(call), { ...r, after: before, reverse: true })
    const last = found.at(-1)
    const next = found.length === r.limit && last ? { time: last.time, number: last.number } : undefined
    return { events: found.map(eventView), next }
  },
})

/** List the caller's own connected devices. */
const devices = operation({
  key: 'device.list',
  request: z.object({}),
  reply: z.strictObject({ devices: z.array(form.device) }),
  async run(core, call) {
    const [sessions = []] = await core.presence.of(call.app.id, [self(call)])
    return { devices: sessions.map(each => deviceView(each, call.session)) }
  },
})

/** Sign out other devices of the caller: those of the named sessions, or all but this one. */
const kick = operation({
  key: 'device.kick',
  request: z.object({
    sessions: z.array(z.string().max(64)).min(1).max(50).optional().describe('absent: all but this one'),
  }),
  reply: z.strictObject({ devices: z.array(form.device).describe('those that were signed out') }),
  async run(core, call, r) {
    const own = call.session ?? ''
    const choice = r.sessions ? { sessions: r.sessions.filter(id => id !== own) } : { sessions: [own], except: true }
    const ended = await core.presence.kick(call, self(call), choice)
    return { devices: ended.map(each => deviceView(each, own)) }
  },
})

/** Sign this device out: its push token is forgotten, and its socket closes. */
const signOut = operation({
  key: 'signOut',
  request: z.object({}),
  reply: form.nothing,
  async run(core, call) {
    const { device, session = '' } = call
    if (device?.id) await core.pushTokens.unregister(call.app.id, self(call), device.id)
    await core.presence.kick(call, self(call), { sessions: [session] }, { why: 'left' })
    return {}
  },
})

/** Say where this device can be reached while it is away. It must have named itself when it signed in. */
const registerPush = operation({
  key: 'push.register',
  request: z.object({
    engine: z.string().min(1).max(64).describe("the app's name for the provider"),
    token: z.string().min(1).max(4096).describe('what the provider gave; of a browser its subscription as JSON text'),
  }),
  reply: form.nothing,
  async run(core, call, r) {
    const { id: device = '', platform = '' } = call.device ?? {}
    await core.pushTokens.register(call, self(call), { device, platform, ...r })
    return {}
  },
})

/** This device is not to be reached any more while it is away. */
const unregisterPush = operation({
  key: 'push.unregister',
  request: z.object({}),
  reply: form.nothing,
  async run(core, call) {
    await core.pushTokens.unregister(call.app.id, self(call), call.device?.id ?? '')
    return {}
  },
})

/** Say which number this device shows at its icon; pushes count on from there. */
const badge = operation({
  key: 'push.badge',
  request: z.object({ badge: z.number().int().min(0).max(1_000_000) }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.pushTokens.setBadge(call, self(call), call.device?.id ?? '', r.badge)
    return {}
  },
})

/** Say at which hours of the day this device wants no pushes; without hours, it wants them at all. */
const quiet = operation({
  key: 'push.quiet',
  request: z.object({
    hours: z
      .object({
        from: minute.describe('minutes since midnight'),
        to: minute.describe('the first minute after it; the same as `from` is all day'),
        zone: z
          .string()
          .max(64)
          .refine(isZone, 'expected a time zone such as Asia/Shanghai')
          .describe('such as Asia/Shanghai'),
      })
      .optional()
      .describe('absent: never quiet'),
  }),
  reply: form.nothing,
  async run(core, call, r) {
    await core.pushTokens.setQuiet(call, self(call), call.device?.id ?? '', r.hours)
    return {}
  },
})

export const presenceOperations = [
  getPresence,
  subscribe,
  unsubscribe,
  subscriptions,
  setStatus,
  say,
  history,
  devices,
  kick,
  signOut,
  registerPush,
  unregisterPush,
  badge,
  quiet,
]
