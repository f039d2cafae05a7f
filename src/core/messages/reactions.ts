import { absent, append, check, del, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Message } from '../model.ts'
import { changes, messages } from '../tables.ts'
import { toldConversation, unnumbered } from '../telling.ts'
import type { Reaction, ReactionSummary } from './model.ts'
import { reactions } from './tables.ts'
import { messageKey, type Touched, touched } from './touching.ts'

/** Kinds on one message, and users that a message names of each kind. */
const [mostKinds, firstUsers] = [20, 5]

/** A place among those who reacted in one way. */
export interface ReactionPlace {
  at: number
  user: string
}

export type Reactions = ReturnType<typeof openReactions>

/** What users put beside messages. The message carries the counts itself, so that one without any costs nothing. */
export function openReactions(ctx: Context) {
  /**
   * A user reacts to a message in one more way; once in each. Gives the message as it is then. Saying it again changes only
   * `ext` and tells nobody. Fault: those of `touched`, 'message.full' above 20 kinds.
   */
  async function react(
    call: Call,
    conversation: Conversation,
    seq: number,
    kind: string,
    options: { by?: string; ext?: string } = {},
  ): Promise<Message> {
    const conv = conversation.id
    const user = options.by ?? call.operator ?? ''
    return onMessage(call, conversation, seq, async ({ row }) => {
      const own = await ctx.store.get(reactions, [conv, seq, kind, user])
      const reaction: Reaction = { conv, seq, kind, user, at: own?.value.at ?? ctx.clock(), ext: options.ext }
      if (own) {
        const steps = own.value.ext === options.ext ? [] : [check(reactions, [conv, seq, kind, user], own), put(reactions, reaction)] // biome-ignore format: one line
        return { steps, tells: [], done: () => row.value }
      }
      const summaries = withUser(row.value.reactions ?? [], kind, user)
      if (summaries.length > mostKinds) throw new Fault('message.full')
      const steps = [absent(reactions, [conv, seq, kind, user]), put(reactions, reaction)]
      return changed(call, conversation, { row }, summaries, steps, { by: user, detail: { kind, on: true } })
    })
  }

  /** Takes a reaction back; nothing happens when there is none. Fault: those of `touched`. */
  async function unreact(
    call: Call,
    conversation: Conversation,
    seq: number,
    kind: string,
    options: { by?: string } = {},
  ): Promise<Message> {
    const conv = conversation.id
    const user = options.by ?? call.operator ?? ''
    return onMessage(call, conversation, seq, async ({ row }) => {
      const key = [conv, seq, kind, user]
      const [own, first] = await Promise.all([
        ctx.store.get(reactions, key),
        ctx.store.scan(reactions, { prefix: [conv, seq, kind], limit: firstUsers + 1 }, 'at'),
      ])
      if (!own) return { steps: [], done: () => row.value }
      const rest = first.map(each => each.value.user).filter(each => each !== user)
      const summaries = withoutUser(row.value.reactions ?? [], kind, rest.slice(0, firstUsers))
      const steps = [check(reactions, key, own), del(reactions, key)]
      return changed(call, conversation, { row }, summaries, steps, { by: user, detail: { kind, on: false } })
    })
  }

  /** A change of the reactions waits for all others of its message. */
  function onMessage(
    call: Call,
    conversation: Conversation,
    seq: number,
    plan: (found: Touched) => Promise<Plan<Message>>,
  ) {
    return ctx.queue(messageKey(conversation.id, seq), () =>
      change(ctx, async () => plan(await touched(ctx, call, conversation, seq))),
    )
  }

  /** Who reacted in one way, in the order in which they did. */
  async function list(
    conv: number,
    seq: number,
    kind: string,
    page: { after?: ReactionPlace; limit: number },
  ): Promise<{ reactions: Reaction[]; next?: ReactionPlace }> {
    const { after, limit } = page
    const from = after && [after.at, `${after.user}\u0001`]
    const rows = await ctx.store.scan(reactions, { prefix: [conv, seq, kind], from, limit }, 'at')
    const last = rows.at(-1)?.value
    return {
      reactions: rows.map(row => row.value),
      next: rows.length === limit && last ? { at: last.at, user: last.user } : undefined,
    }
  }

  /** All reactions to messages of a conversation, in order; of each message at most `limit`. */
  async function ofMessages(conv: number, seqs: readonly number[], limit: number): Promise<Reaction[][]> {
    const pages = await ctx.store.scanMany(
      reactions,
      seqs.map(seq => ({ prefix: [conv, seq], limit })),
    )
    return pages.map(page => page.map(row => row.value))
  }

  /** In which ways a user reacted to messages of one conversation, in order. Looks only at messages with reactions. */
  async function own(user: string, found: readonly Message[]): Promise<string[][]> {
    const asked = found.flatMap(message => (message.reactions ?? []).map(({ kind }) => ({ message, kind })))
    const rows = await ctx.store.getMany(
      reactions,
      asked.map(({ message, kind }) => [message.conv, message.seq, kind, user]),
    )
    const mine = asked.filter((_, i) => rows[i])
    return found.map(message => mine.filter(each => each.message === message).map(each => each.kind))
  }

  return { react, unreact, list, ofMessages, own }
}

function changed(
  call: Call,
  conversation: Conversation,
  { row }: Touched,
  summaries: ReactionSummary[],
  steps: Step[],
  said: { by: string; detail: { kind: string; on: boolean } },
): Plan<Message> {
  const { conv, seq } = row.value
  const message: Message = { ...row.value, reactions: summaries.length > 0 ? summaries : undefined }
  const record = { what: 'reaction' as const, seq, ...said }
  const all = [check(messages, [conv, seq], row), ...steps, put(messages, message), append(changes, [conv], record)]
  const event = { type: 'message.reaction' as const, message, change: unnumbered(conv, record), conversation }
  return { steps: all, tells: [toldConversation(call, conversation, event, all.length - 1)], done: () => message }
}

function withUser(summaries: readonly ReactionSummary[], kind: string, user: string): ReactionSummary[] {
  if (!summaries.some(each => each.kind === kind)) return [...summaries, { kind, count: 1, users: [user] }]
  return summaries.map(each =>
    each.kind === kind ? { kind, count: each.count + 1, users: [...each.users, user].slice(0, firstUsers) } : each,
  )
}

function withoutUser(summaries: readonly ReactionSummary[], kind: string, users: string[]): ReactionSummary[] {
  return summaries
    .map(each => (each.kind === kind ? { kind, count: each.count - 1, users } : each))
    .filter(each => each.count > 0)
}
