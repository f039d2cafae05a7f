import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { findGroup, type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let app: App
let vendors: Vendor[]
let tencent: Vendor
let netease: Vendor
let volcengine: Vendor

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  vendors = vendorsOf(server, app)
  ;[tencent, netease, volcengine] = vendors as [Vendor, Vendor, Vendor]
  await tencent.call('im_open_login_svc/multiaccount_import', { Accounts: ['1001', '1002', '1003', '1004'] })
})

afterAll(() => server.stop())

const views = (group: Awaited<ReturnType<typeof findGroup>>) =>
  Promise.all(vendors.map(async vendor => [vendor.name, await vendor.group(group)]))

const seenByAll = (shown: object | undefined) => vendors.map(vendor => [vendor.name, shown])

describe('a group', () => {
  test('[XD7] made by each, changed and dismissed by each, is the same to all at every step', async () => {
    for (const maker of vendors)
      for (const changer of vendors) {
        const name = `${maker.name}, ${changer.name}`
        await maker.makeGroup(name, '1001', ['1002', '1003'])
        const group = await findGroup(server, app, '1001', name)
        expect(await views(group)).toEqual(seenByAll({ name, owner: '1001', members: ['1001', '1002', '1003'] }))
        await changer.removeMember(group, '1001', '1002')
        expect(await views(group)).toEqual(seenByAll({ name, owner: '1001', members: ['1001', '1003'] }))
        // Nobody in a Public group may bring others in, and NetEase's calls have the rights of the user they name.
        const adder = maker === tencent && changer === netease ? volcengine : changer
        await adder.addMember(group, '1001', '1004')
        await changer.renameGroup(group, '1001', 'renamed')
        expect(await views(group)).toEqual(
          seenByAll({ name: 'renamed', owner: '1001', members: ['1001', '1003', '1004'] }),
        )
        await changer.dismiss(group, '1001')
        expect(await views(group)).toEqual(seenByAll(undefined))
        for (const vendor of vendors)
          await expect(vendor.sayInGroup(group, '1001', 'anybody?'), vendor.name).rejects.toMatchObject({
            name: 'Refused',
          })
      }
  })

  test('[XD7] what a vendor set decides for all: invitations stay off in the name of the owner until they are allowed', async () => {
    await tencent.makeGroup('closed', '1001', [])
    const group = await findGroup(server, app, '1001', 'closed')
    await expect(netease.addMember(group, '1001', '1002')).rejects.toMatchObject({ code: 802 })
    const open = { GroupId: group.alias, InviteJoinOption: 'FreeAccess' }
    await tencent.call('group_open_http_svc/modify_group_base_info', open)
    await netease.addMember(group, '1001', '1002')
    expect(await views(group)).toEqual(seenByAll({ name: 'closed', owner: '1001', members: ['1001', '1002'] }))
    await netease.dismiss(group, '1001')
  })

  test('[XD7] its members’ lists of groups agree', async () => {
    await netease.makeGroup('listed', '1004', [])
    const mine = async (user: string) => {
      const asked = { Member_Account: user, WithNoActiveGroups: 1, ResponseFilter: { GroupBaseInfoFilter: ['Name'] } }
      const joined = await tencent.call('group_open_http_svc/get_joined_group_list', asked)
      const { infos } = await netease.call('team/joinTeams.action', { accid: user })
      const page = { ParticipantUserId: Number(user), Cursor: 0, Limit: 20 }
      const { ConversationInfos } = await volcengine.call('GetUserConversations', page)
      return [
        joined.GroupIdList.map((each: { Name: string }) => each.Name).sort(),
        infos.map((each: { tname: string }) => each.tname).sort(),
        ConversationInfos.map((each: { Name: string }) => each.Name).sort(),
      ]
    }
    expect(await mine('1004')).toEqual([['listed'], ['listed'], ['listed']])
    expect(await mine('1002')).toEqual([[], [], []])
  })
})

describe('kinds', () => {
  const make: Record<string, () => Promise<unknown>> = {}
  const byTencent = (Type: string) => () =>
    tencent.call('group_open_http_svc/create_group', { Type, Name: `kind ${Type}`, Owner_Account: '1001' })
  for (const type of ['Private', 'Work', 'Public', 'ChatRoom', 'Meeting', 'AVChatRoom', 'Community'])
    make[type] = byTencent(type)
  make.team = () => netease.makeGroup('kind team', '1001', [])
  for (const type of [2, 100])
    make[String(type)] = () =>
      volcengine.call('CreateConversation', {
        ConversationCoreInfo: { ConversationType: type, Name: `kind ${type}` },
        OwnerUserId: 1001,
      })

  test.each([
    ['Private', 'Private', true, 2],
    ['Work', 'Private', true, 2],
    ['Public', 'Public', true, 2],
    ['ChatRoom', 'ChatRoom', false, 2],
    ['Meeting', 'ChatRoom', false, 2],
    ['AVChatRoom', 'AVChatRoom', false, 100],
    ['Community', 'Community', false, 2],
    ['team', 'Public', true, 2],
    ['2', 'Public', true, 2],
    ['100', 'AVChatRoom', false, 100],
  ])(
    '[XD8] %s is %s to Tencent, a team to NetEase: %s, and of type %s to Volcengine',
    async (kind, type, isTeam, of) => {
      await make[kind]?.()
      const name = `kind ${kind}`
      const all = { Limit: 10_000, Next: 0 }
      const { GroupIdList } = await tencent.call('group_open_http_svc/get_appid_group_list', all)
      const { GroupInfo } = await tencent.call('group_open_http_svc/get_group_info', {
        GroupIdList: GroupIdList.map(idOf),
      })
      const info = GroupInfo.find((each: { Name: string }) => each.Name === name)
      expect(info).toMatchObject({ Type: type, Owner_Account: '1001' })
      const ofType = await tencent.call('group_open_http_svc/get_appid_group_list', { ...all, GroupType: type })
      expect(ofType.GroupIdList.map(idOf)).toContain(info.GroupId)

      const page = { ParticipantUserId: 1001, Cursor: 0, Limit: 20, DataType: of === 100 ? 2 : 0 }
      const { ConversationInfos } = await volcengine.call('GetUserConversations', page)
      const found = ConversationInfos.find((each: { Name: string }) => each.Name === name)
      expect(found).toMatchObject({ ConversationType: of, OwnerUserId: 1001 })

      const { infos } = await netease.call('team/joinTeams.action', { accid: '1001' })
      expect(infos.some((each: { tname: string }) => each.tname === name)).toBe(isTeam)
      const asked = netease.call('team/query.action', { tids: JSON.stringify([found.ConversationShortId]), ope: 0 })
      if (isTeam) expect((await asked).tinfos[0]).toMatchObject({ tname: name, owner: '1001' })
      else await expect(asked).rejects.toMatchObject({ code: 803 })
    },
  )
})

const idOf = (each: { GroupId: string }) => each.GroupId
