import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { TestServer, TestServerOptions } from '../support/server.ts'
import { connect, signIn, type TestSocket } from '../support/socket.ts'
import { openWord } from '../support/trusting.ts'
import { startTwo } from '../support/two-nodes.ts'

/** Two nodes of one server: over one store and one bus. */
let nodes: TestServer[]
let rest: Call

const people = ['ann', 'ben', 'cat', 'dan', 'eve']

async function start(options: TestServerOptions = {}): Promise<[TestServer, TestServer]> {
  const two = await startTwo(people, options)
  nodes = two.nodes
  rest = two.rest
  return two.nodes
}

beforeEach(() => {
  nodes = []
})

afterEach(() => Promise.all(nodes.map(each => each.stop())))

const as = (node: TestServer, user: string, more: object = {}): Promise<TestSocket> =>
  signIn(node, { ...openWord(rest.app, user), platform: 'web', ...more })

const sessionOf = (socket: TestSocket) => socket.frames[0]?.session as string
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const online = async (node: TestServer, user: string) =>
  ((await node.core.presence.of(rest.app.id, [user]))[0] ?? []).map(each => each.id)

describe('devices on two nodes', () => {
  test('[PR3] the one that gives way is told by which platform, and not to come back by itself', async () => {
    const [one, other] = await start({ devices: { rule: 'platform', each: 1, most: 10 } })
    const [phone, page] = await Promise.all([as(one, 'ann', { platform: 'ios', device: 'a' }), as(one, 'ann')])
    const newer = await as(other, 'ann', { platform: 'iPhone', device: 'b' })
    expect(await phone.next('kicked')).toEqual({ type: 'kicked', why: 'replaced', by: 'iPhone' })
    expect(await phone.closed).toBe(4204)
    expect((await online(one, 'ann')).sort()).toEqual([sessionOf(page), sessionOf(newer)].sort())
    await Promise.all([page.ask('ping'), newer.ask('ping')])
  })

  test('[PR3] how many in all counts over both nodes', async () => {
    const [one, other] = await start({ devices: { rule: 'all', each: 1, most: 3 } })
    const sockets: TestSocket[] = []
    for (let i = 0; i < 5; i++) sockets.push(await as(i % 2 ? one : other, 'ann'))
    expect(await Promise.all(sockets.slice(0, 2).map(each => each.closed))).toEqual([4204, 4204])
    for (const socket of sockets.slice(2)) await socket.ask('ping')
  })

  test('[PR4] random sign-ins on two nodes leave one device of each platform', async () => {
    const [one, other] = await start({ devices: { rule: 'platform', each: 1, most: 10 } })
    const platforms = ['ios', 'android', 'web']
    const users = ['ann', 'ben']
    const sockets = await Promise.all(
      Array.from({ length: 48 }, async (_, i) => {
        await pause(Math.random() * 100)
        const said = { platform: platforms[i % 3], device: `d${i}` }
        // Some are pushed out before they were welcomed: that is an end like any other.
        const socket = await connect(i % 4 < 2 ? one : other)
        const credentials = { ...openWord(rest.app, users[i % 2] as string), ...said }
        socket.ws.send(JSON.stringify({ id: 0, do: 'signIn', with: credentials }))
        return socket
      }),
    )
    const open = () => sockets.filter(each => each.ws.readyState === each.ws.OPEN)
    await expect.poll(() => open().length, { timeout: 5000 }).toBe(6)
    for (const user of users) {
      const [here = []] = await one.core.presence.of(rest.app.id, [user])
      expect(here.map(each => each.platform).sort()).toEqual([...platforms].sort())
    }
    const stayed = open().map(sessionOf).sort()
    expect((await Promise.all(users.map(user => online(other, user)))).flat().sort()).toEqual(stayed)
    for (const socket of open()) await socket.ask('ping')
  })

  test('[PR5] kicked on the other node: one session, others than this, a platform', async () => {
    const [one, other] = await start()
    const [a, b, c] = [await as(one, 'ann'), await as(other, 'ann', { platform: 'ios' }), await as(other, 'ann')]
    expect((await a.ask('device.list')).devices).toMatchObject([
      { session: sessionOf(a), platform: 'web', own: true },
      { session: sessionOf(b), platform: 'ios', own: false },
      { session: sessionOf(c), own: false },
    ])
    // Nobody kicks the device they speak from, nor those of others.
    const ben = await as(one, 'ben')
    await a.ask('device.kick', { sessions: [sessionOf(a), sessionOf(c), sessionOf(ben)] })
    expect(await c.next('kicked')).toEqual({ type: 'kicked', why: 'kicked' })
    expect(await c.closed).toBe(4205)
    expect(await other.core.presence.kick(rest, 'ann', { platforms: ['IOS'] }, { text: 'bye' })).toHaveLength(1)
    expect(await b.next('kicked')).toEqual({ type: 'kicked', why: 'kicked', text: 'bye' })
    const d = await as(other, 'ann')
    await d.ask('device.kick')
    expect(await a.closed).toBe(4205)
    await Promise.all([d.ask('ping'), ben.ask('ping')])
  })

  test('[PR13] [PU103] a device that signs out is answered, then closed; its push token goes, the others stay', async () => {
    const [one, other] = await start()
    const [phone, page] = [await as(one, 'ann', { platform: 'ios', device: 'phone' }), await as(other, 'ann')]
    await phone.ask('push.register', { engine: 'apns', token: 'abc' })
    await expect(page.ask('push.register', { engine: 'web', token: 'x' })).rejects.toThrow('request.invalid')
    expect((await one.core.pushTokens.of(rest.app.id, ['ann']))[0]).toMatchObject([{ device: 'phone', token: 'abc' }])
    await phone.ask('push.badge', { badge: 3 })
    expect((await one.core.pushTokens.of(rest.app.id, ['ann']))[0]).toMatchObject([{ badge: 3 }])
    await phone.ask('push.quiet', { hours: { from: 1320, to: 420, zone: 'Asia/Shanghai' } })
    await phone.ask('push.register', { engine: 'apns', token: 'def' })
    const quiet = { from: 1320, to: 420, zone: 'Asia/Shanghai' }
    expect((await one.core.pushTokens.of(rest.app.id, ['ann']))[0]).toMatchObject([{ token: 'def', badge: 3, quiet }])
    await phone.ask('push.quiet')
    expect((await one.core.pushTokens.of(rest.app.id, ['ann']))[0]?.[0]?.quiet).toBeUndefined()
    expect(await phone.ask('signOut')).toEqual({})
    expect(await phone.closed).toBe(4205)
    expect(phone.frames.filter(each => each.type === 'kicked')).toEqual([])
    expect((await one.core.pushTokens.of(rest.app.id, ['ann']))[0]).toEqual([])
    const events = (await page.ask('presence.history', { limit: 1 })).events as object[]
    expect(events).toMatchObject([{ what: 'out', why: 'left', session: sessionOf(phone), platform: 'ios' }])
    expect(await online(one, 'ann')).toEqual([sessionOf(page)])
  })

  test('[PR14] a changed token ends no socket, and lets nobody in any more', async () => {
    const [one] = await start()
    await one.core.users.update(rest, 'ann', { token: 'old' })
    const { app } = rest
    const with_ = (token: string) => ({ dialect: 'netease', appKey: app.netease?.appKey, accid: 'ann', token })
    const socket = await signIn(one, with_('old'))
    await one.core.users.update(rest, 'ann', { token: 'new' })
    await socket.ask('ping')
    await expect(signIn(one, with_('old'))).rejects.toThrow('user.token')
    await (await signIn(one, with_('new'))).close()
    await socket.close()
  })
})

