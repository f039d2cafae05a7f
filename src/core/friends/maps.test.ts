import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type People, reasons, startPeople } from '../../../tests/support/relations.ts'
import type { BlockDraft } from './blocking.ts'

let people: People
beforeEach(async () => {
  people = await startPeople()
})
afterEach(() => people.node.stop())

const large = 'x'.repeat(16 * 1024 - 1)

describe('[FR25] the string map of a friend', () => {
  const written = (...drafts: object[]) =>
    people.node.core.friends.update(
      people.node.call,
      'ann',
      drafts.map(draft => ({ user: 'ben', ...draft })),
    )
  const stored = async () => (await people.node.core.friends.find(people.of('ann'), 'friend', ['ben']))[0]

  test('is written key by key, or as a whole; no key goes by being empty', async () => {
    await people.add('ann', 'ben', {}, { ext: { a: '1', b: '' } })
    expect((await stored())?.ext).toEqual({ a: '1', b: '' })
    expect(await people.node.core.friends.find(people.of('ben'), 'friend', ['ann'])).not.toMatchObject([{ ext: {} }])
    await written({ keys: { a: '2', c: '3' } }, { keys: { c: '' }, remark: 'B' })
    expect(await stored()).toMatchObject({ ext: { a: '2', b: '', c: '' }, remark: 'B' })
    await written({ ext: { z: '9' }, keys: { y: '8' } })
    expect((await stored())?.ext).toEqual({ z: '9', y: '8' })
    await written({ keys: JSON.parse('{"__proto__":"p"}') })
    expect(Object.entries((await stored())?.ext ?? {})).toEqual([
      ...Object.entries({ z: '9', y: '8' }),
      ['__proto__', 'p'],
    ])
    await written({ text: 't' })
    expect(Object.keys((await stored())?.ext ?? {})).toHaveLength(3)
  })

  test('takes 16 KiB; what would be more is refused alone and changes nothing', async () => {
    expect(await people.add('ann', 'ben', {}, { ext: { ab: large } })).toBe('attributes.large')
    expect(await people.friendsOf('ann')).toEqual([])
    expect(await people.friendsOf('ben')).toEqual([])
    expect(await people.add('ann', 'ben', {}, { ext: { a: large } })).toBe('added')
    const results = await written({ keys: { b: '' } }, { remark: 'B' }, { keys: { c: '1' }, remark: 'C', lists: ['l'] })
    expect(reasons(results)).toMatchObject(['attributes.large', { remark: 'B' }, 'attributes.large'])
    expect(await stored()).toMatchObject({ ext: { a: large }, remark: 'B' })
    expect(await people.node.core.friends.lists.read(people.node.call.app.id, 'ann')).toEqual([])
    expect(reasons(await written({ ext: { b: `${large}é` } }))).toEqual(['attributes.large'])
    await written({ ext: { a: '' } })
    expect((await stored())?.ext).toEqual({ a: '' })
  })
})

describe('[FR25] the string map of a block entry', () => {
  test('keeps every key, and takes as much', async () => {
    const { node, of } = people
    const { blocks, find } = node.core.friends
    const drafts: BlockDraft[] = [
      { user: 'ben', ext: { a: '', b: '1' } },
      { user: 'cat', ext: { ab: large } },
      { user: 'dan', ext: { a: large } },
    ]
    expect(reasons(await blocks.add(node.call, 'ann', drafts, 'block'))).toEqual(['added', 'attributes.large', 'added'])
    const update: BlockDraft[] = [
      { user: 'ben', ext: { b: '2', c: '3' } },
      { user: 'dan', ext: { b: '' } },
    ]
    expect(reasons(await blocks.update(node.call, 'ann', update, 'block'))).toMatchObject([{}, 'attributes.large'])
    expect(await find(of('ann'), 'block', ['ben', 'cat', 'dan'])).toMatchObject([
      { ext: { a: '', b: '2', c: '3' } },
      undefined,
      { ext: { a: large } },
    ])
  })
})

test('[FR25] forty friends with the largest maps and remarks are written at once', async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `friend${i}`)
  const { node } = people
  await node.users(...ids)
  const drafts = ids.map(user => ({ user, ext: { a: large } }))
  const added = await node.core.friends.add(node.call, 'ann', drafts)
  expect(new Set(added)).toEqual(new Set(['added']))
  const updates = ids.map(user => ({ user, remark: '名'.repeat(256), keys: { a: large.replaceAll('x', 'y') } }))
  expect(reasons(await node.core.friends.update(node.call, 'ann', updates))).toMatchObject(
    ids.map(other => ({ other })),
  )
})
