import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handClock, startNode, type TestNode } from '../../../tests/support/core.ts'
import { coming } from '../../../tests/support/presence.ts'
import { openMemory } from '../../storage/memory.ts'
import type { Store } from '../../storage/store.ts'
import { Fault } from '../errors.ts'
import type { EventDraft } from './publishing.ts'
import { eventSubscriptions, published, subscriptions } from './tables.ts'

const app = 1400000001
const minute = 60_000

let clock: ReturnType<typeof handClock>
let store: Store
let node: TestNode

beforeEach(async () => {
  clock = handClock()
  store = openMemory({ clock: clock.now })
  node = startNode({ store, clock: clock.now })
  await node.users('ann', 'ben', 'cat', 'dan')
})

afterEach(async () => {
  await node.stop()
  await store.close()
})

const publish = (user: string, more: Partial<EventDraft> = {}) => {
  const draft = { kind: 100_000, value: 1, span: minute, scope: 'all' as const, self: false, ...more }
  return node.core.presence.events.publish(node.by(user), user, draft)
}
const current = async (publisher: string, ...kinds: number[]) =>
  (
    await node.core.presence.events.current(
      app,
      kinds.map(kind => ({ publisher, kind })),
    )
  ).map(each => each?.value)

describe('published events', () => {
  test('[PR73] the next one of a kind takes the place of the last, later than it, and is told by itself', async () => {
    const first = await publish('ben', { value: 7, config: 'playing' })
    const second = await publish('ben', { value: 8 })
    expect(second).toEqual({
      ...{ app, user: 'ben', kind: 100_000, id: second.id, value: 8, platform: '', scope: 'all' },
      ...{ at: first.at + 1, expires: first.at + 1 + minute },
    })
    expect(second.id).not.toBe(first.id)
    await publish('ben', { kind: 100_001, value: 9, self: true })
    expect(await current('ben', 100_001, 100_000, 100_002)).toEqual([9, 8, undefined])
    expect(await current('ann', 100_000)).toEqual([undefined])
    expect(node.told.filter(each => each.event.type === 'event.published').map(each => each.subject)).toEqual([
      ...[`e.${app}.100000.ben`, `e.${app}.100000.ben`, `e.${app}.100001.ben`, `u.${app}.ben`],
    ])
  })

  test('[PR73] also when two nodes publish at once, one after the other', async () => {
    const other = startNode({ store, clock: clock.now, node: 'other' })
    const by = (at: TestNode, value: number) => {
      const draft = { kind: 100_000, value, span: minute, scope: 'all' as const, self: false }
      return at.core.presence.events.publish(at.by('ben'), 'ben', draft)
    }
    const made = await Promise.all(Array.from({ length: 10 }, (_, i) => by(i % 2 ? node : other, i)))
    expect(new Set(made.map(each => each.at)).size).toBe(10)
    const latest = made.reduce((one, each) => (each.at > one.at ? each : one))
    expect(await current('ben', 100_000)).toEqual([latest.value])
    await other.stop()
  })

  test('[PR74] holds until its time is over, and is no row then', async () => {
    await publish('ben')
    await publish('ben', { kind: 100_001, span: 2 * minute })
    clock.move(minute - 1)
    expect(await current('ben', 100_000, 100_001)).toEqual([1, 1])
    clock.move(1)
    expect(await current('ben', 100_000, 100_001)).toEqual([undefined, 1])
    await store.sweep(clock.now(), 100)
    expect((await store.scan(published, { prefix: [app], limit: 9 })).map(row => row.value.kind)).toEqual([100_001])
  })

  test('[PR75] a user has those of twenty kinds; the one published longest ago goes', async () => {
    for (let i = 0; i < 20; i++) {
      await publish('ben', { kind: 100_000 + i, value: i })
      clock.move(1)
    }
    await publish('ben', { kind: 100_000, value: 50 })
    await publish('ben', { kind: 200_000, value: 60 })
    expect(await current('ben', 100_000, 100_001, 100_002, 200_000)).toEqual([50, undefined, 2, 60])
    expect(await store.scan(published, { prefix: [app, 'ben'], limit: 50 })).toHaveLength(20)
  })
})

