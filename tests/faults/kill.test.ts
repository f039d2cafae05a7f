import { test } from 'vitest'
import { inFolder } from './folder.ts'
import { killRounds } from './killing.ts'

test(
  '[ST42] SIGKILL at random moments loses no acknowledged write and leaves nothing half there',
  { timeout: 30_000 },
  () => inFolder(folder => killRounds(folder, 3, 1)),
)
