import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nativeToken } from '../../../tests/support/native.ts'
import { startServer, type TestServer } from '../../../tests/support/server.ts'
import { connect, signIn } from '../../../tests/support/socket.ts'
import type { App } from '../../core/apps/model.ts'
import type { Call } from '../../core/call.ts'

let server: TestServer
let app: App
let rest: Call

beforeAll(async () => {
  server = await startServer({ apps: 2 })
  app = server.apps[0] as App
  rest = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }
})

afterAll(() => server.stop())

const word = (token: string, id = app.id) => ({ dialect: 'native', app: id, token })
const refused = (token: string, id?: number) => expect(signIn(server, word(token, id))).rejects
const now = () => Math.floor(Date.now() / 1000)

describe('tokens of the app itself', () => {
  test('[PR60] sign a user in, and make one who is not known yet', async () => {
    const ann = await signIn(server, word(nativeToken(app, 'ann')))
    expect(ann.frames[0]).toMatchObject({ type: 'welcome', user: 'ann' })
    const ben = await signIn(server, word(nativeToken(app, 'ben', { iat: undefined })))
    await ann.ask('message.sendToUser', { to: 'ben', client: 'c', parts: [{ type: 'text', text: 'hi' }] })
    expect(await ben.next('message')).toMatchObject({ sender: 'ann' })
    await Promise.all([ann.close(), ben.close()])
  })

  test('[PR61] are refused when anything about them is wrong', async () => {
    const good = nativeToken(app, 'ann')
    const [head, body, seal] = good.split('.') as [string, string, string]
    const forged = Buffer.from(JSON.stringify({ app: app.id, sub: 'ben', exp: now() + 60 })).toString('base64url')
    const wrong = [
      nativeToken(app, 'ann', {}, { secret: 'another secret of the same length as the right one' }),
      nativeToken(app, 'ann', {}, { alg: 'none' }),
      nativeToken(app, 'ann', {}, { alg: 'RS256' }),
      `${head}.${forged}.${seal}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${good}.x`,
      nativeToken(app, 'ann', { exp: undefined }),
      nativeToken(app, 'ann', { exp: 'tomorrow' }),
      nativeToken(app, 'ann', { app: app.id + 1 }),
      nativeToken(app, 'ann', { app: String(app.id) }),
      nativeToken(app, ''),
      nativeToken(app, 'a\u0000b'),
      nativeToken(app, 'x'.repeat(256)),
      '',
      'x.y.z',
      '..',
    ]
    for (const token of wrong) await refused(token).toThrow('user.token')
    // The same user and secret under another app's number.
    await refused(good, (server.apps[1] as App).id).toThrow('user.token')
    await refused(good, 1).toThrow('app.unknown')
    await refused('x'.repeat(4097)).toThrow('request.invalid')
    const socket = await connect(server)
    socket.ws.send(JSON.stringify({ id: 0, do: 'signIn', with: word(wrong[0] as string) }))
    expect(await socket.closed).toBe(4200)
  })

  test('[PR62] hold until `exp` and not before `nbf`, with a minute for clocks that differ', async () => {
    await (await signIn(server, word(nativeToken(app, 'ann', { exp: now() - 50 })))).close()
    await refused(nativeToken(app, 'ann', { exp: now() - 61 })).toThrow('caller.expired')
    await (await signIn(server, word(nativeToken(app, 'ann', { nbf: now() + 50, iat: now() + 50 })))).close()
    await refused(nativeToken(app, 'ann', { nbf: now() + 70 })).toThrow('caller.expired')
    await refused(nativeToken(app, 'ann', { iat: now() + 70 })).toThrow('caller.expired')
  })

  test('[PR63] nobody who is banned or was signed out everywhere comes in with an old one', async () => {
    await server.core.users.save(rest, [{ id: 'bad' }, { id: 'out' }], { existing: 'update' })
    await server.core.users.ban(rest, 'bad', true, { now: true })
    await refused(nativeToken(app, 'bad')).toThrow('user.banned')
    await server.core.users.signOut(rest, 'out')
    await refused(nativeToken(app, 'out', { iat: now() - 1 })).toThrow('user.kicked')
    await refused(nativeToken(app, 'out', { iat: undefined })).toThrow('user.kicked')
    await (await signIn(server, word(nativeToken(app, 'out', { iat: now() + 2 })))).close()
  })

  test('[PR61] an app without a secret takes none, nor does a disabled one', async () => {
    const other = server.apps[1] as App
    const token = nativeToken(other, 'ann')
    const { native } = other
    other.native = undefined
    await refused(token, other.id).toThrow('app.unknown')
    other.native = native
    other.disabled = true
    await refused(token, other.id).toThrow('app.disabled')
    other.disabled = false
    await (await signIn(server, word(token, other.id))).close()
  })
})
