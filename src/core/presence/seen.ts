import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Session } from '../model.ts'
import type { Connected, LastSeen, PushToken, Said } from './model.ts'
import { type Platform, platformOf, platforms } from './platforms.ts'
import { lastSeen, online, pushTokens } from './tables.ts'

/** Connected; or away, with a push token and not signed out; or neither. */
export type Status = 'online' | 'push' | 'offline'

/** A user's presence. */
export interface Seen {
  user: string
  /** The best of all platforms. */
  status: Status
  /** Platforms on which the user was ever connected. `at`: when they came, or were last there (ms). */
  platforms: { platform: Platform; status: Status; at: number; said?: Said }[]
  devices: Session[]
  /** When they were last connected (ms); now, for who is; absent for who never was. */
  at?: number
  /** What they say they are doing. */
  text?: string
}

/** Users looked at in one call. */
const most = 500

/** Push tokens of one user that are looked at; a user may have no more. */
export const mostTokens = 10

/** How long after its connection ended a device counts as reachable by push (ms). */
const reachable = 7 * 24 * 3600 * 1000

export function openSeen(ctx: Context) {
  /** The connected devices of users, in the order of the users. */
  async function of(app: number, users: readonly string[]): Promise<Session[][]> {
    const rows = await ctx.store.getMany(
      online,
      users.map(user => [app, user]),
    )
    return rows.map((row, i) =>
      (row?.value.devices ?? []).map(device => ({ app, user: users[i] as string, ...device })),
    )
  }

  /** The presence of up to 500 users, in their order, in one round trip. */
  async function get(app: number, users: readonly string[]): Promise<Seen[]> {
    if (users.length > most) throw new Fault('request.batch')
    if (users.length === 0) return []
    const [here, seen, tokens] = await Promise.all([
      ctx.store.getMany(
        online,
        users.map(user => [app, user]),
      ),
      ctx.store.scanMany(
        lastSeen,
        users.map(user => ({ prefix: [app, user], limit: platforms.length })),
      ),
      ctx.store.scanMany(
        pushTokens,
        users.map(user => ({ prefix: [app, user], limit: mostTokens })),
      ),
    ])
    const now = ctx.clock()
    return users.map((user, i) => {
      const devices = (here[i]?.value.devices ?? []).map(device => ({ app, user, ...device }))
      const last = (seen[i] ?? []).map(row => row.value)
      const reach = (tokens[i] ?? []).map(row => row.value)
      return { ...pictureOf(user, devices, last, reach, now), text: here[i]?.value.text }
    })
  }

  return { of, get }
}

function pictureOf(
  user: string,
  devices: (Session & Connected)[],
  last: LastSeen[],
  tokens: PushToken[],
  now: number,
): Seen {
  const found = new Map<Platform, Seen['platforms'][number]>()
  for (const { platform, at } of last) found.set(platform, { platform, status: 'offline', at })
  for (const token of tokens) {
    const at = Math.max(token.at, found.get(token.platform)?.at ?? 0)
    if (at > now - reachable) found.set(token.platform, { platform: token.platform, status: 'push', at })
  }
  for (const device of devices) {
    const platform = platformOf(device.platform)
    const known = found.get(platform)
    const at = known?.status === 'online' ? Math.min(known.at, device.since) : device.since
    found.set(platform, { platform, status: 'online', at, said: latest(known?.said, device.said, now) })
  }
  const all = [...found.values()]
  const has = (status: Status) => all.some(each => each.status === status)
  const status = has('online') ? 'online' : has('push') ? 'push' : 'offline'
  const at = status === 'online' ? now : last.length > 0 ? Math.max(...last.map(each => each.at)) : undefined
  return { user, status, platforms: all, devices, at }
}

/** Of two devices of a platform counts what was said last; what is over does not count. */
function latest(one: Said | undefined, other: Said | undefined, now: number): Said | undefined {
  if (!other || other.until <= now) return one
  return !one || other.at >= one.at ? other : one
}
