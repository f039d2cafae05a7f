import type { Range, Row } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import type { Group } from '../model.ts'
import { memberCount } from '../tables.ts'
import type { RoomClass, RoomMember } from './model.ts'
import { roomCount, roomMarks, roomMembers, roomsOfUser, roomTags } from './tables.ts'

/** Which of those inside to list. */
export interface CrowdQuery {
  /** Those of these classes; with `mark` or `tag` those who have it. One of the three, or none for all. */
  classes?: readonly RoomClass[]
  mark?: string
  tag?: string
  /** Also those whom lists leave out; those with a mark, with a tag or of a class always come. */
  hidden?: boolean
  /** Who entered last comes first. */
  reverse?: boolean
  /** The last one of the page before: by class and by tag the list is in the order of times, else of entries. */
  after?: Pick<RoomMember, 'entry' | 'entered' | 'user'>
  /** Only who entered up to this time (ms), by class and by tag; or up to this entry. Both inclusive. */
  upTo?: { entered?: number; entry?: number }
  skip?: number
  limit: number
}

export type Crowd = ReturnType<typeof openCrowd>

/** Who is in rooms. */
export function openCrowd(ctx: Context) {
  /** How many accounts are in a room: all, or those of a class, with a tag or with a mark. */
  async function count(id: number, of: { class?: RoomClass; tag?: string; mark?: string } = {}): Promise<number> {
    return (await countMany(id, [of]))[0] as number
  }

  /** `count` of several at once. */
  async function countMany(
    id: number,
    all: readonly { class?: RoomClass; tag?: string; mark?: string }[],
  ): Promise<number[]> {
    const rows = await ctx.store.getMany(
      roomCount,
      all.map(of => [id, nameOf(of)]),
    )
    return rows.map(row => row?.value.n ?? 0)
  }

  /** How many accounts are in rooms, in order. */
  async function online(ids: readonly number[]): Promise<number[]> {
    const rows = await ctx.store.getMany(
      roomCount,
      ids.map(id => [id, '']),
    )
    return rows.map(row => row?.value.n ?? 0)
  }

  /** How large groups are: rooms by who is inside, others by their members. */
  async function sizes(groups: readonly Pick<Group, 'id' | 'policy'>[]): Promise<number[]> {
    const keys = groups.map(({ id }) => id)
    const [inside, kept] = await Promise.all([
      online(keys),
      ctx.store.getMany(
        memberCount,
        keys.map(id => [id]),
      ),
    ])
    return groups.map(({ policy }, i) =>
      policy.members === 'passing' ? (inside[i] as number) : (kept[i]?.value.n ?? 0),
    )
  }

  /** Accounts in a room, in the order of the users; undefined for those outside. */
  async function find(id: number, users: readonly string[]): Promise<(RoomMember | undefined)[]> {
    const rows = await ctx.store.getMany(
      roomMembers,
      users.map(user => [id, user]),
    )
    return rows.map(row => row?.value)
  }

  /** Those inside in the order in which they entered, at most 1,000 of `limit`, or the newest first. */
  async function list(id: number, query: CrowdQuery): Promise<RoomMember[]> {
    const { classes, mark, tag, hidden, skip, limit } = query
    if (mark !== undefined) {
      const range = { prefix: [id, mark], ...within('entry', query), skip, limit }
      return membersOf(id, await ctx.store.scan(roomMarks, range, 'entry'))
    }
    if (tag !== undefined) {
      const range = { prefix: [id, tag], ...within('entered', query), skip, limit }
      return membersOf(id, await ctx.store.scan(roomTags, range, 'entered'))
    }
    if (classes) return listClasses(id, classes, query)
    const prefix = hidden ? [id] : [id, 1]
    const range = { prefix, ...within('entry', query), skip, limit }
    return (await ctx.store.scan(roomMembers, range, hidden ? 'entry' : 'listed')).map(row => row.value)
  }

  async function listClasses(id: number, classes: readonly RoomClass[], query: CrowdQuery): Promise<RoomMember[]> {
    const { skip = 0, limit, reverse } = query
    const want = Math.min(1000, skip + limit)
    const ranges = classes.map(each => ({ prefix: [id, each], ...within('entered', query), limit: want }))
    const pages = await ctx.store.scanMany(roomMembers, ranges, 'class')
    const order = reverse ? -1 : 1
    const all = pages.flat().map(row => row.value)
    all.sort((a, b) => order * (a.entered - b.entered || (a.user < b.user ? -1 : 1)))
    return all.slice(skip, skip + limit)
  }

  async function membersOf(id: number, rows: readonly Row<{ user: string }>[]): Promise<RoomMember[]> {
    const found = await find(
      id,
      rows.map(row => row.value.user),
    )
    return found.filter(member => member !== undefined)
  }

  /** The rooms that a user is in, at most 1,000. */
  async function roomsOf(app: number, user: string): Promise<number[]> {
    return (await ctx.store.scan(roomsOfUser, { prefix: [app, user], limit: 1000 })).map(row => row.value.conv)
  }

  return { count, countMany, online, sizes, find, list, roomsOf }
}

function nameOf(of: { class?: RoomClass; tag?: string; mark?: string }): string {
  if (of.class !== undefined) return `class/${of.class}`
  if (of.tag !== undefined) return `tag/${of.tag}`
  return of.mark === undefined ? '' : `mark/${of.mark}`
}

/** The part of an order that a page begins and ends in. */
function within(by: 'entry' | 'entered', { after, upTo, reverse }: CrowdQuery): Pick<Range, 'from' | 'to' | 'reverse'> {
  const last = upTo?.[by]
  const end = last === undefined ? undefined : [last + 1]
  if (!after) return { to: end, reverse }
  if (reverse) return { to: [after[by], after.user], reverse }
  return { from: [after[by], `${after.user}\u0001`], to: end, reverse }
}
