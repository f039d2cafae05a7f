import { add, append, check, del, put, type Row, type Step } from '../../storage/store.ts'
import type { Call } from '../call.ts'
import { type Context, change, type Plan } from '../context.ts'
import { Fault } from '../errors.ts'
import type { Event } from '../events.ts'
import type { User } from '../model.ts'
import { note } from '../notes/notes.ts'
import { users } from '../tables.ts'
import type { Friend, FriendList, Relation } from './model.ts'
import { relationKey, type Scope } from './rows.ts'
import { friendLists, friendsInLists, relationChanges, relationCount, relations } from './tables.ts'

/** How long devices that are away find out what changed, and are told of it (ms). */
const keep = 30 * 24 * 3600 * 1000

/** What the changes of a user's relations are counted by: the sequences that say that nothing is new. */
export type Sequence = 'friends' | 'custom' | 'lists' | 'blocks' | 'mutes'

interface Touched {
  scope: Scope
  friends: Set<string>
  raise: Partial<Record<Sequence, 1>>
}

interface Counted {
  scope: Scope
  what: string
  delta: number
  max: number
  /** The limit holds also when there are not more than before. */
  strict: boolean
}

/** A batch about relations while it is put together. */
export type Batch = ReturnType<typeof openBatch>

/**
 * Puts a batch together: rows with their checks, counts and lists, one number per user in the log of changes, and notes.
 * Devices and webhooks know one inbox only: of what is in another nobody is told.
 */
