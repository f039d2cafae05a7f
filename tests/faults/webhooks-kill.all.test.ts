import { expect, test } from 'vitest'
import { inFolder } from './folder.ts'
import { killWebhookRounds } from './webhooks-killing.ts'

test(
  '[WH34] ten kills between commits and deliveries lose no event and turn no order around',
  { timeout: 180_000 },
  () =>
    inFolder(async folder => {
      const tally = await killWebhookRounds(folder, 10)
      console.log('killed ten times:', tally)
      expect(tally.acknowledged).toBeGreaterThan(300)
      // A run without these shows nothing.
      expect(tally.between).toBeGreaterThan(3)
      expect(tally.repeated).toBeGreaterThan(0)
    }),
)
