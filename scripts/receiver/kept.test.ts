import { expect, test } from 'vitest'
import { openKept, openSeen } from './kept.ts'
import type { Received } from './received.ts'

const webhook = (id: string, bytes = 0): Received => ({
  vendor: 'tencent',
  id,
  method: 'POST',
  path: '/',
  query: {},
  headers: {},
  raw: Buffer.alloc(bytes),
  body: {},
  at: 0,
  verified: 'unchecked',
  seenBefore: false,
  answer: 'allow',
})
const ids = (list: Received[]) => list.map(each => each.id)
const open = (requests = 10, bytes = 1000) => openKept({ requests, bytes })

test('next gives each once, in order, whether it is there already or not', async () => {
  const kept = open()
  kept.add(webhook('a'))
  kept.add(webhook('b'))
  expect(await kept.next()).toBe(kept.all[0])
  expect(await kept.next('b')).toBe(kept.all[1])
  const coming = [kept.next(each => each.id === 'd'), kept.next('c'), kept.next()]
  for (const id of ['c', 'd', 'e', 'f']) kept.add(webhook(id))
  expect(ids(await Promise.all(coming))).toEqual(['d', 'c', 'e'])
  expect((await kept.next()).id).toBe('f')
  expect(ids(kept.all)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

test('next says what else came when its time is over, and takes nothing later', async () => {
  const kept = open()
  kept.add(webhook('a'))
  await expect(kept.next('b', 10)).rejects.toThrow('no webhook b within 10 ms; not taken yet: a')
  kept.add(webhook('b'))
  expect((await kept.next('b', 10)).id).toBe('b')
})

test('nothing is left of a wait that is over', async () => {
  const timers = () => process.getActiveResourcesInfo().filter(each => each === 'Timeout').length
  const kept = open()
  const before = timers()
  const waiting = kept.next('a', 60_000)
  expect(timers()).toBe(before + 1)
  kept.add(webhook('a'))
  expect(timers()).toBe(before)
  await waiting
})

test('stopping lets those go who wait', async () => {
  const kept = open()
  const waiting = kept.next('a')
  kept.stop()
  await expect(waiting).rejects.toThrow('before the receiver stopped')
  await expect(kept.next('a')).rejects.toThrow('the receiver has stopped')
})

test('the oldest go when there are too many, or when their bodies are too long', async () => {
  const kept = open(3)
  for (const id of ['a', 'b', 'c', 'd']) kept.add(webhook(id))
  expect(ids(kept.all)).toEqual(['b', 'c', 'd'])
  expect((await kept.next()).id).toBe('b')
  kept.add(webhook('e', 999))
  expect(ids(kept.all)).toEqual(['c', 'd', 'e'])
  kept.add(webhook('f', 2))
  expect(ids(kept.all)).toEqual(['f'])
  kept.add(webhook('g', 998))
  expect(ids(kept.all)).toEqual(['f', 'g'])
  expect((await kept.next()).id).toBe('f')
})

test('keeping nothing still serves who waits', async () => {
  const kept = open(0)
  const waiting = kept.next('a')
  kept.add(webhook('a'))
  expect((await waiting).id).toBe('a')
  expect(kept.all).toEqual([])
})

test('clearing forgets, also how much was kept', async () => {
  const kept = open(10, 10)
  kept.add(webhook('a', 10))
  kept.clear()
  kept.add(webhook('b', 10))
  expect(ids(kept.all)).toEqual(['b'])
  expect((await kept.next()).id).toBe('b')
})

test('events are remembered for as many others as promised, and not for ever', () => {
  const seen = openSeen(3)
  expect(seen.before('a')).toBe(false)
  expect(seen.before('a')).toBe(true)
  for (const id of ['b', 'c']) expect(seen.before(id)).toBe(false)
  expect(seen.before('b')).toBe(true)
  for (const id of ['d', 'e', 'f', 'g', 'h', 'i']) seen.before(id)
  expect(seen.before('a')).toBe(false)
  seen.clear()
  expect(seen.before('i')).toBe(false)
})
