import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change } from '../context.ts'
import { type EventOf, newsOf } from '../events.ts'
import type { Group } from '../model.ts'
import { conversations } from '../tables.ts'
import type { Told } from '../telling.ts'
import type { RoomLoss } from './model.ts'
import { roomLosses } from './tables.ts'

/** How long an account has to be lost before the app is told (ms), and how long its coming back is news of that (ms). */
const grace = 20_000
const remembered = 60 * 60 * 1000
/** How often a node looks after those who were lost (ms), and how many it tells of in one batch. */
const pace = 1000
const together = 100

/** Who went without wanting to. */
export interface Losses {
  /** The steps that remember it; none where the app does not want to know. */
  lost(call: Call, room: Group, user: string, now: number): Step[]
  /** It is committed: the app is told unless they come back soon. */
  happened(call: Call, room: Group, user: string): void
  /** What the app hears of somebody who is back; nothing unless it heard that they were gone. */
  toldBack(call: Call, room: Group, user: string, loss: RoomLoss | undefined, now: number): Told[]
  /** Tells of all who are lost for long enough by now; for tests. */
  look(): Promise<void>
  close(): void
}

/** A row remembers each loss, so that coming back at another node is seen; the node that saw the loss tells of it. */
export function openLosses(ctx: Context): Losses {
  const waiting = new Map<string, { call: Call; conv: number; user: string; due: number }>()
  let timer: NodeJS.Timeout | undefined

  function hears(call: Call, room: Group): boolean {
    return ctx.outbox.hears(newsOf(call, connected(room, [], false)))
  }

  function lost(call: Call, room: Group, user: string, now: number): Step[] {
    if (!hears(call, room)) return []
    return [put(roomLosses, { conv: room.id, user, app: room.app, at: now, expires: now + remembered })]
  }

  function happened(call: Call, room: Group, user: string) {
    if (!hears(call, room)) return
    waiting.set(`${room.id}/${user}`, { call, conv: room.id, user, due: ctx.clock() + grace })
    timer ??= setInterval(() => {
      look().catch(error => ctx.log.warn({ err: error }, 'who was lost in rooms could not be told'))
    }, pace)
    timer.unref()
  }

  function toldBack(call: Call, room: Group, user: string, loss: RoomLoss | undefined, now: number): Told[] {
    if (!loss?.told || loss.expires <= now) return []
    return [{ call, subjects: [], event: connected(room, [user], true) }]
  }

  async function look(): Promise<void> {
    const now = ctx.clock()
    const due = [...waiting].filter(([, each]) => each.due <= now)
    for (const [key] of due) waiting.delete(key)
    if (waiting.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
    const rooms = Map.groupBy(
      due.map(([, each]) => each),
      each => each.conv,
    )
    await Promise.all([...rooms].map(([conv, all]) => tellRoom(conv, all)))
  }

  async function tellRoom(conv: number, all: { call: Call; user: string }[]): Promise<void> {
    for (let at = 0; at < all.length; at += together) {
      const part = all.slice(at, at + together)
      const { call } = part[0] as { call: Call }
      const users = part.map(each => each.user)
      await change(ctx, () => plan(call, conv, users))
    }
  }

  /** Only those who did not come back meanwhile. */
  async function plan(call: Call, conv: number, users: readonly string[]) {
    const [room, rows] = await Promise.all([
      ctx.store.get(conversations, [conv]),
      ctx.store.getMany(
        roomLosses,
        users.map(user => [conv, user]),
      ),
    ])
    const group = room?.value
    const now = ctx.clock()
    const gone = rows.filter((row): row is Row<RoomLoss> => !!row && !row.value.told && row.value.at + grace <= now)
    if (gone.length === 0 || group?.type !== 'group' || group.dismissed) return { steps: [], done: () => undefined }
    const steps: Step[] = gone.flatMap(row => [
      check(roomLosses, [conv, row.value.user], row),
      put(roomLosses, { ...row.value, told: true }),
    ])
    const event = connected(
      group,
      gone.map(row => row.value.user),
      false,
    )
    return { steps, tells: [{ call, subjects: [], event }], done: () => undefined }
  }

  return { lost, happened, toldBack, look, close: () => clearInterval(timer) }
}

function connected(group: Group, users: string[], here: boolean): EventOf<'members.connected'> {
  return { type: 'members.connected', group, users, here }
}
