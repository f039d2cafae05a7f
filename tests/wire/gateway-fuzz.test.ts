import { afterAll, beforeAll, expect, test } from 'vitest'
import { siege } from '../support/hostile/siege.ts'
import { openWorld, type World } from '../support/hostile/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.stop())

test('[GW108] x', async () => {
  const t = await siege(world, 2000, 1)
  console.log(t)
}, 120_000)
