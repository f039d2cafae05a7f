import { partsOf } from '../../lib/parts.ts'
import { check, del, put, type Range, type Step } from '../../storage/store.ts'
import type { Apps } from '../apps/apps.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { presenceSubject } from '../events.ts'
import type { Session } from '../model.ts'
import { type Told, toldUser } from '../telling.ts'
import type { Connected, EndWhy, NodeLife, PresenceEvent, SessionPlace } from './model.ts'
import type { Records } from './records.ts'
import { online, sessions } from './tables.ts'

/** How sessions end, as the app hears it. */
export interface How {
  why: EndWhy
  /** A newer sign-in took the place, and says so itself. */
  replaced?: boolean
}

/** Sessions of one user that are to end: all of them, or those that are chosen. */
export interface Going {
  app: number
  user: string
  chosen(device: Connected): boolean
}

/** Sessions ended in one batch: five rows each at most, and what back ends are to hear. */
const batch = 80

/** What ends sessions, wherever their sockets are. */
export type Endings = ReturnType<typeof openEndings>

export function openEndings(ctx: Context, apps: Apps, records: Records) {
  /**
   * Ends sessions, all in one batch with what the app hears of it: whoever else ends the same ones finds nothing more to
   * end. `more` is told in any case. Answers which sessions it ended.
   */
  async function end(
    goings: readonly Going[],
    how: How,
    more: (ended: Session[]) => Told[] = () => [],
  ): Promise<Session[]> {
    const plan = async () => {
      const found = await planEnd(goings, how)
      return { ...found, tells: [...found.tells, ...more(found.ended)], done: () => found.ended }
    }
    const keys = [...new Set(goings.map(({ app, user }) => queueKey(app, user)))]
    const ended = await ctx.queue(keys, () => change<Session[]>(ctx, plan))
    records.write(ended, 'out', how.why)
    return ended
  }

  async function planEnd(goings: readonly Going[], how: How) {
    const rows = await ctx.store.getMany(
      online,
      goings.map(({ app, user }) => [app, user]),
    )
    const steps: Step[] = []
    const tells: Told[] = []
    const ended: Session[] = []
    goings.forEach(({ app, user, chosen }, i) => {
      const row = rows[i]
      const leaving = row?.value.devices.filter(chosen) ?? []
      if (!row || leaving.length === 0) return
      const rest = row.value.devices.filter(device => !leaving.includes(device))
      const key = [app, user]
      steps.push(check(online, key, row))
      steps.push(rest.length > 0 ? put(online, { ...row.value, devices: rest }) : del(online, key))
      const gone = leaving.map(device => ({ app, user, ...device }))
      steps.push(...gone.map(({ id }) => del(sessions, [app, user, id])))
      tells.push(...gone.flatMap(session => toldClosed(apps, session, how)))
      tells.push(...toldPresence(apps, app, user))
      ended.push(...gone)
    })
    return { steps, tells, ended }
  }

  /** Ends what a node held in a life that is over. */
  async function endLife({ name, epoch }: Pick<NodeLife, 'name' | 'epoch'>): Promise<void> {
    for (;;) {
      const places = await placesOf(name, epoch, batch)
      if (places.length === 0) return
      await end(goingsOf(places), { why: 'lost' })
      // A place whose user's row does not name it belongs to nobody.
      await ctx.store.commit(places.map(({ app, user, id }) => del(sessions, [app, user, id])))
    }
  }

  /** Up to `limit` sessions of a node's life, app by app. */
  async function placesOf(name: string, epoch: number, limit: number): Promise<SessionPlace[]> {
    const ranges = apps.all().map(app => ({ prefix: [app.id, name, epoch], limit }))
    const parts = partsOf(ranges, together)
    const pages = await Promise.all(parts.map(part => ctx.store.scanMany(sessions, part, 'node')))
    return pages
      .flat(2)
      .slice(0, limit)
      .map(row => row.value)
  }

  /** All sessions of a life of this node, by id. */
  async function heldBy(epoch: number): Promise<Map<string, SessionPlace>> {
    const held = new Map<string, SessionPlace>()
    let ranges: Range[] = apps.all().map(app => ({ prefix: [app.id, ctx.node, epoch], limit: page }))
    while (ranges.length > 0) {
      const asked = ranges.slice(0, abreast)
      const pages = await ctx.store.scanMany(sessions, asked, 'node')
      const full = pages.flatMap((rows, i): Range[] => {
        for (const { value } of rows) held.set(value.id, value)
        const last = rows.at(-1)?.value
        return last && rows.length === page ? [{ ...(asked[i] as Range), from: [last.user, `${last.id}\u0001`] }] : []
      })
      ranges = [...full, ...ranges.slice(abreast)]
    }
    return held
  }

  return { end, endLife, heldBy }
}

/** Rows of one app read in one go, and apps read in one go. */
const [page, abreast] = [1000, 10]

/** Apps looked at in one round trip. */
const together = 100

function goingsOf(places: readonly SessionPlace[]): Going[] {
  const users = new Map<string, { app: number; user: string; ids: Set<string> }>()
  for (const { app, user, id } of places) {
    const key = queueKey(app, user)
    const known = users.get(key) ?? { app, user, ids: new Set() }
    users.set(key, known)
    known.ids.add(id)
  }
  return [...users.values()].map(({ app, user, ids }) => ({ app, user, chosen: ({ id }) => ids.has(id) }))
}

/** Who comes and goes of one user does so one at a time on a node. */
export function queueKey(app: number, user: string): string {
  return `presence.${app}.${user}`
}

/** The call that a device's own doing is: in its user's name, with its user's rights. Nothing for an app that is gone. */
export function callOf(apps: Apps, session: Session): Call[] {
  const app = apps.byId(session.app)
  const { user, address, platform, device, sdk, tag, port } = session
  const origin = { dialect: 'native', via: 'client' } as const
  return app
    ? [{ app, operator: user, admin: false, origin, address, device: { platform, id: device, sdk, tag, port } }]
    : []
}

/** The app hears that a session ended. */
export function toldClosed(apps: Apps, session: Session, how: How): Told[] {
  const { user } = session
  return callOf(apps, session).map(call => ({ call, subjects: [], event: { type: 'session.closed', user, ...how } }))
}

/** Whoever watches the user looks anew. */
export function toldPresence(apps: Apps, appId: number, user: string): Told[] {
  const app = apps.byId(appId)
  if (!app) return []
  const call: Call = { app, operator: user, admin: false, origin: { dialect: 'native', via: 'client' } }
  return [{ call, subjects: [presenceSubject(appId, user)], event: { type: 'presence', user } }]
}

/** The nodes that hold these sessions end their sockets. */
export function toldEnded(
  call: Call,
  user: string,
  ended: readonly Pick<Session, 'id'>[],
  said: Omit<Extract<PresenceEvent, { type: 'session.ended' }>, 'type' | 'user' | 'sessions'>,
): Told[] {
  if (ended.length === 0) return []
  return [toldUser(call, user, { type: 'session.ended', user, sessions: ended.map(({ id }) => id), ...said })]
}
