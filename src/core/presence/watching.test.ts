import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'
import { subscriptions } from './tables.ts'

const app = 1400000001
const day = 24 * 3600 * 1000

let clock: ReturnType<typeof handClock>
let store: Store
let node: TestNode

beforeEach(() => {
  clock = handClock()
  store = openMemory({ clock: clock.now })
  node = startNode({ store, clock: clock.now })
})

afterEach(async () => {
  await node.stop()
  await store.close()
})

describe('subscriptions', () => {
  const subscribe = (users: string[], span = day) =>
    node.core.presence.watching.subscribe(node.by('ann'), 'ann', users, span)
  const list = async (wanted: Parameters<typeof node.core.presence.watching.list>[2] = { limit: 100 }) =>
    (await node.core.presence.watching.list(app, 'ann', wanted)).found.map(each => each.publisher)

  beforeEach(() => node.users('ann', 'ben', 'cat', 'dan'))

  test('[PR40] hold until their end, are renewed, and name whom there is not', async () => {
    const until = clock.now() + day
    expect(await subscribe(['ben', 'nobody', 'cat', 'ben'])).toEqual({ until, missing: ['nobody'] })
    expect(node.told.at(-1)?.event).toEqual({
      type: 'watching',
      user: 'ann',
      added: [
        { user: 'ben', until },
        { user: 'cat', until },
      ],
      removed: [],
    })
    clock.move(day - 1)
    expect(await list()).toEqual(['ben', 'cat'])
    await subscribe(['ben'])
    clock.move(1)
    expect(await list()).toEqual(['ben'])
    await store.sweep(clock.now(), 100)
    expect((await store.scan(subscriptions, { prefix: [app], limit: 5 })).length).toBe(1)
    expect(await list({ users: ['cat', 'ben'] })).toEqual(['ben'])
  })

  test('[PR41] end when they are taken back: some, or all', async () => {
    await subscribe(['ben', 'cat', 'dan'])
    await node.core.presence.watching.unsubscribe(node.by('ann'), 'ann', ['cat', 'nobody'])
    expect(await list()).toEqual(['ben', 'dan'])
    await node.core.presence.watching.unsubscribe(node.by('ann'), 'ann')
    expect(await list()).toEqual([])
    expect(node.told.at(-1)?.event).toEqual({ type: 'watching', user: 'ann', added: [] })
  })

  test('[PR42] are 100 in a call and 3,000 in all; renewing needs no place', async () => {
    const many = Array.from({ length: 3050 }, (_, i) => `w${String(i).padStart(4, '0')}`)
    await node.users(...many)
    await expect(subscribe(many.slice(0, 101))).rejects.toMatchObject({ reason: 'request.batch' })
    for (let at = 0; at < 2900; at += 100) await subscribe(many.slice(at, at + 100))
    await subscribe(many.slice(2900, 2950))
    await expect(subscribe(many.slice(2950, 3001))).rejects.toMatchObject({ reason: 'watch.limit' })
    await subscribe(many.slice(2950, 3000))
    await subscribe(many.slice(0, 100))
    await expect(subscribe(many.slice(2999, 3001))).rejects.toMatchObject({ reason: 'watch.limit' })
    const first = await node.core.presence.watching.list(app, 'ann', { limit: 1000 })
    expect(first.next).toBe('w0999')
    const second = await node.core.presence.watching.list(app, 'ann', { limit: 1000, after: first.next })
    expect(second.found[0]?.publisher).toBe('w1000')
    await node.core.presence.watching.unsubscribe(node.by('ann'), 'ann')
    expect(await list()).toEqual([])
  })
})
