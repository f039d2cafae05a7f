import { expect, test } from 'vitest'
import { handClock } from '../../../tests/support/core.ts'
import { type People, startPeople } from '../../../tests/support/relations.ts'

/** What a device holds that only reads what became of its friends since its last look. */
function device({ node, of }: People, user: string) {
  const shown = new Map<string, string | undefined>()
  let number = 0
  let resets = 0
  return {
    shown,
    resets: () => resets,
    async look() {
      for (let more = true; more; ) {
        const found = await node.core.friends.since(of(user), number)
        if (found.reset) {
          resets++
          shown.clear()
          number = (await node.core.friends.sequences(of(user))).number
          const { found: all } = await node.core.friends.page(of(user), 'friend', { limit: 500 })
          for (const { relation } of all) shown.set(relation.other, relation.remark)
          return
        }
        for (const { relation } of found.friends) shown.set(relation.other, relation.remark)
        for (const other of found.gone) shown.delete(other)
        number = found.number
        more = found.more
      }
    },
  }
}

test('[FR9] each kind of change has a number of its own, which stays when nothing changed', async () => {
  const people = await startPeople()
  const { node, of, add, answer, block } = people
  const { friends } = node.core
  const read = async () => {
    const { number: _, ...sequences } = await friends.sequences(of('ann'))
    return sequences
  }
  const none = { friends: 0, custom: 0, lists: 0, blocks: 0, mutes: 0 }
  expect(await friends.sequences(of('ann'))).toEqual({ number: 0, ...none })
  await add('ann', 'ben')
  expect(await read()).toEqual({ ...none, friends: 1 })
  await add('cat', 'ann', { both: false })
  await friends.update(node.call, 'ann', [{ user: 'cat', remark: 'x' }])
  await friends.remove(node.call, 'ann', ['cat'])
  await block('ann', 'ann')
  expect(await read()).toEqual({ ...none, friends: 1 })
  await friends.update(node.call, 'ann', [{ user: 'ben', custom: { a: '1' } }])
  expect(await read()).toEqual({ ...none, friends: 1, custom: 1 })
  await friends.update(node.call, 'ann', [{ user: 'ben', remark: 'B', custom: { a: '2' }, lists: ['l'] }])
  expect(await read()).toEqual({ ...none, friends: 2, custom: 2, lists: 1 })
  await block('ann', 'cat')
  await block('ann', 'cat')
  await friends.blocks.add(node.call, 'ann', [{ user: 'dan' }], 'mute')
  expect(await read()).toEqual({ friends: 2, custom: 2, lists: 1, blocks: 1, mutes: 1 })
  await friends.blocks.remove(node.call, 'ann', ['cat', 'dan'], 'block')
  await friends.lists.remove(node.call, 'ann', ['l'])
  expect(await read()).toEqual({ friends: 3, custom: 2, lists: 2, blocks: 2, mutes: 1 })
  await add('dan', 'ann', { how: 'ask' })
  await answer('ann', 'dan', true)
  expect(await read()).toEqual({ friends: 4, custom: 2, lists: 2, blocks: 2, mutes: 1 })
  expect((await friends.sequences(of('dan'))).friends).toBe(1)
  expect((await friends.sequences(of('ann', 1))).number).toBe(0)
  await node.stop()
})

test('[FR9] a device that reads only what changed since shows what one shows that reads all', async () => {
  const people = await startPeople()
  const { node, of, add } = people
  const ids = Array.from({ length: 450 }, (_, i) => `f${i}`)
  await node.users(...ids.slice(0, 300))
  await node.users(...ids.slice(300))
  const mine = device(people, 'ann')
  await mine.look()
  const change = async (from: number, to: number) => {
    const drafts = ids.slice(from, to).map(user => ({ user }))
    await node.core.friends.add(node.call, 'ann', drafts)
  }
  const all = async () => {
    const { found } = await node.core.friends.page(of('ann'), 'friend', { limit: 500 })
    return new Map(found.map(({ relation }) => [relation.other, relation.remark]))
  }
  await change(0, 450)
  await node.core.friends.update(
    node.call,
    'ann',
    ids.slice(0, 50).map(user => ({ user, remark: `r${user}` })),
  )
  await node.core.friends.remove(node.call, 'ann', ids.slice(40, 60))
  const first = await node.core.friends.since(of('ann'), 0)
  expect(first).toMatchObject({ reset: false, more: true })
  expect(first.friends.length + first.gone.length).toBeLessThanOrEqual(200)
  await mine.look()
  expect(mine.shown).toEqual(await all())
  await add('f41', 'ann')
  await node.core.friends.remove(node.call, 'f100', ['ann'], { both: true })
  await mine.look()
  expect(mine.shown).toEqual(await all())
  expect(mine.shown.has('f100')).toBe(false)
  expect(mine.resets()).toBe(0)
  await node.stop()
})

