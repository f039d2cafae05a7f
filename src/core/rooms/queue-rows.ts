import { check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import type { EventOf } from '../events.ts'
import type { Group } from '../model.ts'
import { type Told, toldConversation } from '../telling.ts'
import type { Queue, QueueElement } from './model.ts'
import { demandRoom, roomOf } from './rows.ts'
import { queueElements, queues } from './tables.ts'

/** How many elements a queue holds that nobody gave a size. */
const usualSize = 1000
/** Elements that go in one batch. */
export const together = 400

/** The queue of a room, even if it never held anything. */
export function queueOf(conv: number, row: Row<Queue> | undefined): Queue {
  return row?.value ?? { conv, size: usualSize, length: 0, next: 1 }
}

/** The steps that write a queue's row, which every change of the queue checks. */
export function queueWritten(row: Row<Queue> | undefined, next: Queue): Step[] {
  return [check(queues, [next.conv], row), put(queues, next)]
}

/** What those in the room and the app hear of it. */
export function toldQueue(
  call: Call,
  room: Group,
  what: EventOf<'queue.changed'>['what'],
  about: Partial<Pick<EventOf<'queue.changed'>, 'owner' | 'elements' | 'keys' | 'passing'>> = {},
): Told {
  const event = { type: 'queue.changed' as const, room, what, elements: {}, keys: [], passing: false, ...about }
  return toldConversation(call, room, event)
}

/**
 * Takes what goes with its owner out of the queue, in the batch with which they go. Whether there may be more of it, which
 * `clearOwned` takes out afterwards.
 */
export async function elementsGone(
  ctx: Context,
  call: Call,
  room: Group,
  owner: string,
  steps: Step[],
  tells: Told[],
): Promise<boolean> {
  const conv = room.id
  const row = await ctx.store.get(queues, [conv])
  // Read afterwards, so that they are as the queue's row says unless that is another one by the commit.
  const rows = await ctx.store.scan(queueElements, { prefix: [conv, owner], limit: together }, 'owner')
  if (rows.length === 0) return false
  const queue = queueOf(conv, row)
  steps.push(...queueWritten(row, { ...queue, length: queue.length - rows.length }), ...elementsDeleted(rows))
  const keys = rows.map(({ value }) => value.name)
  tells.push(toldQueue(call, room, 'delete', { owner, keys, passing: true }))
  return rows.length === together
}

/** The rest of what goes with its owner. */
export async function clearOwned(ctx: Context, call: Call, conv: number, owner: string): Promise<void> {
  for (let more = true; more; )
    more = await change(ctx, async () => {
      const room = await roomOf(ctx, conv)
      const steps: Step[] = []
      const tells: Told[] = []
      if (!room || room.dismissed) return { steps, done: () => false }
      demandRoom(room)
      const rest = await elementsGone(ctx, call, room, owner, steps, tells)
      return { steps, tells, done: () => rest }
    })
}

/** The steps that take elements out. */
export function elementsDeleted(rows: readonly Row<QueueElement>[]): Step[] {
  return rows.map(({ value }) => del(queueElements, [value.conv, value.name]))
}
