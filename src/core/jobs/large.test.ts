import { expect, test } from 'vitest'
import { deleteLarge, dismissLarge } from '../../../tests/support/large.ts'

test('[JO5] dismissing a group of 2,000 answers at once, and others go on sending', async () => {
  const { call, sends } = await dismissLarge(2000)
  expect(call).toBeLessThan(100)
  expect(sends.p99).toBeLessThan(50)
}, 60_000)

test('[JO5] deleting a member of 200 groups answers at once, and others go on sending', async () => {
  const { call, sends } = await deleteLarge(200)
  expect(call).toBeLessThan(100)
  expect(sends.p99).toBeLessThan(50)
}, 60_000)
