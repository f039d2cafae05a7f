import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openReceiver, type Receiver } from '../../scripts/receiver/receiver.ts'
import { openLocalBus } from '../../src/bus/local.ts'
import { startServer, type TestServer, testAccount } from '../../tests/support/server.ts'
import type { App } from '../core/apps/model.ts'
import { settingsSubject } from '../core/apps/settings.ts'
import { openMemory } from '../storage/memory.ts'
import type { Store } from '../storage/store.ts'
import { type Changes, hidden, openChanges } from './changes.ts'

let store: Store
let receiver: Receiver
let ends: (() => unknown)[]

beforeEach(async () => {
  store = openMemory()
  receiver = await openReceiver()
  ends = [() => receiver.stop(), () => store.close()]
})

afterEach(async () => {
  for (const end of ends.reverse()) await end()
})

/** A node over the store, with the same configuration as all others. */
async function node(name = 'one'): Promise<{ server: TestServer; app: App; changes: Changes }> {
  const server = await startServer({
    store,
    node: name,
    accounts: [testAccount(2100000001, 2)],
    webhooks: [{ kind: 'tencent', url: 'http://127.0.0.1:9/file', on: ['C2C.CallbackAfterSendMsg'], secret: 's' }],
  })
  const changes = await openChanges(server.core, server.webhooks)
  ends.push(() => server.stop())
  return { server, app: server.apps[0] as App, changes }
}

const own = () => ({ kind: 'tencent', url: receiver.url, on: ['C2C.CallbackAfterSendMsg'] })

async function say({ server, app }: { server: TestServer; app: App }, text: string): Promise<void> {
  const call = { app, admin: true, origin: { dialect: 'tencent' as const, via: 'rest' as const } }
  await server.core.users.save(call, [{ id: 'u_1' }, { id: 'u_2' }], { existing: 'update' })
  await server.core.send.toUser(call, 'u_2', { from: 'u_1', parts: [{ type: 'text', text }] })
}