export function openBatch(ctx: Context, call: Call, inbox = 0) {
  const open = inbox === 0
  const checks: Step[] = []
  const writes: Step[] = []
  const counts = new Map<string, Counted>()
  const touched = new Map<string, Touched>()
  const notes: { user: string; kind: string; from: string; data: Record<string, unknown> }[] = []

  /** Nobody who is being deleted at this moment gets anything. */
  function demand(account: Row<User> | undefined) {
    if (account) checks.push(check(users, [call.app.id, account.value.id], account))
  }

  /** A relation must still be as it was read. */
  function same(scope: Scope, what: Relation['what'], other: string, row: Row<Relation> | undefined) {
    checks.push(check(relations, relationKey(scope, what, other), row))
  }

  function count(scope: Scope, what: string, delta: number, max = Infinity, strict = false) {
    const key = JSON.stringify([scope.user, scope.inbox, what])
    const known = counts.get(key)
    counts.set(key, {
      ...{ scope, what, delta: delta + (known?.delta ?? 0) },
      ...{ max: Math.min(max, known?.max ?? Infinity), strict: strict || known?.strict === true },
    })
  }

  /** Something is new for a user's devices; `friend` if it is about one. */
  function touch(scope: Scope, sequences: readonly Sequence[], friend?: string) {
    const key = JSON.stringify([scope.user, scope.inbox])
    const known: Touched = touched.get(key) ?? { scope, friends: new Set(), raise: {} }
    for (const sequence of sequences) known.raise[sequence] = 1
    if (friend !== undefined) known.friends.add(friend)
    touched.set(key, known)
  }

  /** Writes a relation over the row that was read; a new one counts. */
  function set(relation: Relation, row: Row<Relation> | undefined, max?: number) {
    same(relation, relation.what, relation.other, row)
    writes.push(put(relations, relation))
    if (!row) count(relation, relation.what, 1, max)
  }

  /** Removes a relation that was read. */
  function unset(row: Row<Relation>) {
    const { value } = row
    same(value, value.what, value.other, row)
    writes.push(del(relations, relationKey(value, value.what, value.other)))
    count(value, value.what, -1)
  }

  /** Writes a friend, who then stands in exactly the lists that are named. */
  function setFriend(
    friend: Friend,
    row: Row<Relation> | undefined,
    max?: number,
    sequences: Sequence[] = ['friends'],
  ) {
    set(friend, row, max)
    place(friend, friend.other, friend.since, listsOf(row), friend.lists ?? [])
    touch(friend, sequences, friend.other)
  }

  function unsetFriend(row: Row<Relation>) {
    unset(row)
    place(row.value, row.value.other, row.value.since, listsOf(row), [])
    touch(row.value, ['friends'], row.value.other)
  }

  function place(scope: Scope, friend: string, since: number, before: readonly string[], after: readonly string[]) {
    const { app, user, inbox } = scope
    for (const list of before)
      if (!after.includes(list)) {
        writes.push(del(friendsInLists, [app, user, inbox, list, friend]))
        count(scope, `in/${list}`, -1)
      }
    for (const list of after) {
      writes.push(put(friendsInLists, { app, user, inbox, list, friend, since }))
      if (!before.includes(list)) count(scope, `in/${list}`, 1)
    }
  }

  /** Makes a friend list over the row that was read, which is nobody's any more if there is one. */
  function setList(list: FriendList, row: Row<FriendList> | undefined, max?: number) {
    const { app, user, inbox } = list
    checks.push(check(friendLists, [app, user, inbox, list.list], row))
    writes.push(put(friendLists, list))
    if (!row) count(list, 'list', 1, max)
    touch(list, ['lists'])
  }

  function unsetList(row: Row<FriendList>) {
    const { app, user, inbox, list } = row.value
    checks.push(check(friendLists, [app, user, inbox, list], row))
    writes.push(del(friendLists, [app, user, inbox, list]))
    count(row.value, 'list', -1)
    // Nobody was put into it since its friends were read.
    count(row.value, `in/${list}`, 0, 0, true)
    touch(row.value, ['lists'])
  }

  /** A friend list must still be there. */
  function sameList(row: Row<FriendList>) {
    const { app, user, inbox, list } = row.value
    checks.push(check(friendLists, [app, user, inbox, list], row))
  }

  /** Tells a user's devices, also those that are away. */
  function tellUser(user: string, kind: string, from: string, data: Record<string, unknown>) {
    if (open) notes.push({ user, kind, from, data })
  }

  /** The finished batch. `events` are for webhooks; nobody is told anything when nothing was written. */
  function finish<T>(result: T, events: readonly Event[] = []): Plan<T> {
    if (writes.length === 0) return { steps: [], done: () => result }
    const steps = [...checks, ...[...counts.values()].flatMap(countSteps), ...writes]
    for (const { scope, friends, raise } of touched.values()) {
      const { app, user, inbox } = scope
      const value = { friends: [...friends], expires: ctx.clock() + keep }
      steps.push(append(relationChanges, [app, user, inbox], value, raise as Record<string, number>))
    }
    const told = notes.map(({ user, ...draft }) => note(ctx, call, user, { ...draft, keep }, steps))
    return {
      steps,
      tells: [...(open ? events : []).map(event => ({ call, subjects: [], event })), ...told],
      bounds: overtaken,
      done: () => result,
    }
  }

  return { demand, same, set, unset, setFriend, unsetFriend, setList, unsetList, sameList, touch, tellUser, finish }
}

function countSteps({ scope: { app, user, inbox }, what, delta, max, strict }: Counted): Step[] {
  if (delta === 0 && !strict) return []
  // Whoever has more than the limit already, from a time when it was higher, may still have fewer.
  return [add(relationCount, [app, user, inbox, what], delta, (strict || delta > 0) && max < Infinity ? { max } : {})]
}

function listsOf(row: Row<Relation> | undefined): readonly string[] {
  return row?.value.what === 'friend' ? (row.value.lists ?? []) : []
}

const overtaken = new Fault('store.conflict', 'a limit was reached meanwhile')
/** How often a batch is planned anew that ran into a limit which it had seen as free. */
const patience = 10

/** Commits a batch; when a limit was reached since its plan was made, the plan looks again and refuses what has no place. */
export async function changeWithin<T>(ctx: Context, plan: () => Promise<Plan<T>>): Promise<T> {
  for (let left = patience; ; left--)
    try {
      return await change(ctx, plan)
    } catch (error) {
      if (error !== overtaken || left === 0) throw error
    }
}
