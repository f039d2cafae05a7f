import { check } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Group } from '../model.ts'
import { type Told, toldUser } from '../telling.ts'
import type { Comings } from './comings.ts'
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
export function openDescribing(ctx: Context, comings: Comings) {
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
    const described = await describeEach(call, id, all, options)
    const refused = described.find(each => each instanceof Fault && each.reason !== 'member.missing')
    if (refused) throw refused
    return described.flatMap(each => (each instanceof Fault ? [] : [each]))
  }

  /** `describe` one by one: in the order of all, who is described now, or why they are not ('member.missing' outside). */
  async function describeEach(
    call: Call,
    id: number,
    all: readonly Description[],
    options: { markedBy?: number } = {},
  ): Promise<(RoomMember | Fault)[]> {
    if (all.length > mostDescribed) throw new Fault('request.batch')
    const strange = all.some(({ user, marks, listed }) => user !== call.operator || marks || listed !== undefined)
    if (strange && !call.admin) throw new Fault('group.role')
    const { value: room } = await livingRoom(ctx, call, id)
    return Promise.all(all.map(each => describeOne(call, room, each, options.markedBy).catch(faultOf)))
  }

  function describeOne(call: Call, room: Group, asked: Description, markedBy: number | undefined) {
    const key = [room.id, asked.user]
    return ctx.queue(placeKey(room.id, asked.user), () =>
      change<RoomMember>(ctx, async () => {
        const row = await ctx.store.get(roomMembers, key)
        if (!row) throw new Fault('member.missing')
        const next = described(row.value, asked)
        if (JSON.stringify(next) === JSON.stringify(row.value)) return { steps: [], done: () => next }
        const steps = [check(roomMembers, key, row), ...memberChanged(row.value, next, markedBy)]
        const tells = [toldDescribed(call, room, next)]
        return { steps, tells, bounds: new Fault('member.marks'), done: () => next }
      }),
    )
  }

  /** As many learn of it as learn who comes and goes, unless lists leave them out; their own devices in any case. */
  function toldDescribed(call: Call, room: Group, member: RoomMember): Told {
    const event = { type: 'room.described' as const, room, member }
    const subjects = member.listed ? comings.subjects(room) : []
    return subjects.length > 0 ? { call, subjects, event } : toldUser(call, member.user, event)
  }

  return { describe, describeEach }
}

/** What is wrong with one of many; anything else concerns all of them. */
function faultOf(error: unknown): Fault {
  if (error instanceof Fault && (error.reason === 'member.missing' || error.reason === 'member.marks')) return error
  throw error
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
