import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { flood, type Hostile, large, openHostile, says, silent, type Trick } from '../../tests/webhooks/hostile.ts'
import { openPoster, type Wanted } from './post.ts'
import { openPosterThread } from './poster.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function hostile(trick: Trick): Promise<Hostile> {
  const server = await openHostile(trick)
  stops.push(server.stop)
  return server
}

function wanted(url: string, more: Partial<Wanted> = {}): Wanted {
  return { url, headers: {}, body: '{}', timeout: 2000, ...more }
}

describe.each([
  ['here', openPoster],
  ['in a thread', openPosterThread],
])('[WH10] a request that is sent %s', (_, open) => {
  function poster() {
    const made = open([])
    stops.push(made.close)
    return made
  }

  test('has one answer, whatever its status, with its text', async () => {
    const other = await hostile((response, request) => {
      says(418, { path: request.url, method: request.method, type: request.headers['content-type'] })(response, request)
    })
    const headers = { 'content-type': 'application/json', 'x-a': 'b' }
    expect(await poster().post(wanted(`${other.url}/a/b?c=d%20e`, { headers, body: 'ä€𝄞' }))).toEqual({
      answer: { status: 418, text: '{"path":"/a/b?c=d%20e","method":"POST","type":"application/json"}' },
    })
    expect(other.bodies).toEqual(['ä€𝄞'])
  })

  test('has an answer of 256 KiB at most', async () => {
    const around = 256 * 1024 - 56
    for (const [bytes, outcome] of [
      [around - 100, { answer: { status: 200 } }],
      [around + 100, { failure: 'unusable', text: 'the answer is larger than 262144 bytes' }],
    ] as const) {
      const other = await hostile(large(bytes))
      expect(await poster().post(wanted(other.url))).toMatchObject(outcome)
    }
    const endless = await hostile(flood)
    expect(await poster().post(wanted(endless.url, { timeout: 10_000 }))).toMatchObject({ failure: 'unusable' })
    await expect.poll(endless.connections).toBe(0)
  })

  test('is over in its time, and its connection with it', async () => {
    const other = await hostile(silent)
    const began = performance.now()
    expect(await poster().post(wanted(other.url, { timeout: 100 }))).toEqual({
      failure: 'late',
      text: 'no answer within 100 ms',
    })
    expect(performance.now() - began).toBeLessThan(10_000)
    await expect.poll(other.connections).toBe(0)
  })

  test('that cannot be sent says why, and so do those that come after the end', async () => {
    const made = poster()
    for (const [url, more, text] of [
      ['http://127.0.0.1:1/', {}, /ECONNREFUSED/],
      ['http://nobody.invalid/', {}, /ENOTFOUND|EAI_AGAIN/],
      ['nothing', {}, /ERR_INVALID_URL/],
      ['http://127.0.0.1:1/', { headers: { 'x-a': 'b\nc' } }, /invalid/i],
      ['http://127.0.0.1:1/', { headers: { 'not a name': 'b' } }, /invalid/i],
    ] as const)
      expect(await made.post(wanted(url, more)), url).toEqual({ failure: 'down', text: expect.stringMatching(text) })
    await made.close()
    expect(await made.post(wanted('http://127.0.0.1:1/'))).toMatchObject({ failure: 'down' })
  })

  test('is one of many at a time over connections that are kept', async () => {
    const connections: number[] = []
    const other = await hostile((response, request) => {
      connections.push(other.connections())
      says(200, {})(response, request)
    })
    const made = poster()
    for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 20 }, () => made.post(wanted(other.url))))
    expect(other.bodies).toHaveLength(100)
    // A connection is free a moment after its answer is there.
    expect(Math.max(...connections)).toBeLessThanOrEqual(40)
  })
})

describe('[WH20] the thread that sends', () => {
  test('is followed by another when it dies; what it had failed', async () => {
    let worker: Worker | undefined
    process.once('worker', started => {
      worker = started
    })
    const made = openPosterThread([])
    stops.push(made.close)
    const other = await hostile(silent)
    const lost = Promise.all([1, 2, 3].map(() => made.post(wanted(other.url, { timeout: 60_000 }))))
    await expect.poll(() => other.bodies.length, { timeout: 5000 }).toBe(3)
    await worker?.terminate()
    expect(await lost).toEqual(Array(3).fill({ failure: 'down', text: 'the sending thread ended' }))
    const good = await hostile(says(200, {}))
    expect(await made.post(wanted(good.url))).toMatchObject({ answer: { status: 200 } })
  })

  test('leaves nobody waiting at its end', async () => {
    const made = openPosterThread([])
    const other = await hostile(silent)
    const waiting = [made.post(wanted(other.url, { timeout: 60_000 })), made.post(wanted(other.url))]
    await made.close()
    expect(await Promise.all(waiting)).toMatchObject([{ failure: 'down' }, { failure: 'down' }])
  })
})
