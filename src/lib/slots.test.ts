import { expect, test } from 'vitest'
import { openSlots } from './slots.ts'

test('as many as there are slots go at once, the others in the order in which they came', async () => {
  const slots = openSlots(2)
  const went: number[] = []
  const going = Array.from({ length: 5 }, (_, i) => slots.take().then(() => went.push(i)))
  await Promise.all(going.slice(0, 2))
  expect(went).toEqual([0, 1])
  slots.give()
  await going[2]
  expect(went).toEqual([0, 1, 2])
  slots.give()
  slots.give()
  await Promise.all(going)
  expect(went).toEqual([0, 1, 2, 3, 4])
})

test('a slot that nobody waits for is kept for who comes next, and there are never more than there were', async () => {
  const slots = openSlots(1)
  await slots.take()
  slots.give()
  await slots.take()
  let second = false
  const waiting = slots.take().then(() => {
    second = true
  })
  await new Promise(resolve => setImmediate(resolve))
  expect(second).toBe(false)
  slots.give()
  await waiting
})
