import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, startNode, type TestNode, unevenly } from '../../../tests/support/core.ts'
import type { Group } from '../model.ts'

let node: TestNode
let group: Group
let seq: number

beforeEach(async () => {
  node = startNode()
  await node.users('ann', 'ben')
  group = await node.group('ann', ['ben'])
  seq = (await node.core.send.toGroup(node.call, group.id, { from: 'ann', parts: [] })).seq
})
afterEach(() => node.stop())

const kept = (from = 0, limit = 200) => node.core.extensions.get(group.id, seq, from, limit)

describe('[MA15] pairs beside a message', () => {
  test('get the next version of the message with each change that writes them', async () => {
    const { set, remove, clear } = node.core.extensions
    expect(
      await set(node.call, group, seq, [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ]),
    ).toEqual([
      { key: 'a', value: '1', version: 1, ok: true },
      { key: 'b', value: '2', version: 1, ok: true },
    ])
    await set(node.call, group, seq, [{ key: 'a', value: '3' }])
    await remove(node.call, group, seq, [{ key: 'b' }, { key: 'never' }])
    expect(await kept()).toEqual({
      pairs: [
        { key: 'a', value: '3', version: 2 },
        { key: 'b', value: '', version: 3 },
      ],
      version: 3,
      cleared: 0,
      complete: true,
    })
    expect((await kept(3)).pairs).toEqual([{ key: 'b', value: '', version: 3 }])
    expect(await kept(0, 1)).toMatchObject({ pairs: [{ key: 'a' }], complete: false })
    await clear(node.call, group, seq)
    await clear(node.call, group, seq)
    expect(await kept()).toEqual({ pairs: [], version: 4, cleared: 4, complete: true })
    await set(node.call, group, seq, [{ key: 'a', value: '5' }])
    expect(await kept()).toEqual({
      pairs: [{ key: 'a', value: '5', version: 5 }],
      version: 5,
      cleared: 4,
      complete: true,
    })
  })

  test('are judged one by one against the version that their writer saw', async () => {
    const { set, remove } = node.core.extensions
    await set(node.call, group, seq, [{ key: 'a', value: '1', version: 0 }])
    const results = await set(node.call, group, seq, [
      { key: 'a', value: 'x', version: 0 },
      { key: 'b', value: '2', version: 0 },
    ])
    expect(results).toEqual([
      { key: 'a', value: '1', version: 1, ok: false },
      { key: 'b', value: '2', version: 2, ok: true },
    ])
    expect(await remove(node.call, group, seq, [{ key: 'b', version: 1 }])).toMatchObject([{ ok: false, version: 2 }])
    expect(await remove(node.call, group, seq, [{ key: 'b', version: 2 }])).toMatchObject([{ ok: true, version: 3 }])
    expect(await set(node.call, group, seq, [{ key: 'b', value: 'new', version: 0 }])).toMatchObject([
      { ok: true, version: 4 },
    ])
    expect((await kept()).pairs).toMatchObject([{ key: 'a', value: '1' }, { key: 'b', value: 'new' }]) // biome-ignore format: one line
  })

  test('are told as they were written, and nothing is told when nothing was', async () => {
    node.told.length = 0
    await node.core.extensions.set(node.by('ben'), group, seq, [{ key: 'a', value: '1' }])
    await node.core.extensions.set(node.by('ben'), group, seq, [{ key: 'a', value: '2', version: 7 }])
    await node.core.extensions.remove(node.by('ben'), group, seq, [{ key: 'z' }])
    expect(node.told).toHaveLength(1)
    expect(node.told[0]?.event).toMatchObject({
      type: 'message.extended',
      message: { seq },
      what: 'set',
      pairs: [{ key: 'a', value: '1', version: 1 }],
      version: 1,
      change: { what: 'extend', seq, by: 'ben' },
    })
    await expect(node.core.extensions.set(node.by('cy'), group, seq, [])).rejects.toMatchObject({
      reason: 'member.missing',
    })
  })

  test('are 300 at most, those deleted aside', async () => {
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, value: 'v' }))
    await node.core.extensions.set(node.call, group, seq, some(0, 300))
    await expect(node.core.extensions.set(node.call, group, seq, some(300, 1))).rejects.toMatchObject({
      reason: 'message.full',
    })
    await node.core.extensions.remove(node.call, group, seq, some(0, 1))
    await node.core.extensions.set(node.call, group, seq, some(300, 1))
    expect((await kept(0, 900)).pairs.filter(pair => pair.value !== '')).toHaveLength(300)
    await node.core.extensions.clear(node.call, group, seq)
    await node.core.extensions.set(node.call, group, seq, some(0, 300))
    expect((await kept(0, 900)).pairs).toHaveLength(300)
  })

  test.each(engines)('lose no change and repeat no version when two nodes write at once ($name)', async ({ open }) => {
    const { store: plain, end } = await open()
    const store = unevenly(plain)
    const [one, two] = [startNode({ store }), startNode({ store })]
    await one.users('ann')
    const mine = await one.group('ann')
    const { seq: at } = await one.core.send.toGroup(one.call, mine.id, { from: 'ann', parts: [] })
    const wrote = Array.from({ length: 16 }, (_, i) =>
      (i % 2 ? one : two).core.extensions.set(one.call, mine, at, [{ key: `k${i}`, value: '' }]),
    )
    const versions = (await Promise.all(wrote)).map(([result]) => result?.version)
    expect(versions.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 16 }, (_, i) => i + 1))
    const raced = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        (i % 2 ? one : two).core.extensions.set(one.call, mine, at, [{ key: 'k', value: `${i}`, version: 0 }]),
      ),
    )
    expect(raced.filter(([result]) => result?.ok)).toHaveLength(1)
    expect(new Set(raced.map(([result]) => result?.value)).size).toBe(1)
    await two.stop()
    await one.stop()
    await end()
  })
})
