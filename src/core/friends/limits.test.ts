import { describe, expect, test } from 'vitest'
import { engines, startNode, unevenly } from '../../../tests/support/core.ts'
import { reasons, startPeople } from '../../../tests/support/relations.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'
import { friendLists, friendsInLists, relationCount, relations } from './tables.ts'

const ids = (count: number) => Array.from({ length: count }, (_, i) => `u${String(i).padStart(2, '0')}`)

/** Two nodes over one store whose answers come in any order. */
async function twoNodes(store: Store = openMemory()) {
  const people = await startPeople({ store: unevenly(store) })
  const other = startNode({ store: unevenly(store) })
  return { store, people, nodes: [people.node, other], stop: () => Promise.all([people.node.stop(), other.stop()]) }
}

/** What every count should be, from the rows themselves. */
async function expectExact(store: Store, app: number, users: readonly string[]) {
  for (const user of users) {
    const rows = (await store.scan(relations, { prefix: [app, user], limit: 1000 })).map(row => row.value)
    const lists = (await store.scan(friendLists, { prefix: [app, user], limit: 1000 })).map(row => row.value.list)
    const entries = (await store.scan(friendsInLists, { prefix: [app, user], limit: 1000 })).map(row => row.value)
    const count = async (what: string) => (await store.get(relationCount, [app, user, 0, what]))?.value.n ?? 0
    for (const what of ['friend', 'request', 'block', 'mute'])
      expect([user, what, await count(what)]).toEqual([user, what, rows.filter(row => row.what === what).length])
    expect(await count('list')).toBe(lists.length)
    const named = rows.flatMap(row => (row.what === 'friend' ? (row.lists ?? []).map(list => [list, row.other]) : []))
    expect(entries.map(entry => [entry.list, entry.friend])).toEqual(named.sort())
    for (const [list] of named) {
      expect(lists).toContain(list)
      expect(await count(`in/${list}`)).toBe(named.filter(each => each[0] === list).length)
    }
  }
}

describe('[FR5] limits', () => {
  test('hold for each of many, who are refused one by one', async () => {
    const people = await startPeople()
    const { node, of } = people
    await node.users(...ids(5))
    const drafts = ids(5).map(user => ({ user }))
    const limits = { friends: 3, requests: 1, lists: 2, blocks: 2, mutes: 1 }
    const { friends } = node.core
    const added = await friends.add(node.call, 'ann', drafts, { limits })
    expect(reasons(added)).toEqual(['added', 'added', 'added', 'friend.limit', 'friend.limit'])
    expect(await people.friendsOf('ann')).toHaveLength(3)
    expect(await people.add('ben', 'ann', { limits, both: true })).toBe('friend.limit.other')
    // Whom the other has no place for takes none of the user's.
    const two = { friends: 2, lists: 1 }
    await friends.add(node.call, 'cat', drafts.slice(2), { limits: two, both: false })
    const some = [
      { user: 'cat' },
      { user: 'u00', lists: ['a', 'b'] },
      { user: 'u01' },
      { user: 'dan' },
      { user: 'u04' },
    ]
    const mixed = await friends.add(node.call, 'ben', some, { limits: two })
    expect(reasons(mixed)).toEqual(['friend.limit.other', 'friend.list.limit', 'added', 'added', 'friend.limit'])
    await friends.remove(node.call, 'ben', ['u01', 'dan'], { both: true })
    expect(await people.add('ben', 'ann', { limits, both: false })).toBe('added')
    expect(await people.add('ben', 'cat', { limits, how: 'ask' })).toBe('asked')
    expect(await people.add('ben', 'cat', { limits, how: 'ask' })).toBe('asked')
    expect(await people.add('dan', 'cat', { limits, how: 'ask' })).toBe('friend.request.limit')
    expect(reasons(await friends.blocks.add(node.call, 'cat', drafts, 'block', { limits }))).toEqual([
      ...['added', 'added', 'block.limit', 'block.limit', 'block.limit'],
    ])
    expect(reasons(await friends.blocks.add(node.call, 'cat', drafts, 'mute', { limits }))[1]).toBe('block.limit')
    const inLists = (user: string, lists: string[]) => ({ user, lists })
    const listed = await friends.add(
      node.call,
      'dan',
      [inLists('u00', ['a', 'b']), inLists('u01', ['c']), inLists('u02', ['b'])],
      {
        limits,
      },
    )
    expect(reasons(listed)).toEqual(['added', 'friend.list.limit', 'added'])
    expect(reasons(await friends.update(node.call, 'dan', [inLists('u00', ['c', 'a'])], { limits }))).toEqual([
      'friend.list.limit',
    ])
    await expect(friends.lists.make(node.call, 'dan', ['d'], { limits })).rejects.toMatchObject({
      reason: 'friend.list.limit',
    })
    expect(await friends.lists.make(node.call, 'dan', ['a', 'b'], { limits })).toEqual([])
    await expectExact(node.store, of('x').app, ['ann', 'ben', 'cat', 'dan'])
    await node.stop()
  })

  test('a request stays when there is no place for the friend', async () => {
    const people = await startPeople()
    const { node } = people
    await people.add('ann', 'ben', { how: 'ask' })
    await people.add('ben', 'cat')
    await people.add('ann', 'dan')
    const accept = (limits: object) =>
      node.core.friends.answer(node.call, 'ben', [{ user: 'ann', accept: true }], { limits })
    expect(reasons(await accept({ friends: 1 }))).toEqual(['friend.limit'])
    await node.core.friends.remove(node.call, 'ben', ['cat'])
    expect(reasons(await accept({ friends: 1 }))).toEqual(['friend.limit.other'])
    expect(await people.waitingFor('ben')).toEqual(['ann'])
    expect(await accept({ friends: 2 })).toEqual(['accepted'])
    await node.stop()
  })

  test('without a limit there is none', async () => {
    const people = await startPeople()
    const { node } = people
    await node.users(...ids(99))
    const limits = { friends: Infinity, lists: Infinity, requests: Infinity, blocks: Infinity, mutes: Infinity }
    const drafts = ids(99).map(user => ({ user, lists: [user] }))
    expect(new Set(await node.core.friends.add(node.call, 'ann', drafts, { limits }))).toEqual(new Set(['added']))
    expect(await people.friendsOf('ann')).toHaveLength(99)
    await node.stop()
  })

  test('hold when many add at once on two nodes, and nobody sees a conflict', async () => {
    const { people, nodes, store, stop } = await twoNodes()
    await people.node.users(...ids(20))
    const limits = { friends: 7 }
    const results = await Promise.all(
      ids(20).map(async (user, i) => {
        const { core, call } = nodes[i % 2] as (typeof nodes)[number]
        return i < 10
          ? core.friends.add(call, user, [{ user: 'ann' }], { limits })
          : core.friends.add(call, 'ann', [{ user }], { limits })
      }),
    )
    expect(results.flat().filter(each => each === 'added')).toHaveLength(7)
    expect(new Set(reasons(results.flat()))).toEqual(new Set(['added', 'friend.limit', 'friend.limit.other']))
    expect(await people.friendsOf('ann')).toHaveLength(7)
    await expectExact(store, people.of('ann').app, ['ann', ...ids(20)])
    await stop()
  })
})

