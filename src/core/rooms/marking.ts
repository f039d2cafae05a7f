import { append, check, put, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import { groupKey } from '../groups/rows.ts'
import type { Group } from '../model.ts'
import { changes, conversations } from '../tables.ts'
import { toldConversation, unnumbered } from '../telling.ts'
import { livingRoom } from './inside.ts'

/** Most marks of one room. */
const mostRoomMarks = 100

/** Marks of rooms themselves: names that stay with the room, whoever is inside. */
export function openMarking(ctx: Context) {
  /**
   * Gives a room marks it has not, and takes marks from it that it has; its devices are told of all it has then. Nothing
   * is told where nothing is different. Fault('caller.forbidden') for an operator, Fault('member.marks') beyond 100.
   */
  async function mark(
    call: Call,
    id: number,
    marks: { add?: readonly string[]; remove?: readonly string[] },
  ): Promise<void> {
    if (!call.admin) throw new Fault('caller.forbidden')
    await ctx.queue(groupKey(id), () =>
      change(ctx, async () => {
        const row = await livingRoom(ctx, call, id)
        const old = row.value.marks ?? []
        const removed = new Set(marks.remove)
        const next = [...new Set([...old, ...(marks.add ?? [])])].filter(name => !removed.has(name))
        if (next.length === old.length && next.every((name, i) => name === old[i]))
          return { steps: [], done: () => undefined }
        if (next.length > mostRoomMarks) throw new Fault('member.marks', 'the room has as many marks as it may')
        const group: Group = { ...row.value, marks: next, updated: ctx.clock(), revision: row.value.revision + 1 }
        const record = { what: 'settings' as const, by: call.operator ?? '', detail: { marks: next } }
        const steps: Step[] = [
          check(conversations, [id], row),
          put(conversations, group),
          append(changes, [id], record),
        ]
        const event = { type: 'group.changed' as const, group, change: unnumbered(id, record), fields: ['marks'] }
        return { steps, tells: [toldConversation(call, group, event, 2)], done: () => undefined }
      }),
    )
  }

  /** The marks of a room, in the order in which they were given. */
  async function marksOf(call: Call, id: number): Promise<string[]> {
    return (await livingRoom(ctx, call, id)).value.marks ?? []
  }

  return { mark, marksOf }
}
