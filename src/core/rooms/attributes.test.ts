import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { visitor } from '../../../tests/support/rooms.ts'
import { openMemory } from '../../storage/memory.ts'
import type { EventOf } from '../events.ts'

let node: TestNode
let room: number
const store = openMemory({})

beforeEach(async () => {
  node = startNode({ store: unevenly(store) })
  await node.users('owner', 'ann', 'ben')
  room = (await node.group('owner', [], { kind: 'live' })).id
})
afterEach(() => node.stop())

const attributes = () => node.core.rooms.attributes
const refused = (reason: string) => expect.objectContaining({ reason })

describe('[RM11] the attributes of a group', () => {
  test('are set, modified, deleted and cleared; each change has a number and is told', async () => {
    const ann = await visitor(node, 'ann')
    await ann.enter(room)
    expect(await attributes().get(ann.call, room)).toEqual({ texts: {}, number: 0 })
    expect(await attributes().write(ann.call, room, 'set', { a: '1', b: '2' })).toBe(1)
    expect(await attributes().write(ann.call, room, 'modify', { b: '3', c: '4' })).toBe(2)
    expect(await attributes().get(ann.call, room)).toEqual({ texts: { a: '1', b: '3', c: '4' }, number: 2 })
    expect(await attributes().get(ann.call, room, ['c', 'x', 'constructor'])).toEqual({ texts: { c: '4' }, number: 2 })
    expect(await attributes().remove(ann.call, room, ['a', 'x'])).toBe(3)
    expect(await attributes().write(ann.call, room, 'set', { z: '' })).toBe(4)
    expect(await attributes().get(ann.call, room)).toEqual({ texts: { z: '' }, number: 4 })
    expect(await attributes().clear(node.call, room)).toBe(5)
    expect(await attributes().get(ann.call, room)).toEqual({ texts: {}, number: 5 })
    const told = node.told
      .map(({ event }) => event)
      .filter((event): event is EventOf<'group.attributes'> => event?.type === 'group.attributes')
    expect(told.map(({ what, attributes, number }) => [what, attributes, number])).toEqual([
      ['set', { a: '1', b: '2' }, 1],
      ['modify', { b: '3', c: '4' }, 2],
      ['delete', { a: '', x: '' }, 3],
      ['set', { z: '' }, 4],
      ['clear', {}, 5],
    ])
  })

  test('are for those inside; a room may leave writing to those who run it', async () => {
    const outside = await visitor(node, 'ben')
    await expect(attributes().get(outside.call, room)).rejects.toEqual(refused('member.missing'))
    await expect(attributes().clear(outside.call, room)).rejects.toEqual(refused('member.missing'))
    await outside.enter(room)
    await node.core.groups.update(node.call, room, {}, { attributes: 'managers' })
    await expect(attributes().write(outside.call, room, 'set', { a: '1' })).rejects.toEqual(refused('group.role'))
    expect(await attributes().get(outside.call, room)).toEqual({ texts: {}, number: 0 })
    await attributes().write(node.by('owner'), room, 'set', { a: '1' })
    expect((await attributes().get(outside.call, room)).texts).toEqual({ a: '1' })
  })

  test('are at most 16, and at most 16,000 bytes; more changes nothing', async () => {
    const some = (count: number, size = 1) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'é'.repeat(size)]))
    await attributes().write(node.call, room, 'set', some(16))
    await expect(attributes().write(node.call, room, 'modify', { one: '' })).rejects.toEqual(refused('attributes.many'))
    await attributes().write(node.call, room, 'set', some(4, 2000))
    await expect(attributes().write(node.call, room, 'modify', { one: 'x' })).rejects.toEqual(
      refused('attributes.large'),
    )
    expect(await attributes().get(node.call, room)).toEqual({ texts: some(4, 2000), number: 2 })
  })

  test('belong to stored groups too, for their members', async () => {
    const group = await node.group('owner', ['ann'])
    await attributes().write(node.by('ann'), group.id, 'set', { a: '1' })
    expect((await attributes().get(node.by('owner'), group.id)).texts).toEqual({ a: '1' })
    await expect(attributes().get(node.by('ben'), group.id)).rejects.toEqual(refused('member.missing'))
  })

  test('lose nothing when two nodes write at once', async () => {
    const other = startNode({ store: unevenly(store) })
    const keys = Array.from({ length: 16 }, (_, i) => `k${i}`)
    const numbers = await Promise.all(
      keys.map((key, i) =>
        (i % 2 ? node : other).core.rooms.attributes.write(node.call, room, 'modify', { [key]: key }),
      ),
    )
    expect(numbers.sort((a, b) => a - b)).toEqual(keys.map((_, i) => i + 1))
    expect(Object.keys((await attributes().get(node.call, room)).texts).sort()).toEqual(keys.sort())
    await other.stop()
  })
})
