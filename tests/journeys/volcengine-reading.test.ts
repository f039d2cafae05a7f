import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { findGroup, type Named, type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let app: App
let tencent: Vendor
let netease: Vendor
let volcengine: Vendor

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  ;[tencent, netease, volcengine] = vendorsOf(server, app) as [Vendor, Vendor, Vendor]
  await tencent.call('im_open_login_svc/multiaccount_import', { Accounts: ['1001', '1002', '1003'] })
})
afterAll(() => server.stop())

/** How Tencent and NetEase show a member. */
async function shown(group: Named, user: string) {
  const { MemberList } = await tencent.call('group_open_http_svc/get_group_member_info', { GroupId: group.alias })
  const { tinfo } = await netease.call('team/queryDetail.action', { tid: group.id })
  const all = [...tinfo.admins, ...tinfo.members] as {
    accid: string
    nick: string
    mute: boolean
    pushEnable: boolean
  }[]
  const team = all.find(each => each.accid === user)
  const isAdmin = tinfo.admins.some((each: { accid: string }) => each.accid === user)
  const member = MemberList.find((each: { Member_Account: string }) => each.Member_Account === user)
  return { member, team, isAdmin }
}

const modify = (group: Named, info: object) =>
  volcengine.call('BatchModifyConversationParticipant', {
    ...{ ConversationShortId: group.id, Operator: 1001 },
    ParticipantInfos: [{ ParticipantUserId: 1002, ...info }],
  })

test.each(['tencent', 'netease', 'volcengine'])(
  '[VO88] in a group of %s a member is changed, and muted for the others too',
  async name => {
    const maker = [tencent, netease, volcengine].find(each => each.name === name) as Vendor
    await maker.makeGroup(`of ${name}`, '1001', ['1002', '1003'])
    const group = await findGroup(server, app, '1001', `of ${name}`)
    await tencent.sayInGroup(group, '1002', 'before')
    const BlockTime = Math.floor(Date.now() / 1000) + 600
    await modify(group, { BlockTime, Role: 2, NickName: 'two' })
    expect(await shown(group, '1002')).toMatchObject({
      member: { MuteUntil: BlockTime, Role: 'Admin', NameCard: 'two' },
      team: { mute: true, nick: 'two' },
      isAdmin: true,
    })
    await expect(tencent.sayInGroup(group, '1002', 'x')).rejects.toMatchObject({ code: 10017 })
    await tencent.sayInGroup(group, '1003', 'still')
    await modify(group, { BlockTime: 0 })
    expect(await shown(group, '1002')).toMatchObject({
      member: { MuteUntil: 0, Role: 'Member' },
      team: { mute: false, nick: 'two' },
      isAdmin: false,
    })
    await tencent.sayInGroup(group, '1002', 'again')
    const { Count } = await volcengine.call('GetConversationUserCount', { ConversationShortId: group.id })
    expect(Count).toBe((await netease.group(group))?.members.length)
  },
)

test('[VO91] [VO92] do-not-disturb and the read index of a member are those that the others show', async () => {
  await tencent.makeGroup('quiet', '1001', ['1002', '1003'])
  const group = await findGroup(server, app, '1001', 'quiet')
  const own = { ConversationShortId: group.id, ParticipantUserId: 1002 }
  expect(await shown(group, '1002')).toMatchObject({
    member: { MsgFlag: 'AcceptAndNotify' },
    team: { pushEnable: true },
  })
  await volcengine.call('ModifyConversationSetting', { ConversationSettingInfo: { ...own, IsMute: true } })
  expect(await shown(group, '1002')).toMatchObject({
    member: { MsgFlag: 'AcceptNotNotify' },
    team: { pushEnable: false },
  })
  await tencent.sayInGroup(group, '1001', 'read me')
  const [line] = await volcengine.readGroup(group, '1001')
  const { Messages } = await volcengine.call('GetMessages', { ConversationShortId: group.id, MessageIds: [line?.key] })
  const ReadIndex = Messages[0].IndexInConversation
  await volcengine.call('ModifyParticipantReadIndex', { ...own, ReadIndex })
  expect((await shown(group, '1002')).member.MsgSeq).toBe(ReadIndex)
  const asked = { ConversationShortId: group.id, MessageIds: [line?.key] }
  const { ReadReceipt } = await volcengine.call('GetMessagesReadReceipt', asked)
  expect(ReadReceipt).toMatchObject([{ ReadUserIds: [1002], UnReadUserIds: [1003] }])
  await volcengine.call('ModifyConversationSetting', { ConversationSettingInfo: own })
  expect(await shown(group, '1002')).toMatchObject({
    member: { MsgFlag: 'AcceptAndNotify' },
    team: { pushEnable: true },
  })
})