test.each(engines)(
  '[FR15] after any changes at once on two nodes, counts and lists are those of the rows, and blocks were obeyed: $name',
  async engine => {
    const { store: opened, end } = await engine.open()
    const { people, nodes, store, stop } = await twoNodes(opened)
    const users = ['ann', 'ben', 'cat', 'dan']
    const pick = <T>(from: readonly T[]) => from[Math.floor(Math.random() * from.length)] as T
    const act = async () => {
      const { core, call } = pick(nodes)
      const [from, to] = [pick(users), pick(users)]
      const lists = pick([undefined, ['x'], ['x', 'y'], []])
      const { friends } = core
      await pick([
        () => friends.add(call, from, [{ user: to, lists }], { both: pick([true, false]) }),
        () => friends.add(call, from, [{ user: to, lists }], { how: 'ask' }),
        () => friends.answer(call, from, [{ user: to, accept: pick([true, false]), lists }]),
        () => friends.update(call, from, [{ user: to, lists, remark: 'r' }]),
        () => friends.remove(call, from, [to], { both: pick([true, false]), keepRemark: pick([true, false]) }),
        () => friends.blocks.add(call, from, [{ user: to }], pick(['block', 'mute']), { unfriend: true }),
        () => friends.blocks.remove(call, from, [to], pick(['block', 'mute'])),
        () => friends.lists.make(call, from, ['y', 'z'], { friends: [to] }),
        () => friends.lists.remove(call, from, ['x']),
      ])()
    }
    for (let round = 0; round < 12; round++) {
      await Promise.all(Array.from({ length: 12 }, act))
      await expectExact(store, people.of('ann').app, users)
      for (const user of users) {
        const rows = (await store.scan(relations, { prefix: [people.of(user).app, user], limit: 1000 })).map(
          row => row.value,
        )
        const blocked = rows.filter(row => row.what === 'block').map(row => row.other)
        const friends = rows.filter(row => row.what === 'friend' || row.what === 'request').map(row => row.other)
        expect(friends.filter(other => blocked.includes(other))).toEqual([])
      }
    }
    await stop()
    await end()
  },
)

test('[FR1] of many who make the same friendship at once, exactly one makes each direction', async () => {
  const { people, nodes, stop } = await twoNodes()
  const both = await Promise.all(
    Array.from({ length: 10 }, (_, i) => {
      const { core, call } = nodes[i % 2] as (typeof nodes)[number]
      const [from, to] = i % 3 ? ['ann', 'ben'] : ['ben', 'ann']
      return core.friends.add(call, from as string, [{ user: to as string }])
    }),
  )
  expect(both.flat().filter(each => each === 'added')).toHaveLength(1)
  expect(both.flat().filter(each => each === 'present')).toHaveLength(9)
  expect(await people.node.core.friends.count(people.of('ann'), 'friend')).toBe(1)
  expect(await people.node.core.friends.count(people.of('ben'), 'friend')).toBe(1)
  await stop()
})