describe('nodes that die', () => {
  const pace = { every: 40, patience: 3 }

  test('[PR7] sockets of a dead node are gone from presence, and who watches is told', async () => {
    const [one, other] = await start({ pace, gateway: { audit: 700 } })
    const [ann, ben] = [await as(one, 'ann'), await as(other, 'ben')]
    await ben.ask('presence.subscribe', { users: ['ann'] })
    // It stops to give signs of life; its sockets are still open, as after a network that was cut.
    await one.core.presence.lives.close()
    expect(await ben.next('presence', frame => frame.status === 'offline')).toMatchObject({ user: 'ann' })
    expect(await online(other, 'ann')).toEqual([])
    expect(ann.ws.readyState).toBe(ann.ws.OPEN)
    // When it looks at what it holds, it finds nothing: its devices come back.
    expect(await ann.closed).toBe(4001)
  })

  test('[PR8] a node that was only away tells its devices to come back', async () => {
    const [one, other] = await start({ gateway: { audit: 60_000 }, pace: { every: 1_000_000, patience: 2 } })
    const [ann, ben] = [await as(one, 'ann'), await as(other, 'ben')]
    for (let i = 0; i < 3; i++) await other.core.presence.lives.look()
    expect(await online(other, 'ann')).toEqual([])
    await one.core.presence.lives.look()
    expect(await ann.closed).toBe(4001)
    const back = await as(one, 'ann')
    expect(await online(other, 'ann')).toEqual([sessionOf(back)])
    await ben.ask('ping')
  })

  test('[PR15] a socket whose session went unheard comes back; a session without its socket is ended', async () => {
    const [one, other] = await start({ gateway: { audit: 60 } })
    const [ann, ben] = [await as(one, 'ann'), await as(one, 'ben')]
    // Ended by somebody whose news never arrived.
    await other.core.presence.leave({ app: rest.app.id, user: 'ann', id: sessionOf(ann) })
    expect(await ann.closed).toBe(4001)
    await one.core.presence.enter({ app: rest.app.id, user: 'cat', id: 'no socket', platform: '', device: '' })
    await expect.poll(() => online(one, 'cat')).toEqual([])
    await pause(150)
    await ben.ask('ping')
  })
})

