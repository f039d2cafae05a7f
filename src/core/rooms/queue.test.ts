import { afterEach, describe, expect, test } from 'vitest'
import { startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { rowsOf, type Visitor, visitor } from '../../../tests/support/rooms.ts'
import { openMemory } from '../../storage/memory.ts'
import type { EventOf } from '../events.ts'
import type { Policy } from '../model.ts'
import { queueElements, queues } from './tables.ts'

let node: TestNode
let room: number
afterEach(() => node.stop())

async function setUp(policy: Partial<Policy> = {}, options: Parameters<typeof startNode>[0] = {}) {
  node = startNode(options)
  await node.users('owner', 'ann', 'ben')
  room = (await node.group('owner', [], { kind: 'chatroom', policy })).id
}

const queue = () => node.core.rooms.queue
const pairs = async () => (await queue().list(node.call, room)).map(({ name, value, by }) => [name, value, by])
const refused = (reason: string) => expect.objectContaining({ reason })
const said = () =>
  node.told
    .map(({ event }) => event)
    .filter((event): event is EventOf<'queue.changed'> => event?.type === 'queue.changed')
    .map(({ what, owner, elements, keys, passing }) => ({ what, owner, elements, keys, passing }))

async function inside(user: string): Promise<Visitor> {
  const made = await visitor(node, user)
  await made.enter(room)
  return made
}

describe('[RM6] the queue of a room', () => {
  test('keeps its order; an element that is written over keeps its place and changes hands', async () => {
    await setUp()
    const [ann, ben] = [await inside('ann'), await inside('ben')]
    await queue().offer(ann.call, room, [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
    await queue().offer(ben.call, room, [
      { key: 'c', value: '3' },
      { key: 'a', value: '4' },
    ])
    expect(await pairs()).toEqual([
      ['a', '4', 'ben'],
      ['b', '2', 'ann'],
      ['c', '3', 'ben'],
    ])
    expect((await queue().peek(ann.call, room))?.name).toBe('a')
    expect((await queue().poll(ann.call, room, 'b'))?.value).toBe('2')
    expect((await queue().poll(ann.call, room))?.name).toBe('a')
    expect(await queue().poll(ann.call, room, 'b')).toBeUndefined()
    expect((await queue().get(ann.call, room, ['x', 'c'])).map(each => each?.value)).toEqual([undefined, '3'])
    expect(said()).toEqual([
      { what: 'add', owner: 'ann', elements: { a: '1', b: '2' }, keys: [], passing: false },
      { what: 'add', owner: 'ben', elements: { c: '3' }, keys: [], passing: false },
      { what: 'update', owner: 'ben', elements: { a: '4' }, keys: [], passing: false },
      { what: 'poll', owner: 'ann', elements: { b: '2' }, keys: [], passing: false },
      { what: 'poll', owner: 'ben', elements: { a: '4' }, keys: [], passing: false },
    ])
  })

  test('takes only so many, and says for which there was no place', async () => {
    await setUp()
    await queue().init(node.call, room, 2)
    const all = ['a', 'b', 'c', 'd'].map(key => ({ key, value: key }))
    expect(await queue().offer(node.call, room, all)).toEqual({ failed: ['c', 'd'] })
    expect(await queue().offer(node.call, room, [{ key: 'a', value: 'again' }])).toEqual({ failed: [] })
    expect(await queue().update(node.call, room, { b: 'B', z: 'Z' })).toEqual({ missing: ['z'] })
    expect(await pairs()).toEqual([
      ['a', 'again', 'owner'],
      ['b', 'B', 'owner'],
    ])
    await queue().drop(node.call, room)
    expect(await pairs()).toEqual([])
    expect(await queue().offer(node.call, room, all)).toEqual({ failed: ['c', 'd'] })
    expect(said().map(({ what }) => what)).toEqual(['init', 'add', 'update', 'batch', 'drop', 'add'])
  })

  test('what is passing goes with its owner’s last device, whichever way', async () => {
    await setUp()
    const [ann, ann2, ben] = [await inside('ann'), await inside('ann'), await inside('ben')]
    await queue().offer(ann.call, room, [
      { key: 'stays', value: '1' },
      { key: 'goes', value: '2', passing: true },
    ])
    await queue().offer(ben.call, room, [{ key: 'too', value: '3', passing: true }])
    await ann.leave(room)
    expect((await pairs()).map(([key]) => key)).toEqual(['stays', 'goes', 'too'])
    await ann2.cut()
    await node.core.rooms.kick(node.call, room, ['ben'])
    expect((await pairs()).map(([key]) => key)).toEqual(['stays'])
    expect(said().slice(-2)).toEqual([
      { what: 'delete', owner: 'ann', elements: {}, keys: ['goes'], passing: true },
      { what: 'delete', owner: 'ben', elements: {}, keys: ['too'], passing: true },
    ])
    expect(await rowsOf(node.store, queues, [room])).toEqual([expect.objectContaining({ length: 1 })])
    await expect(queue().offer(node.call, room, [{ key: 'x', value: 'x', by: 'ann', passing: true }])).rejects.toEqual(
      refused('member.missing'),
    )
  })

  test('a thousand of one owner go with them', async () => {
    await setUp()
    const ann = await inside('ann')
    for (let at = 0; at < 1000; at += 200) {
      const part = Array.from({ length: 200 }, (_, i) => ({ key: `k${at + i}`, value: '', passing: true }))
      expect((await queue().offer(ann.call, room, part)).failed).toEqual([])
    }
    expect((await queue().offer(ann.call, room, [{ key: 'more', value: '' }])).failed).toEqual(['more'])
    await ann.leave(room)
    expect(await rowsOf(node.store, queueElements, [room])).toEqual([])
    expect(await rowsOf(node.store, queues, [room])).toEqual([expect.objectContaining({ length: 0 })])
  })

  test('is for those inside, or for those who run the room where it says so', async () => {
    await setUp()
    const [ann, outside] = [await inside('ann'), await visitor(node, 'ben')]
    const one = [{ key: 'k', value: 'v' }]
    await expect(queue().offer(outside.call, room, one)).rejects.toEqual(refused('member.missing'))
    await expect(queue().list(outside.call, room)).rejects.toEqual(refused('member.missing'))
    await expect(queue().init(ann.call, room, 5)).rejects.toEqual(refused('group.role'))
    await expect(queue().drop(ann.call, room)).rejects.toEqual(refused('group.role'))
    await expect(queue().offer(ann.call, room, [{ ...one[0], by: 'ben' } as never])).rejects.toEqual(
      refused('group.role'),
    )
    await node.core.groups.update(node.call, room, {}, { queue: 'managers' })
    await expect(queue().offer(ann.call, room, one)).rejects.toEqual(refused('group.role'))
    expect(await pairs()).toEqual([])
    await queue().offer(node.by('owner'), room, one)
    expect(await pairs()).toEqual([['k', 'v', 'owner']])
  })

  test('holds its size over two nodes, and nothing of whoever goes at the same moment', async () => {
    const store = openMemory({})
    await setUp({}, { store: unevenly(store) })
    const other = startNode({ store: unevenly(store) })
    await node.users(...Array.from({ length: 15 }, (_, i) => `u${i}`))
    await queue().init(node.call, room, 25)
    const both = [node, other]
    const visitors = await Promise.all(
      Array.from({ length: 20 }, (_, i) => visitor(both[i % 2] as TestNode, `u${i % 15}`)),
    )
    for (const each of visitors) await each.enter(room)
    await Promise.all(
      visitors.map(({ call, leave }, i) =>
        Promise.all([
          (both[i % 2] as TestNode).core.rooms.queue
            .offer(call, room, [
              { key: `${i}`, value: '', passing: true },
              { key: `${i}+`, value: '' },
            ])
            .catch(error => expect(error).toEqual(refused('member.missing'))),
          i % 4 === 0 ? (both[i % 2] as TestNode).core.rooms.queue.poll(node.call, room) : undefined,
          leave(room),
        ]),
      ),
    )
    const left = await rowsOf(store, queueElements, [room])
    expect(left.length).toBeLessThanOrEqual(25)
    expect(left.filter(({ owner }) => owner !== '')).toEqual([])
    expect(await rowsOf(store, queues, [room])).toEqual([expect.objectContaining({ length: left.length })])
    await other.stop()
  })
})
