import { afterEach, expect, test } from 'vitest'
import { openReceiver } from '../../scripts/receiver/receiver.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { kinds, type PushSetting, startPush } from '../support/push/setting.ts'
import { testAccount } from '../support/server.ts'
import { mortal } from '../webhooks/mortal.ts'

const ends: (() => unknown)[] = []
let outcomes: string[]

async function start(...[kind = 'webhook', options]: Parameters<typeof startPush>): Promise<PushSetting> {
  outcomes = []
  const pushed = (engine: string, outcome: string) => outcomes.push(`${engine} ${outcome}`)
  const setting = await startPush(kind, { pushed, ...options })
  ends.push(() => setting.stop())
  return setting
}

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const parked = async ({ server, app }: PushSetting) => (await server.webhooks.standing(app.id))[0]?.parked
const idle = { timeout: 5000 }

test('[PU90] a token that the device brought again since it was gone stays', async () => {
  const push = await start('apns')
  push.provider.treat(await push.away('ben'), 'gone')
  await push.say('ann', 'ben', 'one')
  await push.settled()
  expect(outcomes).toEqual(['apns gone'])
  expect(await push.server.core.pushTokens.of(push.app.id, ['ben'])).toHaveLength(1)
})

test('[PU97] the app hears what became of a push, if it listens', async () => {
  const receiver = await openReceiver({ secrets: { tencent: 'token' } })
  ends.push(() => receiver.stop())
  const webhook = { kind: 'tencent' as const, url: receiver.url, secret: 'token', on: ['Push.OfflinePush'] }
  const push = await start('apns', { webhooks: [webhook] })
  await push.away('ben')
  const sent = await push.say('ann', 'ben', 'one')
  const heard = async () => (await receiver.next('Push.OfflinePush')).body
  expect(await heard()).toMatchObject({
    From_Account: 'ann',
    To_Account: 'ben',
    EventType: 1,
    PushPlatform: 1,
    PushStage: 1,
    ErrCode: 0,
    MsgTime: Math.floor(sent.time / 1000),
  })
  push.provider.treat(await push.away('ben', 'pad'), 'refuse')
  await push.server.core.pushTokens.unregister(push.app.id, 'ben', "ben's phone")
  await push.say('ann', 'ben', 'two')
  expect(await heard()).toMatchObject({
    To_Account: 'ben',
    PushStage: 1,
    ErrCode: 1,
    ErrInfo: expect.stringMatching(/./),
  })
})

test('[PU98] what is put off too often is set aside, and goes out when the operator wishes it', async () => {
  const push = await start('webhook', { pushPace: { tries: 3, again: { least: 5, most: 10 } } })
  const token = await push.away('ben')
  await push.away('cat')
  push.provider.treat(token, 'broken')
  await push.say('ann', 'ben', 'one')
  // A provider that takes nothing is away, and uses up no tries.
  const beside = () => push.say('ann', 'cat', 'beside').then(() => parked(push))
  await expect.poll(beside, { timeout: 5000, interval: 10 }).toBe(1)
  expect(outcomes).toContain('webhook given up')
  push.provider.treat(token, 'take')
  await push.server.core.parking.again(push.app.id, 'push.webhook')
  push.server.webhooks.redrive(push.app.id, 'push.webhook')
  await expect.poll(() => push.provider.taken.map(each => each.text), idle).toContain('one')
  await expect.poll(() => parked(push), idle).toBe(0)
})

test('[PU99] a message is pushed no longer than it is worth', async () => {
  const push = await start()
  const token = await push.away('ben')
  push.provider.treat(token, 'broken')
  await push.say('ann', 'ben', 'one', { push: { ttl: 100 } })
  await push.settled()
  expect(outcomes).toContain('webhook expired')
  push.provider.treat(token, 'take')
  await push.say('ann', 'ben', 'two', { push: { ttl: 60_000 } })
  const [taken] = await push.settled()
  expect(taken).toMatchObject({ text: 'two', body: { ttl: expect.toSatisfy(ttl => ttl > 50_000 && ttl <= 60_000) } })
})

test('[PU100] what was put off is not pushed to a device that came back, or of what was read elsewhere', async () => {
  const push = await start()
  for (const user of ['ben', 'cat']) push.provider.treat(await push.away(user, `${user}'s phone`), 'broken')
  await push.say('ann', 'ben', 'one')
  const { conv } = await push.say('ann', 'cat', 'two')
  await expect.poll(() => outcomes.length, idle).toBeGreaterThan(3)
  await push.connected('ben', "ben's phone")
  const pair = await push.server.core.directs.get(push.app.id, conv)
  await push.server.core.unread.mark(push.call, pair, 'cat')
  expect(await push.settled()).toEqual([])
  expect(outcomes.filter(each => each === 'webhook needless')).toHaveLength(2)
})

test('[PU105] what was put off is pushed as it is by then: not when it was recalled, and with other words when it was edited', async () => {
  const push = await start()
  const tokens = [await push.away('ben'), await push.away('cat')]
  for (const token of tokens) push.provider.treat(token, 'broken')
  const one = await push.say('ann', 'ben', 'one')
  const two = await push.say('ann', 'cat', 'two')
  await expect.poll(() => outcomes.length, idle).toBeGreaterThan(3)
  const pair = (conv: number) => push.server.core.directs.get(push.app.id, conv)
  await push.server.core.recall(push.call, await pair(one.conv), one.seq)
  const parts = [{ type: 'text' as const, text: 'three' }]
  await push.server.core.edit(push.call, await pair(two.conv), two.seq, { parts })
  for (const token of tokens) push.provider.treat(token, 'take')
  expect(await push.settled()).toMatchObject([{ token: tokens[1], text: 'three' }])
})

test('[PU101] messages of a conversation are pushed in order, and one that is put off keeps none waiting', async () => {
  const push = await start('webhook', { pushPace: { again: { least: 10_000, most: 10_000 } } })
  const phone = await push.away('ben')
  push.provider.treat(await push.away('ben', 'pad'), 'broken')
  const texts = Array.from({ length: 20 }, (_, i) => `number ${i}`)
  for (const text of texts) await push.say('ann', 'ben', text)
  await expect.poll(() => push.provider.taken.length, idle).toBe(20)
  expect(push.provider.taken.map(each => each.text)).toEqual(texts)
  expect(push.provider.taken.every(each => each.token === phone)).toBe(true)
})

test('[PU102] after a crash a push may come again, as the same one', async () => {
  const [store, accounts, given] = [openMemory(), [testAccount(2100000001, 1)], await kinds.webhook()]
  const life = mortal(store)
  const delivery = { claim: 300, tick: 50 }
  const one = await start('webhook', { store: life.store, accounts, provider: given, node: 'one', delivery })
  await one.away('ben')
  await one.say('ann', 'ben', 'one')
  await expect.poll(() => given.provider.taken.length, { ...idle, interval: 1 }).toBe(1)
  life.sleep()
  ends.push(() => life.wake())
  const two = await start('webhook', { store, accounts, provider: given, node: 'two', delivery })
  await expect.poll(() => given.provider.taken.length, idle).toBe(2)
  const [first, again] = given.provider.taken.map(({ body }) => body)
  expect(again).toMatchObject({ id: first?.id, collapse: first?.collapse, text: 'one' })
  await two.settled()
})
