import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Client, createClient, type PublishedEvent } from '../../client/src/client.ts'
import type { Call } from '../../src/core/call.ts'
import { callNetease } from '../support/netease.ts'
import type { TestServer, TestServerOptions } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { openWord } from '../support/trusting.ts'
import { startTwo } from '../support/two-nodes.ts'

/** Two nodes of one server: over one store and one bus. */
let nodes: TestServer[]
let clients: Client[]
let rest: Call

const people = ['ann', 'ben', 'cat', 'dan']
const kind = 100_000

async function start(options: TestServerOptions = {}): Promise<[TestServer, TestServer]> {
  const two = await startTwo(people, options)
  nodes = two.nodes
  rest = two.rest
  return two.nodes
}

beforeEach(() => {
  nodes = []
  clients = []
})

afterEach(async () => {
  await Promise.all(clients.map(each => each.stop()))
  await Promise.all(nodes.map(each => each.stop()))
})

const as = (node: TestServer, user: string, more: object = {}): Promise<TestSocket> =>
  signIn(node, { ...openWord(rest.app, user), platform: 'web', ...more })
const eventsOf = (socket: TestSocket) => socket.frames.filter(each => each.type === 'event')
const valuesOf = (socket: TestSocket) => eventsOf(socket).map(each => each.value)

