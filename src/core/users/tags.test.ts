import { afterEach, beforeEach, expect, test } from 'vitest'
import { startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'

let nodes: [TestNode, TestNode]

beforeEach(async () => {
  const store = unevenly(openMemory())
  nodes = [startNode({ store }), startNode({ store })]
  await nodes[0].users('ann', 'ben')
})
afterEach(async () => {
  for (const node of nodes) await node.stop()
})

const tag = ([node]: [TestNode, TestNode] | [TestNode], ids: string[], tags: { add?: string[]; remove?: string[] }) =>
  node.core.users.save(
    node.call,
    ids.map(id => ({ id, tags })),
    { existing: 'update', missing: 'refuse' },
  )
const tagsOf = async (id: string) => (await nodes[0].core.users.get(nodes[0].call.app.id, id)).profile.tags

test('[US10] of tags put on and taken off at once, on two nodes, each is done, and nothing else is written', async () => {
  const [one, two] = nodes
  await one.core.users.save(one.call, [{ id: 'ann', profile: { nick: 'Ann', tags: ['old'] } }], { existing: 'update' })
  const all = Array.from({ length: 40 }, (_, i) => `t${i}`)
  await Promise.all([
    ...all.map((each, i) => tag(i % 2 ? [one] : [two], ['ann', 'ben'], { add: [each] })),
    tag([two], ['ann'], { remove: ['old', 'never'] }),
    one.core.users.update(one.call, 'ann', { profile: { level: 3 } }),
  ])
  expect(new Set(await tagsOf('ann'))).toEqual(new Set(all))
  expect(await tagsOf('ben')).toHaveLength(40)
  const { profile } = await one.core.users.get(one.call.app.id, 'ann')
  expect([profile.nick, profile.level]).toEqual(['Ann', 3])
  const [missing] = await tag([one], ['nobody'], { add: ['x'] })
  expect(missing).toMatchObject({ refused: { reason: 'user.missing' } })
  expect(await one.core.users.find(one.call.app.id, 'nobody')).toBeUndefined()
})

test('[US10] the tags of large profiles are written, however many users', async () => {
  const [node] = nodes
  const heard = startNode({ store: node.store, hears: () => true })
  const ids = Array.from({ length: 60 }, (_, i) => `u${i}`)
  const ext = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, 'x'.repeat(500)]))
  for (let at = 0; at < 60; at += 20)
    await node.core.users.save(
      node.call,
      ids.slice(at, at + 20).map(id => ({ id, profile: { ext } })),
      { existing: 'update' },
    )
  const done = await tag([heard], ids, { add: ['x'.repeat(8192)] })
  expect(done.filter(each => 'refused' in each)).toEqual([])
  await heard.stop()
})

test('[US11] nobody gets more than 300 tags, or 8 KiB of them; taking some off is always possible', async () => {
  const refused = [{ refused: { reason: 'request.batch' } }]
  await tag(nodes, ['ann'], { add: Array.from({ length: 300 }, (_, i) => `${i}`) })
  expect(await tag(nodes, ['ann'], { add: ['one more'] })).toMatchObject(refused)
  expect(await tag(nodes, ['ann'], { add: ['1', '2'] })).toMatchObject([{ made: false }])
  expect(await tag(nodes, ['ben'], { add: ['é'.repeat(4096), 'x'] })).toMatchObject(refused)
  expect(await tagsOf('ben')).toBeUndefined()
  expect(await tag(nodes, ['ben'], { add: ['é'.repeat(4096)] })).toMatchObject([{ made: false }])
  const [node] = nodes
  const many = Array.from({ length: 400 }, (_, i) => `${i}`)
  await node.core.users.save(node.call, [{ id: 'ben', profile: { tags: many } }], { existing: 'update' })
  expect(await tag(nodes, ['ben'], { remove: ['399'] })).toMatchObject([{ made: false }])
  expect(await tagsOf('ben')).toHaveLength(399)
})
