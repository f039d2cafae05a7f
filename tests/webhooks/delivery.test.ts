import { afterEach, describe, expect, test } from 'vitest'
import { openReceiver } from '../../scripts/receiver/receiver.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { startServer } from '../support/server.ts'
import { after, type Setting, startSetting, textsOf, until } from './setting.ts'

let setting: Setting
afterEach(() => setting.stop())

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i))

describe('events are told', () => {
  test('[WH1] once each, signed, with a name of their own [tencent C2C.CallbackAfterSendMsg]', async () => {
    setting = await startSetting()
    await setting.say('u_1', 'u_2', 'hello')
    const first = await setting.receiver.next(after)
    expect(first).toMatchObject({ verified: 'good', method: 'POST', body: { From_Account: 'u_1', To_Account: 'u_2' } })
    await setting.say('u_1', 'u_2', 'again')
    const second = await setting.receiver.next(after)
    expect(first.headers['x-magpie-event-id']).toMatch(/^[0-9a-f]{8}-\d+-\d-\d+$/)
    expect(second.headers['x-magpie-event-id']).not.toBe(first.headers['x-magpie-event-id'])
    expect(second.headers['x-magpie-attempt']).toBeUndefined()
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(setting.receiver.received).toHaveLength(2)
  })

  test('[WH2] in order within a conversation, though the back end answers some late', async () => {
    setting = await startSetting()
    setting.receiver.answer(`${after}: delay 40 allow times 5`)
    const pairs = [
      ['u_1', 'u_2'],
      ['u_3', 'u_4'],
      ['u_5', 'u_6'],
    ] as const
    for (const text of numbers(20)) for (const [from, to] of pairs) await setting.say(from, to, text)
    await until(() => setting.receiver.received.length === 60)
    for (const [from] of pairs)
      expect(textsOf(setting.receiver, body => body.From_Account === from)).toEqual(numbers(20))
  })

  test('[WH3] again when the back end refuses, with the same name and the number of the attempt; others do not wait', async () => {
    setting = await startSetting()
    setting.receiver.answer(`${after}: fail 500 times 3`)
    await setting.say('u_1', 'u_2', 'first')
    await until(() => setting.receiver.received.length >= 1)
    await setting.say('u_3', 'u_4', 'other')
    await until(() => setting.receiver.received.length >= 5)
    const firsts = setting.receiver.received.filter(each => each.body.From_Account === 'u_1')
    expect(firsts.map(each => each.headers['x-magpie-attempt'])).toEqual(
      [undefined, '2', '3', '4'].slice(0, firsts.length),
    )
    expect(new Set(firsts.map(each => each.headers['x-magpie-event-id'])).size).toBe(1)
  })

  test('[WH4] what keeps failing is set aside, what follows it is marked, and it can be told again', async () => {
    setting = await startSetting({ tries: 3 })
    const { server, app, receiver } = setting
    receiver.answer(`${after}: fail 500 times 3`)
    await setting.say('u_1', 'u_2', 'bad')
    await setting.say('u_1', 'u_2', 'next')
    await setting.say('u_1', 'u_2', 'last')
    await until(() => receiver.received.length === 5)
    expect(textsOf(receiver)).toEqual(['bad', 'bad', 'bad', 'next', 'last'])
    expect(receiver.received.map(each => each.headers['x-magpie-after-parked'])).toEqual([
      undefined,
      undefined,
      undefined,
      '1',
      undefined,
    ])
    const [aside] = await server.core.parking.list(app.id, 'tencent')
    expect(aside).toMatchObject({ count: 1, tries: 3, why: expect.stringContaining('status 500') })
    expect(await server.webhooks.standing(app.id)).toMatchObject([{ name: 'tencent', parked: 1, down: false }])
    expect(await server.core.parking.again(app.id, 'tencent')).toBe(1)
    server.webhooks.redrive(app.id, 'tencent')
    await until(() => receiver.received.length === 6)
    expect(receiver.received[5]?.headers['x-magpie-redriven']).toBe('1')
    expect(textsOf(receiver)[5]).toBe('bad')
    await until(async () => (await server.core.parking.list(app.id, 'tencent')).length === 0)
  })

  test('[WH5] a target that is not there is left alone but for one try now and then, loses nothing and sets nothing aside', async () => {
    setting = await startSetting({ tries: 2 })
    const { server, app, receiver } = setting
    const { port } = receiver
    await receiver.stop()
    for (const text of numbers(30)) await setting.say('u_1', 'u_2', text)
    await until(async () => (await server.webhooks.standing(app.id))[0]?.down === true)
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(await server.webhooks.standing(app.id)).toMatchObject([{ down: true, parked: 0 }])
    const back = await openReceiver({ port })
    await until(() => back.received.length >= 30)
    expect([...new Set(textsOf(back))]).toEqual(numbers(30))
    await until(async () => (await server.webhooks.standing(app.id))[0]?.waiting === 0)
    await back.stop()
  })

  test('[WH6] each target has its own place: one that is dead or slow does not keep another waiting', async () => {
    const slow = await openReceiver({ rules: ['*: delay 1500 allow'] })
    setting = await startSetting()
    const { server, app } = setting
    const common = {
      kind: 'tencent' as const,
      on: [after],
      urls: {},
      templates: {},
      timeout: 2000,
      tries: 8,
      concurrency: 4,
    }
    app.webhooks.push({ ...common, name: 'slow', url: slow.url, silence: 'pass' })
    app.webhooks.push({ ...common, name: 'dead', url: 'http://127.0.0.1:9', silence: 'pass' })
    await server.webhooks.set(app)
    const began = Date.now()
    for (const text of numbers(40)) await setting.say('u_1', 'u_2', text)
    await until(() => setting.receiver.received.length === 40)
    expect(Date.now() - began).toBeLessThan(1500)
    expect(textsOf(setting.receiver)).toEqual(numbers(40))
    await until(async () => (await server.webhooks.standing(app.id))[0]?.waiting === 0)
    expect(await server.webhooks.standing(app.id)).toMatchObject([{}, { name: 'slow' }, { name: 'dead', parked: 0 }])
    await slow.stop()
  })

  test('[WH7] what was delivered is removed; a server that comes back goes on where the last one was', async () => {
    const store = openMemory()
    setting = await startSetting({}, { store, node: 'one' })
    const { app, receiver, server } = setting
    for (const text of numbers(50)) await setting.say('u_1', 'u_2', text)
    await until(() => receiver.received.length === 50)
    await until(async () => (await server.webhooks.standing(app.id))[0]?.waiting === 0)
    await server.stop()
    const left = await Promise.all([0, 1, 2, 3].map(lane => server.core.deliveries.read(app.id, lane, 0, 100)))
    expect(left.flat().length).toBeLessThanOrEqual(4)
    const again = await startServer({ store, node: 'one', accounts: server.accounts })
    const stop = async () => {
      await again.stop()
      await receiver.stop()
    }
    setting = { ...setting, server: again, stop }
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(receiver.received).toHaveLength(50)
    await again.core.send.toUser({ app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }, 'u_2', {
      from: 'u_1',
      parts: [{ type: 'text', text: 'after' }],
    })
    await until(() => receiver.received.length === 51)
    await store.close()
  })

  test('[WH8] too many events are set aside in bulk, and the rest goes on', async () => {
    setting = await startSetting({}, { delivery: { bound: 40 } })
    const { server, app, receiver } = setting
    const { port } = receiver
    await receiver.stop()
    for (const text of numbers(60)) await setting.say('u_1', 'u_2', text)
    await until(async () => ((await server.webhooks.standing(app.id))[0]?.waiting ?? 60) <= 10)
    const [standing] = await server.webhooks.standing(app.id)
    expect((standing?.waiting ?? 0) + (standing?.parked ?? 0)).toBe(60)
    const back = await openReceiver({ port })
    await until(() => textsOf(back).at(-1) === '59')
    await server.core.parking.again(app.id, 'tencent')
    server.webhooks.redrive(app.id, 'tencent')
    await until(() => new Set(textsOf(back)).size === 60)
    await until(async () => (await server.webhooks.standing(app.id))[0]?.parked === 0)
    await back.stop()
  })

  test('[WH9] nobody listens: nothing is kept', async () => {
    setting = await startSetting({ on: ['Group.CallbackAfterSendMsg'] })
    await setting.say('u_1', 'u_2', 'unheard')
    const { server, app } = setting
    expect(await server.core.deliveries.heads(app.id)).toEqual([0, 0, 0, 0])
  })
})
