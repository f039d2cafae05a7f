import type { Core } from '../core/core.ts'
import { type EventOf, eventSubject, type News, presenceSubject } from '../core/events.ts'
import type { Published } from '../core/presence/model.ts'
import type { Seen } from '../core/presence/seen.ts'
import { type Frame, frame } from './frames.ts'

/** How a user's presence looks on a socket, and an event that they publish. */
export interface PresenceViews {
  presence(seen: Seen): object
  event(event: Published): object
}

/** One user's devices on this node. */
export interface Household {
  app: number
  user: string
  devices: ReadonlySet<{ session: string; push(frame: Frame): void }>
}

/** Who is told of whose presence and events: one subscription per watched user (and kind) with somebody here who watches. */
export interface Watchers {
  /** From now on the user's devices hear of those whom the user watches. Rejects when these cannot be read. */
  enter(home: Household): Promise<void>
  /** The user watches others than before. */
  change(home: Household, event: EventOf<'watching'>): void
  /** The user published something on one device that the others are to hear of. */
  publish(home: Household, event: EventOf<'event.published'>): void
  leave(home: Household): void
  size(): number
}

/** How long changes of presence are gathered before they are told (ms): whoever only reconnects, does not flicker. */
const gather = 250

/** Users looked at in one go. */
const together = 500

/** Subscriptions read in one go. */
const page = 1000

interface Watched {
  app: number
  user: string
  /** Of the events; absent for presence. */
  kind: number | undefined
  /** Until when (ms) each watches. */
  by: Map<Household, number>
  /** Of presence: what was told last. */
  shown: string
  stop(): void
}

interface Watcher {
  /** Absent for the many who watch nobody. */
  watches: Set<Watched> | undefined
  /** What came while the subscriptions were read. */
  held: EventOf<'watching'>[] | undefined
}

/**
 * News of presence says only that something changed; what it is now is read from the store, for all who changed together.
 * So the last thing told is what holds, in whatever order news came.
 */
export function openWatchers(core: Core, views: PresenceViews): Watchers {
  const all = new Map<string, Watched>()
  const watchers = new Map<Household, Watcher>()
  let changed = new Set<Watched>()

  async function enter(home: Household): Promise<void> {
    const watcher: Watcher = { watches: undefined, held: [] }
    watchers.set(home, watcher)
    const { list, listEvents } = core.presence.watching
    await Promise.all([
      readAll<string>(home, watcher, after => list(home.app, home.user, { after, limit: page })),
      readAll<{ kind: number; user: string }>(home, watcher, after =>
        listEvents(home.app, home.user, { after, limit: page }),
      ),
    ])
    if (watchers.get(home) !== watcher) return
    const held = watcher.held ?? []
    watcher.held = undefined
    for (const event of held) apply(home, watcher, event)
  }

  async function readAll<P>(home: Household, watcher: Watcher, pages: (after?: P) => Promise<SubscriptionPage<P>>) {
    for (let after: P | undefined; ; ) {
      const { found, next } = await pages(after)
      if (watchers.get(home) !== watcher) return
      for (const { publisher, expires, kind } of found) watch(home, watcher, publisher, expires, kind)
      if (next === undefined) return
      after = next
    }
  }

  function change(home: Household, event: EventOf<'watching'>) {
    const watcher = watchers.get(home)
    if (watcher?.held) watcher.held.push(event)
    else if (watcher) apply(home, watcher, event)
  }

  function apply(home: Household, watcher: Watcher, { kind, added, removed }: EventOf<'watching'>) {
    for (const watched of [...(watcher.watches ?? [])])
      if (watched.kind === kind && (!removed || removed.includes(watched.user))) release(home, watcher, watched)
    for (const { user, until } of added) watch(home, watcher, user, until, kind)
  }

  function watch(home: Household, watcher: Watcher, user: string, until: number, kind?: number) {
    const subject = subjectOf(home.app, user, kind)
    const watched = all.get(subject) ?? begin(subject, home.app, user, kind)
    watched.by.set(home, until)
    watcher.watches = (watcher.watches ?? new Set()).add(watched)
  }

  function begin(subject: string, app: number, user: string, kind: number | undefined): Watched {
    const watched: Watched = { app, user, kind, by: new Map(), shown: '', stop: () => {} }
    watched.stop = core.bus.subscribe(subject, news => {
      const { event } = news as News
      if (event.type === 'presence') look(watched)
      else if (event.type === 'event.published') tellEvent(watched, event)
    })
    all.set(subject, watched)
    return watched
  }

  function release(home: Household, watcher: Watcher, watched: Watched) {
    watcher.watches?.delete(watched)
    watched.by.delete(home)
    if (watched.by.size > 0) return
    watched.stop()
    changed.delete(watched)
    all.delete(subjectOf(watched.app, watched.user, watched.kind))
  }

  function leave(home: Household) {
    const watcher = watchers.get(home)
    watchers.delete(home)
    for (const watched of watcher?.watches ?? []) release(home, watcher as Watcher, watched)
  }

  function look(watched: Watched) {
    if (changed.size === 0) setTimeout(tellChanged, gather).unref()
    changed.add(watched)
  }

  function tellChanged() {
    const apps = Map.groupBy(changed, each => each.app)
    changed = new Set()
    for (const [app, users] of apps)
      for (let at = 0; at < users.length; at += together) void tellOf(app, users.slice(at, at + together))
  }

  async function tellOf(app: number, users: Watched[]): Promise<void> {
    try {
      const seen = await core.presence.get(
        app,
        users.map(each => each.user),
      )
      users.forEach((watched, i) => {
        tell(watched, seen[i] as Seen)
      })
    } catch (error) {
      core.log.warn({ err: error, app }, 'changes of presence could not be told yet')
      for (const watched of users) if (watched.by.size > 0) look(watched)
    }
  }

  function tell(watched: Watched, seen: Seen) {
    const told = frame({ type: 'presence', ...views.presence(seen) }, true)
    const shown = told.bytes.toString()
    if (shown === watched.shown) return
    watched.shown = shown
    for (const home of stillWatching(watched)) for (const device of home.devices) device.push(told)
  }

  /** Each event is told by itself; the publisher's own devices may hear of it in another way. */
  function tellEvent(watched: Watched, { event, self }: EventOf<'event.published'>) {
    const told = eventFrame(event)
    for (const home of stillWatching(watched))
      if (!self || home.user !== event.user) for (const device of home.devices) device.push(told)
  }

  function publish(home: Household, { event, by }: EventOf<'event.published'>) {
    const told = eventFrame(event)
    for (const device of home.devices) if (device.session !== by) device.push(told)
  }

  const eventFrame = (event: Published) => frame({ type: 'event', ...views.event(event) }, true)

  /** Those whose time is over watch no more. */
  function stillWatching(watched: Watched): Household[] {
    const now = core.clock()
    return [...watched.by].flatMap(([home, until]) => {
      if (until > now) return [home]
      release(home, watchers.get(home) as Watcher, watched)
      return []
    })
  }

  return { enter, change, publish, leave, size: () => all.size }
}

/** A page of somebody's subscriptions. */
interface SubscriptionPage<P> {
  found: { publisher: string; expires: number; kind?: number }[]
  next?: P
}

function subjectOf(app: number, user: string, kind: number | undefined): string {
  return kind === undefined ? presenceSubject(app, user) : eventSubject(app, user, kind)
}
