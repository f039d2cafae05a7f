import { del, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { countedAs } from './rows.ts'
import {
  groupAttributes,
  queueElements,
  queues,
  roomCount,
  roomDevices,
  roomLosses,
  roomMarks,
  roomMembers,
  roomMutes,
  roomSeats,
  roomsOfUser,
  roomTags,
} from './tables.ts'

/** Rows looked at in one go, and steps of one batch: small enough that other sends hardly wait behind it. */
const [rowsAtOnce, stepsAtOnce] = [100, 300]

/** Removes what a dismissed group held beside its members, some rows at a time; whether that was all. */
export async function endRoom(ctx: Context, conv: number, app: number): Promise<boolean> {
  const range = { prefix: [conv], limit: rowsAtOnce }
  const [devices, inside, elements, mutes, losses] = await Promise.all([
    ctx.store.scan(roomDevices, range),
    ctx.store.scan(roomMembers, range),
    ctx.store.scan(queueElements, range),
    ctx.store.scan(roomMutes, range),
    ctx.store.scan(roomLosses, range),
  ])
  const counted = new Set(['', ...inside.flatMap(row => countedAs(row.value))])
  const steps: Step[] = [
    ...devices.flatMap(({ value: { user, session, node } }) => [
      del(roomDevices, [conv, user, session]),
      del(roomSeats, [node, session, conv]),
    ]),
    ...inside.flatMap(({ value: { user, tags, marks } }) => [
      del(roomMembers, [conv, user]),
      del(roomsOfUser, [app, user, conv]),
      ...tags.map(tag => del(roomTags, [conv, tag, user])),
      ...marks.map(mark => del(roomMarks, [conv, mark, user])),
    ]),
    ...[...counted].map(what => del(roomCount, [conv, what])),
    ...elements.map(row => del(queueElements, [conv, row.value.name])),
    ...mutes.map(row => del(roomMutes, [conv, row.value.what, row.value.user])),
    ...losses.map(row => del(roomLosses, [conv, row.value.user])),
    del(queues, [conv]),
    del(groupAttributes, [conv]),
  ]
  for (let at = 0; at < steps.length; at += stepsAtOnce) await ctx.store.commit(steps.slice(at, at + stepsAtOnce))
  return [devices, inside, elements, mutes, losses].every(rows => rows.length < rowsAtOnce)
}
