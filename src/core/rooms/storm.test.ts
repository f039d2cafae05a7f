import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { engines, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import { census, leftovers, type Visitor, visitor } from '../../../tests/support/rooms.ts'
import type { Store } from '../../storage/store.ts'
import { roomEntries } from './tables.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Two nodes over one store. */
async function twoNodes(store: Store, end: () => Promise<void>): Promise<[TestNode, TestNode]> {
  ends.push(end)
  const nodes: [TestNode, TestNode] = [startNode({ store }), startNode({ store })]
  ends.push(...nodes.map(node => () => node.stop()))
  return nodes
}

/** Counters and rows say the same, and are those who should be inside. */
async function expectInside(store: Store, room: number, inside: Map<string, number>) {
  const { members, counted, counters, devices, said } = await census(store, room)
  expect(members).toEqual([...inside.keys()].sort())
  expect(devices).toEqual(Object.fromEntries(inside))
  expect(said).toEqual(devices)
  expect(counters).toEqual(counted)
  expect(counters[''] ?? 0).toBe(inside.size)
}

describe('[RM5] however many come and go at the same time, the numbers are exact', () => {
  for (const engine of engines)
    test(`2,000 entries of 1,000 accounts over two nodes, half of which leave again on ${engine.name}`, async () => {
      const { store, end } = await engine.open()
      const nodes = await twoNodes(store, end)
      const users = Array.from({ length: 1000 }, (_, i) => `u${i}`)
      await nodes[0].users('owner', ...users)
      const room = (await nodes[0].group('owner', [], { kind: 'live' })).id
      const visitors = await Promise.all(users.flatMap(user => nodes.map(node => visitor(node, user))))
      await Promise.all(visitors.map(each => each.enter(room)))
      await expectInside(store, room, new Map(users.map(user => [user, 2])))
      const [last] = await store.heads(roomEntries, [[room]])
      expect(last?.number).toBe(1000)
      // All devices of the first half of the accounts go, and one of each of the others.
      const going = visitors.filter((_, i) => i < 1000 || i % 2 === 0)
      await Promise.all(going.map((each, i) => (i % 3 === 0 ? each.cut() : each.leave(room))))
      await expectInside(store, room, new Map(users.slice(500).map(user => [user, 1])))
      const rest = visitors.filter(each => !going.includes(each))
      await Promise.all(rest.map(each => each.cut()))
      const names = nodes.map(node => node.core.node)
      expect(await leftovers(store, room, users, names, nodes[0].call.app.id)).toEqual({
        ...{ seats: 0, rooms: 0, members: 0, devices: {} },
      })
      expect((await census(store, room)).counters).toEqual({})
    }, 60_000)

  test('whatever devices do, in whatever order it meets', async () => {
    const [engine] = engines as [(typeof engines)[0]]
    const step = fc.record({
      device: fc.nat(5),
      does: fc.constantFrom('enter', 'enter', 'enter', 'leave', 'cut', 'kick', 'mark', 'tag', 'fix'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 6 }), async rounds => {
        const { store, end } = await engine.open()
        const nodes = await twoNodes(unevenly(store), end)
        const users = ['a', 'a', 'a', 'b', 'b', 'c']
        await nodes[0].users('owner', 'a', 'b', 'c')
        const room = (await nodes[0].group('owner', [], { kind: 'chatroom' })).id
        const sign = (i: number) => visitor(nodes[i % 2] as TestNode, users[i] as string)
        const devices = await Promise.all(users.map((_, i) => sign(i)))
        const act = async ({ device, does }: { device: number; does: string }) => {
          const { user, enter, leave, cut } = devices[device] as Visitor
          const node = nodes[device % 2] as TestNode
          const { rooms } = node.core
          if (does === 'enter') await enter(room, device % 2 ? { tags: ['t'] } : {})
          else if (does === 'leave') await leave(room)
          else if (does === 'kick') await rooms.kick(node.call, room, [user])
          else if (does === 'mark') await rooms.describe(node.call, room, [{ user, marks: { add: ['x'] } }])
          else if (does === 'tag') await rooms.describe(node.call, room, [{ user, tags: ['z'] }])
          else if (does === 'fix') await rooms.fix(node.call, room, user, device % 2 ? 'manager' : 'guest')
          else {
            await cut()
            devices[device] = await sign(device)
          }
        }
        for (const round of rounds) {
          // A device whose connection is ending does nothing else.
          const cutting = new Set(round.filter(({ does }) => does === 'cut').map(({ device }) => device))
          const all = round.filter(({ device, does }) => does === 'cut' || !cutting.has(device))
          await Promise.all(all.map(act))
          const { counted, counters, devices: rows, said } = await census(store, room)
          expect(counters).toEqual(counted)
          expect(said).toEqual(rows)
        }
        await Promise.all(devices.map(each => each.cut()))
        expect((await census(store, room)).counters).toEqual({})
        for (const close of ends.splice(0).reverse()) await close()
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})
