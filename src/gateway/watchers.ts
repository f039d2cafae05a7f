import type { Core } from '../core/core.ts'
import { type EventOf, type News, presenceSubject } from '../core/events.ts'
import type { Seen } from '../core/presence/seen.ts'
import { type Frame, frame } from './frames.ts'

/** How a user's presence looks on a socket. */
export interface PresenceViews {
  presence(seen: Seen): object
}

/** One user's devices on this node. */
export interface Household {
  app: number
  user: string
  devices: ReadonlySet<{ push(frame: Frame): void }>
}

/** Who is told of whose presence: one subscription per watched user with somebody here who watches. */
export interface Watchers {
  /** From now on the user's devices hear of those whom the user watches. Rejects when these cannot be read. */
  enter(home: Household): Promise<void>
  /** The user watches others than before. */
  change(home: Household, event: EventOf<'watching'>): void
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
  /** Until when (ms) each watches. */
  by: Map<Household, number>
  /** What was told last. */
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
    for (let after: string | undefined; ; ) {
      const { found, next } = await core.presence.watching.list(home.app, home.user, { after, limit: page })
      if (watchers.get(home) !== watcher) return
      for (const { publisher, expires } of found) watch(home, watcher, publisher, expires)
      if (next === undefined) break
      after = next
    }
    const held = watcher.held ?? []
    watcher.held = undefined
    for (const event of held) apply(home, watcher, event)
  }

  function change(home: Household, event: EventOf<'watching'>) {
    const watcher = watchers.get(home)
    if (watcher?.held) watcher.held.push(event)
    else if (watcher) apply(home, watcher, event)
  }

  function apply(home: Household, watcher: Watcher, { added, removed }: EventOf<'watching'>) {
    for (const watched of [...(watcher.watches ?? [])])
      if (!removed || removed.includes(watched.user)) release(home, watcher, watched)
    for (const { user, until } of added) watch(home, watcher, user, until)
  }

  function watch(home: Household, watcher: Watcher, user: string, until: number) {
    const subject = presenceSubject(home.app, user)
    const watched = all.get(subject) ?? begin(subject, home.app, user)
    watched.by.set(home, until)
    watcher.watches = (watcher.watches ?? new Set()).add(watched)
  }

  function begin(subject: string, app: number, user: string): Watched {
    const watched: Watched = { app, user, by: new Map(), shown: '', stop: () => {} }
    watched.stop = core.bus.subscribe(subject, news => {
      if ((news as News).event.type === 'presence') look(watched)
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
    all.delete(presenceSubject(watched.app, watched.user))
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
    const now = core.clock()
    for (const [home, until] of [...watched.by]) {
      if (until > now) for (const device of home.devices) device.push(told)
      else release(home, watchers.get(home) as Watcher, watched)
    }
  }

  return { enter, change, leave, size: () => all.size }
}
