import { expect, test } from 'vitest'
import { inFolder } from './folder.ts'
import { killServerRounds } from './server-killing.ts'

test(
  '[FA2] a server killed under 64 writers of three vendors loses and doubles nothing that it acknowledged',
  { timeout: 60_000 },
  () =>
    inFolder(async folder => {
      const { acknowledged } = await killServerRounds(folder, 2, 1)
      expect(acknowledged).toBeGreaterThan(50)
    }),
)