describe('events of users', () => {
  test('[PR80] are told on the other node, each one in order, to all devices of who subscribed and to nobody else', async () => {
    const [one, other] = await start()
    const [ann, ann2, cat] = [await as(one, 'ann'), await as(other, 'ann'), await as(one, 'cat')]
    const ben = await as(other, 'ben', { platform: 'Android' })
    await cat.ask('event.subscribe', { kind: kind + 1, users: ['ben'] })
    await cat.ask('presence.subscribe', { users: ['ben'] })
    const asked = await ann.ask('event.subscribe', { kind, users: ['ben', 'nobody'], for: 60 })
    expect(asked).toEqual({ until: expect.closeTo(Date.now() + 60_000, -4), missing: ['nobody'] })
    const answer = await ben.ask('event.publish', { kind, value: 5, config: '{"song":"x"}', for: 60 })
    const told = {
      ...{ type: 'event', user: 'ben', kind, value: 5, config: '{"song":"x"}', platform: 'Android', scope: 'all' },
      ...answer,
    }
    expect(answer).toEqual({
      id: expect.any(Number),
      time: expect.any(Number),
      until: (answer.time as number) + 60_000,
    })
    for (const socket of [ann, ann2]) expect(await socket.next('event')).toEqual(told)
    for (const value of [6, 6, 7]) await ben.ask('event.publish', { kind, value })
    for (const socket of [ann, ann2]) await expect.poll(() => valuesOf(socket)).toEqual([5, 6, 6, 7])
    expect([...eventsOf(cat), ...eventsOf(ben)]).toEqual([])
  })

  test('[PR81] those that hold are answered at once; the publisher’s other devices are told when it wants it', async () => {
    const [one, other] = await start()
    const [ben, ben2, ben3] = [await as(one, 'ben'), await as(other, 'ben'), await as(one, 'ben')]
    await ben3.ask('event.subscribe', { kind, users: ['ben'] })
    await ben.ask('event.publish', { kind, value: 1, scope: 'online', self: true })
    expect(await ben2.next('event')).toMatchObject({ user: 'ben', value: 1, scope: 'online' })
    await ben.ask('event.publish', { kind, value: 2 })
    // Now by the subscription, which is all devices'.
    for (const socket of [ben, ben2, ben3]) await socket.next('event', frame => frame.value === 2)
    expect([valuesOf(ben), valuesOf(ben2), valuesOf(ben3)]).toEqual([[2], [1, 2], [1, 2]])
    const ann = await as(one, 'ann')
    expect(await ann.ask('event.subscribe', { kind, users: ['cat', 'ben', 'ben'], now: true })).toMatchObject({
      missing: [],
      events: [{ user: 'ben', kind, value: 2 }],
    })
    expect(await ann.ask('event.subscribe', { kind, users: ['ben'] })).not.toHaveProperty('events')
    expect(eventsOf(ann)).toEqual([])
  })

  test('[PR82] a device that was away learns what holds by asking, and hears on', async () => {
    let now = Date.now()
    const [one, other] = await start({ clock: () => now })
    const away = await as(one, 'ann')
    await away.ask('event.subscribe', { kind, users: ['ben', 'cat'] })
    await away.ask('event.subscribe', { kind: kind + 1, users: ['ben'] })
    await away.close()
    const [ben, cat] = [await as(other, 'ben'), await as(other, 'cat')]
    await ben.ask('event.publish', { kind, value: 1, for: 60 })
    await ben.ask('event.publish', { kind: kind + 1, value: 2, for: 120 })
    await cat.ask('event.publish', { kind, value: 3, for: 120 })
    now += 60_000
    const back = await as(one, 'ann')
    const until = expect.any(Number)
    expect(await back.ask('event.subscriptions')).toEqual({
      subscriptions: [
        { kind, user: 'ben', until },
        { kind, user: 'cat', until, event: expect.objectContaining({ user: 'cat', value: 3, platform: 'web' }) },
        { kind: kind + 1, user: 'ben', until, event: expect.objectContaining({ user: 'ben', value: 2 }) },
      ],
    })
    const page = await back.ask('event.subscriptions', { kind, limit: 1 })
    expect(page).toMatchObject({ subscriptions: [{ user: 'ben' }], next: { kind, user: 'ben' } })
    expect(await back.ask('event.subscriptions', { kind, after: page.next })).toMatchObject({
      subscriptions: [{ kind, user: 'cat' }],
    })
    await ben.ask('event.publish', { kind, value: 4 })
    expect(await back.next('event')).toMatchObject({ value: 4 })
  })

  test('[PR83] nothing is told after an unsubscription, or after its time; nobody listens then', async () => {
    let now = Date.now()
    const [one, other] = await start({ clock: () => now })
    const [ann, ben, cat] = [await as(one, 'ann'), await as(other, 'ben'), await as(other, 'cat')]
    const before = one.gateway.stats().subscriptions
    await ann.ask('event.subscribe', { kind, users: ['ben', 'cat'], for: 60 })
    await ann.ask('event.subscribe', { kind: kind + 1, users: ['ben'] })
    await ann.ask('presence.subscribe', { users: ['dan'] })
    await expect.poll(() => one.gateway.stats().subscriptions).toBe(before + 4)
    await ann.ask('event.unsubscribe', { kind, users: ['ben'] })
    await expect.poll(() => one.gateway.stats().subscriptions).toBe(before + 3)
    await ben.ask('event.publish', { kind, value: 1 })
    now += 60_000
    await cat.ask('event.publish', { kind, value: 2 })
    await expect.poll(() => one.gateway.stats().subscriptions).toBe(before + 2)
    await ann.ask('event.unsubscribe', { kind: kind + 1 })
    await expect.poll(() => one.gateway.stats().subscriptions).toBe(before + 1)
    await ben.ask('event.publish', { kind: kind + 1, value: 3 })
    await ann.ask('event.subscribe', { kind, users: ['ben'] })
    await ben.ask('event.publish', { kind, value: 4 })
    expect(await ann.next('event')).toMatchObject({ value: 4 })
    expect(valuesOf(ann)).toEqual([4])
  })

  test('[PR84] what is out of bounds is refused and changes nothing', async () => {
    const [one] = await start()
    const [ann, ben] = [await as(one, 'ann'), await as(one, 'ben')]
    await ann.ask('event.subscribe', { kind, users: ['ben'] })
    const event = { kind, value: 1 }
    const wrong: [string, object][] = [
      ...[99_999, 1, 0, -1, 1.5, 2 ** 53, '100000', null].map((bad): [string, object] => [
        'event.publish',
        { ...event, kind: bad },
      ]),
      ...[-1, 0.5, 2 ** 53, '1', undefined].map((bad): [string, object] => ['event.publish', { ...event, value: bad }]),
      ['event.publish', { ...event, config: 'é'.repeat(129) }],
      ['event.publish', { ...event, config: 'a\ud800' }],
      ['event.publish', { ...event, for: 59 }],
      ['event.publish', { ...event, for: 7 * 24 * 3600 + 1 }],
      ['event.publish', { ...event, scope: 'nobody' }],
      ['event.subscribe', { kind: 99_999, users: ['ben'] }],
      ['event.subscribe', { kind, users: [] }],
      ['event.subscribe', { kind, users: Array(101).fill('ben') }],
      ['event.subscribe', { kind, users: ['ben'], for: 30 * 24 * 3600 + 1 }],
      ['event.subscribe', { kind, users: ['a\0b'] }],
      ['event.unsubscribe', { users: ['ben'] }],
      ['event.subscriptions', { limit: 501 }],
      ['presence.say', { value: 9999 }],
      ['presence.say', { config: 'x'.repeat(257) }],
      ['presence.say', { value: 10_000, for: 59 }],
    ]
    for (const [operation, input] of wrong)
      await expect(ben.ask(operation, input), JSON.stringify(input)).rejects.toThrow('request.invalid')
    await ben.ask('event.publish', { kind, value: 0, config: 'é'.repeat(128), for: 60 })
    expect(await ann.next('event')).toMatchObject({ value: 0, config: 'é'.repeat(128) })
    expect(await ann.ask('event.subscriptions')).toMatchObject({ subscriptions: [{ kind, user: 'ben' }] })
    expect(await ben.ask('event.subscriptions')).toEqual({ subscriptions: [] })
  })

  test('[PR79] who watches is told what a device says of itself, with its platform', async () => {
    const [one, other] = await start()
    const [ann, phone, page] = [
      await as(one, 'ann'),
      await as(other, 'ben', { platform: 'iPhone', device: 'p' }),
      await as(one, 'ben'),
    ]
    await ann.ask('presence.subscribe', { users: ['ben'] })
    await phone.ask('presence.say', { value: 10_001, config: '4G', for: 60 })
    const until = expect.closeTo(Date.now() + 60_000, -4)
    const told = (platforms: object[]) => expect.objectContaining({ user: 'ben', status: 'online', platforms })
    const web = { platform: 'web', status: 'online' }
    const ios = { platform: 'ios', status: 'online', said: { value: 10_001, config: '4G', until } }
    expect(await ann.next('presence')).toEqual(told([ios, web]))
    await page.ask('presence.say', { config: 'wifi' })
    const until7 = expect.closeTo(Date.now() + 7 * 24 * 3600_000, -4)
    expect(await ann.next('presence')).toEqual(told([ios, { ...web, said: { config: 'wifi', until: until7 } }]))
    await page.ask('presence.say')
    expect(await ann.next('presence')).toEqual(told([ios, web]))
    await phone.close()
    expect(await ann.next('presence')).toEqual(told([{ platform: 'ios', status: 'offline' }, web]))
  })
})

