import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { codes } from '../../src/gateway/codes.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { connect, signIn } from '../support/socket.ts'
import { agedSig, callTencent, userSig } from '../support/tencent.ts'
import { callVolcengine } from '../support/volcengine.ts'

let server: TestServer
let app: App

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
})

afterAll(() => server.stop())

const tencent = (user: string, usersig = userSig(app, user)) => ({
  dialect: 'tencent',
  sdkappid: app.id,
  userid: user,
  usersig,
})

async function closeOf(credentials: object): Promise<number> {
  const socket = await connect(server)
  socket.ws.send(JSON.stringify({ id: 1, do: 'signIn', with: credentials }))
  return socket.closed
}

describe('the credentials of each dialect', () => {
  test('[GW16] UserSig, accid with token and app token sign the same user in, and their messages meet', async () => {
    await callTencent(server, app, 'im_open_login_svc/account_import', { UserID: '71' })
    await callNetease(server, app, 'user/update.action', { accid: '71', token: 'secret71' })
    const given = { AppId: app.id, UserId: 71, ExpireTime: 60_000 }
    const { Token: token } = (await callVolcengine(server, app, 'GetAppToken', given)).body.Result
    const devices = [
      await signIn(server, tencent('71')),
      await signIn(server, { dialect: 'netease', appKey: app.netease?.appKey, accid: '71', token: 'secret71' }),
      await signIn(server, { dialect: 'volcengine', appId: app.id, token }),
    ]
    expect(devices.map(device => device.frames[0]?.user)).toEqual(['71', '71', '71'])

    await callTencent(server, app, 'im_open_login_svc/account_import', { UserID: '72' })
    const body = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'from a server' } }]
    const fields = { From_Account: '72', To_Account: '71', MsgRandom: 5, MsgBody: body }
    const sent = await callTencent(server, app, 'openim/sendmsg', fields)
    expect(sent.body).toMatchObject({ ActionStatus: 'OK' })
    for (const device of devices)
      expect(await device.next('message')).toMatchObject({
        sender: '72',
        parts: [{ type: 'text', text: 'from a server' }],
      })

    const { MsgKey } = sent.body as { MsgKey: string }
    const recall = { From_Account: '72', To_Account: '71', MsgKey }
    expect((await callTencent(server, app, 'openim/admin_msgwithdraw', recall)).body).toMatchObject({
      ActionStatus: 'OK',
    })
    for (const device of devices) expect(await device.next('change')).toMatchObject({ what: 'recall', seq: 1 })
    await Promise.all(devices.map(device => device.close()))
  })

  test('[GW16] wrong ones of each dialect are refused for good', async () => {
    const wrong = [
      tencent('71', 'nonsense'),
      tencent('71', agedSig(app, '71', 7200, 3600)),
      tencent('71', userSig(app, '72')),
      { ...tencent('71'), sdkappid: 5 },
      { dialect: 'netease', appKey: app.netease?.appKey, accid: '71', token: 'guess' },
      { dialect: 'netease', appKey: 'unknown', accid: '71', token: 'secret71' },
      { dialect: 'volcengine', appId: app.id, token: 'm1.e30.AAAA' },
      { dialect: 'volcengine', token: 'm1' },
    ]
    for (const credentials of wrong) expect(await closeOf(credentials)).toBe(codes.refused.code)
  })

  test('[GW17] a kick of one dialect ends the sockets that another signed in', async () => {
    await callTencent(server, app, 'im_open_login_svc/account_import', { UserID: '73' })
    const device = await signIn(server, tencent('73'))
    await callNetease(server, app, 'user/block.action', { accid: '73', needkick: 'true' })
    expect(await device.closed).toBe(codes.banned.code)
    expect(await closeOf(tencent('73'))).toBe(codes.refused.code)
  })
})
