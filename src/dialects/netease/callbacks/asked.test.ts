import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askedSamples } from '../../../../tests/support/netease-asked.ts'
import { openWorld, type World } from '../../../../tests/support/netease-callbacks.ts'
import type { Call } from '../../../core/call.ts'
import { parseJson, writeJson } from '../../../lib/json.ts'
import type { Asked } from '../../callbacks.ts'
import { callbacks } from './callbacks.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.node.stop())

const asking = (point: string, call: Call, draft: unknown) =>
  callbacks.asked.filter(each => each.point === point && each.fires(call, draft as never))

describe('third-party callbacks', () => {
  test.each(askedSamples.map(each => [`${each.id}: ${each.name}`, each] as const))('%s', async (_, sample) => {
    const draft = sample.draft(world)
    const fired = asking(sample.point, world.client, draft)
    expect(fired.map(each => each.id)).toEqual([sample.id])
    const body = await (fired[0] as Asked).body(world.node.core, world.client, draft as never, sample.id)
    expect(parseJson(writeJson(body))).toEqual(sample.body(world))
  })

  test('[NE107] nothing that the server API does asks one', () => {
    for (const { point, draft } of askedSamples) expect(asking(point, world.rest, draft(world))).toEqual([])
    expect(askedSamples.length).toBeGreaterThan(37)
  })

  test('who joins by their own wish is not invited by anybody', () => {
    const draft = { group: world.team, by: 'dan', users: ['dan'] }
    expect(asking('group.invite', world.client, draft)).toEqual([])
  })

  test('messages of a chatroom are taken back without a callback', () => {
    const draft = { conversation: world.room, message: world.message([]), by: 'ann' }
    expect(asking('message.recall', world.client, draft)).toEqual([])
  })
})
