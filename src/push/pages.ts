import type { PushProvider } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import type { PushToken } from '../core/presence/model.ts'
import type { Kept } from '../core/tables.ts'
import { openComposer } from './composing.ts'
import type { Pushed } from './hearing.ts'
import { matterOf, type WishesOf } from './matter.ts'
import type { Outgoing } from './push.ts'

/** A push on its way to a device. */
export interface Going {
  token: PushToken
  outgoing: Outgoing
}

/** One event for the devices of one provider. */
export interface Work {
  kept: Kept
  event: Pushed
  /** It is worth nothing any more (ms). */
  until: number
  wanted(): boolean
}

/** Some of what is to be pushed of an event; only a missing `next` is the end. */
export interface Page {
  pushes: Going[]
  next?: string
}

/** Says what is to be pushed of an event now, a page of receivers at a time, or to one user only. */
export type Pages = (work: Work, which: { after?: string; only?: string }) => Promise<Page>

/** Of more receivers together nobody counts what they have not read: their badges stay as they are. */
const mostBadges = 20

/** The pages of events for the devices of one provider. */
export function openPages(core: Core, { kind, name }: PushProvider, wishesOf: WishesOf): Pages {
  return async function pageOf(work, which) {
    const matter = core.clock() < work.until ? await matterOf(core, work.kept, wishesOf) : undefined
    if (!matter) return { pushes: [] }
    const { message, conversation, wishes } = matter
    const query = { engine: name, overMute: wishes?.overMute, ...which }
    const { tokens, next } = await core.receivers(conversation, message, query)
    if (tokens.length === 0) return { pushes: [], next }
    const counts = message.counted && !wishes?.uncounted && tokens.length <= mostBadges
    const [composer, badges] = await Promise.all([
      openComposer(core, work.kept, matter, kind),
      counts ? badgesOf(core, tokens) : undefined,
    ])
    const pushes = tokens.flatMap((token): Going[] => {
      const outgoing = composer.compose(token, badges?.get(token.user), work.until)
      return outgoing ? [{ token, outgoing }] : []
    })
    return { pushes, next }
  }
}

async function badgesOf(core: Core, tokens: readonly PushToken[]): Promise<Map<string, number>> {
  const owners = new Map(tokens.map(token => [token.user, token.app]))
  const counted = [...owners].map(
    async ([user, app]) => [user, (await core.overview.unread(app, user)).unread] as const,
  )
  return new Map(await Promise.all(counted))
}
