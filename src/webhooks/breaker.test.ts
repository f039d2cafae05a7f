import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Breaker, openBreaker, type Pass } from './breaker.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets one after another try, and fails them all. */
async function fail(breaker: Breaker, times: number) {
  for (let i = 0; i < times; i++) (await breaker.pass()).down()
}

/** So many wait; those that went, in order. */
function queue(breaker: Breaker, count: number): Pass[] {
  const went: Pass[] = []
  for (let i = 0; i < count; i++) breaker.pass().then(pass => went.push(pass))
  return went
}

describe('[WH5] a target that is not there', () => {
  test('is one after five failures in a row; one answer in between begins anew', async () => {
    const breaker = openBreaker({ least: 100, most: 1000 })
    await fail(breaker, 4)
    ;(await breaker.pass()).up()
    await fail(breaker, 4)
    expect(breaker.isOpen()).toBe(false)
    await fail(breaker, 1)
    expect([breaker.isOpen(), breaker.answers()]).toEqual([true, 1])
  })

  test('is tried by one at a time, with longer and longer pauses, up to the longest', async () => {
    const breaker = openBreaker({ least: 100, most: 350 })
    await fail(breaker, 5)
    const went = queue(breaker, 20)
    // Half of a pause is left to chance.
    for (const [i, longest] of [100, 200, 350, 350, 350].entries()) {
      await vi.advanceTimersByTimeAsync(longest / 2 - 1)
      expect(went).toHaveLength(i)
      await vi.advanceTimersByTimeAsync(longest / 2 + 1)
      expect(went).toHaveLength(i + 1)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(went).toHaveLength(i + 1)
      went[i]?.down()
    }
  })

  test('lets everybody go with the first answer', async () => {
    const breaker = openBreaker({ least: 100, most: 1000 })
    await fail(breaker, 5)
    const went = queue(breaker, 20)
    await vi.advanceTimersByTimeAsync(100)
    went[0]?.up()
    await vi.advanceTimersByTimeAsync(0)
    expect(went).toHaveLength(20)
    expect(breaker.isOpen()).toBe(false)
    // It is as patient as at first.
    await fail(breaker, 4)
    expect(breaker.isOpen()).toBe(false)
  })

  test('is not given up when who may try has nothing to do any more: the next one tries', async () => {
    const breaker = openBreaker({ least: 100, most: 1000 })
    await fail(breaker, 5)
    const went = queue(breaker, 3)
    await vi.advanceTimersByTimeAsync(100)
    went[0]?.unused()
    await vi.advanceTimersByTimeAsync(0)
    expect(went).toHaveLength(2)
    went[1]?.unused()
    await vi.advanceTimersByTimeAsync(0)
    went[2]?.unused()
    // Nobody waits; who comes later is let go as well.
    const later = queue(breaker, 2)
    await vi.advanceTimersByTimeAsync(100)
    expect(later).toHaveLength(1)
  })

  test('is not tried by a second one because an old request fails late', async () => {
    const breaker = openBreaker({ least: 100, most: 1000 })
    const old = await Promise.all(Array.from({ length: 16 }, () => breaker.pass()))
    for (const pass of old.slice(0, 8)) pass.down()
    const went = queue(breaker, 5)
    await vi.advanceTimersByTimeAsync(100)
    expect(went).toHaveLength(1)
    for (const pass of old.slice(8)) pass.down()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(went).toHaveLength(1)
    went[0]?.down()
    await vi.advanceTimersByTimeAsync(1000)
    expect(went).toHaveLength(2)
  })

  test('keeps nobody waiting at the end', async () => {
    const breaker = openBreaker({ least: 100, most: 1000 })
    await fail(breaker, 5)
    const went = queue(breaker, 5)
    breaker.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(went).toHaveLength(5)
    await breaker.pass()
    went[0]?.down()
    expect(vi.getTimerCount()).toBe(0)
  })
})
