import { expect, test } from 'vitest'
import { keyedQueue } from './queue.ts'

function gate(): { open: () => void; passed: Promise<void> } {
  let open = () => {}
  const passed = new Promise<void>(resolve => {
    open = resolve
  })
  return { open, passed }
}

test('work of one key runs one at a time in the order it came', async () => {
  const queue = keyedQueue()
  const seen: string[] = []
  const work = (name: string) =>
    queue('k', async () => {
      seen.push(`${name} begins`)
      await new Promise(resolve => setTimeout(resolve, 2))
      seen.push(`${name} ends`)
    })
  await Promise.all([work('a'), work('b'), work('c')])
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('other keys do not wait', async () => {
  const queue = keyedQueue()
  const held = gate()
  const waiting = queue('k', () => held.passed)
  expect(await queue('other', async () => 'done')).toBe('done')
  held.open()
  await waiting
})

test('a failure is its caller’s alone: the next one runs, and nobody else hears of it', async () => {
  const queue = keyedQueue()
  const failed = queue('k', async () => {
    throw new Error('mine')
  })
  const next = queue('k', async () => 'next')
  await expect(failed).rejects.toThrow('mine')
  expect(await next).toBe('next')
})

test('work with several keys waits for all of them and holds all of them', async () => {
  const queue = keyedQueue()
  const [a, b] = [gate(), gate()]
  const seen: string[] = []
  const first = [
    queue('a', () => a.passed),
    queue('b', () => b.passed),
    queue(['a', 'b'], async () => void seen.push('both')),
    queue('b', async () => void seen.push('after')),
  ]
  a.open()
  await new Promise(resolve => setTimeout(resolve, 5))
  expect(seen).toEqual([])
  b.open()
  await Promise.all(first)
  expect(seen).toEqual(['both', 'after'])
})

test('several keys in any order never wait for each other in a circle', async () => {
  const queue = keyedQueue()
  let running = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++running)
    await new Promise(resolve => setImmediate(resolve))
    running--
  }
  const keys = [
    ['a', 'b'],
    ['b', 'a'],
    ['a', 'b', 'c'],
    ['c', 'a'],
  ]
  await Promise.all(Array.from({ length: 100 }, (_, i) => queue(keys[i % 4] as string[], work)))
  expect(most).toBe(1)
  expect(running).toBe(0)
})

test('no keys is no waiting', async () => {
  const queue = keyedQueue()
  const held = gate()
  const waiting = queue('k', () => held.passed)
  expect(await queue([], async () => 'free')).toBe('free')
  held.open()
  await waiting
})
