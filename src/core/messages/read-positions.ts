import type { Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Conversation, Member, Message } from '../model.ts'
import { members, users } from '../tables.ts'
import { holds } from '../users/rows.ts'
import type { History } from './history.ts'

/** Members read together. */
const together = 1000

/** Whether somebody has read a message: so many answers in one call. */
const mostAnswers = 100_000

/** How far a member has read. */
export type ReadPosition = Pick<Member, 'user' | 'readSeq'>

/** A message, and who of those it is for has read up to it, or has not. */
export interface ReadBy {
  message: Message
  read: string[]
  unread: string[]
}

export type ReadPositions = ReturnType<typeof openReadPositions>

/** How far members have read, and what follows from it for messages: nobody has to send a receipt for that. */
export function openReadPositions(ctx: Context, history: History) {
  /**
   * How far each member of a conversation has read, in the order of their ids. Fault('request.batch') when it has more
   * than `most`.
   */
  async function list(conversation: Conversation, most: number): Promise<ReadPosition[]> {
    return membersOf(conversation, most)
  }

  /**
   * Messages by their ids, in order, without those that the conversation does not have. A message is for those who are in
   * the conversation since it was sent and to whom it is shown, besides its sender. Fault('request.batch') when messages
   * times members are above 100,000.
   */
  async function ofMessages(conversation: Conversation, ids: readonly number[]): Promise<ReadBy[]> {
    const found = await history.byIds(conversation.id, ids)
    const asked = found.filter(message => message !== undefined)
    if (asked.length === 0) return []
    const all = await membersOf(conversation, Math.floor(mostAnswers / asked.length))
    return asked.map(message => readBy(conversation, message, all))
  }

  async function membersOf({ id }: Conversation, most: number): Promise<Member[]> {
    const found: Member[] = []
    for (let after = '', more = true; more; ) {
      const rows = await ctx.store.scan(members, { prefix: [id], from: [`${after}\u0001`], limit: together })
      found.push(...(await present(rows)))
      if (found.length > most) throw new Fault('request.batch', `more than ${most} members`)
      more = rows.length === together
      after = rows.at(-1)?.value.user ?? ''
    }
    return found
  }

  /** Without those whose deletion a job has not worked off yet. */
  async function present(rows: readonly Row<Member>[]): Promise<Member[]> {
    const known = await ctx.store.getMany(
      users,
      rows.map(({ value }) => [value.app, value.user]),
    )
    return rows.flatMap(({ value }, i) => (holds(known[i], value.joined) ? [value] : []))
  }

  return { list, ofMessages }
}

function readBy({ type }: Conversation, message: Message, all: readonly Member[]): ReadBy {
  const { seq, sender, time, visibleTo, withdrawn } = message
  const away = new Set(message.hiddenFrom).add(sender)
  const shown = withdrawn ? new Set<string>() : visibleTo && new Set(visibleTo)
  const read: string[] = []
  const unread: string[] = []
  for (const { user, joined, readSeq } of all) {
    // Both sides of a pair are there from the start, though its first message may make it.
    const late = type === 'group' && joined > time
    if (late || away.has(user) || shown?.has(user) === false) continue
    if (readSeq >= seq) read.push(user)
    else unread.push(user)
  }
  return { message, read, unread }
}
