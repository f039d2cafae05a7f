import { expect, test } from 'vitest'
import { startApns } from '../../tests/support/push/apns.ts'
import { openStreams } from './streams.ts'

test('[PU47] a request that gives up when its turn comes leaves the place to the next', async () => {
  // Without a provider token the service answers 403 and never allows more than one request at a time.
  const apple = await startApns({ delay: 30 })
  const streams = openStreams({ url: new URL(apple.url), ca: apple.ca, timeout: 10_000 })
  const patient = new AbortController()
  const fickle = new AbortController()
  const post = (signal: AbortSignal) => streams.post('/3/device/ab', {}, '{}', signal)

  const first = post(patient.signal)
  const second = post(fickle.signal)
  const third = post(AbortSignal.timeout(2_000))
  // The end of the first wakes the second, which gives up in the same moment.
  void first.then(() => fickle.abort(new Error('never mind')))

  expect((await first).status).toBe(403)
  await expect(second).rejects.toThrow('never mind')
  expect((await third).status).toBe(403)
  expect([apple.requests, apple.connections, apple.most]).toEqual([2, 1, 1])
  await streams.close()
  await apple.stop()
})
