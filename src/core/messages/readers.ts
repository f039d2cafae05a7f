import { compare } from '../../lib/order.ts'
import type { Context } from '../context.ts'
import type { Conversation, Message } from '../model.ts'
import { memberCount, members } from '../tables.ts'
import type { Read } from './model.ts'
import { reads } from './tables.ts'

/** Which page of readers. */
export interface ReadersPage {
  /** The last user of the page before. */
  after?: string
  limit: number
}

/** Who sent a receipt for a message, and who could have and did not. */
export function openReaders(ctx: Context) {
  /** Who sent a receipt for a message, in the order of their ids. */
  async function readers(
    { conv, seq }: Message,
    { after = '', limit }: ReadersPage,
  ): Promise<{ readers: Read[]; next?: string }> {
    const rows = await ctx.store.scan(reads, { prefix: [conv, seq], from: [`${after}\u0001`], limit })
    const next = rows.length === limit ? rows.at(-1)?.value.user : undefined
    return { readers: rows.map(row => row.value), next }
  }

  /**
   * Who of those in the conversation now sent none, in the order of their ids; its sender is not asked for one. A page may
   * be shorter than the limit and still have a `next`.
   */
  async function missing(
    conversation: Conversation,
    message: Message,
    page: ReadersPage,
  ): Promise<{ users: string[]; next?: string }> {
    const asked = await audience(conversation, message, page)
    const rows = await ctx.store.getMany(
      reads,
      asked.map(user => [message.conv, message.seq, user]),
    )
    const away = new Set([message.sender, ...(message.hiddenFrom ?? [])])
    return {
      users: asked.filter((user, i) => !rows[i] && !away.has(user)),
      next: asked.length === page.limit ? asked.at(-1) : undefined,
    }
  }

  async function audience(conversation: Conversation, message: Message, { after = '', limit }: ReadersPage) {
    if (message.visibleTo || conversation.type === 'direct') {
      const all = message.visibleTo ?? (conversation.type === 'direct' ? [conversation.a, conversation.b] : [])
      return [...new Set(all)]
        .filter(user => compare(user, after) > 0)
        .sort(compare)
        .slice(0, limit)
    }
    const rows = await ctx.store.scan(members, { prefix: [message.conv], from: [`${after}\u0001`], limit })
    return rows.map(row => row.value.user)
  }

  /** Of messages of one conversation and how many read each: how many of those who are in it now did not. */
  async function numbersOf(conversation: Conversation, asked: readonly { message: Message; read: number }[]) {
    if (asked.length === 0) return []
    const conv = conversation.id
    const senders = [...new Set(asked.map(each => each.message.sender))]
    const [count, here] = await Promise.all([
      conversation.type === 'direct' ? undefined : ctx.store.get(memberCount, [conv]),
      ctx.store.getMany(
        members,
        senders.map(sender => [conv, sender]),
      ),
    ])
    const inside = new Set(here.flatMap(row => row?.value.user ?? []))
    const all = conversation.type === 'direct' ? new Set([conversation.a, conversation.b]).size : (count?.value.n ?? 0)
    return asked.map(({ message, read }) => ({
      seq: message.seq,
      read,
      unread: Math.max(0, sizeOf(message, all, inside.has(message.sender)) - read),
    }))
  }

  return { readers, missing, numbersOf }
}

/** How many could read a message: those it is shown to, besides its sender. */
function sizeOf({ sender, visibleTo, hiddenFrom = [] }: Message, members: number, senderHere: boolean): number {
  const away = new Set(hiddenFrom).add(sender)
  if (visibleTo) return new Set(visibleTo.filter(user => !away.has(user))).size
  return members - (senderHere ? away.size : away.size - 1)
}
