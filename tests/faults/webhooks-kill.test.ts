import { expect, test } from 'vitest'
import { inFolder } from './folder.ts'
import { killWebhookRounds } from './webhooks-killing.ts'

test(
  '[WH34] a server killed between commit and delivery tells its back end of every message that it acknowledged, in order',
  { timeout: 60_000 },
  () =>
    inFolder(async folder => {
      const { acknowledged } = await killWebhookRounds(folder, 1)
      expect(acknowledged).toBeGreaterThan(40)
    }),
)