test('[FR9] what was forgotten, or never was, begins anew', async () => {
  const clock = handClock()
  const people = await startPeople({ clock: clock.now })
  const { node, of, add } = people
  const away = device(people, 'ann')
  await add('ann', 'ben')
  await away.look()
  await node.core.friends.remove(node.call, 'ann', ['ben'])
  const near = (await node.core.friends.sequences(of('ann'))).number
  clock.move(31 * 24 * 3600 * 1000)
  await add('ann', 'cat')
  await node.store.sweep(clock.now(), 1000)
  expect(await node.core.friends.since(of('ann'), near)).toMatchObject({
    reset: false,
    friends: [{ relation: { other: 'cat' } }],
  })
  expect(await node.core.friends.since(of('ann'), near - 1)).toMatchObject({ reset: true })
  expect(await node.core.friends.since(of('ann'), near + 2)).toMatchObject({ reset: true })
  expect(await node.core.friends.since(of('ann'), near + 1)).toMatchObject({ reset: false, friends: [], more: false })
  await away.look()
  expect([...away.shown.keys()]).toEqual(['cat'])
  expect(away.resets()).toBe(1)
  await node.stop()
})

test('[FR26] a list is read from an offset, with its true end, its count, and who of it is a friend', async () => {
  const people = await startPeople()
  const { node, of, add, block } = people
  const { friends } = node.core
  const read = async (what: 'friend' | 'block', options: object) => {
    const { found, ...rest } = await friends.part(of('ann'), what, { skip: 0, limit: 2, ...options })
    return { ...rest, users: found.map(({ relation }) => relation.other) }
  }
  expect(await read('friend', { total: true })).toEqual({ users: [], more: false, total: 0 })
  for (const other of ['cat', 'ben', 'dan', 'eve']) {
    await node.users(other)
    await add('ann', other, {}, { remark: `my ${other}` })
  }
  expect(await read('friend', {})).toEqual({ users: ['cat', 'ben'], more: true, total: undefined })
  expect(await read('friend', { skip: 1, total: true })).toEqual({ users: ['ben', 'dan'], more: true, total: 4 })
  expect(await read('friend', { skip: 2 })).toMatchObject({ users: ['dan', 'eve'], more: false })
  expect(await read('friend', { skip: 3, reverse: true })).toMatchObject({ users: ['cat'], more: false })
  for (const skip of [4, 10_000, 10_001, Number.MAX_SAFE_INTEGER])
    expect(await read('friend', { skip, total: true })).toEqual({ users: [], more: false, total: 4 })
  await node.users('fay')
  for (const other of ['ben', 'fay']) await block('ann', other)
  const blocked = { skip: 0, limit: 5, reverse: true }
  const { found } = await friends.part(of('ann'), 'block', { ...blocked, friends: true })
  expect(found).toMatchObject([{ relation: { other: 'fay' } }, { friend: { other: 'ben', remark: 'my ben' } }])
  expect(found[0]?.friend).toBeUndefined()
  expect((await friends.part(of('ann'), 'block', blocked)).found[1]?.friend).toBeUndefined()
  await node.core.users.remove(node.call, ['cat', 'ben'])
  expect((await read('friend', { limit: 5 })).users).toEqual(['dan', 'eve'])
  expect((await read('block', { limit: 5 })).users).toEqual(['fay'])
  await node.stop()
})
