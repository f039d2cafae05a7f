import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { type People, reasons, startPeople } from '../../../tests/support/relations.ts'
import { Fault } from '../errors.ts'

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
const events: People['events'] = (...types) => people.events(...types)
const notesOf: People['notesOf'] = user => people.notesOf(user)

describe('[FR11] the app', () => {
  test('is asked before friends are added, answered and removed, and judges each', async () => {
    const asked: unknown[] = []
    const own = startNode({
      store: node.store,
      ask: async (point, _call, draft) => {
        if (!point.startsWith('friend.')) return draft
        asked.push([point, draft])
        if (point === 'friend.remove') throw new Fault('hook.refused')
        const { targets } = draft as unknown as { targets: { to: string }[] }
        const judged = targets.map(each =>
          each.to === 'ben' ? { ...each, refused: { code: 38001, text: 'no' } } : each,
        )
        return { ...draft, targets: judged }
      },
    })
    const drafts = [{ user: 'ben', wording: 'hi', lists: ['w'], remark: 'B', source: 's' }, { user: 'cat' }]
    const results = await own.core.friends.add(own.call, 'ann', drafts, { both: false })
    expect(results[0]).toMatchObject({
      reason: 'hook.refused',
      message: 'no',
      own: { dialect: 'tencent', code: 38001 },
    })
    expect(results[1]).toBe('added')
    await add('dan', 'ann', { how: 'ask' })
    expect(await own.core.friends.answer(own.call, 'ann', [{ user: 'dan', accept: true, remark: 'D' }])).toEqual([
      'accepted',
    ])
    expect(reasons(await own.core.friends.remove(own.call, 'ann', ['cat']))).toEqual(['hook.refused'])
    expect(await friendsOf('ann')).toEqual(['cat', 'dan'])
    const target = { to: 'ben', remark: 'B', list: 'w', source: 's', text: 'hi' }
    expect(asked).toEqual([
      ['friend.add', { from: 'ann', targets: [target, { to: 'cat' }], both: false, forced: false }],
      ['friend.answer', { from: 'ann', targets: [{ to: 'dan', remark: 'D', accept: true, both: true }] }],
      ['friend.remove', { from: 'ann', to: 'cat' }],
    ])
    await own.stop()
  })

  test('hears of friends by the words of their requests, and nothing of what is imported', async () => {
    const drafts = ['ben', 'cat', 'dan'].map(user => ({ user, wording: user === 'dan' ? 'x' : 'hi' }))
    await node.core.friends.add(node.call, 'ann', drafts, { both: false })
    expect(events('friends.added')).toMatchObject([
      { text: 'hi', pairs: [{ to: 'ben' }, { to: 'cat' }] },
      { text: 'x', pairs: [{ to: 'dan' }] },
    ])
    const before = events('friends.added').length
    await profile('ben', { befriend: 'nobody' })
    await block('ann', 'ben')
    const imported = await node.core.friends.add(node.call, 'ben', [{ user: 'ann', at: 5 }], { imported: true })
    expect(imported).toEqual(['added'])
    expect((await node.core.friends.find(of('ben'), 'friend', ['ann']))[0]?.at).toBe(5)
    expect(events('friends.added')).toHaveLength(before)
    expect(await notesOf('ann')).toHaveLength(2)
    expect((await notesOf('ben')).at(-1)).toEqual({ kind: 'friend.changed', from: 'ben', users: ['ann'] })
  })
})

describe('[FR12] notes', () => {
  test('tell both users of requests, answers, friends and their end, and a user’s own devices of the rest', async () => {
    await add('ann', 'ben', { how: 'ask' }, { wording: 'hi', source: 'web' })
    await answer('ben', 'ann', false, { words: 'no' })
    await add('ann', 'ben', { how: 'ask' })
    await answer('ben', 'ann', true)
    await node.core.friends.update(node.call, 'ann', [{ user: 'ben', remark: 'B' }])
    await node.core.friends.remove(node.call, 'ann', ['ben'], { both: true })
    await add('ann', 'ben')
    await node.core.friends.remove(node.call, 'ann', ['ben'])
    await block('ann', 'ben')
    const users = ['ben']
    const own = { from: 'ann', users }
    expect(await notesOf('ann')).toEqual([
      { kind: 'friend.request', ...own },
      { kind: 'friend.rejected', from: 'ben', users: ['ann'], text: 'no' },
      { kind: 'friend.request', ...own },
      { kind: 'friend.accepted', from: 'ben', users: ['ann'] },
      { kind: 'friend.changed', ...own },
      { kind: 'friend.removed', ...own },
      { kind: 'friend.added', ...own },
      { kind: 'friend.removed', ...own },
      { kind: 'block.changed', ...own, list: 'block', on: true },
    ])
    expect(await notesOf('ben')).toEqual([
      { kind: 'friend.request', ...own, text: 'hi', source: 'web' },
      { kind: 'friend.rejected', from: 'ben', users: ['ann'] },
      { kind: 'friend.request', ...own },
      { kind: 'friend.accepted', from: 'ben', users: ['ann'] },
      { kind: 'friend.removed', ...own },
      { kind: 'friend.added', ...own },
    ])
  })
})

describe('[FR14] an end user', () => {
  test('has only their own relations, and cannot force or write what is the server’s', async () => {
    const { friends } = node.core
    const ben = node.by('ben')
    const forbidden = { reason: 'caller.forbidden' }
    await expect(friends.add(ben, 'ann', [{ user: 'cat' }])).rejects.toMatchObject(forbidden)
    await expect(friends.add(ben, 'ben', [{ user: 'cat' }], { imported: true })).rejects.toMatchObject(forbidden)
    await expect(friends.answer(ben, 'ann', [{ user: 'cat', accept: true }])).rejects.toMatchObject(forbidden)
    await expect(friends.remove(ben, 'ann', ['cat'])).rejects.toMatchObject(forbidden)
    await expect(friends.removeAll(ben, 'ann')).rejects.toMatchObject(forbidden)
    await expect(friends.update(ben, 'ann', [{ user: 'cat' }])).rejects.toMatchObject(forbidden)
    await expect(friends.update(ben, 'ben', [{ user: 'cat', serverText: 'x' }])).rejects.toMatchObject(forbidden)
    await expect(friends.lists.make(ben, 'ann', ['x'])).rejects.toMatchObject(forbidden)
    await expect(friends.lists.remove(ben, 'ann', ['x'])).rejects.toMatchObject(forbidden)
    await expect(friends.blocks.add(ben, 'ann', [{ user: 'cat' }], 'block')).rejects.toMatchObject(forbidden)
    await expect(friends.blocks.remove(ben, 'ann', ['cat'], 'block')).rejects.toMatchObject(forbidden)
    await expect(friends.blocks.update(ben, 'ann', [{ user: 'cat' }], 'mute')).rejects.toMatchObject(forbidden)
    expect(reasons(await friends.add(ben, 'ben', [{ user: 'cat' }]))).toEqual(['added'])
  })
})
