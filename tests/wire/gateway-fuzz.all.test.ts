import { afterAll, beforeAll, expect, test } from 'vitest'
import { nativeOperations } from '../../src/dialects/native/native.ts'
import { type Assault, openAssault } from '../support/hostile/assault.ts'

let assault: Assault

beforeAll(async () => {
  assault = await openAssault()
})

afterAll(() => assault.stop())

test('[GW25] [GW108] [GW109] 10,000 hostile frames, one after another: every operation is also done', async () => {
  const { done, errors } = await assault.besiege(10_000, 1)
  expect([...nativeOperations.keys()].filter(key => !done.has(key))).toEqual([])
  expect(errors.size).toBeGreaterThan(25)
}, 300_000)

test('[GW109] [GW110] [GW111] 10,000 more at once change no row, and leave the others as they were', async () => {
  await assault.drown(10_000, 2)
  await assault.demandWitness()
  await assault.demandPeace()
}, 300_000)
