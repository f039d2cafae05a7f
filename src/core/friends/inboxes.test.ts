import { afterEach, beforeEach, expect, test } from 'vitest'
import { type People, startPeople } from '../../../tests/support/relations.ts'

let people: People
beforeEach(async () => {
  people = await startPeople()
})
afterEach(() => people.node.stop())

test('[FR27] friends, requests, blocks, lists and all their numbers are of one inbox', async () => {
  const { node, of, add, block, friendsOf } = people
  const { friends } = node.core
  await add('ann', 'ben', { inbox: 3 }, { remark: 'in three', lists: ['work'] })
  await add('ann', 'ben')
  await block('ann', 'cat', { inbox: 3 })
  expect([await friendsOf('ann'), await friendsOf('ann', 3), await friendsOf('ben', 3)]).toEqual([
    ['ben'],
    ['ben'],
    ['ann'],
  ])
  expect(await friends.find(of('ann', 3), 'friend', ['ben'])).toMatchObject([{ remark: 'in three' }])
  expect((await friends.find(of('ann'), 'friend', ['ben']))[0]).not.toHaveProperty('remark')
  expect(await friends.lists.read(node.call.app.id, 'ann')).toEqual([])
  expect(await friends.lists.read(node.call.app.id, 'ann', { inbox: 3 })).toEqual([{ list: 'work', size: 1 }])
  const counts = (inbox: number) =>
    Promise.all((['friend', 'block'] as const).map(what => friends.count(of('ann', inbox), what)))
  expect([await counts(0), await counts(3), await counts(4)]).toEqual([
    [1, 0],
    [1, 1],
    [0, 0],
  ])
  // A block refuses friends and ends friendships in its own inbox alone.
  expect(await add('cat', 'ann')).toBe('added')
  expect(await add('cat', 'ann', { inbox: 3 })).toBe('friend.blocked')
  await friends.remove(node.call, 'ann', ['ben'], { both: true, inbox: 3 })
  expect([await friendsOf('ann'), await friendsOf('ann', 3), await friendsOf('ben', 3)]).toEqual([
    ['ben', 'cat'],
    [],
    [],
  ])
  expect(await friends.blocks.remove(node.call, 'ann', ['cat'], 'block')).toEqual([false])
  expect(await friends.blocks.remove(node.call, 'ann', ['cat'], 'block', 3)).toEqual([true])
})

test('[FR27] of what is in another inbox than the first neither devices nor webhooks are told', async () => {
  const { node, add, block, events, notesOf, of } = people
  const { friends } = node.core
  const all = ['friends.added', 'friends.removed', 'blocks.added', 'blocks.removed', 'note'] as const
  const before = node.told.length
  await add('ann', 'ben', { inbox: 3 }, { lists: ['l'] })
  await add('cat', 'ann', { inbox: 3, how: 'ask' })
  await friends.answer(node.call, 'ann', [{ user: 'cat', accept: true }], { inbox: 3 })
  await friends.update(node.call, 'ann', [{ user: 'ben', remark: 'B' }], { inbox: 3 })
  await friends.lists.remove(node.call, 'ann', ['l'], 3)
  await friends.remove(node.call, 'ann', ['ben'], { both: true, inbox: 3 })
  await block('ann', 'cat', { inbox: 3, unfriend: true })
  await friends.blocks.update(node.call, 'ann', [{ user: 'cat', ext: { a: '1' } }], 'block', 3)
  await friends.blocks.remove(node.call, 'ann', ['cat'], 'block', 3)
  await add('ann', 'dan', { inbox: 3 })
  expect((await friends.sequences(of('ann', 3))).number).toBeGreaterThan(8)
  await node.core.users.remove(node.call, ['dan'])
  await expect.poll(() => friends.count(of('ann', 3), 'friend')).toBe(0)
  const told = () => Promise.all(['ann', 'ben', 'cat'].map(notesOf))
  expect(await told()).toEqual([[], [], []])
  expect(events(...all)).toEqual([])
  const notes = () => node.told.slice(before).filter(({ event }) => event.type === 'note')
  expect(notes()).toEqual([])
  await add('ann', 'ben')
  expect(await told()).toEqual([[expect.anything()], [expect.anything()], []])
  expect([events(...all).length, notes().length]).toEqual([3, 2])
})