describe('the client', () => {
  test('[PR85] tells each event once, and after a reconnection what was for who was away', async () => {
    const [one, other] = await start()
    const ben = await as(other, 'ben')
    const client = createClient({
      url: `ws://127.0.0.1:${one.port}/gateway`,
      credentials: openWord(rest.app, 'ann'),
      pace: { first: 100, later: 100, most: 100 },
    })
    clients.push(client)
    const heard: PublishedEvent[] = []
    client.on('event', event => void heard.push(event))
    const online = () => expect.poll(() => client.state, { timeout: 5000 }).toBe('online')
    client.start()
    await online()
    await client.events.subscribe(kind, ['ben', 'cat'])
    await client.events.subscribe(kind + 1, ['ben'])
    await ben.ask('event.publish', { kind, value: 1 })
    await ben.ask('event.publish', { kind: kind + 1, value: 2 })
    await expect.poll(() => heard.map(each => each.value)).toEqual([1, 2])
    await one.core.presence.kick(rest, 'ann', {})
    await expect.poll(() => client.state).not.toBe('online')
    await ben.ask('event.publish', { kind, value: 3 })
    await ben.ask('event.publish', { kind: kind + 1, value: 4, scope: 'online' })
    client.start()
    await online()
    await expect.poll(() => heard.map(each => each.value)).toEqual([1, 2, 3])
    await client.events.publish({ kind, value: 9, self: true })
    const mine = await client.events.subscribe(kind, ['ann', 'ben'], { now: true })
    expect(mine.events?.map(each => each.value)).toEqual([9, 3])
    await client.events.unsubscribe(kind)
    expect((await client.events.subscriptions()).subscriptions).toMatchObject([{ kind: kind + 1, user: 'ben' }])
    expect(heard).toHaveLength(3)
  })
})

test('[PR86] [netease event/subscribe/add.action] [netease event/subscribe/delete.action] [netease event/subscribe/batchdel.action] what a server API subscribes to is told to devices, and is theirs too', async () => {
  const [one, other] = await start()
  const ann = await as(one, 'ann')
  const ask = (key: string, more: object) =>
    callNetease(other, rest.app, `event/subscribe/${key}.action`, { accid: 'ANN', eventType: 1, ...more })
  const named = (...ids: string[]) => ({ publisherAccids: JSON.stringify(ids) })
  await ask('add', { ...named('ben', 'cat', 'dan'), ttl: 60 })
  const ben = await as(other, 'ben')
  expect(await ann.next('presence')).toMatchObject({ user: 'ben', status: 'online' })
  expect((await ann.ask('presence.subscriptions')).subscriptions).toMatchObject([
    { user: 'ben', until: expect.closeTo(Date.now() + 60_000, -4) },
    { user: 'cat' },
    { user: 'dan' },
  ])
  await ask('delete', named('ben'))
  await ben.close()
  await as(other, 'cat')
  expect(await ann.next('presence')).toMatchObject({ user: 'cat' })
  await ask('batchdel', {})
  expect(await ann.ask('presence.subscriptions')).toEqual({ subscriptions: [] })
  await ann.ask('presence.subscribe', { users: ['dan'] })
  const { body } = await ask('query', named('dan', 'cat'))
  expect(body).toMatchObject({ subscribes: [{ accid: 'dan', eventType: 1 }] })
})
