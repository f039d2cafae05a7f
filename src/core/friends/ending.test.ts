import { beforeEach, expect, test } from 'vitest'
import { handClock, holdJobs, unevenly } from '../../../tests/support/core.ts'
import { type People, reasons, startPeople } from '../../../tests/support/relations.ts'
import { openMemory } from '../../storage/memory.ts'
import { friendLists, friendsInLists, relations } from './tables.ts'

const clock = handClock()
let people: People
let runJobs: () => Promise<void>

beforeEach(async () => {
  const jobs = holdJobs(openMemory({ clock: clock.now }))
  people = await startPeople({ store: unevenly(jobs.store), clock: clock.now })
  runJobs = async () => {
    jobs.run()
    await people.node.core.jobs.idle()
  }
  const { add, block, node } = people
  await add('ann', 'ben', {}, { lists: ['work'] })
  await add('ben', 'ann', {}, {})
  await add('cat', 'ann', { both: false }, { lists: ['home'] })
  await add('ann', 'dan', { how: 'ask' })
  await add('dan', 'ann', { how: 'ask' })
  await block('cat', 'ann')
  await node.core.friends.blocks.add(node.call, 'ann', [{ user: 'cat' }], 'mute')
})

/** What is left of ann, as others and ann see it. */
async function left() {
  const { node, of, friendsOf, waitingFor } = people
  const { friends } = node.core
  const listed = await friends.lists.friendsIn(of('x').app, 'cat', 'home', { limit: 10 })
  return {
    own: [await friendsOf('ann'), await waitingFor('ann'), await friends.lists.read(of('x').app, 'ann')],
    others: [await friendsOf('ben'), await friendsOf('cat'), await waitingFor('dan'), listed.friends],
    sent: (await friends.requestsOf(of('dan'), { limit: 10 })).found,
    blocked: (await friends.page(of('cat'), 'block', { limit: 10 })).found,
    muted: (await friends.page(of('ann'), 'mute', { limit: 10 })).found,
    between: await friends.between(of('ann'), 'friend', ['ben', 'cat']),
    since: (await friends.since(of('ben'), 0)).gone,
  }
}

const none = { mine: false, theirs: false }
const nothing = {
  own: [[], [], []],
  others: [[], [], [], []],
  ...{ sent: [], blocked: [], muted: [], between: [none, none], since: ['ann'] },
}

test('[FR10] from the moment of a deletion nobody has the user as anything, before the job and after it', async () => {
  const { node, of } = people
  await node.core.users.remove(node.call, ['ann'])
  expect(await left()).toEqual(nothing)
  expect(await people.add('ben', 'ann')).toBe('user.missing')
  await runJobs()
  expect(await left()).toEqual(nothing)
  const { app } = of('ann')
  for (const table of [relations, friendLists, friendsInLists])
    expect(await node.store.scan<unknown>(table as typeof relations, { prefix: [app, 'ann'], limit: 10 })).toEqual([])
  expect(await node.store.scan(relations, { prefix: [app, 'ann'], limit: 10 }, 'other')).toEqual([])
  for (const user of ['ben', 'cat', 'dan', 'ann'])
    for (const what of ['friend', 'request', 'block', 'mute'] as const)
      expect([user, what, await node.core.friends.count(of(user), what)]).toEqual([user, what, 0])
  expect(await node.core.friends.lists.read(app, 'cat')).toEqual([{ list: 'home', size: 0 }])
  expect((await people.notesOf('ben')).at(-1)).toEqual({ kind: 'friend.removed', from: 'ann', users: ['ben'] })
})

test('[FR10] somebody made again has none of it, whatever the clock did, and keeps what they get before the job', async () => {
  const { node, of } = people
  clock.move(-60_000)
  await node.core.users.remove(node.call, ['ann'])
  await node.users('ann')
  expect(await left()).toEqual(nothing)
  expect(await people.add('ann', 'ben', {}, { lists: ['new', 'work'] })).toBe('added')
  expect(await people.add('dan', 'ann')).toBe('added')
  expect(await people.block('cat', 'ann')).toBe('added')
  await runJobs()
  expect([await people.friendsOf('ann'), await people.friendsOf('ben')]).toEqual([['ben', 'dan'], ['ann']])
  const { friends } = node.core
  expect(await friends.lists.read(of('x').app, 'ann')).toEqual([
    { list: 'new', size: 1 },
    { list: 'work', size: 1 },
  ])
  expect(await friends.count(of('ann'), 'friend')).toBe(2)
  expect(await friends.count(of('ben'), 'friend')).toBe(1)
  expect(await friends.count(of('cat'), 'block')).toBe(1)
  expect(await friends.between(of('cat'), 'block', ['ann'])).toEqual([{ mine: true, theirs: false }])
  expect(reasons(await friends.add(node.call, 'ann', [{ user: 'cat' }]))).toEqual(['friend.blocked'])
})

test('[FR10] what only one side had is gone too, whatever the clock did', async () => {
  const { node, add, block, friendsOf, of } = people
  await node.users('eve', 'fay')
  await add('fay', 'ben', { both: false })
  await add('ben', 'eve', { both: false })
  await block('cat', 'eve')
  clock.move(-60_000)
  await node.core.users.remove(node.call, ['eve', 'fay'])
  await node.users('eve', 'fay')
  expect([await friendsOf('ben'), await friendsOf('fay')]).toEqual([['ann'], []])
  expect((await node.core.friends.page(of('cat'), 'block', { limit: 10 })).found).toMatchObject([
    { relation: { other: 'ann' } },
  ])
  await runJobs()
  expect(await node.core.friends.count(of('cat'), 'block')).toBe(1)
})

test('[FR10] nobody gets somebody who is being deleted at this moment', async () => {
  const { node, of } = people
  const ids = Array.from({ length: 20 }, (_, i) => `g${i}`)
  await node.users(...ids)
  const work = ids.flatMap(user => [
    node.core.friends.add(node.call, 'ben', [{ user }]),
    node.core.users.remove(node.call, [user]),
    node.core.friends.blocks.add(node.call, 'cat', [{ user }], 'block'),
    node.core.friends.add(node.call, user, [{ user: 'dan' }]).catch(() => []),
  ])
  await Promise.all(work)
  await runJobs()
  for (const user of ids)
    expect(await node.store.scan(relations, { prefix: [of('x').app, user], limit: 10 }, 'other')).toEqual([])
  expect(await node.core.friends.count(of('ben'), 'friend')).toBe(1)
})

test('[FR10] a friend of thousands is ended in small batches', async () => {
  const { node, of } = people
  const ids = Array.from({ length: 60 }, (_, i) => `f${i}`)
  await node.users(...ids)
  await node.core.friends.add(
    node.call,
    'ann',
    ids.map(user => ({ user })),
  )
  await node.core.users.remove(node.call, ['ann'])
  await runJobs()
  expect(await node.store.scan(relations, { prefix: [of('x').app, 'ann'], limit: 10 }, 'other')).toEqual([])
  expect(await node.core.friends.count(of('f59'), 'friend')).toBe(0)
})
