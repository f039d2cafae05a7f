import type { PushProvider } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import type { Wishes } from '../core/messages/wishes.ts'
import type { Conversation, Message } from '../core/model.ts'
import type { PushToken } from '../core/presence/model.ts'
import type { Kept } from '../core/tables.ts'
import { openComposer } from './composing.ts'
import { isPushed, type SentMessage } from './hearing.ts'
import type { Outgoing } from './push.ts'

/** A push on its way to a device. */
export interface Going {
  token: PushToken
  outgoing: Outgoing
}

/** One message for the devices of one provider. */
export interface Work {
  kept: Kept
  event: SentMessage
  /** It is worth nothing any more (ms). */
  until: number
  wanted(): boolean
}

/** Some of what is to be pushed of a message; only a missing `next` is the end. */
export interface Page {
  pushes: Going[]
  next?: string
}

/** Says what is to be pushed of a message now, a page of receivers at a time, or to one user only. */
export type Pages = (work: Work, which: { after?: string; only?: string }) => Promise<Page>

/** Of more receivers together nobody counts what they have not read: their badges stay as they are. */
const mostBadges = 20

/** The pages of messages for the devices of one provider. */
export function openPages(
  core: Core,
  { kind, name }: PushProvider,
  wishesOf: (message: Message, conversation: Conversation) => Wishes | undefined,
): Pages {
  return async function pageOf(work, which) {
    const event = core.clock() < work.until ? await asItIs(core, work.event) : undefined
    if (!event) return { pushes: [] }
    const { message, conversation } = event
    const wishes = wishesOf(message, conversation)
    const query = { engine: name, overMute: wishes?.overMute, ...which }
    const { tokens, next } = await core.receivers(conversation, message, query)
    if (tokens.length === 0) return { pushes: [], next }
    const counts = message.counted && !wishes?.uncounted && tokens.length <= mostBadges
    const [composer, badges] = await Promise.all([
      openComposer(core, work.kept, event, { kind, wishes }),
      counts ? badgesOf(core, tokens) : undefined,
    ])
    const pushes = tokens.flatMap((token): Going[] => {
      const outgoing = composer.compose(token, badges?.get(token.user), work.until)
      return outgoing ? [{ token, outgoing }] : []
    })
    return { pushes, next }
  }
}

/** The event with its message as it is now, which may have waited; undefined when that is not to be pushed any more. */
async function asItIs(core: Core, event: SentMessage): Promise<SentMessage | undefined> {
  const { conv, seq } = event.message
  const [message] = await core.history.bySeqs(conv, [seq])
  const now = message && { ...event, message }
  return now && isPushed(now) ? now : undefined
}

async function badgesOf(core: Core, tokens: readonly PushToken[]): Promise<Map<string, number>> {
  const owners = new Map(tokens.map(token => [token.user, token.app]))
  const counted = [...owners].map(
    async ([user, app]) => [user, (await core.overview.unread(app, user)).unread] as const,
  )
  return new Map(await Promise.all(counted))
}
