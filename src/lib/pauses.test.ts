import { expect, test } from 'vitest'
import { openPauses } from './pauses.ts'

test('a pause takes its time, until all are ended', async () => {
  const pauses = openPauses()
  const began = performance.now()
  await pauses.pause(30)
  expect(performance.now() - began).toBeGreaterThanOrEqual(25)
  const long = pauses.pause(60_000)
  pauses.end()
  await long
  await pauses.pause(60_000)
})
