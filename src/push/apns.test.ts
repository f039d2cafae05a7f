import { afterEach, describe, expect, test } from 'vitest'
import { type Apns, startApns } from '../../tests/support/push/apns.ts'
import { movedClock, pushTo } from '../../tests/support/push/pushes.ts'
import { startRelay } from '../../tests/support/push/relay.ts'
import { type ApnsSettings, openApns } from './apns.ts'
import type { Outgoing, PushEngine } from './push.ts'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(options: Parameters<typeof startApns>[0] = {}): Promise<Apns> {
  const apple = await startApns(options)
  ends.push(() => apple.stop().catch(() => {}))
  return apple
}

function open(apple: Apns, settings: Partial<ApnsSettings> = {}, manner?: Parameters<typeof openApns>[1]): PushEngine {
  const engine = openApns({ ...apple.settings, timeout: 10_000, ...settings }, manner)
  ends.push(() => engine.close())
  return engine
}

function many(apple: Apns, count: number): Outgoing[] {
  return Array.from({ length: count }, () => pushTo(apple.device()))
}

const results = (outcomes: { result: string }[]) => [...new Set(outcomes.map(({ result }) => result))]

describe('what goes out', () => {
  test('[PU40] a push says in the headers what it is, for whom, how long and how soon', async () => {
    const clock = movedClock(1_700_000_000_500)
    const apple = await start({ clock })
    const engine = open(apple, {}, { clock })
    const token = apple.device()
    const silent = { title: undefined, text: undefined, payload: '{"read":7}' }
    await engine.send([pushTo(token, { collapse: 'c'.repeat(64), ttl: 30_000 })])
    await engine.send([pushTo(token, { collapse: 'é'.repeat(40), ttl: 0, priority: 'normal' })])
    await engine.send([pushTo(token, silent)])
    const [first, second, third] = apple.taken.map(({ headers }) => headers)
    expect(first).toMatchObject({
      ':path': `/3/device/${token}`,
      'apns-topic': 'org.example.app',
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-expiration': '1700000031',
      'apns-collapse-id': 'c'.repeat(64),
    })
    expect(second).toMatchObject({ 'apns-priority': '5', 'apns-expiration': '0' })
    expect(second?.['apns-collapse-id']).toMatch(/^[0-9a-f]{64}$/)
    expect(third).toMatchObject({ 'apns-push-type': 'background', 'apns-priority': '5' })
    expect(third).not.toHaveProperty('apns-collapse-id')
    expect(apple.taken[2]?.body).toEqual({ aps: { 'content-available': 1 }, payload: '{"read":7}' })
  })

  test('[PU41] the payload has the alert, badge, sound and picture, and wishes are laid over it', async () => {
    const apple = await start()
    const engine = open(apple)
    const image = 'https://example.org/a.png'
    const full = { title: 'T', subtitle: 'S', text: 'B', badge: 3, sound: 'ding.caf', image, payload: 'data' }
    const apns = { aps: { alert: { body: null, 'loc-key': 'NEW' }, 'thread-id': 't', sound: null }, ext: 'e' }
    await engine.send([pushTo(apple.device(), full)])
    await engine.send([pushTo(apple.device(), { ...full, options: { apns, fcm: { data: { no: '1' } } } })])
    await engine.send([pushTo(apple.device(), { title: undefined, text: undefined, badge: 0 })])
    const alert = { title: 'T', subtitle: 'S', body: 'B' }
    const aps = { alert, badge: 3, sound: 'ding.caf', 'mutable-content': 1 }
    expect(apple.taken.map(({ body }) => body)).toEqual([
      { payload: 'data', image, aps },
      {
        payload: 'data',
        image,
        aps: {
          alert: { title: 'T', subtitle: 'S', 'loc-key': 'NEW' },
          badge: 3,
          'mutable-content': 1,
          'thread-id': 't',
        },
        ext: 'e',
      },
      { aps: { badge: 0 } },
    ])
    expect(apple.taken[2]?.headers['apns-push-type']).toBe('alert')
  })

  test('[PU42] the data of the app stands under the name that its devices read', async () => {
    const apple = await start()
    const payload = '{"a":{"b":1},"aps":"mine"}'
    for (const payloadKey of ['ext', '']) await open(apple, { payloadKey }).send([pushTo(apple.device(), { payload })])
    await open(apple, { payloadKey: '' }).send([pushTo(apple.device(), { payload: 'no object' })])
    const [named, spread, plain] = apple.taken.map(({ body }) => body)
    expect(named).toMatchObject({ ext: payload })
    expect(spread).toMatchObject({ a: { b: 1 }, aps: { alert: { title: 'Ann' } } })
    expect(plain).toMatchObject({ payload: 'no object' })
  })
})

describe('provider tokens', () => {
  test('[PU43] one token is used for 40 minutes, then another', async () => {
    const clock = movedClock()
    const apple = await start({ clock })
    const engine = open(apple, {}, { clock })
    await engine.send(many(apple, 20))
    clock.now += 39 * 60_000
    await engine.send(many(apple, 20))
    expect(apple.tokens).toHaveLength(1)
    clock.now += 60_001
    expect(results(await engine.send(many(apple, 20)))).toEqual(['sent'])
    expect(apple.tokens).toHaveLength(2)
  })

  test('[PU44] a token that Apple calls expired is renewed once for all, and not again within 20 minutes', async () => {
    const clock = movedClock()
    const apple = await start({ clock })
    const engine = open(apple, {}, { clock })
    await engine.send(many(apple, 1))
    apple.expire()
    expect(results(await engine.send(many(apple, 50)))).toEqual(['sent'])
    expect(apple.tokens).toHaveLength(2)
    apple.expire()
    const refused = await engine.send(many(apple, 50))
    expect(refused[0]).toEqual({ result: 'refused', why: '403: ExpiredProviderToken' })
    expect(results(refused)).toEqual(['refused'])
    expect(apple.tokens).toHaveLength(2)
    clock.now += 20 * 60_000
    expect(results(await engine.send(many(apple, 50)))).toEqual(['sent'])
    expect(apple.tokens).toHaveLength(3)
  })

  test("[PU45] a key that is not the app's refuses pushes and forgets no device", async () => {
    const [apple, other] = [await start(), await start()]
    const strange = await open(apple, { key: other.settings.key }).send(many(apple, 3))
    expect(results(strange)).toEqual(['refused'])
    expect(strange[0]).toMatchObject({ why: '403: InvalidProviderToken' })
    const misnamed = await open(apple, { topic: 'org.example.other' }).send(many(apple, 1))
    expect(misnamed).toEqual([{ result: 'refused', why: '400: DeviceTokenNotForTopic' }])
  })
})

