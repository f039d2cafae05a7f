import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { openWord, trusting } from '../support/trusting.ts'
import { type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let app: App
let tencent: Vendor
let volcengine: Vendor
let live: number

const groups = 'group_open_http_svc'

beforeAll(async () => {
  server = await startServer({ signIns: [trusting] })
  app = server.apps[0] as App
  ;[tencent, , volcengine] = vendorsOf(server, app) as [Vendor, Vendor, Vendor]
  await tencent.call('im_open_login_svc/multiaccount_import', { Accounts: ['1001', '1002', '1003'] })
  await tencent.call(`${groups}/create_group`, {
    Type: 'AVChatRoom',
    Name: 'stage',
    GroupId: 'stage',
    Owner_Account: '1001',
  })
  const own = { ParticipantUserId: 1001, Cursor: 0, Limit: 20, DataType: 2 }
  live = (await volcengine.call('GetUserConversations', own)).ConversationInfos[0].ConversationShortId
})
afterAll(() => server.stop())

/** A device that signed in with another vendor's credentials, in the room. */
async function inside(user: string, credentials: object = openWord(app, user)): Promise<TestSocket> {
  const device = await signIn(server, credentials)
  await device.ask('room.enter', { conv: live })
  return device
}

const tencentUser = (user: string) => ({
  dialect: 'tencent',
  sdkappid: app.id,
  userid: user,
  usersig: userSig(app, user),
})

let said = 0
const say = (From_Account: string) =>
  tencent.call(`${groups}/send_group_msg`, {
    GroupId: 'stage',
    From_Account,
    Random: ++said,
    MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: `words ${said}` } }],
  })
const silent = { code: 10017 }

describe('[VO82] an AVChatRoom of Tencent is a live group of Volcengine', () => {
  test('whoever is muted in one is silent in the other', async () => {
    await say('1002')
    await volcengine.call('BatchAddBlockParticipants', {
      ConversationShortId: live,
      ParticipantBlockInfos: { 1002: 600 },
    })
    await expect(say('1002')).rejects.toMatchObject(silent)
    await say('1003')
    await volcengine.call('BatchDeleteBlockParticipants', { ConversationShortId: live, ParticipantUserIds: [1002] })
    await say('1002')
  })

  test('those on the whitelist of one speak while the other is muted for all', async () => {
    await tencent.call(`${groups}/modify_group_base_info`, { GroupId: 'stage', MuteAllMember: 'On' })
    await expect(say('1002')).rejects.toMatchObject(silent)
    const listed = { ConversationShortId: live, Operator: 1001, ParticipantUserIds: [1002] }
    await volcengine.call('BatchAddWhitelistParticipant', listed)
    await say('1002')
    await expect(say('1003')).rejects.toMatchObject(silent)
    const managers = { ConversationShortId: live, Operator: 1001, ManagerUserIds: [1003] }
    await volcengine.call('BatchAddManager', managers)
    await say('1003')
    await volcengine.call('BatchRemoveManager', {
      ConversationShortId: live,
      Operator: 1001,
      RemoveManagerUserIds: [1003],
    })
    await expect(say('1003')).rejects.toMatchObject(silent)
    await tencent.call(`${groups}/modify_group_base_info`, { GroupId: 'stage', MuteAllMember: 'Off' })
    await say('1003')
  })

  test('devices of both vendors see the marks, and whoever is banned by one goes from both', async () => {
    const [two, three] = [await inside('1002', tencentUser('1002')), await inside('1003')]
    const infos = { ParticipantInfos: [{ UserId: 1002, NickName: 'two', Marks: ['vip'] }] }
    await volcengine.call('BatchUpdateLiveParticipants', { ConversationShortId: live, ...infos })
    expect(await three.next('described')).toMatchObject({ user: '1002', nick: 'two', marks: ['vip'] })
    await volcengine.call('MarkConversation', { ConversationShortId: live, MarkTypes: ['hot'] })
    expect(await two.ask('room.info', { conv: live })).toMatchObject({ marks: ['hot'], online: 2 })
    const ban = { ParticipantBlockInfos: { 1002: 600 }, BlockAction: 1 }
    await volcengine.call('BatchAddBlockParticipants', { ConversationShortId: live, ...ban })
    expect(await two.next('room', ({ here }) => here === false)).toMatchObject({ why: 'banned' })
    await expect(inside('1002')).rejects.toThrow('group.banned')
    expect(await three.ask('room.info', { conv: live })).toMatchObject({ online: 1 })
    for (const device of [two, three]) await device.close()
  })
})
