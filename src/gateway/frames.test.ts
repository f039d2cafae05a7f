import { describe, expect, test } from 'vitest'
import { frame, joined, openTurns, type Waiting, withFrame } from './frames.ts'

describe('frames that wait', () => {
  test('[GW18] leave as lines, in order, the bytes shared by all who wait for the same', () => {
    const frames = ['a', 'ü', 'c'].map(name => frame({ type: 'note', name }))
    const root = openTurns(() => {}).root()
    const lists: (Waiting | undefined)[] = [undefined, undefined, undefined]
    for (const [f, each] of frames.entries())
      for (const [i, list] of lists.entries()) {
        // The last one does not wait for the second frame.
        if (f !== 1 || i !== 2) lists[i] = withFrame(root, list, each)
      }
    const [one, two, three] = lists.map(list => joined(list as Waiting))
    expect(one?.toString()).toBe('{"type":"note","name":"a"}\n{"type":"note","name":"ü"}\n{"type":"note","name":"c"}')
    expect(two).toBe(one)
    expect(three?.toString()).toBe('{"type":"note","name":"a"}\n{"type":"note","name":"c"}')
    expect((lists[0] as Waiting).length).toBe(one?.length)
  })

  test('[GW18] a frame alone is sent as it was encoded', () => {
    const only = frame({ type: 'note', name: 'a' })
    expect(joined(withFrame(openTurns(() => {}).root(), undefined, only))).toBe(only.bytes)
  })

  test('[GW18] a turn flushes everybody once, and the next one begins empty', async () => {
    const flushed: string[] = []
    const turns = openTurns((name: string) => {
      flushed.push(name)
      if (name === 'b') turns.soon('c')
    })
    const before = turns.root()
    turns.soon('a')
    turns.soon('b')
    expect(flushed).toEqual([])
    await new Promise(resolve => setImmediate(resolve))
    expect(flushed).toEqual(['a', 'b'])
    await new Promise(resolve => setImmediate(resolve))
    expect(flushed).toEqual(['a', 'b', 'c'])
    expect(turns.root()).not.toBe(before)
  })
})
