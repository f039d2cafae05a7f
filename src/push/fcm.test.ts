import { afterEach, expect, test } from 'vitest'
import { type Fcm, startFcm } from '../../tests/support/push/fcm.ts'
import { movedClock, pushTo } from '../../tests/support/push/pushes.ts'
import { type FcmSettings, openFcm } from './fcm.ts'
import { openAccessTokens } from './google-token.ts'
import { openPoster } from './post.ts'
import type { Outgoing, PushEngine } from './push.ts'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(options?: Parameters<typeof startFcm>[0]): Promise<Fcm> {
  const google = await startFcm(options)
  ends.push(() => google.stop().catch(() => {}))
  return google
}

function open(google: Fcm, settings: Partial<FcmSettings> = {}, clock?: () => number): PushEngine {
  const engine = openFcm({ ...google.settings, timeout: 10_000, ...settings }, { clock })
  ends.push(() => engine.close())
  return engine
}

function many(google: Fcm, count: number): Outgoing[] {
  return Array.from({ length: count }, () => pushTo(google.device()))
}

const results = (outcomes: { result: string }[]) => [...new Set(outcomes.map(({ result }) => result))]

test('[PU50] a message has a notification, the data of the app, and what each platform needs', async () => {
  const google = await start()
  const engine = open(google)
  const token = google.device()
  const full = { title: 'T', subtitle: 'S', text: 'B', badge: 3, sound: 'ding', image: 'https://example.org/a.png' }
  const [outcome] = await engine.send([
    pushTo(token, { ...full, payload: 'data', collapse: 'conv-1', ttl: 3_599_500, priority: 'normal' }),
  ])
  expect(outcome).toEqual({ result: 'sent', id: 'projects/example-app/messages/0:1' })
  expect(google.taken[0]?.body).toEqual({
    token,
    notification: { title: 'T', body: 'B', image: full.image },
    data: { payload: 'data' },
    android: {
      collapse_key: 'conv-1',
      priority: 'NORMAL',
      ttl: '3600s',
      notification: { sound: 'ding', notification_count: 3 },
    },
    apns: {
      headers: { 'apns-priority': '5' },
      payload: { aps: { badge: 3, sound: 'ding', alert: { title: 'T', subtitle: 'S', body: 'B' } } },
    },
    webpush: { headers: { TTL: '3600', Urgency: 'normal' } },
  })
})

test('[PU50] a push that shows nothing wakes the app with its data', async () => {
  const google = await start()
  const silent = { title: undefined, text: undefined, payload: 'x', ttl: 10 ** 12 }
  await open(google).send([pushTo(google.device(), silent)])
  expect(google.taken[0]?.body).toMatchObject({
    data: { payload: 'x' },
    android: { priority: 'HIGH', ttl: '2419200s' },
    apns: { headers: { 'apns-priority': '5' }, payload: { aps: { 'content-available': 1 } } },
  })
  expect(google.taken[0]?.body).not.toHaveProperty('notification')
})

test('[PU51] data are texts by name; names that the service keeps for itself are left out', async () => {
  const google = await start()
  const payload = '{"a":"1","b":{"c":2},"n":3,"from":"me","google.x":1,"gcm":1,"message_type":"m","fromage":"y"}'
  await open(google, { payloadKey: '' }).send([pushTo(google.device(), { payload })])
  expect(google.taken[0]?.body.data).toEqual({ a: '1', b: '{"c":2}', n: '3', fromage: 'y' })
})

test('[PU52] wishes are laid over the message, but not over its token', async () => {
  const google = await start()
  const [token, other] = [google.device(), google.device()]
  const fcm = { token: other, android: { notification: { channel_id: 'chats', sound: null } }, data: { ext: 'e' } }
  await open(google).send([pushTo(token, { sound: 'ding', payload: 'p', options: { fcm, apns: { no: 1 } } })])
  expect(google.taken[0]?.body).toMatchObject({
    token,
    android: { notification: { channel_id: 'chats' }, priority: 'HIGH' },
    data: { ext: 'e', payload: 'p' },
  })
  expect(google.taken[0]?.body).not.toHaveProperty('android.notification.sound')
  expect(google.taken[0]?.body).not.toHaveProperty('no')
})

test('[PU53] one access token is used by all until a minute before its end', async () => {
  const clock = movedClock()
  const google = await start({ clock, life: 3600, delay: 5 })
  const engine = open(google, {}, clock)
  await Promise.all([engine.send(many(google, 30)), engine.send(many(google, 30))])
  clock.now += 3_539_000
  await engine.send(many(google, 5))
  expect(google.asked).toBe(1)
  clock.now += 2_000
  expect(results(await engine.send(many(google, 5)))).toEqual(['sent'])
  expect(google.asked).toBe(2)
  expect(google.taken).toHaveLength(70)
})

