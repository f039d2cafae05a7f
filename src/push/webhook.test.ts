import { afterEach, expect, test } from 'vitest'
import { pushTo } from '../../tests/support/push/pushes.ts'
import { startWebhook, type Webhook } from '../../tests/support/push/webhook.ts'
import { openWebhook, type WebhookSettings } from './webhook.ts'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(secret?: string): Promise<Webhook> {
  const backEnd = await startWebhook({ secret })
  ends.push(() => backEnd.stop())
  return backEnd
}

function open(backEnd: Webhook, settings: Partial<WebhookSettings> = {}) {
  const engine = openWebhook({ ...backEnd.settings, timeout: 10_000, ...settings })
  ends.push(() => engine.close())
  return engine
}

test('[PU20] a back end gets every field of up to 100 pushes in one request', async () => {
  const backEnd = await start()
  const options = { apns: { aps: { 'thread-id': 't' } }, tencent: { AndroidInfo: { OPPOChannelID: 'o' } } }
  const full = { subtitle: 'S', badge: 1, sound: 'ding', image: 'i', payload: 'p', collapse: 'c', options }
  const pushes = Array.from({ length: 100 }, () => pushTo(backEnd.device(), full))
  const outcomes = await open(backEnd).send(pushes)
  expect(outcomes).toHaveLength(100)
  expect(backEnd.requests).toBe(1)
  expect(backEnd.taken.map(({ body }) => body)).toEqual(pushes)
  expect(backEnd.taken[0]?.headers['content-type']).toBe('application/json; charset=utf-8')
})

test('[PU21] a back end knows by the signature who brings them', async () => {
  const backEnd = await start()
  const wrong = open(backEnd, { secret: `whsec_${Buffer.alloc(24).toString('base64')}` })
  expect(await wrong.send([pushTo('d')])).toEqual([{ result: 'refused', why: '401: who are you?' }])
  expect(await open(backEnd).send([pushTo('d')])).toMatchObject([{ result: 'sent' }])
  expect(backEnd.taken).toHaveLength(1)
  expect(await open(await start('any text: ä')).send([pushTo('d')])).toMatchObject([{ result: 'sent' }])
})

test('[PU22] a 2xx takes all pushes that it does not name', async () => {
  const backEnd = await start()
  const engine = open(backEnd)
  const pushes = [pushTo('a'), pushTo('b'), pushTo('c')]
  const [a, b] = pushes.map(({ id }) => id)
  for (const body of ['', 'OK', '[]', '{"results":[{"id":1}]}', '{"results":[{"id":"nobody","result":"gone"}]}']) {
    backEnd.reply = { status: 204 + (body ? -4 : 0), body }
    expect(await engine.send(pushes)).toEqual([{ result: 'sent' }, { result: 'sent' }, { result: 'sent' }])
  }
  const results = [
    { id: b, result: 'gone', since: 5, more: 'unknown' },
    { id: a, result: 'refused' },
  ]
  backEnd.reply = { status: 202, body: JSON.stringify({ results }) }
  expect(await engine.send(pushes)).toEqual([
    { result: 'refused', why: 'the back end says so' },
    { result: 'gone', since: 5, why: 'the back end says so' },
    { result: 'sent' },
  ])
})

test('[PU23] other answers hold for all pushes of a request: failures later, refusals for ever', async () => {
  const backEnd = await start()
  const engine = open(backEnd)
  const answer = async (status: number, headers?: Record<string, string>) => {
    backEnd.reply = { status, headers, body: 'x' }
    const [first, second] = await engine.send([pushTo('a'), pushTo('b')])
    expect(second).toEqual(first)
    return first
  }
  for (const status of [500, 503, 408, 425, 429]) expect(await answer(status)).toMatchObject({ result: 'later' })
  expect(await answer(503, { 'retry-after': '120' })).toMatchObject({ result: 'later', after: 120_000 })
  expect(await answer(503, { 'retry-after': '999999' })).toMatchObject({ result: 'later', after: 3_600_000 })
  for (const status of [400, 401, 403, 404, 410, 413]) expect(await answer(status)).toMatchObject({ result: 'refused' })
  expect(await answer(302, { location: backEnd.url })).toMatchObject({ result: 'refused' })
  expect(backEnd.requests).toBe(14)
})

test('[PU24] an answer without end is not read to its end', async () => {
  const backEnd = await start()
  backEnd.reply = { status: 200, body: 'x'.repeat(100_000) }
  const outcomes = await open(backEnd).send([pushTo('a')])
  expect(outcomes).toMatchObject([{ result: 'later', why: expect.stringContaining('larger than') }])
})
