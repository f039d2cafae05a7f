import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, type TestNode } from '../../../tests/support/core.ts'
import { type People, reasons, startPeople } from '../../../tests/support/relations.ts'

const clock = handClock()
let people: People
let node: TestNode
beforeEach(async () => {
  people = await startPeople({ clock: clock.now })
  node = people.node
})
afterEach(() => node.stop())

const of: People['of'] = (user, inbox) => people.of(user, inbox)
const add: People['add'] = (...given) => people.add(...given)
const answer: People['answer'] = (...given) => people.answer(...given)
const block: People['block'] = (...given) => people.block(...given)
const profile: People['profile'] = (...given) => people.profile(...given)
const friendsOf: People['friendsOf'] = (...given) => people.friendsOf(...given)
const waitingFor: People['waitingFor'] = user => people.waitingFor(user)
const events: People['events'] = (...types) => people.events(...types)

describe('[FR1] a friendship has two directions', () => {
  test('both are made, or one', async () => {
    expect(await add('ann', 'ben')).toBe('added')
    expect(await add('ann', 'cat', { both: false })).toBe('added')
    expect(await friendsOf('ann')).toEqual(['ben', 'cat'])
    expect(await friendsOf('ben')).toEqual(['ann'])
    expect(await friendsOf('cat')).toEqual([])
    const between = await node.core.friends.between(of('ann'), 'friend', ['ben', 'cat', 'dan'])
    expect(between).toEqual([
      { mine: true, theirs: true },
      { mine: true, theirs: false },
      { mine: false, theirs: false },
    ])
    expect(await node.core.friends.between(of('cat'), 'friend', ['ann'])).toEqual([{ mine: false, theirs: true }])
  })

  test('a direction that is there stays as it is, the missing one is made and told', async () => {
    await add('ann', 'ben', { both: false }, { remark: 'B' })
    expect(await add('ann', 'ben', { both: false }, { remark: 'other' })).toBe('present')
    expect(await add('ann', 'ben', {}, { remark: 'other' })).toBe('added')
    expect(await add('ann', 'ben')).toBe('present')
    const [friend] = await node.core.friends.find(of('ann'), 'friend', ['ben'])
    expect(friend?.remark).toBe('B')
    expect(events('friends.added')).toMatchObject([
      { pairs: [{ from: 'ann', to: 'ben' }] },
      { pairs: [{ from: 'ben', to: 'ann', initiator: 'ann' }] },
    ])
    expect(await node.core.friends.count(of('ann'), 'friend')).toBe(1)
  })

  test('inboxes have friends of their own', async () => {
    await add('ann', 'ben', { inbox: 3 })
    expect([await friendsOf('ann'), await friendsOf('ann', 3)]).toEqual([[], ['ben']])
  })

  test('one call adds many, with a result each; the first of several drafts for one user counts', async () => {
    const drafts = [{ user: 'ben', remark: '1' }, { user: 'ann' }, { user: 'none' }, { user: 'ben', remark: '2' }]
    const results = await node.core.friends.add(node.call, 'ann', drafts)
    expect(reasons(results)).toEqual(['added', 'friend.self', 'user.missing', 'added'])
    expect((await node.core.friends.find(of('ann'), 'friend', ['ben']))[0]?.remark).toBe('1')
    await expect(add('none', 'ben')).rejects.toMatchObject({ reason: 'user.missing' })
    expect(await add('ann', 'none', { strangers: true })).toBe('added')
    expect(await friendsOf('none')).toEqual(['ann'])
  })

  test('removing ends one direction or both, and says who was none', async () => {
    for (const other of ['ben', 'cat']) await add('ann', other)
    expect(reasons(await node.core.friends.remove(node.call, 'ann', ['ben', 'dan']))).toEqual([
      undefined,
      'friend.missing',
    ])
    expect(await friendsOf('ben')).toEqual(['ann'])
    await node.core.friends.remove(node.call, 'ann', ['cat'], { both: true })
    expect([await friendsOf('ann'), await friendsOf('cat')]).toEqual([[], []])
    expect(events('friends.removed')).toMatchObject([
      { pairs: [{ from: 'ann', to: 'ben' }] },
      {
        pairs: [
          { from: 'ann', to: 'cat' },
          { from: 'cat', to: 'ann' },
        ],
      },
    ])
  })

  test('all can be removed at once', async () => {
    const ids = Array.from({ length: 25 }, (_, i) => `f${i}`)
    await node.users(...ids)
    await node.core.friends.add(
      node.call,
      'ann',
      ids.map(user => ({ user })),
    )
    await node.core.friends.removeAll(node.call, 'ann', { both: true })
    expect(await friendsOf('ann')).toEqual([])
    expect(await friendsOf('f24')).toEqual([])
    expect(await node.core.friends.count(of('ann'), 'friend')).toBe(0)
  })
})

