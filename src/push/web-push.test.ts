import { lookup } from 'node:dns'
import { afterEach, expect, test } from 'vitest'
import { movedClock, pushTo } from '../../tests/support/push/pushes.ts'
import { newPair, startWebPush, type WebPush } from '../../tests/support/push/web-push.ts'
import type { Reach } from './push.ts'
import { openWebPush, type WebPushSettings } from './web-push.ts'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(vapid = newPair()): Promise<WebPush> {
  const service = await startWebPush({ vapid })
  ends.push(() => service.stop())
  return service
}

function open(service: WebPush, settings: Partial<WebPushSettings> = {}, manner?: Parameters<typeof openWebPush>[1]) {
  const engine = openWebPush({ ...service.settings, timeout: 10_000, ...settings }, manner)
  ends.push(() => engine.close())
  return engine
}

test('[PU30] a browser decrypts what is shown, with the wishes laid over it', async () => {
  const service = await start()
  const shown = { title: 'T', subtitle: 'S', text: 'B', badge: 0, sound: 'ding', image: 'https://example.org/a.png' }
  const options = { web: { badge: '/badge.png', sound: null, actions: [{ action: 'reply' }] }, apns: { no: 1 } }
  const push = pushTo(service.device(), { ...shown, payload: 'data', collapse: 'conv-1', options })
  await open(service).send([push])
  expect(service.taken[0]?.body).toEqual({
    id: push.id,
    title: 'T',
    subtitle: 'S',
    body: 'B',
    image: shown.image,
    count: 0,
    payload: 'data',
    tag: 'conv-1',
    badge: '/badge.png',
    actions: [{ action: 'reply' }],
  })
})

test('[PU31] the service learns how long, how soon and what is replaced', async () => {
  const service = await start()
  const engine = open(service)
  const token = service.device()
  await engine.send([pushTo(token, { ttl: 1500, collapse: 'c_1-x', priority: 'normal' })])
  await engine.send([pushTo(token, { ttl: 10 ** 12, collapse: 'si_a_ä:b'.repeat(9) })])
  await engine.send([pushTo(token, { ttl: 0 })])
  const [first, second, third] = service.taken.map(({ headers }) => headers)
  expect(first).toMatchObject({ ttl: '2', urgency: 'normal', topic: 'c_1-x' })
  expect(second).toMatchObject({ ttl: '2419200', urgency: 'high', topic: expect.stringMatching(/^[\w-]{32}$/) })
  expect(third).toMatchObject({ ttl: '0' })
  expect(third).not.toHaveProperty('topic')
})

test('[PU32] a service sees one signature for eleven hours, and another service another', async () => {
  const vapid = newPair()
  const [service, other] = [await start(vapid), await start(vapid)]
  const clock = movedClock()
  const engine = open(service, {}, { clock })
  const hours = async (count: number) => {
    clock.now += count * 3_600_000
    return engine.send([pushTo(service.device()), pushTo(service.device()), pushTo(other.device())])
  }
  const seen = () => [service.authorizations.length, other.authorizations.length]
  for (const count of [0, 5, 5.9, 0.2]) {
    expect((await hours(count)).map(({ result }) => result)).toEqual(['sent', 'sent', 'sent'])
    expect(seen()).toEqual(count === 0.2 ? [2, 2] : [1, 1])
  }
})

test('[PU33] a subscription that nobody can push to is gone', async () => {
  const service = await start()
  const engine = open(service)
  const { endpoint, keys } = JSON.parse(service.device())
  const offCurve = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]).toString('base64url')
  const strange = [
    { endpoint: `${endpoint}x`, keys },
    { endpoint: endpoint.replace('https:', 'http:'), keys },
    { endpoint, keys: { ...keys, p256dh: offCurve } },
    { endpoint, keys: { ...keys, p256dh: 'AAAA' } },
    { endpoint, keys: { ...keys, auth: 'AAAA' } },
    { endpoint },
    [],
  ]
  const outcomes = await engine.send(strange.map(each => pushTo(JSON.stringify(each))))
  expect(outcomes.map(({ result }) => result)).toEqual(strange.map(() => 'gone'))
  expect(service.requests).toBe(1)
})

test('[PU34] a subscription made for another VAPID key is refused and stays', async () => {
  const service = await start()
  const pair = newPair()
  const keys = {
    publicKey: pair.getPublicKey().toString('base64url'),
    privateKey: pair.getPrivateKey().toString('base64url'),
  }
  expect(await open(service, keys).send([pushTo(service.device())])).toEqual([{ result: 'refused', why: '403' }])
})

test('[PU35] a device cannot name an address that must not be reached', async () => {
  const service = await start()
  const reach: Reach = {
    lookup,
    demandAllowed(hostname) {
      if (hostname === '127.0.0.1') throw new Error('127.0.0.1 must not be reached')
    },
  }
  expect(await open(service, {}, { reach }).send([pushTo(service.device())])).toEqual([
    { result: 'refused', why: '127.0.0.1 must not be reached' },
  ])
  const names: Reach = {
    demandAllowed() {},
    lookup: ((_name: string, _options: object, done: (error: Error) => void) =>
      done(new Error('it leads to where nobody may go'))) as never,
  }
  const named = JSON.parse(service.device())
  named.endpoint = named.endpoint.replace('127.0.0.1', 'localhost')
  expect(await open(service, {}, { reach: names }).send([pushTo(JSON.stringify(named))])).toMatchObject([
    { result: 'later', why: 'it leads to where nobody may go' },
  ])
  expect(service.requests).toBe(0)
})
