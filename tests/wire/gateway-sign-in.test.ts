import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Call } from '../../src/core/call.ts'
import { Fault, type Reason, reasons } from '../../src/core/errors.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { codes, endingOf } from '../../src/gateway/codes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { connect, signIn } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call

beforeAll(async () => {
  server = await startServer({
    signIns: [trusting],
    devices: { rule: 'all', each: 1, most: 3 },
    gateway: { signIn: 300, unsigned: 20 },
  })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  const people = ['ann', 'ben', 'bad', 'gone', 'out', 'many', 'race'].map(id => ({ id }))
  await server.core.users.save(rest, people, { existing: 'update' })
})

afterAll(() => server.stop())

const word = (user: string) => openWord(rest.app, user)

async function refused(credentials: object): Promise<{ code: string; close: number }> {
  const socket = await connect(server)
  socket.ws.send(JSON.stringify({ id: 'in', do: 'signIn', with: credentials }))
  const reply = await socket.next('reply')
  return { code: (reply.err as { code: string }).code, close: await socket.closed }
}

describe('signing in', () => {
  test('[GW1] is answered with who it is, the session, the epoch and the time', async () => {
    const before = Date.now()
    const socket = await signIn(server, { ...word('ann'), platform: 'web', device: 'd1' })
    const welcome = socket.frames[0]
    expect(welcome).toEqual({
      type: 'welcome',
      id: 0,
      user: 'ann',
      session: expect.any(String),
      epoch: server.store.epoch,
      time: expect.any(Number),
      heartbeat: 25_000,
      notes: 0,
      settings: 0,
      broadcasts: 0,
    })
    expect(welcome?.time as number).toBeGreaterThanOrEqual(before)
    const [sessions] = await server.core.presence.of(rest.app.id, ['ann'])
    expect(sessions).toMatchObject([{ id: welcome?.session, platform: 'web', device: 'd1' }])
    await socket.close()
  })

  test('[GW2] is refused for wrong credentials with a code that says never', async () => {
    const signature = { code: 'caller.signature', close: codes.refused.code }
    expect(await refused({ ...word('ann'), word: 'wrong' })).toEqual(signature)
    expect(await refused({ dialect: 'unheard', user: 'ann' })).toEqual({ code: 'caller.unknown', close: 4200 })
    expect(await refused(word('nobody'))).toEqual({ code: 'user.missing', close: 4200 })
    expect(await refused({ user: 'ann' })).toEqual({ code: 'request.invalid', close: 4200 })
    await server.core.users.ban(rest, 'bad', true, { now: true })
    expect(await refused(word('bad'))).toEqual({ code: 'user.banned', close: 4200 })
  })

  test('[GW3] says later for what may pass, never for everything else', () => {
    const later = Object.keys(reasons).filter(reason => endingOf(new Fault(reason as Reason)).code < 4200)
    expect(later.sort()).toEqual([
      'app.disabled',
      'internal',
      'rate.exceeded',
      'store.conflict',
      'store.unavailable',
      'time.out',
    ])
    expect(endingOf(new TypeError('ours'))).toBe(codes.unavailable)
  })

  test('[GW4] must come first and in time', async () => {
    const early = await connect(server)
    early.ws.send(JSON.stringify({ id: 1, do: 'history.read', with: { conv: 1 } }))
    expect(await early.closed).toBe(codes.protocol.code)
    const idle = await connect(server)
    expect(await idle.closed).toBe(codes.late.code)
  })

  test('[GW5] kicked, banned or removed users lose their sockets, with the reason', async () => {
    const out = await signIn(server, word('out'))
    await server.core.users.ban(rest, 'out', true, { now: true, text: 'spam' })
    expect(await out.next('kicked')).toEqual({ type: 'kicked', why: 'banned', text: 'spam' })
    expect(await out.closed).toBe(codes.banned.code)
    const [ben, ann] = await Promise.all([signIn(server, word('ben')), signIn(server, word('ann'))])
    await server.core.users.signOut(rest, 'ben')
    expect(await ben.closed).toBe(codes.kicked.code)
    const gone = await signIn(server, word('gone'))
    await server.core.users.remove(rest, ['gone'])
    expect(await gone.closed).toBe(codes.removed.code)
    await ann.ask('ping')
    await ann.close()
  })

  test('[GW6] somebody banned while signing in does not stay', async () => {
    let proofs = 0
    const slow: Dialect = {
      ...trusting,
      name: 'tencent',
      async signIn(core, credentials) {
        const signed = await (trusting.signIn as NonNullable<Dialect['signIn']>)(core, credentials, '')
        // The ban falls between the proof and the moment from which the gateway hears of bans.
        if (++proofs === 1) await core.users.ban(rest, 'race', true, { now: true })
        return signed
      },
    }
    const other = await startServer({ signIns: [slow], store: server.store, accounts: server.accounts })
    try {
      await expect(signIn(other, { ...word('race'), dialect: 'tencent' })).rejects.toThrow('user.banned')
    } finally {
      await other.stop()
    }
  })

  test('[GW7] the oldest socket of a user gives way to the newest', async () => {
    const first = await signIn(server, word('many'))
    const rest3 = [await signIn(server, word('many')), await signIn(server, word('many'))]
    rest3.push(await signIn(server, word('many')))
    expect(await first.closed).toBe(codes.replaced.code)
    for (const socket of rest3) await socket.ask('ping')
    await Promise.all(rest3.map(socket => socket.close()))
  })

  test('[GW8] upgrades elsewhere and too many unsigned sockets are refused', async () => {
    const elsewhere = new WebSocket(`ws://127.0.0.1:${server.port}/other`)
    expect(await statusOf(elsewhere)).toContain('404')
    const idle = await Promise.all(Array.from({ length: 20 }, () => connect(server)))
    const more = new WebSocket(`ws://127.0.0.1:${server.port}/gateway`)
    expect(await statusOf(more)).toContain('503')
    await Promise.all(idle.map(socket => socket.closed))
    await (await signIn(server, word('ann'))).close()
  })

  test('[GW9] a stopping server tells its devices to come back', async () => {
    const other = await startServer({ signIns: [trusting], store: server.store, accounts: server.accounts })
    const socket = await signIn(other, word('ann'))
    await other.stop()
    expect(await socket.closed).toBe(codes.restart.code)
    expect((await server.core.presence.of(rest.app.id, ['ann'])).flat()).toEqual([])
  })
})

function statusOf(socket: WebSocket): Promise<string> {
  return new Promise(resolve => socket.once('error', error => resolve(error.message)))
}