describe('[FR2] the other’s profile decides', () => {
  test('anybody, whom they confirm, or nobody', async () => {
    await profile('ben', { befriend: 'confirm' })
    await profile('cat', { befriend: 'nobody' })
    await profile('dan', { befriend: 'anybody' })
    expect(await add('ann', 'ben')).toBe('asked')
    expect(await add('ann', 'cat')).toBe('friend.refused')
    expect(await add('ann', 'dan')).toBe('added')
    expect(await friendsOf('ann')).toEqual(['dan'])
    expect(await waitingFor('ben')).toEqual(['ann'])
  })

  test('whoever is asked always, or never', async () => {
    await profile('ben', { befriend: 'confirm' })
    expect(await add('ann', 'cat', { how: 'ask' })).toBe('asked')
    expect(await add('ann', 'ben', { how: 'direct' })).toBe('added')
    expect(await friendsOf('ben')).toEqual(['ann'])
    expect(events('friends.added')).toMatchObject([{ forced: true, by: 'request' }])
    await expect(
      node.core.friends.add(node.by('ann'), 'ann', [{ user: 'cat' }], { how: 'direct' }),
    ).rejects.toMatchObject({
      reason: 'caller.forbidden',
    })
  })

  test('who may not ask is refused, but may be given friends', async () => {
    await profile('ann', { noRequests: true })
    expect(await add('ann', 'ben')).toBe('friend.forbidden')
    expect(await add('ann', 'ben', { how: 'direct' })).toBe('added')
    expect(await add('cat', 'ann')).toBe('added')
  })

  test('asking again brings newer words and is one request', async () => {
    for (const wording of ['please', 'pretty please']) {
      clock.move(5)
      await add('ann', 'ben', { how: 'ask' }, { wording, source: 'web' })
    }
    const { found } = await node.core.friends.page(of('ben'), 'request', { limit: 10 })
    expect(found.map(({ relation }) => relation)).toMatchObject([
      { text: 'pretty please', source: 'web', at: clock.now() },
    ])
    expect(await node.core.friends.count(of('ben'), 'request')).toBe(1)
  })
})