test('[PU54] an access token that is not accepted is replaced, once for each push', async () => {
  const google = await start()
  const engine = open(google)
  await engine.send(many(google, 1))
  google.revoke()
  expect(results(await engine.send(many(google, 20)))).toEqual(['sent'])
  expect(google.taken).toHaveLength(21)
  const details = [
    { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'THIRD_PARTY_AUTH_ERROR' },
  ]
  const asked = google.asked
  google.reply = { status: 401, body: { error: { code: 401, message: 'APNs', status: 'UNAUTHENTICATED', details } } }
  expect(await engine.send(many(google, 1))).toEqual([{ result: 'refused', why: '401: THIRD_PARTY_AUTH_ERROR APNs' }])
  expect(google.asked).toBe(asked)
  const before = google.requests
  google.reply = { status: 401, body: { error: { code: 401, message: 'no', status: 'UNAUTHENTICATED' } } }
  expect(await engine.send(many(google, 1))).toEqual([{ result: 'refused', why: '401: UNAUTHENTICATED no' }])
  expect(google.requests - before).toBe(2)
})

test('[PU54] a 401 for the last access token does not take the next one away', async () => {
  const google = await start()
  const poster = openPoster({ ca: google.ca })
  ends.push(() => poster.close())
  const tokens = openAccessTokens(google.settings.account, { poster, timeout: 10_000, clock: Date.now })
  const first = await tokens.current()
  tokens.forget(first)
  const second = await tokens.current()
  tokens.forget(first)
  expect(await tokens.current()).toBe(second)
  expect(google.granted).toEqual([first, second])
})

test('[PU55] a service account that Google does not accept refuses pushes, and is not shown for every one of them', async () => {
  const clock = movedClock()
  const google = await start({ clock })
  const engine = open(google, {}, clock)
  google.tokens = 'refuse'
  const refused = await engine.send(many(google, 300))
  expect(results(refused)).toEqual(['refused'])
  expect(refused[0]).toMatchObject({ why: expect.stringContaining('invalid_grant') })
  expect([google.asked, google.requests]).toEqual([1, 0])
  google.tokens = 'grant'
  clock.now += 10_001
  expect(results(await engine.send(many(google, 3)))).toEqual(['sent'])
})

test('[PU55] where access tokens fail or never come, pushes are later, and go when they come again', async () => {
  const google = await start()
  const engine = open(google, { timeout: 300 })
  google.tokens = 'broken'
  expect(await engine.send(many(google, 2))).toMatchObject([
    { result: 'later', why: expect.stringContaining('503') },
    {},
  ])
  google.tokens = 'silent'
  expect(results(await engine.send(many(google, 2)))).toEqual(['later'])
  google.tokens = 'grant'
  await expect.poll(async () => results(await engine.send(many(google, 2))), { timeout: 10_000 }).toEqual(['sent'])
})

test('[PU56] a token is gone when Google says so of the token, and of nothing else', async () => {
  const google = await start()
  const engine = open(google)
  const answer = async (status: number, body: unknown, headers?: Record<string, string>) => {
    google.reply = { status, body, headers }
    return (await engine.send(many(google, 1)))[0]
  }
  const invalid = (message: string, field?: string) => {
    const details = field
      ? [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field }] }]
      : []
    return { error: { code: 400, message, status: 'INVALID_ARGUMENT', details } }
  }
  expect(await answer(400, invalid('wrong', 'message.token'))).toMatchObject({ result: 'gone' })
  const words = 'The registration token is not a valid FCM registration token'
  expect(await answer(400, invalid(words))).toMatchObject({ result: 'gone' })
  expect(await answer(400, invalid('wrong', 'message.data[0].value'))).toMatchObject({ result: 'refused' })
  expect(await answer(404, { error: { code: 404, status: 'NOT_FOUND' } })).toMatchObject({ result: 'gone' })
  // A wrong address, or a proxy, says nothing of any device.
  expect(await answer(404, '<!DOCTYPE html>Not Found')).toMatchObject({ result: 'refused' })
  expect(await answer(410, 'gone')).toMatchObject({ result: 'refused' })
})

test('[PU57] quotas rest a minute, failures less, and both as long as Google says', async () => {
  const google = await start()
  const engine = open(google)
  const answer = async (status: number, headers?: Record<string, string>) => {
    google.reply = { status, body: 'x', headers }
    return (await engine.send(many(google, 1)))[0]
  }
  expect(await answer(429)).toMatchObject({ result: 'later', after: 60_000 })
  expect(await answer(503)).toMatchObject({ result: 'later', after: 10_000 })
  expect(await answer(500, { 'retry-after': '33' })).toMatchObject({ result: 'later', after: 33_000 })
  const date = new Date(Date.now() + 90_000).toUTCString()
  expect(await answer(503, { 'retry-after': date })).toMatchObject({ result: 'later' })
  const outcome = await answer(429, { 'retry-after': date })
  expect(outcome?.result === 'later' && Math.round(outcome.after / 10_000)).toBe(9)
})
