import { test } from 'vitest'
import { deleteLarge, dismissLarge, expectSmooth } from '../../../tests/support/large.ts'

test('[JO5] dismissing a group of 2,000 answers at once, and others go on sending', async () => {
  expectSmooth(await dismissLarge(2000))
}, 60_000)

test('[JO5] deleting a member of 200 groups answers at once, and others go on sending', async () => {
  expectSmooth(await deleteLarge(200))
}, 60_000)
