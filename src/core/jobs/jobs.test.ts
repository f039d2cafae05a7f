import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock } from '../../../tests/support/core.ts'
import { openLocalBus } from '../../bus/local.ts'
import { keyedQueue } from '../../lib/queue.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { askNobody } from '../hooks.ts'
import { openIds } from '../ids.ts'
import { openOutbox } from '../outbox/outbox.ts'
import { jobs } from '../tables.ts'
import { listJobs } from './inspect.ts'
import { type Runner, runJobs, startJob, type Work } from './jobs.ts'

let clock = handClock()
let store: Store
const open: Runner[] = []
let logged: string[] = []

beforeEach(() => {
  clock = handClock()
  store = openMemory({ clock: clock.now })
  logged = []
})
afterEach(async () => {
  for (const runner of open.splice(0)) await runner.close()
  await store.close()
})

function context(node: string): Context {
  const log = {
    info() {},
    warn: (_: object, text: string) => void logged.push(text),
    error: (_: object, text: string) => void logged.push(text),
  }
  return {
    store,
    bus: openLocalBus(),
    clock: clock.now,
    ids: openIds(store),
    queue: keyedQueue(),
    hooks: askNobody,
    outbox: openOutbox(() => false, openLocalBus()),
    log,
    node,
  }
}

/** A node's runner; ticks never come by themselves. */
function run(works: Record<string, Work>, node = 'one'): Runner {
  const runner = runJobs(context(node), works, 1_000_000)
  open.push(runner)
  return runner
}

async function start(kind: string, state: Record<string, unknown> = {}, due?: number) {
  await store.commit(await startJob(context('starter'), kind, state, due))
}

/** Counts up to a number, one step at a time. */
function counter(seen: number[], to: number, each: (n: number) => void = () => {}): Work {
  return async state => {
    const n = (state.n as number) + 1
    each(n)
    seen.push(n)
    return n === to ? 'done' : { n }
  }
}

describe('[JO1] a job', () => {
  test('is worked on step by step from its last kept state, and is gone when it is done', async () => {
    const seen: number[] = []
    await start('count', { n: 0 })
    await run({ count: counter(seen, 5) }).idle()
    expect(seen).toEqual([1, 2, 3, 4, 5])
    expect(await listJobs(store)).toEqual([])
  })

  test('waits until it is due', async () => {
    const seen: number[] = []
    await start('count', { n: 0 }, clock.now() + 1000)
    const runner = run({ count: counter(seen, 1) })
    clock.move(999)
    await runner.idle()
    expect(seen).toEqual([])
    clock.move(1)
    await runner.idle()
    expect(seen).toEqual([1])
  })

  test('is begun at once when the runner is nudged, and otherwise at its tick', async () => {
    const seen: number[] = []
    const runner = runJobs(context('one'), { count: counter(seen, 1) }, 5)
    open.push(runner)
    await runner.idle()
    await start('count', { n: 0 })
    await expect.poll(() => seen, { timeout: 2000 }).toEqual([1])
  })

  test('of a kind that this node does not know is left alone, and holds up nobody', async () => {
    const seen: number[] = []
    for (let i = 0; i < 200; i++) await start('of a later version')
    for (let i = 0; i < 8; i++) await start('count', { n: 0 })
    await run({ count: counter(seen, 1) }).idle()
    expect(seen).toHaveLength(8)
    const left = await listJobs(store)
    expect(left).toHaveLength(200)
    expect(left.every(job => job.tries === 0 && job.node === undefined)).toBe(true)
  })

  test('that is long does not keep others of its lane waiting until its end', async () => {
    const order: string[] = []
    let steps = 0
    const long: Work = async () => {
      await new Promise(resolve => setTimeout(resolve, 20))
      order.push('long')
      return ++steps === 40 ? 'done' : {}
    }
    const short: Work = async () => {
      order.push('short')
      return 'done'
    }
    await start('long')
    for (let i = 0; i < 16; i++) await start('short')
    await run({ long, short }).idle()
    const last = order.lastIndexOf('short')
    expect(order.filter(name => name === 'short')).toHaveLength(16)
    expect(order.slice(last).filter(name => name === 'long').length).toBeGreaterThan(10)
  })
})

