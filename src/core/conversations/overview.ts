import type { Context } from '../context.ts'
import type { Membership } from '../model.ts'
import { messages } from '../tables.ts'
import type { OwnSettings, ShownSettings } from './model.ts'
import type { Positions, Standing } from './positions.ts'
import { soundOf } from './settings.ts'
import type { SettingsReading } from './settings-reading.ts'

/** A place in the list: since when it is pinned (0 = not), and the time of its last message (ms). */
export interface OverviewPlace {
  pinned: number
  time: number
  conv: number
}

/** Which of a user's conversations to list. */
export interface OverviewQuery {
  /** Pinned ones first, the one pinned last at the top. Otherwise the newest message alone decides. */
  pinnedFirst?: boolean
  type?: Membership['type']
  pinned?: boolean
  /** With this mark, or in this group of the user's own. */
  mark?: number
  group?: number
  unread?: boolean
  /** Those too that were taken out of the list. */
  unlisted?: boolean
  /** The last of the page before. */
  before?: OverviewPlace
  limit: number
}

/** A conversation in the list. */
export interface Overviewed {
  standing: Standing
  settings: ShownSettings | undefined
}

/** What a user has not read, of what is in their list. */
export interface UnreadTotal {
  /** Of conversations that make a sound. */
  unread: number
  /** Of those that make none. */
  muted: number
  /** How many conversations have something unread, and make a sound. */
  conversations: number
}

/** Conversations looked at together. */
const together = 1000

export type Overview = ReturnType<typeof openOverview>

/** A user's list of conversations, as they arranged it. */
export function openOverview(ctx: Context, positions: Positions, reading: SettingsReading) {
  /** A page of the list; only the last one is shorter than the limit. `next` is the `before` of the next. */
  async function list(
    app: number,
    user: string,
    query: OverviewQuery,
  ): Promise<{ found: Overviewed[]; next?: OverviewPlace }> {
    const places = await placesOf(app, user, query)
    const { before, limit } = query
    const start = before ? places.findIndex(place => inOrder(before, place) < 0) : 0
    const found: (Overviewed & { place: OverviewPlace })[] = []
    const step = query.unread ? together : limit + 1
    for (let at = start; at >= 0 && at < places.length && found.length <= limit; at += step) {
      const some = places.slice(at, at + step)
      const standings = await positions.standings(
        app,
        user,
        some.map(place => place.conv),
      )
      standings.forEach((standing, i) => {
        const { settings, ...place } = some[i] as Placed
        if (!standing || (query.unread && standing.unread === 0)) return
        const shown = settings && { ...settings, notify: standing.member.notify }
        found.push({ standing, settings: shown, place })
      })
    }
    const page = found.slice(0, limit)
    return { found: page, next: found.length > limit ? page.at(-1)?.place : undefined }
  }

  /** What a user has not read in all their conversations; those out of the list do not count. */
  async function unread(app: number, user: string): Promise<UnreadTotal> {
    const places = await placesOf(app, user, { limit: 1 })
    const total = { unread: 0, muted: 0, conversations: 0 }
    for (let at = 0; at < places.length; at += together) {
      const convs = places.slice(at, at + together).map(place => place.conv)
      for (const standing of await positions.standings(app, user, convs)) {
        if (!standing || standing.unread === 0) continue
        const { conversation, member, unread } = standing
        const sounds = soundOf(conversation, member.notify) === 'all'
        total[sounds ? 'unread' : 'muted'] += unread
        if (sounds) total.conversations++
      }
    }
    return total
  }

  /** What is in the list, in its order. Reads no conversation, only where each one ends. */
  async function placesOf(app: number, user: string, query: OverviewQuery): Promise<Placed[]> {
    const all = (await positions.all(app, user)).filter(({ type }) => !query.type || type === query.type)
    const [settings, heads] = await Promise.all([
      reading.all(app, user, new Map(all.map(({ conv, joined }) => [conv, joined]))),
      ctx.store.heads(
        messages,
        all.map(({ conv }) => [conv]),
      ),
    ])
    const places = all.flatMap(({ conv, joined }, i): Placed[] => {
      const own = settings.get(conv)
      const { number = 0, time = 0 } = heads[i] ?? {}
      if (!chosen(own, number, query)) return []
      const pinned = query.pinnedFirst ? (own?.pinned ?? 0) : 0
      return [{ pinned, time: number > 0 ? time : joined, conv, settings: own }]
    })
    return places.sort(inOrder)
  }

  return { list, unread }
}

interface Placed extends OverviewPlace {
  settings: OwnSettings | undefined
}

function chosen(own: OwnSettings | undefined, last: number, query: OverviewQuery): boolean {
  const { mark, group, pinned, unlisted } = query
  if (!unlisted && own?.unlisted !== undefined && last <= own.unlisted) return false
  if (pinned !== undefined && pinned !== (own?.pinned !== undefined)) return false
  if (mark !== undefined && !own?.marks?.includes(mark)) return false
  return group === undefined || (own?.groups ?? []).includes(group)
}

function inOrder(one: OverviewPlace, other: OverviewPlace): number {
  return other.pinned - one.pinned || other.time - one.time || other.conv - one.conv
}
