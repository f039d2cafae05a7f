import { test } from 'vitest'
import { inFolder } from './folder.ts'
import { killRounds } from './killing.ts'

test(
  '[ST42] twenty rounds of SIGKILL lose no acknowledged write and leave nothing half there',
  { timeout: 300_000 },
  () => inFolder(folder => killRounds(folder, 20, 20)),
)