describe('watching', () => {
  test('[PR43] changes are told on the other node, gathered, to all devices of who watches and to nobody else', async () => {
    const [one, other] = await start()
    const [ann, ann2, cat] = [await as(one, 'ann'), await as(other, 'ann'), await as(one, 'cat')]
    const asked = await ann.ask('presence.subscribe', { users: ['ben', 'nobody'], for: 60, now: true })
    expect(asked).toMatchObject({ missing: ['nobody'], users: [{ user: 'ben', status: 'offline', platforms: [] }] })
    const ben = await as(other, 'ben', { platform: 'Android' })
    const here = {
      type: 'presence',
      user: 'ben',
      status: 'online',
      platforms: [{ platform: 'android', status: 'online' }],
    }
    for (const socket of [ann, ann2]) expect(await socket.next('presence')).toEqual(here)
    await ben.ask('presence.setStatus', { text: 'on the phone' })
    for (const socket of [ann, ann2]) expect(await socket.next('presence')).toEqual({ ...here, text: 'on the phone' })
    // Whoever only reconnects does not flicker.
    const ben2 = await as(one, 'ben', { platform: 'Android' })
    await ben.close()
    await pause(400)
    await ben2.close()
    const gone = await ann.next('presence')
    expect(gone).toEqual({
      ...{ type: 'presence', user: 'ben', status: 'offline', platforms: [{ platform: 'android', status: 'offline' }] },
      seen: expect.closeTo(Date.now(), -4),
    })
    expect(await ann2.next('presence')).toEqual(gone)
    for (const socket of [ann, ann2]) expect(socket.frames.filter(each => each.type === 'presence')).toHaveLength(3)
    expect(cat.frames.some(each => each.type === 'presence')).toBe(false)
  })

  test('[PR44] a device that was away learns by asking, and hears on', async () => {
    const [one, other] = await start()
    const away = await as(one, 'ann')
    const stayed = await as(other, 'ann')
    await away.ask('presence.subscribe', { users: ['ben', 'cat'], for: 600 })
    await away.close()
    const ben = await as(one, 'ben')
    await stayed.next('presence', frame => frame.user === 'ben')
    const back = await as(one, 'ann')
    const { subscriptions } = (await back.ask('presence.subscriptions')) as { subscriptions: object[] }
    expect(subscriptions).toEqual([
      { user: 'ben', status: 'online', platforms: [{ platform: 'web', status: 'online' }], until: expect.any(Number) },
      { user: 'cat', status: 'offline', platforms: [], until: expect.any(Number) },
    ])
    await ben.close()
    const both = await Promise.all(
      [back, stayed].map(each => each.next('presence', frame => frame.status === 'offline')),
    )
    expect(both[0]).toEqual(both[1])
    const page = await back.ask('presence.subscriptions', { limit: 1 })
    expect(page).toMatchObject({ subscriptions: [{ user: 'ben' }], next: 'ben' })
    expect(await back.ask('presence.subscriptions', { after: 'ben' })).toMatchObject({
      subscriptions: [{ user: 'cat' }],
    })
  })

  test('[PR45] nothing is told after an unsubscription, or after its time; nobody listens then', async () => {
    let now = Date.now()
    const [one, other] = await start({ clock: () => now })
    const ann = await as(one, 'ann')
    const before = one.gateway.stats().subscriptions
    await ann.ask('presence.subscribe', { users: ['ben', 'cat'], for: 60 })
    await expect.poll(() => one.gateway.stats().subscriptions).toBe(before + 2)
    await ann.ask('presence.unsubscribe', { users: ['ben'] })
    await expect.poll(() => one.gateway.stats().subscriptions).toBe(before + 1)
    now += 60_000
    const sockets = [await as(other, 'ben'), await as(other, 'cat')]
    await expect.poll(() => one.gateway.stats().subscriptions).toBe(before)
    await ann.ask('presence.subscribe', { users: ['dan'] })
    await ann.ask('presence.unsubscribe')
    await as(other, 'dan')
    await pause(400)
    expect(ann.frames.filter(each => each.type === 'presence')).toEqual([])
    await Promise.all([...sockets, ann].map(each => each.close()))
    await expect.poll(() => one.gateway.stats().subscriptions).toBe(0)
  })

  test('[PR46] many at once are asked in one go; wrong requests are refused', async () => {
    const [one, other] = await start()
    const [ann] = [await as(one, 'ann'), await as(other, 'ben', { platform: 'ios' })]
    const users = [...Array.from({ length: 499 }, (_, i) => `u${i}`), 'ben']
    const answer = (await ann.ask('presence.get', { users })) as { users: { status: string }[] }
    expect(answer.users.map(each => each.status)).toEqual([...Array(499).fill('offline'), 'online'])
    const wrong: [string, object][] = [
      ['presence.get', { users: [...users, 'x'] }],
      ['presence.get', { users: [] }],
      ['presence.subscribe', { users: users.slice(0, 101) }],
      ['presence.subscribe', { users: ['ben'], for: 59 }],
      ['presence.subscribe', { users: ['ben'], for: 30 * 24 * 3600 + 1 }],
      ['presence.setStatus', { text: 'x'.repeat(101) }],
      ['presence.unsubscribe', { users: [''] }],
      ['push.register', { engine: 'fcm', token: 'x'.repeat(4097) }],
      ['push.quiet', { hours: { from: 0, to: 1440, zone: 'UTC' } }],
      ['push.quiet', { hours: { from: 0, to: 60, zone: 'Mars/Crater' } }],
      ['device.kick', { sessions: [] }],
    ]
    for (const [operation, input] of wrong) await expect(ann.ask(operation, input)).rejects.toThrow('request.invalid')
    expect((await ann.ask('presence.get', { users: ['ann'], unheard: 1 })).users).toMatchObject([{ user: 'ann' }])
  })
})
