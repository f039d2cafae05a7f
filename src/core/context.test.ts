import { beforeEach, describe, expect, test } from 'vitest'
import { openLocalBus } from '../bus/local.ts'
import { keyedQueue } from '../lib/queue.ts'
import { openMemory } from '../storage/memory.ts'
import { absent, add, check, put } from '../storage/store.ts'
import { type Context, change, changeBeside } from './context.ts'
import { Fault } from './errors.ts'
import { askNobody } from './hooks.ts'
import { openIds } from './ids.ts'
import { openOutbox } from './outbox/outbox.ts'
import { memberCount, users } from './tables.ts'

let ctx: Context

beforeEach(() => {
  const store = openMemory()
  const log = { info() {}, warn() {}, error() {} }
  const queue = keyedQueue()
  ctx = {
    store,
    bus: openLocalBus(),
    clock: Date.now,
    ids: openIds(store),
    queue,
    hooks: askNobody,
    outbox: openOutbox(() => false, openLocalBus()),
    log,
    node: 'one',
  }
})

const user = (id: string, level: number) => ({ app: 1, id, profile: { level }, created: 0, updated: 0 })

describe('[CO4] a change', () => {
  test('is planned anew from what it reads then, as often as somebody else was faster', async () => {
    let plans = 0
    const result = await change(ctx, async () => {
      const row = await ctx.store.get(users, [1, 'u'])
      if (++plans < 5) await ctx.store.commit([put(users, user('u', plans))])
      return { steps: [check(users, [1, 'u'], row), put(users, user('u', 100))], done: () => row?.value.profile.level }
    })
    expect(plans).toBe(5)
    expect(result).toBe(4)
    expect((await ctx.store.get(users, [1, 'u']))?.value.profile.level).toBe(100)
  })

  test('gives up with store.conflict after twenty, in less than three seconds', async () => {
    let plans = 0
    const start = performance.now()
    const never = change(ctx, async () => {
      plans++
      return { steps: [check(users, [1, 'u'], { value: user('u', 0), version: 12345 })], done: () => undefined }
    })
    await expect(never).rejects.toMatchObject({ reason: 'store.conflict' })
    expect(plans).toBe(20)
    expect(performance.now() - start).toBeLessThan(3000)
  })

  test('out of bounds is its own refusal at once, and nothing of it is done', async () => {
    let plans = 0
    const full = change(ctx, async () => {
      plans++
      return {
        steps: [put(users, user('u', 1)), add(memberCount, [1], 5, { max: 4 })],
        bounds: new Fault('group.full'),
        done: () => undefined,
      }
    })
    await expect(full).rejects.toMatchObject({ reason: 'group.full' })
    expect(plans).toBe(1)
    expect(await ctx.store.get(users, [1, 'u'])).toBeUndefined()
  })

  test('without steps commits nothing', async () => {
    ctx.store.commit = async () => {
      throw new Error('not to be called')
    }
    expect(await change(ctx, async () => ({ steps: [], done: () => 'as it was' }))).toBe('as it was')
  })

  test('beside others waits for its turn only when they were faster too often', async () => {
    let open = () => {}
    const held = new Promise<void>(resolve => {
      open = resolve
    })
    const holding = ctx.queue('k', () => held)
    const quick = await changeBeside(ctx, 'k', async () => ({ steps: [absent(users, [1, 'u'])], done: () => 'quick' }))
    expect(quick).toBe('quick')
    let plans = 0
    const slow = changeBeside(ctx, 'k', async () => {
      const version = ++plans > 4 ? undefined : { value: user('u', 0), version: 12345 }
      return { steps: [check(users, [1, 'u'], version)], done: () => 'in turn' }
    })
    await expect.poll(() => plans).toBe(4)
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(plans).toBe(4)
    open()
    expect(await slow).toBe('in turn')
    await holding
  })
})
