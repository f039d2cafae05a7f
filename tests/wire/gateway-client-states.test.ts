import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Client, type ClientOptions, createClient, type Events } from '../../client/src/client.ts'
import { type FakeGateway, fakeGateway, nothingMissed } from '../support/fake-gateway.ts'

let clients: Client[] = []

afterEach(async () => {
  await Promise.all(clients.map(client => client.stop()))
  clients = []
  vi.useRealTimers()
})

const syncs = (asked: { do: string }) => (asked.do === 'sync' ? nothingMissed : {})

/** A client at a gateway, and all the states it told. */
function clientAt(gateway: FakeGateway, options: Partial<ClientOptions> = {}) {
  const client = createClient({
    url: 'http://nowhere',
    credentials: { dialect: 'native', app: 1, token: 't' },
    WebSocket: gateway.Maker,
    pace: { first: 4, later: 30, most: 60 },
    ...options,
  })
  clients.push(client)
  const states: Events['state'][] = []
  client.on('state', state => states.push(state))
  return { client, states, names: () => states.map(each => each.state) }
}

describe('the states of the client', () => {
  test('[GW91] it tells each state once, and each attempt names the device', async () => {
    const gateway = fakeGateway(syncs)
    const { client, states, names } = clientAt(gateway, { device: 'd', platform: 'web', tag: 'x' })
    expect(client.state).toBe('stopped')
    expect([client.user, client.session]).toEqual([undefined, undefined])
    client.start()
    client.start()
    await expect.poll(() => client.state).toBe('online')
    expect([client.user, client.session]).toEqual(['ann', 's'])
    gateway.close(1006)
    expect(client.session).toBeUndefined()
    await expect.poll(() => client.state).toBe('online')
    await client.stop()
    const up = ['connecting', 'signing', 'syncing', 'online']
    expect(names()).toEqual([...up, 'offline', ...up, 'stopped'])
    expect(states[4]).toMatchObject({ reason: { code: 1006, back: 'now' }, wait: expect.any(Number) })
    const signIns = gateway.asked.filter(each => each.do === 'signIn').map(each => each.with)
    const said = { dialect: 'native', app: 1, token: 't', device: 'd', platform: 'web', tag: 'x' }
    expect(signIns).toEqual([
      { ...said, automatic: false },
      { ...said, automatic: true },
    ])
  })

  test('[GW91] refused for good it stays where it is until somebody starts it again, with new credentials', async () => {
    const gateway = fakeGateway(syncs)
    let token = 'old'
    const { client, states } = clientAt(gateway, { credentials: () => ({ dialect: 'native', app: 1, token }) })
    client.start()
    await expect.poll(() => client.state).toBe('online')
    const kicked: object[] = []
    client.on('kicked', why => kicked.push(why))
    gateway.push({ type: 'kicked', why: 'replaced', by: 'ios' })
    gateway.close(4204, 'replaced')
    expect(states.at(-1)).toEqual({ state: 'refused', reason: { code: 4204, text: 'replaced', back: 'never' } })
    expect(kicked).toEqual([{ why: 'replaced', by: 'ios' }])
    await expect(client.conversations.list()).rejects.toMatchObject({ code: 'offline' })
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(gateway.opened()).toBe(1)
    token = 'new'
    client.start()
    await expect.poll(() => client.state).toBe('online')
    expect(gateway.asked.filter(each => each.do === 'signIn').map(each => each.with.token)).toEqual(['old', 'new'])
  })

  test('[GW91] a sync that is refused leads to a later attempt; one that the end cut off, to none of its own', async () => {
    let busy = true
    const gateway = fakeGateway(asked => (asked.do === 'sync' && busy ? 'store.unavailable' : nothingMissed))
    const { client, states } = clientAt(gateway)
    client.start()
    await expect.poll(() => client.state).toBe('offline')
    expect(states.at(-1)).toMatchObject({ reason: { code: 4100, back: 'later' } })
    expect(states.at(-1)?.wait).toBeGreaterThanOrEqual(30)
    busy = false
    await expect.poll(() => client.state).toBe('online')
    const silent = fakeGateway(() => undefined)
    const other = clientAt(silent)
    other.client.start()
    await expect.poll(() => other.client.state).toBe('syncing')
    silent.close(4001)
    expect(other.states.at(-1)).toMatchObject({ state: 'offline', reason: { code: 4001, back: 'now' } })
  })

  test('[GW91] credentials that cannot be had are asked for again; nobody comes back after a stop', async () => {
    const gateway = fakeGateway(syncs)
    let tries = 0
    const credentials = async () => {
      if (++tries < 3) throw new Error('no network')
      return { dialect: 'native', app: 1, token: 't' }
    }
    const { client } = clientAt(gateway, { credentials })
    client.start()
    await expect.poll(() => client.state).toBe('online')
    expect([tries, gateway.opened()]).toEqual([3, 1])
    gateway.close(1006)
    await client.stop()
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(gateway.opened()).toBe(1)
  })

  test('[GW92] frames and fields of newer servers do no harm; what is no frame at all ends the connection', async () => {
    const gateway = fakeGateway(syncs)
    const { client, states } = clientAt(gateway)
    const told: string[] = []
    for (const event of ['message', 'change', 'note', 'conversation', 'room', 'settings'] as const)
      client.on(event, () => told.push(event))
    client.start()
    await expect.poll(() => client.state).toBe('online')
    gateway.push({ type: 'hologram', conv: 1, seq: 4, rev: 9 })
    gateway.push({ type: 'reply', id: 999, ok: {} })
    gateway.push({ type: 'note', number: 1, kind: 'later', from: 'x', data: {}, more: 1 })
    expect(told).toEqual(['note'])
    expect(client.state).toBe('online')
    gateway.push('{"type":')
    expect(states.at(-1)).toMatchObject({ state: 'offline', reason: { code: 1007 } })
  })

  test('[GW92] a handler that fails keeps nobody else from what happened', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    const gateway = fakeGateway(syncs)
    const { client } = clientAt(gateway)
    const notes: number[] = []
    client.on('note', () => {
      throw new Error('faulty')
    })
    const off = client.on('note', ({ number }) => notes.push(number))
    client.start()
    await expect.poll(() => client.state).toBe('online')
    for (const number of [1, 2]) gateway.push({ type: 'note', number })
    off()
    gateway.push({ type: 'note', number: 3 })
    expect(notes).toEqual([1, 2])
    expect(errors).toHaveBeenCalledTimes(3)
    errors.mockRestore()
  })

  test('[GW93] what is asked while offline waits for the connection, and not for ever', async () => {
    vi.useFakeTimers()
    const gateway = fakeGateway(asked => (asked.do === 'sync' ? nothingMissed : { time: 5 }))
    let open = false
    const { client } = clientAt(gateway, {
      credentials: () => {
        if (!open) throw new Error('not yet')
        return { dialect: 'native', app: 1, token: 't' }
      },
    })
    client.start()
    const late = client.call('ping').catch(error => error.code)
    await vi.advanceTimersByTimeAsync(15_100)
    expect(await late).toBe('offline')
    const asked = client.call('ping')
    const many = Array.from({ length: 1200 }, () => client.call('ping').catch(error => error.code))
    open = true
    await vi.advanceTimersByTimeAsync(40_000)
    expect(await asked).toEqual({ time: 5 })
    const done = await Promise.all(many)
    expect(done.filter(each => each === 'offline').length).toBe(201)
    await expect(client.sendToUser('ben', 'now', { passing: true })).resolves.toEqual({ time: 5 })
    await client.stop()
    await expect(client.sendToUser('ben', 'now', { passing: true })).rejects.toMatchObject({ code: 'offline' })
    await expect(client.call('ping')).rejects.toMatchObject({ code: 'offline' })
  })

  test('[GW94] what was never loaded is not written over, and a message said while stopped is kept', async () => {
    const position = { conv: 7, seq: 3, rev: 1, read: 1, since: 1 }
    const outbox = [{ do: 'message.sendToUser', with: { client: 'early', to: 'ben', parts: [] } }]
    let kept = JSON.stringify({ user: 'ann', epoch: 'e', positions: [position], outbox })
    const storage = {
      load: () => new Promise<string>(resolve => setTimeout(resolve, 20, kept)),
      save: (text: string) => {
        kept = text
      },
    }
    const { client } = clientAt(fakeGateway(syncs), { storage })
    client.start()
    await client.stop()
    expect(JSON.parse(kept).positions).toEqual([position])
    const refused = client.sendToUser('ben', 'hi', { client: 'late' }).catch(error => error.code)
    await client.stop()
    expect(await refused).toBe('stopped')
    const { user, positions, outbox: waiting } = JSON.parse(kept)
    expect([user, positions]).toEqual(['ann', [position]])
    expect(waiting.map((each: { with: { client: string } }) => each.with.client)).toEqual(['early', 'late'])
  })

  test('[GW95] signed out it keeps nothing, and another user begins with nothing', async () => {
    let kept = ''
    const storage = {
      load: () => kept,
      save: (text: string) => {
        kept = text
      },
    }
    const gateway = fakeGateway(asked => (asked.do === 'message.sendToUser' ? 'store.unavailable' : syncs(asked)))
    const { client } = clientAt(gateway, { storage })
    client.start()
    await expect.poll(() => client.state).toBe('online')
    const unsent = client.sendToUser('ben', 'hi').catch(error => error.code)
    await expect.poll(() => kept).toContain('"hi"')
    await client.signOut()
    expect(await unsent).toBe('stopped')
    expect(gateway.asked.some(each => each.do === 'signOut')).toBe(true)
    expect([kept, client.state, client.user]).toEqual(['', 'stopped', undefined])
    kept = JSON.stringify({ user: 'somebody', epoch: 'e', positions: [], outbox: [{ do: 'x', with: { client: 'c' } }] })
    client.start()
    await expect.poll(() => client.state).toBe('online')
    await expect.poll(() => JSON.parse(kept)).toMatchObject({ user: 'ann', outbox: [] })
    expect(gateway.asked.some(each => each.do === 'x')).toBe(false)
  })
})
