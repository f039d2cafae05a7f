import type { Link } from './link.ts'
import type { Device, DeviceEvent, Presence, PublishedEvent } from './protocol.ts'

/** A page of those whom the user watches; `until` (ms) they do. */
export interface Subscriptions {
  subscriptions: (Presence & { until: number })[]
  next?: string
}

/** Who is there. What is subscribed to comes as `presence` events, on all devices of the user. */
export function openPresence({ call }: Pick<Link, 'call'>) {
  const subscriptions = (page: { after?: string; limit?: number } = {}) =>
    call<Subscriptions>('presence.subscriptions', page)

  return {
    /** How up to 500 users are now. */
    get: (users: string[]) => call<{ users: Presence[] }>('presence.get', { users }),
    /** Hears of up to 100 users from now on, for so many seconds (30 days if left out). */
    subscribe: (users: string[], options: { for?: number; now?: boolean } = {}) =>
      call<{ until: number; missing: string[]; users?: Presence[] }>('presence.subscribe', { users, ...options }),
    /** Hears of them no longer, or of nobody. */
    unsubscribe: (users?: string[]) => call<object>('presence.unsubscribe', { users }),
    /** Whom the user watches, and how these are now. */
    subscriptions,
    /** Says what the user is doing; '' says nothing. */
    setStatus: (text: string) => call<object>('presence.setStatus', { text }),
    /** What this device says of itself beside that, for so many seconds (7 days if left out); {} says nothing more. */
    say: (said: { value?: number; config?: string; for?: number }) => call<object>('presence.say', said),
  }
}

/** How all whom the user watches are now, page by page. */
export function presenceNow({ subscriptions }: Pick<ReturnType<typeof openPresence>, 'subscriptions'>) {
  return async (after: string | undefined) => {
    const { subscriptions: found, next } = await subscriptions({ after, limit: 500 })
    return { now: found.map(({ until: _, ...presence }): Presence => presence), next }
  }
}

/** A page of those whose events the user subscribed to; `until` (ms) they did. `event`: the one that holds. */
export interface EventSubscriptions {
  subscriptions: { kind: number; user: string; until: number; event?: PublishedEvent }[]
  next?: { kind: number; user: string }
}

/** Events of the app's own making. Those subscribed to come as `event` events, on all devices of the user. */
export function openEvents({ call }: Pick<Link, 'call'>) {
  const subscriptions = (page: { kind?: number; after?: { kind: number; user: string }; limit?: number } = {}) =>
    call<EventSubscriptions>('event.subscriptions', page)

  return {
    /**
     * Tells who subscribed to the kind (100,000 or more). It holds for so many seconds (7 days if left out) or until the
     * next one; with the scope `online` only who is connected is told, with `self` the user's other devices are.
     */
    publish: (event: {
      kind: number
      value: number
      config?: string
      for?: number
      scope?: PublishedEvent['scope']
      self?: boolean
    }) => call<{ id: number; time: number; until: number }>('event.publish', event),
    /** Hears of what up to 100 users publish of the kind, for so many seconds (30 days); `now`: also what holds already. */
    subscribe: (kind: number, users: string[], options: { for?: number; now?: boolean } = {}) =>
      call<{ until: number; missing: string[]; events?: PublishedEvent[] }>('event.subscribe', {
        kind,
        users,
        ...options,
      }),
    /** Hears of theirs no longer, or of nobody's. */
    unsubscribe: (kind: number, users?: string[]) => call<object>('event.unsubscribe', { kind, users }),
    /** Whose events the user subscribed to, with those that hold. */
    subscriptions,
  }
}

/** The events that hold, page by page, but for those that were only for who was connected. */
export function eventsNow({ subscriptions }: Pick<ReturnType<typeof openEvents>, 'subscriptions'>) {
  return async (after: { kind: number; user: string } | undefined) => {
    const { subscriptions: found, next } = await subscriptions({ after, limit: 500 })
    return { now: found.flatMap(({ event }) => (event?.scope === 'all' ? [event] : [])), next }
  }
}

/** The user's own devices. */
export function openDevices({ call }: Pick<Link, 'call'>) {
  return {
    list: () => call<{ devices: Device[] }>('device.list'),
    /** Signs others of the user's devices out: those of these sessions, or all but this one. */
    kick: (sessions?: string[]) => call<{ devices: Device[] }>('device.kick', { sessions }),
    /** Sign-ins and their ends of the last 30 days, the newest first. */
    history: (page: { from?: number; to?: number; before?: { time: number; number: number }; limit?: number } = {}) =>
      call<{ events: DeviceEvent[]; next?: { time: number; number: number } }>('presence.history', page),
  }
}

/** From and to which minute of the day (0–1439), in a time zone such as 'Asia/Shanghai'. */
export interface QuietHours {
  from: number
  to: number
  zone: string
}

/** How this device is reached while it is away. It needs a `device` name. */
export function openPush({ call }: Pick<Link, 'call'>) {
  return {
    /** `token`: what the provider gave; of a browser its subscription as JSON text. */
    register: (engine: string, token: string) => call<object>('push.register', { engine, token }),
    unregister: () => call<object>('push.unregister'),
    /** Between these minutes of the day this device gets none; without hours they come at any time. */
    quiet: (hours?: QuietHours) => call<object>('push.quiet', { hours }),
    /** The number at the app's icon; pushes count on from there. */
    badge: (badge: number) => call<object>('push.badge', { badge }),
  }
}