describe('subscriptions to events', () => {
  const subscribe = (users: string[], kind?: number, span = minute) =>
    node.core.presence.watching.subscribe(node.by('ann'), 'ann', users, span, kind)
  const list = async (kind?: number) =>
    (await node.core.presence.watching.listEvents(app, 'ann', { kind, limit: 100 })).found.map(
      each => `${each.kind} ${each.publisher}`,
    )
  const watched = async () =>
    (await node.core.presence.watching.list(app, 'ann', { limit: 100 })).found.map(each => each.publisher)

  test('[PR76] are of a kind, apart from those to presence, and end like these', async () => {
    const until = clock.now() + minute
    expect(await subscribe(['ben', 'nobody', 'cat'], 100_000)).toEqual({ until, missing: ['nobody'] })
    expect(node.told.at(-1)?.event).toMatchObject({
      type: 'watching',
      kind: 100_000,
      added: [{ user: 'ben', until }, {}],
    })
    await subscribe(['ben'], 100_001, 2 * minute)
    await subscribe(['dan'], undefined, 2 * minute)
    expect(await list()).toEqual(['100000 ben', '100000 cat', '100001 ben'])
    expect(await list(100_001)).toEqual(['100001 ben'])
    expect(await watched()).toEqual(['dan'])
    await node.core.presence.watching.unsubscribe(node.by('ann'), 'ann', ['ben'], 100_000)
    expect(node.told.at(-1)?.event).toMatchObject({ type: 'watching', kind: 100_000, added: [], removed: ['ben'] })
    expect(await list()).toEqual(['100000 cat', '100001 ben'])
    clock.move(minute)
    expect(await list()).toEqual(['100001 ben'])
    await subscribe(['cat'], 100_001)
    await node.core.presence.watching.unsubscribe(node.by('ann'), 'ann', undefined, 100_001)
    expect(await list()).toEqual([])
    expect(await watched()).toEqual(['dan'])
  })

  test('[PR76] are read in pages over kinds, and in those of one kind', async () => {
    await subscribe(['ben', 'cat', 'dan'], 100_000)
    await subscribe(['ben', 'cat'], 100_001)
    const { listEvents } = node.core.presence.watching
    const places: (string | undefined)[] = []
    for (let after: { kind: number; user: string } | undefined, more = true; more; more = after !== undefined) {
      const page = await listEvents(app, 'ann', { after, limit: 2 })
      places.push(...page.found.map(each => `${each.kind} ${each.publisher}`))
      after = page.next
    }
    expect(places).toEqual(['100000 ben', '100000 cat', '100000 dan', '100001 ben', '100001 cat'])
    const page = await listEvents(app, 'ann', { kind: 100_000, after: { kind: 100_000, user: 'ben' }, limit: 2 })
    expect(page).toMatchObject({ found: [{ publisher: 'cat' }, { publisher: 'dan' }], next: { user: 'dan' } })
  })

  test('[PR77] are 100 in a call and 3,000 of all kinds, beside those to presence', async () => {
    const many = Array.from({ length: 1500 }, (_, i) => `w${String(i).padStart(4, '0')}`)
    await node.users(...many)
    await expect(subscribe(many.slice(0, 101), 100_000)).rejects.toMatchObject({ reason: 'request.batch' })
    for (const kind of [100_000, 100_001])
      for (let at = 0; at < 1500; at += 100) await subscribe(many.slice(at, at + 100), kind)
    await expect(subscribe(['ben'], 100_000)).rejects.toThrow(Fault)
    await expect(subscribe(['ben'], 100_002)).rejects.toMatchObject({ reason: 'watch.limit' })
    await subscribe(many.slice(0, 100), 100_001)
    await subscribe(['ben'])
    expect(await watched()).toEqual(['ben'])
    await node.core.presence.watching.unsubscribe(node.by('ann'), 'ann', undefined, 100_000)
    expect(await list(100_000)).toEqual([])
    expect(await list(100_001)).toHaveLength(100)
  })

  test('[PR78] a deleted user leaves no event and no subscription to who is made again', async () => {
    await subscribe(['ben'], 100_000, 100 * minute)
    await subscribe(['cat'], undefined, 100 * minute)
    await publish('ann', { span: 100 * minute })
    await node.core.users.remove(node.call, ['ann'])
    clock.move(1)
    await node.users('ann')
    await expect
      .poll(async () => {
        const tables = [published, subscriptions, eventSubscriptions]
        const rows = await Promise.all(
          tables.map(table => store.scan<object>(table as never, { prefix: [app, 'ann'], limit: 9 })),
        )
        return rows.flat()
      })
      .toEqual([])
  })
})

describe('what a device says of itself', () => {
  test('[PR79] stands with its platform until its time is over or the device goes; the last said counts', async () => {
    const { presence } = node.core
    const by = (session: string) => ({ ...node.by('ben'), session })
    await presence.enter(coming('ben', 'one', 'web'))
    await presence.enter(coming('ben', 'two', 'web'))
    await presence.enter(coming('ben', 'three', 'ios'))
    const said = async () =>
      (await presence.get(app, ['ben']))[0]?.platforms
        .map(each => [each.platform, each.said?.value, each.said?.config])
        .sort()
    await presence.say(by('one'), 'ben', { value: 10_001, config: 'a' }, 3 * minute)
    clock.move(1)
    await presence.say(by('two'), 'ben', { value: 10_002 }, minute)
    expect(await said()).toEqual([
      ['ios', undefined, undefined],
      ['web', 10_002, undefined],
    ])
    clock.move(minute)
    expect(await said()).toEqual([
      ['ios', undefined, undefined],
      ['web', 10_001, 'a'],
    ])
    await presence.leave({ app, user: 'ben', id: 'one' })
    await presence.say(by('three'), 'ben', { config: 'wifi' }, minute)
    expect(await said()).toEqual([
      ['ios', undefined, 'wifi'],
      ['web', undefined, undefined],
    ])
    await presence.say(by('three'), 'ben', {}, minute)
    expect((await said())?.[0]).toEqual(['ios', undefined, undefined])
    await expect(presence.say(by('one'), 'ben', { value: 10_001 }, minute)).rejects.toMatchObject({
      reason: 'session.missing',
    })
  })
})
