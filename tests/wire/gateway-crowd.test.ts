import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { codes } from '../../src/gateway/codes.ts'
import { partsOf } from '../../src/lib/parts.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { connect, signIn } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call
/** As long as it is set, the app does not answer when it is asked whether a message may be sent. */
let held: Promise<void> | undefined
let asked = 0

beforeAll(async () => {
  server = await startServer({
    signIns: [trusting],
    gateway: { rate: 1_000_000, burst: 1_000_000, underWay: 4, heartbeat: 1000 },
    ask: async (point, _call, draft) => {
      if (point === 'message.direct') {
        asked++
        await held
      }
      return draft
    },
  })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  for (const users of partsOf(['ann', 'ben', 'here', ...comers], 100))
    await server.core.users.save(
      rest,
      users.map(id => ({ id })),
      { existing: 'update' },
    )
})
afterAll(() => server.stop())

const comers = Array.from({ length: 300 }, (_, i) => `u${i}`)
const word = (user: string) => openWord(rest.app, user)
/** From where on the ids of such frames are no other's. */
const first = 1_000_000
const send = (id: number) => {
  const parts = [{ type: 'text', text: 'x'.repeat(100) }]
  return JSON.stringify({ id, do: 'message.sendToUser', with: { to: 'ben', client: `c${id}`, parts } })
}

describe('a device that asks much', () => {
  test('[GW120] has so many operations under way; what comes beyond waits in its order and is not refused', async () => {
    const [ann, ben] = await Promise.all([signIn(server, word('ann')), signIn(server, word('ben'))])
    let answer = () => {}
    held = new Promise(resolve => {
      answer = resolve
    })
    // More than one read of the socket brings.
    const count = 3000
    for (let i = 0; i < count; i++) ann.ws.send(send(first + i))
    await expect.poll(() => asked).toBe(4)
    await ben.ask('ping')
    expect(asked).toBe(4)
    held = undefined
    answer()
    const replies = () => ann.frames.filter(frame => frame.type === 'reply' && Number(frame.id) >= first)
    await expect.poll(() => replies().length, { timeout: 20_000 }).toBe(count)
    expect(replies().filter(frame => 'err' in frame)).toEqual([])
    const heard = () => ben.frames.filter(frame => frame.type === 'message')
    await expect.poll(() => heard().length, { timeout: 5000 }).toBe(count)
    expect(heard().map(frame => frame.client)).toEqual(Array.from({ length: count }, (_, i) => `c${first + i}`))
    // It is read again afterwards.
    await ann.ask('ping')
    await Promise.all([ann.close(), ben.close()])
  }, 40_000)

  test('[GW120] is not cut as silent while it waits; signed out, it goes, and what waits is not done', async () => {
    const ann = await signIn(server, word('ann'))
    let answer = () => {}
    held = new Promise(resolve => {
      answer = resolve
    })
    asked = 0
    for (let id = 5001; id <= 5200; id++) ann.ws.send(send(id))
    await expect.poll(() => asked).toBe(4)
    await new Promise(resolve => setTimeout(resolve, 2500))
    expect(ann.ws.readyState).toBe(ann.ws.OPEN)
    await server.core.users.signOut(rest, 'ann')
    expect(await ann.closed).toBe(codes.kicked.code)
    held = undefined
    answer()
    await expect.poll(async () => (await server.core.presence.of(rest.app.id, ['ann'])).flat()).toEqual([])
    expect(asked).toBe(4)
  })
})

describe('many who come at once', () => {
  test('[GW122] sign in one after another, and none is late because others came first', async () => {
    const slow: Dialect = {
      ...trusting,
      name: 'tencent',
      async signIn(...asked) {
        // Work that nothing else can go beside.
        for (const end = performance.now() + 5; performance.now() < end; );
        return (trusting.signIn as NonNullable<Dialect['signIn']>)(...asked)
      },
    }
    const gateway = { signIn: 500 }
    const other = await startServer({ signIns: [slow], store: server.store, accounts: server.accounts, gateway })
    try {
      const sockets = await Promise.all(comers.slice(0, 100).map(() => connect(other)))
      sockets.forEach(({ ws }, i) => {
        ws.send(JSON.stringify({ id: 0, do: 'signIn', with: { ...word(comers[i] as string), dialect: 'tencent' } }))
      })
      const welcomed = await Promise.all(sockets.map(socket => socket.next('welcome')))
      expect(welcomed.map(frame => frame.user)).toEqual(comers.slice(0, 100))
      await Promise.all(sockets.map(socket => socket.close()))
    } finally {
      await other.stop()
    }
  })

  test('[GW121] are let in, and who is here is answered meanwhile', async () => {
    const here = await signIn(server, word('here'))
    let inside = 0
    const comings = comers.map(async user => {
      const socket = await signIn(server, word(user))
      inside++
      return socket
    })
    const answered: number[] = []
    while (inside < comers.length) {
      await here.ask('ping')
      answered.push(inside)
    }
    const sockets = await Promise.all(comings)
    expect(new Set(answered).size).toBeGreaterThan(10)
    expect((await server.core.presence.of(rest.app.id, comers)).every(found => found.length === 1)).toBe(true)
    await Promise.all([here, ...sockets].map(socket => socket.close()))
  })

  test('[GW124] go a few at a time, and who is here is answered meanwhile', async () => {
    const here = await signIn(server, word('here'))
    const sockets = await Promise.all(comers.map(user => signIn(server, word(user))))
    await expect.poll(() => server.gateway.stats().users).toBe(1 + comers.length)
    for (const { ws } of sockets) ws.terminate()
    const left = new Set<number>()
    while (server.gateway.stats().users > 1) {
      await here.ask('ping')
      left.add(server.gateway.stats().users)
    }
    expect(left.size).toBeGreaterThan(5)
    await expect.poll(async () => (await server.core.presence.of(rest.app.id, comers)).flat()).toEqual([])
    await here.close()
  })

  test('[GW121] wait for a server that is busy, and none has to try again', async context => {
    if (mostWaiting() < connections) context.skip(`this system lets no ${connections} connections wait`)
    const done = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(connecting, { eval: true, workerData: { port: server.port, connections, done } })
    await new Promise(resolve => worker.once('message', resolve))
    const began = performance.now()
    worker.postMessage('go')
    // The server has no turn until all are connected, or the time is over.
    Atomics.wait(done, 0, 0, 10_000)
    expect(done[0]).toBe(connections)
    expect(performance.now() - began).toBeLessThan(5000)
    await worker.terminate()
  }, 20_000)
})

/** A thread that opens so many connections at once, and counts once all are made. One that is not let wait comes again after 1 s. */
const connecting = `
  const { parentPort, workerData: { port, connections, done } } = require('node:worker_threads')
  const { connect } = require('node:net')
  parentPort.once('message', () => {
    let made = 0
    for (let i = 0; i < connections; i++)
      connect(port, '127.0.0.1', () => {
        if (++made < connections) return
        Atomics.store(done, 0, made)
        Atomics.notify(done, 0)
      }).on('error', () => {})
  })
  parentPort.postMessage('ready')
`
const connections = 1500

/** How many connections the system lets wait for a server. */
function mostWaiting(): number {
  try {
    return Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'))
  } catch {
    return 0
  }
}