describe('[FR3] an answer ends a request', () => {
  const asked = { wording: 'hi', source: 'web', remark: 'Benny', lists: ['work'] }

  test('accepting makes both directions as they were asked for', async () => {
    await add('ann', 'ben', { how: 'ask' }, asked)
    expect(await answer('ben', 'ann', true, { remark: 'Annie', lists: ['old'], words: 'sure' })).toBe('accepted')
    const [mine] = await node.core.friends.find(of('ben'), 'friend', ['ann'])
    const [theirs] = await node.core.friends.find(of('ann'), 'friend', ['ben'])
    expect(mine).toMatchObject({ remark: 'Annie', lists: ['old'], source: 'web', wording: 'hi', asked: clock.now() })
    expect(theirs).toMatchObject({ remark: 'Benny', lists: ['work'], source: 'web', wording: 'hi' })
    expect(await waitingFor('ben')).toEqual([])
    expect(events('friends.added')).toMatchObject([
      {
        ...{ by: 'answer', forced: false, text: 'sure' },
        pairs: [
          { from: 'ann', to: 'ben', initiator: 'ann' },
          { from: 'ben', to: 'ann', initiator: 'ann' },
        ],
      },
    ])
  })

  test('in one direction when the answer or the request says so', async () => {
    await add('ann', 'ben', { how: 'ask' })
    await answer('ben', 'ann', true, { both: false })
    expect([await friendsOf('ann'), await friendsOf('ben')]).toEqual([['ben'], []])
    await add('ann', 'cat', { how: 'ask', both: false })
    await answer('cat', 'ann', true)
    expect([await friendsOf('ann'), await friendsOf('cat')]).toEqual([['ben', 'cat'], []])
    await add('ann', 'dan', { how: 'ask', both: false })
    await answer('dan', 'ann', true, { both: true })
    expect(await friendsOf('dan')).toEqual(['ann'])
  })

  test('a direction that was there stays, and the request ends all the same', async () => {
    await add('ann', 'ben', { both: false })
    await add('ann', 'ben', { how: 'ask' })
    expect(await waitingFor('ben')).toEqual(['ann'])
    expect(await answer('ben', 'ann', true)).toBe('accepted')
    expect([await friendsOf('ann'), await friendsOf('ben'), await waitingFor('ben')]).toEqual([['ben'], ['ann'], []])
  })

  test('the asking user’s list is left out when they have too many', async () => {
    await add('ann', 'ben', { how: 'ask' }, asked)
    await node.core.friends.lists.make(node.call, 'ann', ['one'])
    const limits = { lists: 1 }
    expect(await node.core.friends.answer(node.call, 'ben', [{ user: 'ann', accept: true }], { limits })).toEqual([
      'accepted',
    ])
    const [friend] = await node.core.friends.find(of('ann'), 'friend', ['ben'])
    expect(friend).toMatchObject({ remark: 'Benny' })
    expect(friend).not.toHaveProperty('lists')
    const lists = await node.core.friends.lists.read(node.call.app.id, 'ann')
    expect(lists).toEqual([{ list: 'one', size: 0 }])
  })

  test('rejecting leaves nothing, and what nobody asked cannot be answered', async () => {
    await add('ann', 'ben', { how: 'ask' })
    expect(await answer('ben', 'ann', false)).toBe('rejected')
    expect([await waitingFor('ben'), await friendsOf('ann')]).toEqual([[], []])
    expect(await answer('ben', 'ann', true)).toBe('friend.request.missing')
    expect(await answer('ben', 'ann', false)).toBe('friend.request.missing')
    const unasked = { unasked: 'befriend' as const }
    const answers = [{ user: 'ann', accept: true }]
    await expect(node.core.friends.answer(node.by('ben'), 'ben', answers, unasked)).rejects.toThrow()
    expect(await node.core.friends.answer(node.call, 'ben', answers, unasked)).toEqual(['accepted'])
    expect(await friendsOf('ann')).toEqual(['ben'])
  })

  test('requests that cross are both ended by one answer, and by becoming friends otherwise', async () => {
    await add('ann', 'ben', { how: 'ask' })
    await add('ben', 'ann', { how: 'ask' })
    await answer('ben', 'ann', true)
    expect([await waitingFor('ann'), await waitingFor('ben')]).toEqual([[], []])
    await add('ann', 'cat', { how: 'ask' })
    await add('ann', 'cat', { how: 'direct' })
    expect(await waitingFor('cat')).toEqual([])
    expect(await node.core.friends.count(of('cat'), 'request')).toBe(0)
  })

  test('the requests somebody sent are listed too', async () => {
    for (const other of ['ben', 'cat', 'dan']) {
      clock.move(1)
      await add('ann', other, { how: 'ask' })
    }
    await answer('cat', 'ann', false)
    const first = await node.core.friends.requestsOf(of('ann'), { limit: 1 })
    const second = await node.core.friends.requestsOf(of('ann'), { limit: 5, after: first.next })
    expect([first, second].flatMap(page => page.found.map(({ relation }) => relation.user))).toEqual(['ben', 'dan'])
    expect(second.next).toBeUndefined()
    expect((await node.core.friends.requestsOf(of('ann', 2), { limit: 5 })).found).toEqual([])
  })
})

describe('[FR4] a block in either direction', () => {
  test('refuses friends, unless the caller passes over it', async () => {
    await block('ann', 'ben')
    expect(await add('ann', 'ben')).toBe('friend.blocking')
    expect(await add('ben', 'ann')).toBe('friend.blocked')
    expect(await add('ben', 'ann', { how: 'direct' })).toBe('friend.blocked')
    expect(await add('ben', 'ann', { blocks: false })).toBe('added')
    await node.core.friends.blocks.remove(node.call, 'ann', ['ben'], 'block')
    expect(await add('ann', 'ben')).toBe('present')
  })

  test('ends requests between both, and the friendship when that is wanted', async () => {
    await add('ann', 'ben', { how: 'ask' })
    await add('ben', 'ann', { how: 'ask' })
    await add('ann', 'cat')
    await block('ben', 'ann')
    await block('cat', 'ann')
    expect([await waitingFor('ann'), await waitingFor('ben')]).toEqual([[], []])
    expect(await friendsOf('cat')).toEqual(['ann'])
    await block('ann', 'cat', { unfriend: true })
    expect([await friendsOf('ann'), await friendsOf('cat')]).toEqual([[], []])
    expect(events('friends.removed')).toEqual([])
    expect(events('blocks.added')).toHaveLength(3)
  })
})
