import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Call } from '../../src/core/call.ts'
import { codes } from '../../src/gateway/codes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { openWord, trusting } from '../support/trusting.ts'

let server: TestServer
let rest: Call
let witness: TestSocket
let conv: number

const limits = {
  rate: 100,
  burst: 200,
  unsigned: 5000,
  dropFrom: 64 * 1024,
  closeFrom: 512 * 1024,
  grace: 200,
}

beforeAll(async () => {
  server = await startServer({ signIns: [trusting], gateway: limits })
  rest = { app: server.apps[0] as Call['app'], admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  await server.core.users.save(
    rest,
    ['ann', 'ben', 'eve'].map(id => ({ id })),
    { existing: 'update' },
  )
  const members = ['ann', 'ben', 'eve'].map(user => ({ user }))
  conv = (await server.core.groups.create(rest, { kind: 'group', name: 'g', owner: 'ann', members })).group.id
  witness = await as('ann')
})

afterAll(async () => {
  await witness.ask('ping')
  await server.stop()
})

function as(user: string) {
  return signIn(server, openWord(rest.app, user))
}

const text = (words: string) => [{ type: 'text' as const, text: words }]

describe('frames that nobody should send', () => {
  test('[GW20] what is no frame ends its socket only', async () => {
    const deep = `{"id":1,"do":"ping","with":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    for (const bad of ['', 'nonsense', '[]', 'null', '3', '{"id":{},"do":"ping"}', '{"do":"ping"}', '{"id":1}', deep]) {
      const eve = await as('eve')
      eve.ws.send(bad)
      expect([bad.slice(0, 20), await eve.closed]).toEqual([bad.slice(0, 20), codes.protocol.code])
    }
    const binary = await as('eve')
    binary.ws.send(Buffer.from('{"id":1,"do":"ping"}'))
    expect(await binary.closed).toBe(codes.protocol.code)
    await witness.ask('ping')
  })

  test('[GW21] a frame above 64 KiB is not read', async () => {
    const eve = await as('eve')
    eve.ws.send(JSON.stringify({ id: 1, do: 'ping', with: { fill: 'x'.repeat(64 * 1024) } }))
    expect(await eve.closed).toBe(1009)
  })

  test('[GW22] wrong fields and unknown operations are refused and change nothing', async () => {
    const eve = await as('eve')
    const wrong: [string, object, string][] = [
      ['message.sendToUser', { to: 'ben', client: 'c' }, 'request.invalid'],
      ['message.sendToUser', { to: 'ben', parts: text('no client id') }, 'request.invalid'],
      ['message.sendToUser', { to: 5, client: 'c', parts: text('x') }, 'request.invalid'],
      ['message.sendToUser', { to: 'nobody', client: 'c', parts: text('x') }, 'user.missing'],
      ['message.sendToGroup', { conv: `${conv}`, client: 'c', parts: text('x') }, 'request.invalid'],
      ['message.sendToGroup', { conv: 2 ** 53, client: 'c', parts: text('x') }, 'request.invalid'],
      ['message.sendToGroup', { conv: 7, client: 'c', parts: text('x') }, 'group.missing'],
      [
        'message.sendToGroup',
        { conv, client: 'c', parts: [{ type: 'notice', what: 'left', by: 'ann' }] },
        'request.invalid',
      ],
      ['history.read', { conv, limit: 101 }, 'request.invalid'],
      ['history.read', { conv, before: 3, after: 1 }, 'request.invalid'],
      ['history.read', { conv: 12 }, 'conversation.missing'],
      [
        'sync',
        {
          positions: [
            { conv: 2, seq: 0, rev: 0 },
            { conv: 1, seq: 0, rev: 0 },
          ],
        },
        'request.invalid',
      ],
      [
        'sync',
        { positions: Array.from({ length: 201 }, (_, i) => ({ conv: i + 1, seq: 0, rev: 0 })) },
        'request.invalid',
      ],
      ['user.get', { users: [] }, 'request.invalid'],
      ['__proto__', {}, 'operation.unknown'],
      ['signIn', openWord(rest.app, 'ann'), 'operation.unknown'],
    ]
    for (const [operation, input, code] of wrong)
      await expect(eve.ask(operation, input), `${operation} ${JSON.stringify(input)}`.slice(0, 80)).rejects.toThrow(
        code,
      )
    expect((await eve.ask('history.read', { conv })).messages).toEqual([])
    expect((await eve.ask('user.get', { users: ['ben', 'nobody'], unknown: 1 })).users).toEqual([{ user: 'ben' }])
    await eve.close()
  })

  test('[GW23] the sender is always the signed-in user, with their rights', async () => {
    const eve = await as('eve')
    const sent = await eve.ask('message.sendToGroup', {
      conv,
      client: 'me',
      parts: text('hi'),
      from: 'ann',
      sender: 'ann',
    })
    const { messages } = (await eve.ask('history.read', { conv })) as { messages: { seq: number; sender: string }[] }
    expect(messages.find(message => message.seq === sent.seq)?.sender).toBe('eve')
    const other = (
      await server.core.groups.create(rest, { kind: 'group', name: 'o', owner: 'ann', members: [{ user: 'ben' }] })
    ).group.id
    for (const operation of ['history.read', 'conversation.read'])
      await expect(eve.ask(operation, { conv: other })).rejects.toThrow('conversation.missing')
    for (const operation of ['group.get', 'group.members'])
      await expect(eve.ask(operation, { conv: other })).rejects.toThrow('group.missing')
    const outside = { conv: other, client: 'x', parts: text('x') }
    await expect(eve.ask('message.sendToGroup', outside)).rejects.toThrow('member.missing')
    const said = await server.core.send.toGroup(rest, conv, { from: 'ann', parts: text('annoying') })
    await expect(eve.ask('message.recall', { conv, seq: said.seq })).rejects.toThrow('group.role')
    await expect(eve.ask('message.recall', { conv: other, seq: 1 })).rejects.toThrow('conversation.missing')
    expect(await witness.ask('message.recall', { conv, seq: sent.seq })).toEqual({})
    await server.core.users.ban(rest, 'eve', true, { now: false })
    await expect(eve.ask('message.sendToGroup', { conv, client: 'b', parts: text('b') })).rejects.toThrow('user.banned')
    await expect(eve.ask('message.sendToUser', { to: 'ben', client: 'b', parts: text('b') })).rejects.toThrow(
      'user.banned',
    )
    await server.core.users.ban(rest, 'eve', false, { now: false })
    await eve.close()
  })

  test('[GW24] a device that sends too fast is told so, then closed', async () => {
    const eve = await as('eve')
    for (let i = 1; i <= 250; i++) eve.ws.send(JSON.stringify({ id: i, do: 'ping' }))
    const over = await eve.next('reply', frame => 'err' in frame)
    expect(over.err).toMatchObject({ code: 'rate.exceeded' })
    for (let i = 0; i < 400; i++) eve.ws.send(JSON.stringify({ id: i, do: 'ping' }))
    expect(await eve.closed).toBe(codes.flooding.code)
    await witness.ask('ping')
  })

  test('[GW26] a device that reads nothing loses passing messages, then its socket; nobody else waits', async () => {
    const ben = await as('ben')
    ben.ws.pause()
    const big = text('x'.repeat(20_000))
    const before = server.gateway.stats()
    let rounds = 0
    while (server.gateway.stats().slow === before.slow && rounds++ < 2000) {
      const delivery = rounds % 2 ? ('passing' as const) : ('stored' as const)
      await server.core.send.toUser(rest, 'ben', { from: 'eve', parts: big, delivery })
      if (rounds % 10 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    const after = server.gateway.stats()
    expect(after.slow).toBe(before.slow + 1)
    expect(after.dropped).toBeGreaterThan(before.dropped)
    await witness.ask('ping')
    await expect.poll(() => server.gateway.stats().users).toBe(1)
    ben.ws.terminate()
    // What it missed is kept: it resumes.
    const again = await as('ben')
    const { conversations } = (await again.ask('sync', { positions: [] })) as { conversations: { seq: number }[] }
    expect(Math.max(...conversations.map(each => each.seq))).toBe(Math.floor(rounds / 2))
    await again.close()
  })

  test('[GW27] a silent socket is asked for a sign of life and cut without one', async () => {
    const other = await startServer({
      signIns: [trusting],
      store: server.store,
      accounts: server.accounts,
      gateway: { heartbeat: 60 },
    })
    const alive = await signIn(other, openWord(rest.app, 'ann'))
    const dead = new WebSocket(`ws://127.0.0.1:${other.port}/gateway`, { autoPong: false })
    const [code] = await once(dead, 'close')
    expect(code).toBe(codes.silent.code)
    await new Promise(resolve => setTimeout(resolve, 150))
    await alive.ask('ping')
    expect(other.gateway.stats().sockets).toBe(1)
    await alive.close()
    await other.stop()
  })
})
