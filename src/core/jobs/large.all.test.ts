import { test } from 'vitest'
import { deleteLarge, dismissLarge, expectSmooth } from '../../../tests/support/large.ts'

test('[JO5] dismissing a group of 100,000 answers at once, and others go on sending', async () => {
  const measured = await dismissLarge(100_000)
  console.log('dismissal of 100,000', measured)
  expectSmooth(measured)
}, 600_000)

test('[JO5] deleting a member of 1,000 groups answers at once, and others go on sending', async () => {
  const measured = await deleteLarge(1000)
  console.log('deletion of a member of 1,000 groups', measured)
  expectSmooth(measured)
}, 600_000)
