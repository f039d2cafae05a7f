import { describe, expect, test } from 'vitest'
import { startNode, unevenly } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Fault } from '../errors.ts'
import type { OwnGroups } from './model.ts'

async function setting(options: Parameters<typeof startNode>[0] = {}) {
  const node = startNode(options)
  await node.users('ann', 'ben', 'cat')
  const app = node.call.app.id
  const { conversationGroups: groups, conversationSettings: own, directs } = node.core
  const pair = async (one: string, other: string) => (await directs.open(node.call, one, other)).direct.id
  return { node, app, groups, own, convs: [await pair('ann', 'ben'), await pair('ann', 'cat')] as [number, number] }
}

const reasonOf = (result: unknown) => (result as Fault | undefined)?.reason
const refused = (reason: string) => expect.objectContaining({ reason })

describe('groups of conversations', () => {
  test('[CS10] are made, named, listed and removed, and told to their user', async () => {
    const { node, app, groups, own } = await setting()
    const work = await groups.create(node.by('ann'), 'ann', { name: 'work', text: 't' })
    const home = await groups.create(node.by('ann'), 'ann', { name: 'home' })
    expect([work, home]).toMatchObject([
      { id: 1, name: 'work', text: 't', size: 0 },
      { id: 2, name: 'home' },
    ])
    await expect(groups.create(node.call, 'ann', { name: 'work' })).rejects.toEqual(refused('conversation.group.taken'))
    await expect(groups.update(node.call, 'ann', 2, { name: 'work' })).rejects.toEqual(
      refused('conversation.group.taken'),
    )
    await expect(groups.update(node.call, 'ann', 9, { name: 'x' })).rejects.toEqual(
      refused('conversation.group.missing'),
    )
    await expect(groups.create(node.by('ben'), 'ann', { name: 'b' })).rejects.toEqual(refused('caller.forbidden'))
    expect(await groups.update(node.call, 'ann', 1, { text: '' })).not.toHaveProperty('text')
    await groups.update(node.call, 'ann', 1, { name: 'work' })
    await groups.update(node.call, 'ann', 1, { name: 'office' })
    expect((await groups.list(app, 'ann')).map(each => each.name)).toEqual(['office', 'home'])
    await groups.remove(node.call, 'ann', 1)
    await expect(groups.remove(node.call, 'ann', 1)).rejects.toEqual(refused('conversation.group.missing'))
    expect(await groups.create(node.call, 'ann', { name: 'office' })).toMatchObject({ id: 3 })
    const told = node.told.flatMap(({ event }) => (event.type === 'conversation.groups' ? [event.groups] : []))
    expect(told.map((each: OwnGroups) => [each.changed, each.groups.map(({ name }) => name)])).toEqual([
      [1, ['work']],
      [2, ['work', 'home']],
      [3, ['work', 'home']],
      [4, ['office', 'home']],
      [5, ['home']],
      [6, ['home', 'office']],
    ])
    expect((await own.since(app, 'ann', 5, 10)).groups).toEqual(await groups.list(app, 'ann'))
    expect(await own.since(app, 'ann', 6, 10)).toMatchObject({ number: 6, groups: undefined })
    await expect(groups.create(node.call, 'ann', { name: 'x' }, { groups: 2 })).rejects.toEqual(
      refused('conversation.group.limit'),
    )
    await node.stop()
  })

  test('[CS10] hold conversations of their user, and forget them when they are removed', async () => {
    const { node, app, groups, own, convs } = await setting()
    const [x, y] = convs
    for (const name of ['a', 'b']) await groups.create(node.call, 'ann', { name })
    expect((await groups.place(node.by('ann'), 'ann', 1, [x, y, 7], true)).map(reasonOf)).toEqual([
      ...[undefined, undefined, 'conversation.missing'],
    ])
    await groups.place(node.call, 'ann', 2, [x], true)
    await groups.place(node.call, 'ann', 1, [x], true)
    expect(await own.last(app, 'ann')).toBe(5)
    expect(await groups.conversationsIn(app, 'ann')).toEqual(new Map([[1, [x, y]], [2, [x]]])) // biome-ignore format: a map
    expect((await groups.list(app, 'ann')).map(each => each.size)).toEqual([2, 1])
    const listed = await node.core.overview.list(app, 'ann', { group: 2, limit: 10 })
    expect(listed.found.map(({ standing }) => standing.conversation.id)).toEqual([x])
    await groups.remove(node.call, 'ann', 1)
    const shown = (await own.since(app, 'ann', 0, 10)).settings
    expect(new Map(shown.map(each => [each.conv, each.groups]))).toEqual(new Map([[x, [2]], [y, undefined]])) // biome-ignore format: a map
    expect((await groups.place(node.by('ann'), 'ann', 2, [x, y], false)).map(reasonOf)).toEqual([undefined, undefined])
    expect(await groups.conversationsIn(app, 'ann')).toEqual(new Map())
    await expect(groups.place(node.call, 'ann', 1, [x], true)).rejects.toEqual(refused('conversation.group.missing'))
    await expect(groups.place(node.by('ben'), 'ann', 2, [x], true)).rejects.toEqual(refused('caller.forbidden'))
    await node.stop()
  })

  test('[CS10] [CS11] end at their limit; what has ended makes room', async () => {
    const { node, app, groups, convs } = await setting()
    const { id: team } = await node.group('ben', ['ann'])
    await groups.create(node.call, 'ann', { name: 'a' })
    const add = async (...which: number[]) =>
      (await groups.place(node.call, 'ann', 1, which, true, { conversations: 2 })).map(reasonOf)
    expect(await add(team, ...convs)).toEqual([undefined, undefined, 'conversation.group.full'])
    expect(await add(convs[1])).toEqual(['conversation.group.full'])
    await node.core.members.removeMany(node.call, team, ['ann'])
    expect(await add(convs[1])).toEqual([undefined])
    expect((await groups.conversationsIn(app, 'ann')).get(1)).toEqual([...convs])
    await node.stop()
  })

  test('[CS10] two nodes make one group of a name, and never more than the limit', async () => {
    for (let round = 0; round < 10; round++) {
      const store = openMemory()
      const one = await setting({ store: unevenly(store) })
      const other = startNode({ store: unevenly(store) })
      const results = await Promise.allSettled(
        ['a', 'a', 'b', 'c', 'd', 'd'].map((name, i) =>
          (i % 2 ? one.node : other).core.conversationGroups.create(one.node.call, 'ann', { name }, { groups: 3 }),
        ),
      )
      const list = await one.groups.list(one.app, 'ann')
      expect(list.map(each => each.id)).toEqual([1, 2, 3])
      expect(new Set(list.map(each => each.name)).size).toBe(3)
      expect(results.filter(each => each.status === 'fulfilled').length).toBe(3)
      await other.stop()
      await one.node.stop()
      await store.close()
    }
  })
})
