import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLocalBus } from '../../src/bus/local.ts'
import type { BroadcastDraft } from '../../src/core/broadcasts/broadcasts.ts'
import type { Call } from '../../src/core/call.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import { type Received, signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let nodes: [TestServer, TestServer]
let rest: Call
let now = Date.now()
const store = openMemory({ clock: () => now })
const bus = openLocalBus()

beforeAll(async () => {
  const accounts = [testAccount(2100000001, 2)]
  const options = { signIns: [trusting], store, bus, accounts, clock: () => now }
  nodes = [await startServer({ ...options, node: 'one' }), await startServer({ ...options, node: 'two' })]
  rest = { app: nodes[0].apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
})

afterAll(async () => {
  for (const node of nodes) await node.stop()
  await bus.close()
  await store.close()
})

async function as(user: string, node: 0 | 1 = 0, platform = 'Android', tags?: string[]) {
  await nodes[0].core.users.save(rest, [{ id: user, profile: { tags } }], { existing: 'update' })
  return signIn(nodes[node], { ...openWord(rest.app, user), platform })
}

const say = (words: string, more: Partial<BroadcastDraft> = {}) =>
  nodes[0].core.broadcasts.send(rest, { from: 'ann', parts: [{ type: 'text', text: words }], keep: 60_000, ...more })

interface Said {
  reset: boolean
  broadcasts: { number: number; parts: { text: string }[] }[]
  number: number
  more: boolean
}

async function since(device: TestSocket, after: number, query: object = {}) {
  const reply = await device.ask('sync', { positions: [], only: true, broadcasts: after, ...query })
  const { broadcasts, ...rest } = reply.broadcasts as Said
  return { words: broadcasts.map(each => each.parts[0]?.text), broadcasts, ...rest }
}

const heard = (device: TestSocket) => device.next('broadcast')
const welcomeOf = (device: TestSocket) => device.frames[0] as Received & { broadcasts: number }

describe('what is said to all users', () => {
  test('[BR1] [BR3] comes to all on both nodes, and to who was away', async () => {
    const [ann, ben, away] = [await as('ann', 0), await as('ben', 1), await as('cat', 1)]
    await away.close()
    const said = await say('hi')
    const frame = {
      ...{ type: 'broadcast', number: said.number, time: now, from: 'ann', expires: now + 60_000 },
      parts: [{ type: 'text', text: 'hi' }],
    }
    expect([await heard(ann), await heard(ben)]).toEqual([frame, frame])
    const back = await as('cat', 0)
    expect(welcomeOf(back).broadcasts).toBe(said.number)
    const { type: _, ...shown } = frame
    expect(await since(back, said.number - 1)).toMatchObject({ broadcasts: [shown], number: said.number, reset: false })
    expect(await since(back, said.number)).toMatchObject({ words: [], number: said.number, more: false })
    await say('now', { keep: 0 })
    const passing = await heard(back)
    expect([passing.parts, 'expires' in passing]).toEqual([[{ type: 'text', text: 'now' }], false])
    expect((await since(back, 0)).words).toEqual(['hi'])
    expect(await since(back, said.number, { epoch: 'other' })).toMatchObject({ reset: true, words: ['hi'] })
    now += 60_000
    expect(await since(back, 0)).toMatchObject({ words: [], number: said.number + 1 })
    await Promise.all([ann.close(), ben.close(), back.close()])
  })

  test('[BR2] [BR4] whom it is not for gets its number only, now and later', async () => {
    const [dan, eve] = [await as('dan', 0, 'iOS', ['gold']), await as('eve', 1, 'Web', ['gold', 'old'])]
    const start = welcomeOf(eve).broadcasts
    await say('gold', { condition: { anyTag: ['gold'] } })
    await say('old', { condition: { allTags: ['gold', 'old'] } })
    await say('ios', { condition: { platforms: ['ios', 'ipad'] } })
    await say('all')
    const told = async (device: TestSocket) => {
      const frames = [await heard(device), await heard(device), await heard(device), await heard(device)]
      return frames.map(frame => (frame.blank ? frame.number : (frame.parts as { text: string }[])[0]?.text))
    }
    expect(await told(dan)).toEqual(['gold', start + 2, 'ios', 'all'])
    expect(await told(eve)).toEqual(['gold', 'old', start + 3, 'all'])
    expect((await since(dan, start)).words).toEqual(['gold', 'ios', 'all'])
    expect((await since(eve, start)).words).toEqual(['gold', 'old', 'all'])
    const phone = await as('eve', 0, 'iPhone', ['gold'])
    expect((await since(phone, start)).words).toEqual(['gold', 'ios', 'all'])
    now += 1
    const fresh = await as('fay', 0, 'iOS', ['gold'])
    expect((await since(fresh, start)).words).toEqual([])
    await Promise.all([dan, eve, phone, fresh].map(device => device.close()))
  })

  test('[BR1] another app hears nothing, and nobody listens once the last device is gone', async () => {
    const other = nodes[0].apps[1] as Call['app']
    await nodes[0].core.users.save({ ...rest, app: other }, [{ id: 'gus' }], { existing: 'update' })
    const gus = await signIn(nodes[0], openWord(other, 'gus'))
    const hal = await as('hal', 0)
    await say('hi')
    await heard(hal)
    expect(gus.frames.map(frame => frame.type)).toEqual(['welcome'])
    expect(await since(gus, 0)).toMatchObject({ words: [], number: 0 })
    await Promise.all([gus.close(), hal.close()])
    for (const node of nodes) await expect.poll(() => node.gateway.stats().subscriptions).toBe(0)
  })

  test('[BR3] many come page by page', async () => {
    const ivy = await as('ivy', 0)
    now += 1
    const start = welcomeOf(ivy).broadcasts
    for (let i = 0; i < 105; i++) await say(`${i}`)
    const first = await since(ivy, start)
    expect([first.words.length, first.number, first.more]).toEqual([100, start + 100, true])
    expect((await since(ivy, first.number)).words).toEqual(['100', '101', '102', '103', '104'])
    await ivy.close()
  })
})
