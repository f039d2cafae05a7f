import type { Context } from '../context.ts'
import { groupSubject } from '../events.ts'
import type { Group } from '../model.ts'
import { roomCount } from './tables.ts'

/** Comings and goings of a room that each node tells one by one in a second. */
const mostTold = 20
/** How long such a second is (ms). */
const span = 1000

/** Who is told of comings and goings. */
export interface Comings {
  /** Where one of them is told: nowhere, if the room does not tell of them, or has told enough in this second. */
  subjects(room: Group): string[]
  /** One of them is committed: at the end of the second the room's number of members is told, once for all of them. */
  happened(room: Group): void
  close(): void
}

/** Opens it; each node counts what it tells itself. */
export function openComings(ctx: Context): Comings {
  let told = new Map<number, number>()
  let stirred = new Map<number, Group>()
  let timer: NodeJS.Timeout | undefined

  function subjects(room: Group): string[] {
    if (!tells(room)) return []
    const times = (told.get(room.id) ?? 0) + 1
    told.set(room.id, times)
    start()
    return times > mostTold ? [] : [groupSubject(room.id)]
  }

  function happened(room: Group) {
    if (!tells(room)) return
    stirred.set(room.id, room)
    start()
  }

  function start() {
    timer ??= setTimeout(end, span)
    timer.unref()
  }

  function end() {
    const rooms = [...stirred.values()]
    timer = undefined
    told = new Map()
    stirred = new Map()
    tellCounts(rooms).catch(error => ctx.log.warn({ err: error }, 'how many are in rooms could not be told'))
  }

  async function tellCounts(rooms: readonly Group[]): Promise<void> {
    const counts = await ctx.store.getMany(
      roomCount,
      rooms.map(({ id }) => [id, '']),
    )
    rooms.forEach(({ id: conv, app }, i) => {
      const event = { type: 'room.counted' as const, conv, online: counts[i]?.value.n ?? 0 }
      ctx.bus.publish(groupSubject(conv), { app, origin, admin: true, event })
    })
  }

  return { subjects, happened, close: () => clearTimeout(timer) }
}

const origin = { dialect: 'native', via: 'rest' } as const

function tells({ policy }: Group): boolean {
  return policy.comings ?? policy.tips !== 'none'
}
