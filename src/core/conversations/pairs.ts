import { compare } from '../../lib/order.ts'
import { check, put, type Row, type Step } from '../../storage/store.ts'
import type { Direct, Member, User } from '../model.ts'
import { conversations, members, memberships, type Name, names, users } from '../tables.ts'
import { holds } from '../users/rows.ts'

/** Which counter of a direct conversation counts the messages for one of its users. */
export function sideOf(direct: Pick<Direct, 'a'>, user: string): 'a' | 'b' {
  return user === direct.a ? 'a' : 'b'
}

/** The two users of a pair, in the order in which they are kept. */
export function pairOf(one: string, other: string): { a: string; b: string } {
  return compare(one, other) <= 0 ? { a: one, b: other } : { a: other, b: one }
}

/** The unique name of a pair's own conversation. A length before the first id keeps ("a", "b/c") and ("a/b", "c") apart. */
export function pairName(one: string, other: string, inbox: number): string {
  const { a, b } = pairOf(one, other)
  return `${inbox}/${a.length}/${a}/${b}`
}

/** The conversation that a pair's name stands for; undefined when there is none, or one of them was deleted since. */
export function pairHeld(name: Row<Name> | undefined, pair: readonly (Row<User> | undefined)[]): number | undefined {
  return name && pair.every(row => holds(row, name.value.at ?? 0)) ? name.value.id : undefined
}

/** The rows of a new conversation under a name that is as it was read, for users who are as they were read. */
export function openSteps(
  direct: Direct,
  name: Pick<Name, 'space' | 'name'>,
  named: Row<Name> | undefined,
  pair: readonly (Row<User> | undefined)[],
): Step[] {
  const { app, id, created: at } = direct
  const known = pair.flatMap(row => (row ? [check(users, [app, row.value.id], row)] : []))
  return [
    ...known,
    check(names, [app, name.space, name.name], named),
    put(names, { app, ...name, id, at }),
    put(conversations, direct),
    ...sides(direct),
  ]
}

function sides(direct: Direct): Step[] {
  const { id: conv, app, a, b, created: joined, inbox } = direct
  const both = a === b ? [{ user: a, peer: b }] : [{ user: a, peer: b }, { user: b, peer: a }] // biome-ignore format: a pair
  return both.flatMap(({ user, peer }) => {
    const read = { hidden: 0, readSeq: 0, readCounted: 0, readSent: 0 }
    const member: Member = { conv, app, user, rank: 2, joined, ...read }
    return [put(members, member), put(memberships, { app, user, conv, type: 'direct', kind: '', peer, inbox, joined })]
  })
}
