import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openReceiver, type Receiver } from '../../scripts/receiver/receiver.ts'
import type { App } from '../../src/core/apps/model.ts'
import { deliveries, tables } from '../../src/core/tables.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import { put, type Store } from '../../src/storage/store.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import { callTencent } from '../support/tencent.ts'
import { type Mortal, mortal } from './mortal.ts'
import { after, textsOf, until } from './setting.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const claim = 600
const engines = ['memory', 'sqlite']

describe('two nodes over one store', () => {
  let store: Store
  let receiver: Receiver
  const account = testAccount(2100000001, 1)
  const app = account.apps[0] as App

  beforeEach(async () => {
    receiver = await openReceiver({ secrets: { tencent: 'token' } })
    stops.push(() => receiver.stop())
    store = openMemory()
    stops.push(() => store.close())
  })

  async function use(engine: string) {
    if (engine === 'memory') return
    await store.close()
    store = await openDisk()
  }

  async function openDisk(): Promise<Store> {
    const folder = mkdtempSync(join(tmpdir(), 'magpie-nodes-'))
    stops.push(() => rmSync(folder, { recursive: true, force: true }))
    return openSqlite({ folder, durability: 'relaxed', tables })
  }

  async function startNode(node: string, over = store, tries = 8): Promise<TestServer> {
    const webhook = { kind: 'tencent' as const, url: receiver.url, secret: 'token', on: [after], concurrency: 4, tries }
    const delivery = { claim, tick: 50 }
    const server = await startServer({ store: over, node, accounts: [account], webhooks: [webhook], delivery })
    const AccountList = Array.from({ length: 9 }, (_, i) => ({ UserID: `u_${i + 1}` }))
    await callTencent(server, app, 'im_open_login_svc/multiaccount_import', { AccountList })
    return server
  }

  /** A node that can stop without a word. */
  async function startMortal(node: string): Promise<{ server: TestServer; life: Mortal }> {
    const life = mortal(store)
    const server = await startNode(node, life.store)
    stops.push(() => {
      life.wake()
      return server.stop()
    })
    return { server, life }
  }

  async function startOther(node: string, tries?: number): Promise<TestServer> {
    const server = await startNode(node, store, tries)
    stops.push(() => server.stop())
    return server
  }

  let random = 0
  async function say({ server, pair, text }: { server: TestServer; pair: number; text: string }) {
    const MsgBody = [{ MsgType: 'TIMTextElem', MsgContent: { Text: text } }]
    const fields = { From_Account: `u_${pair}`, To_Account: `u_${pair + 1}`, MsgRandom: ++random, MsgBody }
    expect((await callTencent(server, app, 'openim/sendmsg', fields)).body).toMatchObject({ ErrorCode: 0 })
  }

  /** So many messages in each of five conversations, by turns through these nodes. */
  async function sayMany(servers: TestServer[], from: number, count: number) {
    for (let i = from; i < from + count; i++)
      for (let pair = 1; pair <= 5; pair++)
        await say({ server: servers[(i + pair) % servers.length] as TestServer, pair, text: String(i) })
  }

  const firstsOf = (pair: number) => [...new Set(textsOf(receiver, body => body.From_Account === `u_${pair}`))]

  /** Everything came, and in each conversation nothing came before what was said earlier. */
  async function expectAll(count: number) {
    const pairs = Array.from({ length: 5 }, (_, i) => i + 1)
    await until(() => pairs.every(pair => firstsOf(pair).length === count), 10_000)
    for (const pair of pairs) expect(firstsOf(pair)).toEqual(Array.from({ length: count }, (_, i) => String(i)))
  }

  async function hand(lane: number, node: string) {
    const row = await store.get(deliveries, [app.id, lane, 'tencent'])
    if (!row) throw new Error('the lane has no delivery')
    await store.commit([put(deliveries, { ...row.value, node, until: Date.now() + claim })])
  }

  const settled = (server: TestServer) =>
    until(async () => (await server.webhooks.standing(app.id))[0]?.waiting === 0, 10_000)

  test('[WH29] an event is told by one of the nodes, whichever took it in, in order', async () => {
    const one = await startOther('one')
    const two = await startOther('two')
    // Two lanes each.
    for (const lane of [2, 3]) await hand(lane, 'two')
    await until(async () => (await one.core.deliveries.all(app.id)).length === 4)
    await new Promise(resolve => setTimeout(resolve, 150))
    await sayMany([one, two], 0, 10)
    await expectAll(10)
    await settled(one)
    expect(receiver.received).toHaveLength(50)
    const rows = await one.core.deliveries.all(app.id)
    expect(rows.map(row => row.value.node)).toEqual(['one', 'one', 'two', 'two'])
  })

  test.each(engines)(
    '[WH30] when a node stops without a word the other goes on with what it had, as soon as its claim has lapsed (%s)',
    async engine => {
      await use(engine)
      const { server: one, life } = await startMortal('one')
      const two = await startOther('two')
      receiver.answer('*: delay 15 allow')
      await sayMany([one, two], 0, 5)
      await until(() => receiver.received.length > 0)
      life.sleep()
      const stopped = Date.now()
      await sayMany([two], 5, 5)
      await expectAll(10)
      expect(Date.now() - stopped).toBeLessThan(claim + 5000)
      await settled(two)
      expect((await two.core.deliveries.all(app.id)).map(row => row.value.node)).toEqual(['two', 'two', 'two', 'two'])
    },
  )

  test('[WH31] a node that stood still, and finds its place taken, stops there and hinders nobody', async () => {
    const { server: one, life } = await startMortal('one')
    const two = await startOther('two')
    receiver.answer('*: delay 5 allow')
    await sayMany([one, two], 0, 5)
    life.sleep()
    await sayMany([two], 5, 5)
    await expectAll(10)
    const places = (await two.core.deliveries.all(app.id)).map(row => row.value.next)
    life.wake()
    await sayMany([one, two], 10, 5)
    await expectAll(15)
    await settled(two)
    const rows = await two.core.deliveries.all(app.id)
    expect(rows.map(row => row.value.node)).toEqual(['two', 'two', 'two', 'two'])
    for (const [i, row] of rows.entries()) expect(row.value.next).toBeGreaterThanOrEqual(places[i] as number)
    expect(await two.webhooks.standing(app.id)).toMatchObject([{ waiting: 0, parked: 0 }])
  })

  test.each(engines)('[WH32] a claim that is lost midway loses nothing, again and again (%s)', async engine => {
    await use(engine)
    const one = await startOther('one')
    receiver.answer('*: delay 10 allow')
    for (let round = 0; round < 3; round++) {
      await sayMany([one], round * 5, 5)
      for (const lane of [0, 1, 2, 3]) await hand(lane, 'nobody')
    }
    await expectAll(15)
    await settled(one)
  })

  test('[WH33] what is told again is told by the node that has the lane, once', async () => {
    const one = await startOther('one', 1)
    const two = await startOther('two', 1)
    for (const lane of [2, 3]) await hand(lane, 'two')
    await new Promise(resolve => setTimeout(resolve, 150))
    receiver.answer('*: fail 500 times 25')
    await sayMany([one, two], 0, 5)
    const standing = async () => (await one.webhooks.standing(app.id))[0]
    await until(async () => (await standing())?.parked === 25)
    expect(receiver.received).toHaveLength(25)
    expect(await two.core.parking.again(app.id, 'tencent')).toBe(25)
    one.webhooks.redrive(app.id, 'tencent')
    two.webhooks.redrive(app.id, 'tencent')
    await until(async () => (await standing())?.parked === 0)
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(receiver.received).toHaveLength(50)
    expect(receiver.received.slice(25).every(each => each.headers['x-magpie-redriven'] === '1')).toBe(true)
  })
})