describe('a change at run time', () => {
  test('[OP4] holds at once and stands before the configuration until it is forgotten', async () => {
    const one = await node()
    const { app, changes, server } = one
    const configured = app.webhooks
    expect(changes.of(app)).toEqual({ webhooks: false, home: false })
    const made = await changes.set(app, 'mine', own())
    expect(made).toMatchObject({ name: 'mine', url: receiver.url, timeout: 2000, silence: 'pass', tries: 8 })
    expect(app.webhooks.map(each => each.name)).toEqual(['tencent', 'mine'])
    await say(one, 'heard')
    expect((await receiver.next()).id).toBe('C2C.CallbackAfterSendMsg')
    await changes.set(app, 'mine', { ...own(), timeout: 700 })
    expect(app.webhooks[1]).toMatchObject({ name: 'mine', timeout: 700 })
    await changes.setHome(app, 'netease')
    expect(app.home).toBe('netease')
    expect(changes.of(app)).toEqual({ webhooks: true, home: true })

    await changes.setHome(app, undefined)
    await changes.reset(app)
    expect(app).toMatchObject({ home: 'tencent', webhooks: configured })
    expect(changes.of(app)).toEqual({ webhooks: false, home: false })
    expect((await server.webhooks.standing(app.id)).map(each => each.name)).toEqual(['tencent'])
  })

  test('[OP4] what was taken away stays away, with what waited for it', async () => {
    const one = await node()
    const { app, changes, server } = one
    await say(one, 'waits')
    expect(await changes.remove(app, 'nobody')).toBe(false)
    expect(changes.of(app).webhooks).toBe(false)
    expect(await changes.remove(app, 'tencent')).toBe(true)
    expect(app.webhooks).toEqual([])
    expect(await server.core.deliveries.all(app.id)).toEqual([])
    const heads = await server.core.deliveries.heads(app.id)
    await say(one, 'unheard')
    expect(await server.core.deliveries.heads(app.id)).toEqual(heads)
    const again = await node('two')
    expect(again.app.webhooks).toEqual([])
  })

  test('[OP4] is there at the next start, also on an app that the configuration gives nothing', async () => {
    const one = await node()
    const other = one.server.apps[1] as App
    await one.changes.set(one.app, 'mine', own())
    await one.changes.set(other, 'tencent', own())
    await one.changes.setHome(other, 'volcengine')
    const two = await node('two')
    expect(two.app.webhooks.map(each => each.name)).toEqual(['tencent', 'mine'])
    expect(two.server.apps[1]).toMatchObject({ home: 'volcengine', webhooks: [{ name: 'tencent', url: receiver.url }] })
    expect(two.changes.of(two.app)).toEqual({ webhooks: true, home: false })
  })

  test('[OP4] other nodes follow when they hear of it, and not after they have closed', async () => {
    const [one, two] = [await node(), await node('two')]
    await one.changes.set(one.app, 'mine', own())
    await one.changes.setHome(one.app, 'netease')
    expect(two.app.webhooks).toHaveLength(1)
    for (const name of ['webhooks', 'home']) two.server.core.bus.publish(settingsSubject, { app: two.app.id, name })
    await expect
      .poll(() => two.app)
      .toMatchObject({ home: 'netease', webhooks: [{ name: 'tencent' }, { name: 'mine' }] })
    await expect.poll(async () => (await two.server.webhooks.standing(two.app.id)).length).toBe(2)
    // Built on what the other node did, not on what this one remembers.
    two.changes.close()
    await one.changes.set(one.app, 'third', own())
    two.server.core.bus.publish(settingsSubject, { app: two.app.id, name: 'webhooks' })
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(two.app.webhooks).toHaveLength(2)
    await two.changes.set(two.app, 'fourth', own())
    expect(two.app.webhooks.map(each => each.name)).toEqual(['tencent', 'mine', 'third', 'fourth'])
  })

  test('[OP6] many at once lose none', async () => {
    const { app, changes } = await node()
    const names = Array.from({ length: 8 }, (_, i) => `n${i}`)
    await Promise.all(names.map(name => changes.set(app, name, own())))
    expect(app.webhooks.map(each => each.name)).toEqual(['tencent', ...names])
    await Promise.all([
      changes.remove(app, 'n0'),
      changes.set(app, 'n1', { ...own(), tries: 3 }),
      changes.remove(app, 'n2'),
    ])
    expect(app.webhooks.map(each => [each.name, each.tries]).slice(0, 3)).toEqual([
      ['tencent', 8],
      ['n1', 3],
      ['n3', 8],
    ])
  })

  test.each([
    ['a wrong value', { kind: 'tencent', url: 'ftp://x' }, /^url: expected an http or https URL$/],
    ['a wrong value inside', { kind: 'tencent', url: 'http://x', urls: { a: 'b' } }, /^urls\.a: expected an http/],
    ['several', { kind: 'nobody', url: 'http://x', timeout: 1 }, /^kind: .*; timeout: /],
    ['an unknown key', { kind: 'tencent', url: 'http://x', token: 't' }, /^token: there is no such key$/],
    ['another name', { name: 'b', kind: 'tencent', url: 'http://x' }, /^name: this is "a", and cannot be changed$/],
    ['a sign for no secret', { kind: 'tencent', url: 'http://x', secret: hidden }, /^secret: there is none yet/],
    ['no object', [], /expected object/],
    ['nothing', null, /expected object/],
  ])('[OP5] %s is refused by the name of the field, and changes nothing', async (_what, given, said) => {
    const { app, changes, server } = await node()
    const before = structuredClone(app.webhooks)
    await expect(changes.set(app, 'a', given)).rejects.toThrow(said)
    expect(app.webhooks).toEqual(before)
    expect(await server.core.settings.get(app.id, 'webhooks')).toBeUndefined()
  })

  test.each([
    [
      'on',
      { on: ['*', 'copy/1'] },
      /^on\.1: webhooks of kind tencent have no "copy\/1"; those of kind netease-copy have$/,
    ],
    ['on', { on: ['C2C.callbackAfterSendMsg'] }, /^on\.0: .* no "C2C\.callbackAfterSendMsg"$/],
    ['templates', { templates: { 'C2C.CallbackAfterSendMsg': {}, x: {} } }, /^templates\.x: .* have no "x"$/],
  ])('[WH47] an id that nobody is asked or told of is refused, and changes nothing (%s)', async (_w, given, said) => {
    const { app, changes, server } = await node()
    await expect(changes.set(app, 'tencent', { ...own(), ...given })).rejects.toThrow(said)
    expect(app.webhooks).toMatchObject([{ url: 'http://127.0.0.1:9/file', on: ['C2C.CallbackAfterSendMsg'] }])
    expect(await server.core.settings.get(app.id, 'webhooks')).toBeUndefined()
  })

  test('[WH47] one that was kept earlier holds, and stands in no other change’s way', async () => {
    const { app, changes, server } = await node()
    const old = { ...app.webhooks[0], name: 'old', on: ['C2C.CallbackAfterSendMsg', 'C2C.CallbackGone'] }
    await server.core.settings.set(app.id, 'webhooks', [old])
    await changes.set(app, 'mine', own())
    expect(app.webhooks.map(each => each.name)).toEqual(['old', 'mine'])
    await say({ server, app }, 'heard')
    expect((await receiver.next()).id).toBe('C2C.CallbackAfterSendMsg')
    await expect(changes.set(app, 'old', { ...old, timeout: 700 })).rejects.toThrow(/^on\.1: /)
  })

  test('[OP5] more than ten, and a home that is no dialect, are refused', async () => {
    const { app, changes } = await node()
    for (let i = 0; i < 9; i++) await changes.set(app, `n${i}`, own())
    await expect(changes.set(app, 'eleventh', own())).rejects.toThrow(/^webhooks: .*10/)
    await expect(changes.setHome(app, 'native')).rejects.toThrow(/^home: /)
    await expect(changes.setHome(app, null)).rejects.toThrow(/^home: /)
    expect(app.home).toBe('tencent')
  })

  test('[OP3] the sign for a secret keeps the secret, and none takes it away', async () => {
    const { app, changes } = await node()
    await changes.set(app, 'tencent', { ...own(), secret: hidden })
    expect(app.webhooks[0]).toMatchObject({ url: receiver.url, secret: 's' })
    await changes.set(app, 'tencent', own())
    expect(app.webhooks[0]?.secret).toBeUndefined()
  })

  test('[OP4] what can no longer be read does not stand in the way of a start', async () => {
    const first = await node()
    await first.server.core.settings.set(first.app.id, 'webhooks', [{ kind: 'gone', url: 'http://x' }])
    const two = await node('two')
    expect(two.app.webhooks).toMatchObject([{ name: 'tencent', url: 'http://127.0.0.1:9/file' }])
    expect(two.changes.of(two.app).webhooks).toBe(false)
  })

  test('[OP4] a change that failed half way is made good by the next one', async () => {
    const { app, server } = await node()
    let broken = true
    const set = async (of: App) => {
      if (broken) throw new Error('no store')
      await server.webhooks.set(of)
    }
    const bus = openLocalBus()
    const changes = await openChanges({ ...server.core, bus }, { ...server.webhooks, set })
    await expect(changes.set(app, 'mine', own())).rejects.toThrow('no store')
    broken = false
    await changes.setHome(app, 'netease')
    expect((await server.webhooks.standing(app.id)).map(each => each.name)).toEqual(['tencent', 'mine'])
  })
})
