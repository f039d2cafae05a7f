import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../tests/support/core.ts'
import { openMemory } from '../storage/memory.ts'
import { openIds } from './ids.ts'

let node: TestNode

beforeEach(() => {
  node = startNode()
})
afterEach(() => node.stop())

const app = () => node.call.app.id

/** Ids as callers bring them, in the order they are made; and whom a dialect that ignores case finds by each of them. */
const ids: [id: string, foldedFinds: string][] = [
  ['alice', 'alice'],
  ['Alice', 'alice'],
  ['ALICE', 'alice'],
  ['Bob', 'Bob'],
  ['BOB', 'Bob'],
  ['Carol', 'carol'],
  ['carol', 'carol'],
  ['42', '42'],
  ['042', '042'],
  ['9223372036854775807', '9223372036854775807'],
  ['-1', '-1'],
  ['user name', 'user name'],
  ['a/b', 'a/b'],
  ['@TGS#1', '@TGS#1'],
  ['名前', '名前'],
  ['Ünïcode', 'Ünïcode'],
  ['ünïcode', 'ünïcode'],
  ['\u{1F600}', '\u{1F600}'],
  ['\uFFFD', '\uFFFD'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['toString', 'toString'],
]

describe('[ID1] ids of users are kept as they came, and differ when a character differs', () => {
  test.each(ids)('%s', async id => {
    await node.users(...ids.map(([each]) => each))
    expect((await node.core.users.get(app(), id)).id).toBe(id)
    const group = await node.group(id)
    expect(await node.core.members.find(group.id, id)).toMatchObject({ user: id, rank: 0 })
    const others = ids.map(([other]) => other).filter(other => other !== id)
    expect(await node.core.members.findMany(group.id, others)).toEqual(others.map(() => undefined))
    expect((await node.core.members.joined(app(), id)).map(row => row.conv)).toEqual([group.id])
    const [, other] = ids.map(([each]) => each).filter(each => each !== id)
    const sent = await node.core.send.toUser(node.call, other as string, { from: id, parts: [] })
    const direct = await node.core.directs.get(app(), sent.conv)
    expect(direct.type === 'direct' && [direct.a, direct.b].sort()).toEqual([id, other].sort())
    expect(await node.core.directs.find(app(), other as string, id)).toBe(sent.conv)
  })
})

describe('[ID2] a dialect that ignores case finds the exact lower-case id, else the first made of those that fold to it', () => {
  test.each(ids)('%s finds %s', async (id, found) => {
    for (const [each] of ids) await node.users(each)
    // Made later, the exact lower-case id comes before who was first.
    const expected = found.toLowerCase() === 'ünïcode' ? 'ünïcode' : found
    expect((await node.core.users.findFolded(app(), id))?.id).toBe(expected)
    expect((await node.core.users.findManyFolded(app(), [id]))[0]?.id).toBe(expected)
  })
})

describe('[ID3] ids that are made here', () => {
  test('are positive integers below 2^53, unique over all nodes, and rise on each', async () => {
    const store = openMemory()
    const nodes = Array.from({ length: 4 }, () => openIds(store, 10))
    const made = await Promise.all(nodes.map(ids => Promise.all(Array.from({ length: 500 }, () => ids()))))
    const all = made.flat()
    expect(new Set(all).size).toBe(2000)
    expect(all.every(id => Number.isSafeInteger(id) && id > 0)).toBe(true)
    for (const own of made) expect(own).toEqual([...own].sort((x, y) => x - y))
  })

  test('do not come again after a restart', async () => {
    const store = openMemory()
    const before = await openIds(store, 10)()
    expect(await openIds(store, 10)()).toBeGreaterThan(before)
  })

  test('are given again once the store can write again', async () => {
    const store = openMemory()
    const { commit } = store
    const ids = openIds(store)
    store.commit = async () => {
      throw new Error('disk full')
    }
    await expect(Promise.all([ids(), ids()])).rejects.toThrow('disk full')
    store.commit = commit
    expect(new Set(await Promise.all([ids(), ids()])).size).toBe(2)
  })
})

test('[ID4] a group is found by its number and by its alias as it was given, in its app alone', async () => {
  await node.users('anna')
  for (const alias of ['team', 'TEAM', '@TGS#own', 'a b', '1', '__proto__']) {
    const group = await node.group('anna', [], { alias })
    expect(await node.core.groups.byAlias(app(), alias)).toEqual(group)
    expect(await node.core.groups.get(app(), group.id)).toEqual(group)
  }
  const found = await node.core.groups.manyByAlias(app(), ['TEAM', 'nothing', 'team'])
  expect(found.map(group => group?.alias)).toEqual(['TEAM', undefined, 'team'])
})
