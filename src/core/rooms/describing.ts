import { check } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Shown } from './entering.ts'
import { livingRoom } from './inside.ts'
import type { RoomMember } from './model.ts'
import { memberChanged, placeKey } from './rows.ts'
import { roomMembers } from './tables.ts'

/** What is to be different about somebody inside. What is left out stays. */
export interface Description extends Shown {
  user: string
  /** Whether lists show them. */
  listed?: boolean
  /** Marks they get, and lose. */
  marks?: { add?: readonly string[]; remove?: readonly string[] }
}

/** Marks and tags of one account, and accounts described in one call. */
export const [mostMarks, mostTags, mostDescribed] = [10, 10, 500]

/** Describing those inside; all of it goes when they go. */
export function openDescribing(ctx: Context) {
  /**
   * Changes what accounts in a room show of themselves, and marks them. An end user describes only themselves, without
   * marks: Fault('group.role'). Gives who was inside and is described now; `markedBy` bounds how many have one mark.
   */
  async function describe(
    call: Call,
    id: number,
    all: readonly Description[],
    options: { markedBy?: number } = {},
  ): Promise<RoomMember[]> {
    if (all.length > mostDescribed) throw new Fault('request.batch')
    const strange = all.some(({ user, marks, listed }) => user !== call.operator || marks || listed !== undefined)
    if (strange && !call.admin) throw new Fault('group.role')
    await livingRoom(ctx, call, id)
    const changed = await Promise.all(all.map(each => describeOne(id, each, options.markedBy)))
    return changed.filter(member => member !== undefined)
  }

  function describeOne(conv: number, asked: Description, markedBy: number | undefined) {
    const key = [conv, asked.user]
    return ctx.queue(placeKey(conv, asked.user), () =>
      change<RoomMember | undefined>(ctx, async () => {
        const row = await ctx.store.get(roomMembers, key)
        if (!row) return { steps: [], done: () => undefined }
        const next = described(row.value, asked)
        const steps = [check(roomMembers, key, row), ...memberChanged(row.value, next, markedBy)]
        return { steps, bounds: new Fault('member.marks'), done: () => next }
      }),
    )
  }

  return describe
}

function described(old: RoomMember, { user: _, listed, marks, ...shown }: Description): RoomMember {
  const given = Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined))
  const removed = new Set(marks?.remove)
  const kept = [...new Set([...old.marks, ...(marks?.add ?? [])])].filter(mark => !removed.has(mark))
  const next: RoomMember = { ...old, ...given, marks: kept }
  if (listed !== undefined) next.listed = listed ? 1 : 0
  if (next.marks.length > mostMarks || next.tags.length > mostTags) throw new Fault('member.marks')
  return { ...next, tags: [...new Set(next.tags)] }
}
