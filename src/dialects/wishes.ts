import type { Wishes } from '../core/messages/wishes.ts'
import type { Conversation, Message } from '../core/model.ts'
import type { Dialect } from './dialect.ts'

/** What the dialect in which a message came says of its push. */
export function pushWishesOf(dialects: readonly Dialect[]) {
  const known = new Map(dialects.map(dialect => [dialect.name, dialect]))
  return (message: Message, conversation: Conversation): Wishes | undefined =>
    known.get(message.origin.dialect)?.pushWishes?.(message, conversation)
}
