import { add, check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { memberOf } from '../groups/rows.ts'
import type { Conversation, Message } from '../model.ts'
import { messages } from '../tables.ts'
import { type Told, toldUser } from '../telling.ts'
import { erasedAt } from './erased.ts'
import { visible } from './history.ts'
import { openReaders } from './readers.ts'
import { readCount, reads } from './tables.ts'

/** Messages in one call: they fit one batch. */
const most = 100

/** How many read a message, and how many of those who could have not. */
export interface ReadNumbers {
  seq: number
  read: number
  unread: number
}

export type Receipts = ReturnType<typeof openReceipts>

/** Receipts for messages that asked for them. */
export function openReceipts(ctx: Context) {
  const { numbersOf, ...reading } = openReaders(ctx)

  /**
   * A member says that they have read messages. Gives the numbers of those that take a receipt from them, said before or
   * not, in order: others' messages that asked for one and that the member sees. Tells each sender's devices of what is
   * new. Fault: 'member.missing', 'request.batch' above 100.
   */
  async function send(
    call: Call,
    conversation: Conversation,
    reader: string,
    seqs: readonly number[],
  ): Promise<number[]> {
    const wanted = [...new Set(seqs)].sort((a, b) => a - b)
    if (wanted.length > most) throw new Fault('request.batch')
    const conv = conversation.id
    // The number of readers is told with each receipt, so those of one message come one after another.
    return ctx.queue(
      wanted.map(seq => `receipt.${conv}.${seq}`),
      () =>
        change(ctx, async () => {
          const asking = await askingFor(conversation, reader, wanted)
          const keys = asking.map(({ seq }) => [conv, seq])
          const [own, counts] = await Promise.all([
            ctx.store.getMany(
              reads,
              keys.map(key => [...key, reader]),
            ),
            ctx.store.getMany(readCount, keys),
          ])
          const fresh = asking.flatMap((message, i) => (own[i] ? [] : [{ message, count: counts[i] }]))
          const steps = [
            ...fresh.flatMap(each => checks(each, reader)),
            ...fresh.flatMap(each => writes(each, reader, ctx.clock())),
          ]
          const tells = fresh.length > 0 ? await toldSenders(call, conversation, reader, fresh) : []
          return { steps, tells, done: () => asking.map(message => message.seq) }
        }),
    )
  }

  /** The messages among these that take a receipt from a member. */
  async function askingFor(conversation: Conversation, user: string, seqs: readonly number[]): Promise<Message[]> {
    const conv = conversation.id
    const [member, rows] = await Promise.all([
      memberOf(ctx, conversation, user),
      ctx.store.getMany(
        messages,
        seqs.map(seq => [conv, seq]),
      ),
    ])
    if (!member) throw new Fault('member.missing')
    const found = rows.flatMap(row => (row && asks(row.value) ? [row.value] : []))
    const erased = await erasedAt(
      ctx,
      found.map(({ seq }) => ({ conv, user, member, seq })),
    )
    return found.filter((each, i) => each.sender !== user && !erased[i] && visible(each, { user, member }))
  }

  async function toldSenders(
    call: Call,
    conversation: Conversation,
    reader: string,
    fresh: readonly Fresh[],
  ): Promise<Told[]> {
    const bySender = Map.groupBy(fresh, each => each.message.sender)
    if (conversation.type === 'direct')
      return [...bySender].map(([sender, found]) => {
        const seqs = found.map(each => each.message.seq)
        return toldUser(call, sender, { type: 'receipts.direct', conversation, user: reader, seqs })
      })
    const numbers = await numbersOf(
      conversation,
      fresh.map(({ message, count }) => ({ message, read: (count?.value.n ?? 0) + 1 })),
    )
    const bySeq = new Map(numbers.map(each => [each.seq, each]))
    return [...bySender].map(([sender, found]) => {
      const receipts = found.map(({ message }) => ({
        ...(bySeq.get(message.seq) as ReadNumbers),
        users: [reader],
      }))
      return toldUser(call, sender, { type: 'receipts', group: conversation, receipts })
    })
  }

  /** How many read messages and how many did not, in order; undefined for those that ask for no receipts. */
  async function numbers(
    conversation: Conversation,
    seqs: readonly number[],
    which: (message: Message) => boolean = () => true,
  ): Promise<(ReadNumbers | undefined)[]> {
    const keys = seqs.map(seq => [conversation.id, seq])
    const [rows, counts] = await Promise.all([ctx.store.getMany(messages, keys), ctx.store.getMany(readCount, keys)])
    const asked = rows.flatMap((row, i) =>
      row && asks(row.value) && which(row.value) ? [{ message: row.value, read: counts[i]?.value.n ?? 0 }] : [],
    )
    const bySeq = new Map((await numbersOf(conversation, asked)).map(each => [each.seq, each]))
    return seqs.map(seq => bySeq.get(seq))
  }

  return { send, numbers, ...reading }
}

interface Fresh {
  message: Message
  count: Row<{ n: number; at: number }> | undefined
}

/** Whether a message takes receipts. */
export function asks(message: Message): boolean {
  return message.receipt === true && !message.recalled
}

function checks({ message: { conv, seq }, count }: Fresh, user: string): Step[] {
  return [check(reads, [conv, seq, user], undefined), check(readCount, [conv, seq], count)]
}

function writes({ message: { conv, seq } }: Fresh, user: string, at: number): Step[] {
  return [add(readCount, [conv, seq], 1), put(reads, { conv, seq, user, at })]
}