describe('[JO2] after a crash', () => {
  /** A runner that stops at a step for ever, as a killed process does. */
  async function crashed(seen: number[], at: number) {
    let reached = () => {}
    const there = new Promise<void>(resolve => {
      reached = resolve
    })
    const work: Work = async state => {
      const n = (state.n as number) + 1
      if (n === at) {
        reached()
        await new Promise(() => {})
      }
      seen.push(n)
      return { n }
    }
    runJobs(context('dead'), { count: work }, 1_000_000)
    await there
  }

  test('another node goes on from the last kept state once the claim has lapsed, not before', async () => {
    const seen: number[] = []
    await start('count', { n: 0 })
    await crashed(seen, 3)
    const runner = run({ count: counter(seen, 5) }, 'heir')
    clock.move(9_999)
    await runner.idle()
    expect(seen).toEqual([1, 2])
    clock.move(1)
    await runner.idle()
    expect(seen).toEqual([1, 2, 3, 4, 5])
    expect(await listJobs(store)).toEqual([])
  })

  test('the node itself, back under its old name, goes on at once', async () => {
    const seen: number[] = []
    await start('count', { n: 0 })
    await crashed(seen, 3)
    await run({ count: counter(seen, 5) }, 'dead').idle()
    expect(seen).toEqual([1, 2, 3, 4, 5])
    expect(await listJobs(store)).toEqual([])
  })

  test('whose claim lapsed stops when it comes back: the job is done once', async () => {
    const seen: string[] = []
    let goOn = () => {}
    const held = new Promise<void>(resolve => {
      goOn = resolve
    })
    await start('count', { n: 0 })
    const slow: Work = async state => {
      seen.push(`slow ${state.n}`)
      await held
      return { n: (state.n as number) + 1 }
    }
    const first = run({ count: slow }, 'slow')
    await expect.poll(() => seen).toEqual(['slow 0'])
    clock.move(10_000)
    const quick: Work = async state => {
      seen.push(`quick ${state.n}`)
      return state.n === 2 ? 'done' : { n: (state.n as number) + 1 }
    }
    await run({ count: quick }, 'quick').idle()
    goOn()
    await first.idle()
    expect(seen).toEqual(['slow 0', 'quick 0', 'quick 1', 'quick 2'])
    expect(await listJobs(store)).toEqual([])
  })

  test('a clean end lets go of the job at once', async () => {
    const seen: number[] = []
    await start('count', { n: 0 })
    const first = run({ count: counter(seen, 1000, n => n === 3 && void first.close()) })
    await first.idle()
    await first.close()
    expect(seen).toEqual([1, 2, 3])
    await run({ count: counter(seen, 5) }, 'next').idle()
    expect(seen).toEqual([1, 2, 3, 4, 5])
  })
})

describe('[JO3] a job that fails', () => {
  test('is tried again with growing pauses, and is parked with its last error after ten failures in a row', async () => {
    let tries = 0
    const pauses: number[] = []
    await start('bad', { keep: 'me' })
    const runner = run({
      bad: async () => {
        tries++
        throw new Error(`failure ${tries}`)
      },
    })
    await runner.idle()
    for (let expected = 1; expected < 10; expected++) {
      expect(tries).toBe(expected)
      const [job] = await listJobs(store)
      const pause = (job?.due as number) - clock.now()
      pauses.push(pause)
      clock.move(pause - 1)
      await runner.idle()
      expect(tries).toBe(expected)
      clock.move(1)
      await runner.idle()
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000])
    const [parked] = await listJobs(store)
    expect(parked).toMatchObject({ parked: 'Error: failure 10', tries: 10, state: { keep: 'me' } })
    clock.move(1e12)
    await runner.idle()
    expect(tries).toBe(10)
    expect(logged.filter(text => text === 'a job failed')).toHaveLength(10)
  })

  test('begins to count anew after a step that worked, and keeps what it had reached', async () => {
    const seen: number[] = []
    let fail = true
    await start('count', { n: 0 })
    const runner = run({
      count: counter(seen, 3, n => {
        fail = !fail
        if (n > 1 && !fail) throw new Error('now and then')
      }),
    })
    for (let i = 0; i < 6; i++) {
      await runner.idle()
      clock.move(600)
    }
    expect(seen).toEqual([1, 2, 3])
  })

  test('does not end the runner, neither does a store that cannot write for a while', async () => {
    const seen: number[] = []
    const { commit } = store
    await start('count', { n: 0 })
    store.commit = async () => {
      throw new Error('disk full')
    }
    const runner = run({ count: counter(seen, 1) })
    await runner.idle()
    expect(logged).toContain('the job runner failed')
    store.commit = commit
    await runner.idle()
    expect(seen).toEqual([1])
  })
})

test('[JO4] many nodes share the jobs: each is done once', async () => {
  const done = new Map<number, number>()
  const work: Work = async state => {
    const n = state.n as number
    await new Promise(resolve => setImmediate(resolve))
    done.set(n, (done.get(n) ?? 0) + 1)
    return 'done'
  }
  for (let n = 0; n < 100; n++) await start('once', { n })
  const runners = ['a', 'b', 'c'].map(node => run({ once: work }, node))
  await Promise.all(runners.map(runner => runner.idle()))
  await Promise.all(runners.map(runner => runner.idle()))
  expect([...done.values()].every(times => times === 1)).toBe(true)
  expect(done.size).toBe(100)
  expect(await store.scan(jobs, { prefix: [], limit: 9 })).toEqual([])
})
