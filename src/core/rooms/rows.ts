import { add, check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { Fault } from '../errors.ts'
import { inForce } from '../groups/restricting.ts'
import { restrictions } from '../groups/tables.ts'
import type { Group, Member, User } from '../model.ts'
import { conversations, members, users } from '../tables.ts'
import { holds, present } from '../users/rows.ts'
import type { RoomClass, RoomMember } from './model.ts'
import { roomCount, roomMarks, roomMembers, roomTags } from './tables.ts'

/** In the keyed queue: what one account does in a room comes one after another. */
export function placeKey(conv: number, user: string): string {
  return `room.${conv}.${user}`
}

/** Refuses groups that are no rooms: their members are kept, whether they are connected or not. */
export function demandRoom(group: Group): void {
  if (group.policy.members !== 'passing') throw new Fault('group.kind', 'this kind of group is no room')
}

/** Whether a room takes somebody for a stranger whom it does not take in: deleted, or unknown where it takes no guests. */
export function strangeTo(room: Group, account: Row<User> | undefined): boolean {
  return !present(account) && (account !== undefined || !room.policy.guests)
}

/** What somebody is in a room, by their place among its fixed members. */
export function classOf(member: Pick<Member, 'rank'> | undefined): RoomClass {
  if (!member) return 'guest'
  return member.rank <= 1 ? 'manager' : 'member'
}

/** What is known of somebody who is, or wants to be, in a room. */
export interface Known {
  account: Row<User> | undefined
  /** The app knows them. */
  user: User | undefined
  /** Among the fixed members. */
  fixed: Member | undefined
  banned: boolean
  muted: boolean
  /** Holds while nothing of a ban is different. */
  check: Step
}

/** Reads it. */
export async function knownOf(ctx: Context, group: Pick<Group, 'id' | 'app'>, user: string): Promise<Known> {
  const [account, row, [ban, mute]] = await Promise.all([
    ctx.store.get(users, [group.app, user]),
    ctx.store.get(members, [group.id, user]),
    ctx.store.getMany(restrictions, [
      [group.id, 'ban', user],
      [group.id, 'mute', user],
    ]),
  ])
  const now = ctx.clock()
  return {
    account,
    user: present(account),
    fixed: row && holds(account, row.value.joined) ? row.value : undefined,
    banned: inForce(ban, account, now) !== undefined,
    muted: inForce(mute, account, now) !== undefined,
    check: check(restrictions, [group.id, 'ban', user], ban),
  }
}

/** The room of a conversation's row, even if it was dismissed; undefined for what is none. */
export async function roomOf(ctx: Context, conv: number): Promise<Group | undefined> {
  const group = (await ctx.store.get(conversations, [conv]))?.value
  return group?.type === 'group' ? group : undefined
}

/** The names under which a member is counted. */
export function countedAs(member: Pick<RoomMember, 'class' | 'tags' | 'marks'>): string[] {
  const { tags, marks } = member
  return ['', `class/${member.class}`, ...tags.map(tag => `tag/${tag}`), ...marks.map(mark => `mark/${mark}`)]
}

/** The steps that make a member vanish: the row, its counts, tags and marks. */
export function memberGone(member: RoomMember): Step[] {
  const { conv, user } = member
  return [
    del(roomMembers, [conv, user]),
    ...countedAs(member).map(what => add(roomCount, [conv, what], -1)),
    ...member.tags.map(tag => del(roomTags, [conv, tag, user])),
    ...member.marks.map(mark => del(roomMarks, [conv, mark, user])),
  ]
}

/** The steps from one state of a member to the next: the row, and what changes of counts, tags and marks. */
export function memberChanged(old: RoomMember, next: RoomMember, mostMarked?: number): Step[] {
  const { conv, user, entry, entered } = next
  const [before, after] = [new Set(countedAs(old)), new Set(countedAs(next))]
  const come = [...after].filter(what => !before.has(what))
  const gone = [...before].filter(what => !after.has(what))
  const most = (what: string) => (what.startsWith('mark/') ? mostMarked : undefined)
  return [
    put(roomMembers, next),
    ...come.map(what => add(roomCount, [conv, what], 1, { max: most(what) })),
    ...gone.map(what => add(roomCount, [conv, what], -1)),
    ...next.tags.filter(tag => !old.tags.includes(tag)).map(tag => put(roomTags, { conv, tag, user, entered })),
    ...old.tags.filter(tag => !next.tags.includes(tag)).map(tag => del(roomTags, [conv, tag, user])),
    ...next.marks.filter(mark => !old.marks.includes(mark)).map(mark => put(roomMarks, { conv, mark, user, entry })),
    ...old.marks.filter(mark => !next.marks.includes(mark)).map(mark => del(roomMarks, [conv, mark, user])),
  ]
}
