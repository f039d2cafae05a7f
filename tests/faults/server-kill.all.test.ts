import { expect, test } from 'vitest'
import { inFolder } from './folder.ts'
import { killServerRounds } from './server-killing.ts'

test(
  '[FA2] twenty kills under 64 writers of three vendors lose and double nothing, and jobs go on',
  {
    timeout: 300_000,
  },
  () =>
    inFolder(async folder => {
      const tally = await killServerRounds(folder, 20, 20)
      console.log('killed twenty times:', tally)
      expect(tally.acknowledged).toBeGreaterThan(1000)
      // Each of these is a way in which something could be lost or doubled: a run without it shows nothing.
      expect(tally.repeated).toBeGreaterThan(0)
      expect(tally.groups).toBeGreaterThan(20)
      expect(tally.deleted).toBeGreaterThan(0)
      expect(tally.jobs).toBeGreaterThan(0)
    }),
)
