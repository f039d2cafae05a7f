import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import type { Conversation, Session } from '../model.ts'
import type { Presence } from '../presence/presence.ts'
import { roomMembers } from '../rooms/tables.ts'
import { members, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import type { MessageDraft } from './draft.ts'
import type { Send } from './send.ts'

/** For whom of a conversation something is: only these, or all but these. */
export interface Chosen {
  only?: readonly string[]
  except?: readonly string[]
}

/** Whom a message that nobody stores was for, and on which devices they are connected. */
export interface Reached {
  user: string
  devices: Session[]
}

/** A row of somebody who is in a group or a live room. */
interface Place {
  user: string
  joined?: number
}

/** In larger conversations nobody is looked up who was not named. */
const most = 500

/** Passing a message to who is connected. */
export function openPassOn(ctx: Context, send: Pick<Send, 'toConversation'>, presence: Pick<Presence, 'of'>) {
  /**
   * Sends a message that nobody stores to those of a conversation who are connected, asking nobody beforehand. Says for whom
   * it was: of those in the conversation whom the choice names, or of all when they are no more than 500; else of nobody.
   * Fault: as `toConversation`.
   */
  return async function passOn(
    call: Call,
    conversation: Conversation,
    draft: MessageDraft,
    { only, except = [] }: Chosen,
  ): Promise<Reached[]> {
    const { from } = draft
    const lists = only
      ? { visibleTo: [...only], hiddenFrom: only.includes(from) ? undefined : [from] }
      : { hiddenFrom: except.length > 0 ? [...except] : undefined }
    await send.toConversation(call, conversation, { ...draft, ...lists, delivery: 'passing', unasked: true })
    const here = await insideOf(conversation, only)
    const left = new Set(only ? [] : except)
    const wanted = here.filter(user => !left.has(user))
    const devices = await presence.of(call.app.id, wanted)
    return wanted.map((user, i) => ({ user, devices: devices[i] as Session[] }))
  }

  /** Who is in a conversation: of those who are named, or all of a small one. */
  async function insideOf(conversation: Conversation, named: readonly string[] | undefined): Promise<string[]> {
    const asked = named && [...new Set(named)]
    if (conversation.type === 'direct') {
      const both = [...new Set([conversation.a, conversation.b])]
      return asked ? asked.filter(user => both.includes(user)) : both
    }
    const table = conversation.policy.members === 'stored' ? members : roomMembers
    const found = asked
      ? await ctx.store.getMany<Place>(
          table,
          asked.map(user => [conversation.id, user]),
        )
      : await ctx.store.scan<Place>(table, { prefix: [conversation.id], limit: most + 1 })
    const places = found.flatMap(row => (row ? [row.value] : []))
    if (!asked && places.length > most) return []
    const known = await ctx.store.getMany(
      users,
      places.map(({ user }) => [conversation.app, user]),
    )
    // Who is in a room came in just now: only a deletion at this moment makes them nobody.
    const here = places.filter(({ joined = Number.MAX_SAFE_INTEGER }, i) => holds(known[i], joined))
    return here.map(({ user }) => user)
  }
}
