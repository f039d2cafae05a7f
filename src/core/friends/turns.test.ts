import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock } from '../../../tests/support/core.ts'
import { type People, startPeople } from '../../../tests/support/relations.ts'

const clock = handClock()
let people: People
beforeEach(async () => {
  people = await startPeople({ clock: clock.now })
})
afterEach(() => people.node.stop())

const users = (...names: string[]) => names.map(user => ({ user }))

async function listed(user: string, what: 'friend' | 'block' | 'mute', reverse = false): Promise<string[]> {
  const { found } = await people.node.core.friends.page(people.of(user), what, { limit: 100, reverse })
  return found.map(({ relation }) => relation.other)
}

describe('[FR24] the newest stands last', () => {
  test('of friends who were added in one call and in one millisecond, on both sides', async () => {
    const { node, add, friendsOf } = people
    await node.core.friends.add(node.call, 'dan', users('cat', 'ann'))
    await node.core.friends.add(node.call, 'dan', users('ben'))
    expect(await friendsOf('dan')).toEqual(['cat', 'ann', 'ben'])
    await add('cat', 'ann')
    expect(await friendsOf('ann')).toEqual(['dan', 'cat'])
    await add('ann', 'ben', { how: 'ask' })
    await people.answer('ben', 'ann', true)
    expect([await friendsOf('ann'), await friendsOf('ben')]).toEqual([
      ['dan', 'cat', 'ben'],
      ['dan', 'ann'],
    ])
  })

  test('of blocks and mutes, each for itself', async () => {
    const { blocks } = people.node.core.friends
    for (const what of ['block', 'mute'] as const) {
      await blocks.add(people.node.call, 'ann', users('dan', 'ben'), what)
      await blocks.add(people.node.call, 'ann', users('cat'), what)
      expect(await listed('ann', what)).toEqual(['dan', 'ben', 'cat'])
      expect(await listed('ann', what, true)).toEqual(['cat', 'ben', 'dan'])
      await blocks.remove(people.node.call, 'ann', ['dan'], what)
      await blocks.add(people.node.call, 'ann', users('dan'), what)
      expect(await listed('ann', what)).toEqual(['ben', 'cat', 'dan'])
    }
  })

  test('what was said to begin long before or after keeps its time, and moves nobody else’s', async () => {
    const { node, add, friendsOf, of } = people
    await add('ann', 'ben', { both: false }, { at: clock.now() + 1e9 })
    await add('ann', 'cat', { both: false }, { at: 5 })
    await add('ann', 'dan', { both: false })
    expect(await friendsOf('ann')).toEqual(['cat', 'dan', 'ben'])
    const found = await node.core.friends.find(of('ann'), 'friend', ['cat', 'dan', 'ben'])
    expect(found.map(friend => friend?.at)).toEqual([5, clock.now(), clock.now() + 1e9])
  })

  test('when the clock went back a little, too', async () => {
    const { add, friendsOf } = people
    await add('ann', 'dan')
    clock.move(-500)
    await add('ann', 'ben')
    clock.move(500)
    expect(await friendsOf('ann')).toEqual(['dan', 'ben'])
  })
})
