import { expect, test } from 'vitest'
import type { Core } from '../../core/core.ts'
import { demandFresh } from './repeats.ts'

test('[NE10] a request id is refused for 5 minutes, per app', () => {
  let now = 1_000_000
  const core = { clock: () => now } as unknown as Core
  demandFresh(core, 1, 'r')
  demandFresh(core, 2, 'r')
  demandFresh(core, 1, 'R')
  now += 299_999
  expect(() => demandFresh(core, 1, 'r')).toThrow('duplicate')
  now += 1
  demandFresh(core, 1, 'r')
  expect(() => demandFresh(core, 1, 'r')).toThrow('duplicate')
})

test('the oldest request id gives way when very many came', () => {
  const core = { clock: () => 1 } as unknown as Core
  for (let i = 0; i <= 200_000; i++) demandFresh(core, 1, String(i))
  demandFresh(core, 1, '0')
  expect(() => demandFresh(core, 1, '200000')).toThrow('duplicate')
})

test('[NE10] an id that was freed may come again', () => {
  const core = { clock: () => 1 } as unknown as Core
  const free = demandFresh(core, 1, 'r')
  free()
  demandFresh(core, 1, 'r')
  expect(() => demandFresh(core, 1, 'r')).toThrow('duplicate')
})
