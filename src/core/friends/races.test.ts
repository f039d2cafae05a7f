import { expect, test } from 'vitest'
import { startNode } from '../../../tests/support/core.ts'
import { type People, reasons, startPeople } from '../../../tests/support/relations.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'

/** Two nodes; between what the first one reads and what it then commits, the other does something once. */
async function meanwhile(act: (other: People) => Promise<unknown>) {
  const store = openMemory()
  const other = await startPeople({ store })
  let armed = false
  const commit: Store['commit'] = async steps => {
    if (armed) {
      armed = false
      await act(other)
    }
    return store.commit(steps)
  }
  const node = startNode({ store: { ...store, commit } })
  return {
    other,
    core: node.core,
    call: node.call,
    arm() {
      armed = true
    },
    stop: () => Promise.all([node.stop(), other.node.stop()]),
  }
}

type Race = Awaited<ReturnType<typeof meanwhile>>

/** What the first node answers, and who is whose friend in the end. */
async function outcome(act: (other: People) => Promise<unknown>, work: (race: Race) => Promise<readonly unknown[]>) {
  const race = await meanwhile(act)
  race.arm()
  const results = reasons(await work(race).catch(error => [error]))
  const friends = [await race.other.friendsOf('ann'), await race.other.friendsOf('ben')]
  await race.stop()
  return [...results, ...friends]
}

const add =
  (options: object = {}) =>
  ({ core, call }: Race) =>
    core.friends.add(call, 'ann', [{ user: 'ben', lists: ['l'] }], options)

test('[FR4] a block that comes at this very moment refuses', async () => {
  expect(await outcome(other => other.block('ann', 'ben'), add())).toEqual(['friend.blocking', [], []])
  expect(await outcome(other => other.block('ben', 'ann'), add())).toEqual(['friend.blocked', [], []])
  expect(await outcome(other => other.block('ben', 'ann'), add({ how: 'ask' }))).toEqual(['friend.blocked', [], []])
  const both = await outcome(other => other.block('ben', 'ann'), add({ blocks: false }))
  expect(both).toEqual(['added', ['ben'], ['ann']])
})

test('[FR4] a friendship or a request that comes at this very moment ends with the block', async () => {
  const block = ({ core, call }: Race) =>
    core.friends.blocks.add(call, 'ann', [{ user: 'ben' }], 'block', { unfriend: true })
  expect(await outcome(other => other.add('ann', 'ben'), block)).toEqual(['added', [], []])
  expect(await outcome(other => other.add('ben', 'ann', { both: false }), block)).toEqual(['added', [], []])
  const race = await meanwhile(other => other.add('ben', 'ann', { how: 'ask' }))
  race.arm()
  expect(await block(race)).toEqual(['added'])
  expect(await race.other.waitingFor('ann')).toEqual([])
  expect(await race.other.add('ann', 'ben')).toBe('friend.blocking')
  await race.stop()
})

test('[FR10] a deletion at this very moment leaves nobody with the user', async () => {
  const remove = (user: string) => async (other: People) => {
    await other.node.core.users.remove(other.node.call, [user])
    await other.node.core.jobs.idle()
  }
  expect(await outcome(remove('ben'), add())).toEqual(['user.missing', [], []])
  expect(await outcome(remove('ann'), add())).toEqual(['user.missing', [], []])
  const block = ({ core, call }: Race) => core.friends.blocks.add(call, 'ann', [{ user: 'ben' }], 'block')
  expect(await outcome(remove('ben'), block)).toEqual(['user.missing', [], []])
  expect(await outcome(remove('ann'), block)).toEqual(['user.missing', [], []])
})

test('[FR3] two answers at once: one is given', async () => {
  const race = await meanwhile(other => other.answer('ben', 'ann', false))
  await race.other.add('ann', 'ben', { how: 'ask' })
  race.arm()
  expect(reasons(await race.core.friends.answer(race.call, 'ben', [{ user: 'ann', accept: true }]))).toEqual([
    'friend.request.missing',
  ])
  expect(await race.other.friendsOf('ann')).toEqual([])
  await race.stop()
})

test('[FR7] a friend is put into a list that goes at this very moment: the list is made anew, or the friend goes too', async () => {
  const race = await meanwhile(other => other.node.core.friends.lists.remove(other.node.call, 'ann', ['l']))
  const { lists } = race.core.friends
  await lists.make(race.call, 'ann', ['l'])
  race.arm()
  expect(await add()(race)).toEqual(['added'])
  expect(await lists.read(race.call.app.id, 'ann')).toEqual([{ list: 'l', size: 1 }])
  await race.stop()
  const other = await meanwhile(people => people.add('ann', 'ben', {}, { lists: ['l'] }))
  await other.core.friends.lists.make(other.call, 'ann', ['l'])
  other.arm()
  await other.core.friends.lists.remove(other.call, 'ann', ['l'])
  expect(await other.core.friends.lists.read(other.call.app.id, 'ann')).toEqual([])
  expect(await other.core.friends.find(other.other.of('ann'), 'friend', ['ben'])).toMatchObject([{ other: 'ben' }])
  expect((await other.core.friends.find(other.other.of('ann'), 'friend', ['ben']))[0]).not.toHaveProperty('lists')
  await other.stop()
})

test('[FR5] the last place is taken at this very moment', async () => {
  const limits = { friends: 1 }
  const taken = await outcome(other => other.add('ann', 'cat', { limits }), add({ limits }))
  expect(taken).toEqual(['friend.limit', ['cat'], []])
})