describe('answers', () => {
  test('[PU46] a token is gone when Apple says so, and since when', async () => {
    const apple = await start()
    const engine = open(apple)
    const device = apple.device()
    apple.treat(device, 'gone')
    expect(await engine.send([pushTo(device), pushTo('ab'.repeat(32)), pushTo('no token')])).toEqual([
      { result: 'gone', why: '410: Unregistered', since: 1_700_000_000_000 },
      { result: 'gone', why: '400: BadDeviceToken' },
      { result: 'gone', why: 'the token is not hexadecimal' },
    ])
    expect(apple.requests).toBe(2)
  })
})

describe('the connection', () => {
  test('[PU47] all pushes share one connection, never more abreast than it allows', async () => {
    const apple = await start({ streams: 7, delay: 5 })
    const engine = open(apple)
    const calls = Array.from({ length: 4 }, () => engine.send(many(apple, 50)))
    expect(results((await Promise.all(calls)).flat())).toEqual(['sent'])
    expect(apple.connections).toBe(1)
    expect(apple.most).toBe(7)
    expect(apple.taken).toHaveLength(200)
  })

  test('[PU48] a goodbye loses nothing and sends nothing twice: the rest goes over another connection', async () => {
    const apple = await start({ streams: 5, delay: 30 })
    const engine = open(apple)
    await engine.send(many(apple, 1))
    const sending = engine.send(many(apple, 150))
    for (let i = 0; i < 8; i++) {
      await new Promise(resolve => setTimeout(resolve, 40))
      apple.goodbye()
    }
    expect(results(await sending)).toEqual(['sent'])
    expect(new Set(apple.taken.map(({ id }) => id)).size).toBe(151)
    expect(apple.taken).toHaveLength(151)
    expect(apple.connections).toBeGreaterThan(4)
  })

  test.each([
    ['a goodbye', 0],
    ['an error', 2],
  ])('[PU48] what came after the last stream of %s goes out again', async (_, code) => {
    const apple = await start({ delay: 50 })
    const engine = open(apple)
    await engine.send(many(apple, 1))
    const silent = apple.device()
    apple.treat(silent, 'silent')
    const before = apple.requests
    const sending = engine.send([pushTo(silent)])
    while (apple.requests === before) await new Promise(resolve => setTimeout(resolve, 2))
    apple.treat(silent, 'take')
    // The first stream was number 1; nobody will work on what came after it.
    apple.goodbye(1, code)
    expect(results(await sending)).toEqual(['sent'])
    expect(apple.connections).toBe(2)
  })

  test('[PU49] a connection that says nothing any more is found dead and replaced', async () => {
    const apple = await start()
    const relay = await startRelay(Number(new URL(apple.url).port))
    ends.push(() => relay.stop())
    const engine = open(apple, { url: `https://127.0.0.1:${relay.port}`, timeout: 400 })
    expect(results(await engine.send(many(apple, 1)))).toEqual(['sent'])
    relay.cut()
    expect(results(await engine.send(many(apple, 1)))).toEqual(['later'])
    // The ping that follows gets a quarter of a push's time.
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(results(await engine.send(many(apple, 1)))).toEqual(['sent'])
    expect(apple.connections).toBe(2)
    expect(relay.open).toBe(1)
  })

  test('[PU49] a connection that is used is not asked', async () => {
    const apple = await start()
    const engine = open(apple, {}, { quiet: 250 })
    for (let i = 0; i < 30; i++) {
      await engine.send(many(apple, 1))
      await new Promise(resolve => setTimeout(resolve, 15))
    }
    // A machine that is busy may stand still for a while.
    expect(apple.pings).toBeLessThan(3)
  })

  test('[PU49] a connection that was long silent is asked before it is used, so that no push is lost in it', async () => {
    const apple = await start()
    const relay = await startRelay(Number(new URL(apple.url).port))
    ends.push(() => relay.stop())
    const engine = open(apple, { url: `https://127.0.0.1:${relay.port}`, timeout: 1000 }, { quiet: 50 })
    await engine.send(many(apple, 1))
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(results(await engine.send(many(apple, 1)))).toEqual(['sent'])
    expect(apple.connections).toBe(1)
    await new Promise(resolve => setTimeout(resolve, 100))
    relay.cut()
    expect(results(await engine.send(many(apple, 3)))).toEqual(['sent'])
    expect(apple.connections).toBe(2)
  })

  test('[PU49] a service that is slow but lives keeps its connection', async () => {
    const apple = await start()
    const engine = open(apple, { timeout: 200 })
    await engine.send(many(apple, 1))
    const silent = apple.device()
    apple.treat(silent, 'silent')
    expect(results(await engine.send([pushTo(silent)]))).toEqual(['later'])
    expect(results(await engine.send(many(apple, 5)))).toEqual(['sent'])
    expect(apple.connections).toBe(1)
  })
})
