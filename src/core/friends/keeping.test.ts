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
const friendsOf: People['friendsOf'] = (...given) => people.friendsOf(...given)

describe('[FR6] what is kept about a friend', () => {
  test('only what is given changes; an empty text clears, named texts are written one by one', async () => {
    await add(
      'ann',
      'ben',
      {},
      { remark: 'B', custom: { a: '1', b: '2' }, ext: { x: 'y' }, text: 't', serverText: 's' },
    )
    const written = async (fields: object) =>
      (await node.core.friends.update(node.call, 'ann', [{ user: 'ben', ...fields }]))[0]
    expect(await written({ custom: { b: '', c: '3' } })).toMatchObject({
      ...{ remark: 'B', custom: { a: '1', c: '3' }, ext: { x: 'y' }, text: 't', serverText: 's' },
    })
    clock.move(1000)
    expect(await written({ remark: 'Benny' })).toMatchObject({ remark: 'Benny', remarked: clock.now(), text: 't' })
    const cleared = await written({ remark: '', text: '', ext: {}, serverText: '' })
    expect(cleared).not.toHaveProperty('remark')
    for (const field of ['text', 'ext', 'serverText', 'remarked']) expect(cleared).not.toHaveProperty(field)
    expect((await node.core.friends.find(of('ann'), 'friend', ['ben']))[0]).toEqual(cleared)
    expect(reasons(await node.core.friends.update(node.call, 'ann', [{ user: 'cat', remark: 'x' }]))).toEqual([
      'friend.missing',
    ])
  })

  test('several drafts for one friend are written one over the other', async () => {
    await add('ann', 'ben')
    const drafts = [
      { user: 'ben', remark: '1', text: 't' },
      { user: 'ben', remark: '2' },
    ]
    const results = await node.core.friends.update(node.call, 'ann', drafts)
    expect(results).toMatchObject([
      { remark: '2', text: 't' },
      { remark: '2', text: 't' },
    ])
  })

  test('a remark outlives the friendship when it is kept', async () => {
    await add('ann', 'ben', {}, { remark: 'B' })
    await node.core.friends.remove(node.call, 'ann', ['ben'], { keepRemark: true })
    expect(await node.core.friends.find(of('ann'), 'friend', ['ben'])).toEqual([undefined])
    await add('ann', 'ben')
    expect((await node.core.friends.find(of('ann'), 'friend', ['ben']))[0]?.remark).toBe('B')
    await node.core.friends.remove(node.call, 'ann', ['ben'])
    await add('ann', 'ben')
    expect((await node.core.friends.find(of('ann'), 'friend', ['ben']))[0]).not.toHaveProperty('remark')
  })
})

describe('[FR7] friend lists', () => {
  const lists = async (user = 'ann') => node.core.friends.lists.read(node.call.app.id, user)
  const inList = async (list: string) =>
    (await node.core.friends.lists.friendsIn(node.call.app.id, 'ann', list, { limit: 10 })).friends

  test('are made when they are named, and know their size', async () => {
    await add('ann', 'ben', {}, { lists: ['work'] })
    await add('ann', 'cat', {}, { lists: ['work', 'home'] })
    expect(await lists()).toEqual([
      { list: 'home', size: 1 },
      { list: 'work', size: 2 },
    ])
    expect(await inList('work')).toEqual(['ben', 'cat'])
    await node.core.friends.update(node.call, 'ann', [{ user: 'cat', lists: ['new'] }])
    expect(await lists()).toEqual([
      { list: 'home', size: 0 },
      { list: 'new', size: 1 },
      { list: 'work', size: 1 },
    ])
    expect(await lists('cat')).toEqual([])
    await node.core.friends.remove(node.call, 'ann', ['ben', 'cat'])
    expect((await lists()).map(each => each.size)).toEqual([0, 0, 0])
    expect(await inList('work')).toEqual([])
  })

  test('are made empty or with friends, and removed without them', async () => {
    for (const other of ['ben', 'cat']) await add('ann', other)
    const made = await node.core.friends.lists.make(node.call, 'ann', ['a', 'b'], { friends: ['ben', 'dan'] })
    expect(reasons(made)).toEqual([undefined, 'friend.missing'])
    expect(await node.core.friends.lists.make(node.call, 'ann', ['c'])).toEqual([])
    expect(await lists()).toEqual([
      { list: 'a', size: 1 },
      { list: 'b', size: 1 },
      { list: 'c', size: 0 },
    ])
    await node.core.friends.lists.remove(node.call, 'ann', ['a', 'none'])
    expect((await lists()).map(each => each.list)).toEqual(['b', 'c'])
    expect((await node.core.friends.find(of('ann'), 'friend', ['ben']))[0]?.lists).toEqual(['b'])
    expect(await friendsOf('ann')).toEqual(['ben', 'cat'])
  })
})

describe('[FR8] pages', () => {
  test('go on in the order of adding, without gaps or repeats, forwards, backwards and from an offset', async () => {
    const ids = Array.from({ length: 7 }, (_, i) => `f${i}`)
    await node.users(...ids)
    for (const [i, user] of ids.entries()) await add('ann', user, {}, { at: 1000 - Math.floor(i / 2) })
    const expected = ['f6', 'f4', 'f5', 'f2', 'f3', 'f0', 'f1']
    const all = async (options: object) => {
      const got: string[] = []
      for (let after: { at: number; user: string } | undefined; ; ) {
        const page = await node.core.friends.page(of('ann'), 'friend', { ...options, after, limit: 3 })
        got.push(...page.found.map(({ relation }) => relation.other))
        if (!page.next) return got
        after = page.next
      }
    }
    expect(await all({})).toEqual(expected)
    expect(await all({ reverse: true })).toEqual(expected.toReversed())
    const skipped = await node.core.friends.page(of('ann'), 'friend', { skip: 4, limit: 2 })
    expect(skipped.found.map(({ relation }) => relation.other)).toEqual(['f3', 'f0'])
    expect(skipped.found[0]?.account?.id).toBe('f3')
  })

  test('friends that changed after a time', async () => {
    for (const other of ['ben', 'cat', 'dan']) {
      clock.move(10)
      await add('ann', other)
    }
    const before = clock.now()
    clock.move(10)
    await node.core.friends.update(node.call, 'ann', [{ user: 'ben', remark: 'B' }])
    const changed = async (time: number, after?: { at: number; user: string }) =>
      node.core.friends.changedAfter(of('ann'), time, { limit: 2, after })
    const names = (page: Awaited<ReturnType<typeof changed>>) => page.found.map(({ relation }) => relation.other)
    expect(names(await changed(before))).toEqual(['ben'])
    expect(names(await changed(before - 1))).toEqual(['dan', 'ben'])
    const first = await changed(0)
    expect([...names(first), ...names(await changed(0, first.next))]).toEqual(['cat', 'dan', 'ben'])
    expect((await node.core.friends.changedAfter(of('ann', 1), 0, { limit: 5 })).found).toEqual([])
  })
})
