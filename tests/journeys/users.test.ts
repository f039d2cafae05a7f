import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { writable } from '../support/exact-json.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let vendors: Vendor[]
let tencent: Vendor
let netease: Vendor
let volcengine: Vendor

beforeAll(async () => {
  server = await startServer()
  vendors = vendorsOf(server, server.apps[0] as App)
  ;[tencent, netease, volcengine] = vendors as [Vendor, Vendor, Vendor]
})

afterAll(() => server.stop())

const nicks = (user: string) => Promise.all(vendors.map(vendor => vendor.nickOf(user)))

describe('a user of one vendor is everybody’s', () => {
  test('[XD2] made by each, renamed by each, seen by all', async () => {
    let id = 5000
    for (const maker of vendors)
      for (const changer of vendors) {
        const user = String(++id)
        expect(await nicks(user)).toEqual([undefined, undefined, undefined])
        await maker.register(user, `by ${maker.name}`)
        expect(await nicks(user)).toEqual(Array(3).fill(`by ${maker.name}`))
        await changer.rename(user, `now by ${changer.name}`)
        expect(await nicks(user)).toEqual(Array(3).fill(`now by ${changer.name}`))
      }
  })

  test('[XD2] fields that several vendors have are one field', async () => {
    await netease.call('user/create.action', {
      accid: '6001',
      name: 'Ann',
      icon: 'http://a/1.png',
      gender: 2,
      sign: 'hello',
    })
    await volcengine.call('BatchUpdateUser', { Users: [{ UserId: 6001, Portrait: 'http://a/2.png', Tags: ['vip'] }] })
    const tags = ['Nick', 'Image', 'Gender', 'SelfSignature'].map(name => `Tag_Profile_IM_${name}`)
    const { UserProfileItem } = await tencent.call('profile/portrait_get', { To_Account: ['6001'], TagList: tags })
    expect(UserProfileItem[0].ProfileItem).toEqual([
      { Tag: 'Tag_Profile_IM_Nick', Value: 'Ann' },
      { Tag: 'Tag_Profile_IM_Image', Value: 'http://a/2.png' },
      { Tag: 'Tag_Profile_IM_Gender', Value: 'Gender_Type_Female' },
      { Tag: 'Tag_Profile_IM_SelfSignature', Value: 'hello' },
    ])
    const ProfileItem = [{ Tag: 'Tag_Profile_IM_SelfSignature', Value: '' }]
    await tencent.call('profile/portrait_set', { From_Account: '6001', ProfileItem })
    const [card] = (await netease.call('user/getUinfos.action', { accids: '["6001"]' })).uinfos
    expect(card).toMatchObject({ name: 'Ann', icon: 'http://a/2.png', gender: 2 })
    expect(card.sign ?? '').toBe('')
  })
})

describe('ids that not everybody can say', () => {
  test('[XD3] NetEase folds case: the exact lower-case id first, else the first that was made', async () => {
    await tencent.register('Ann', 'big')
    expect(await netease.nickOf('ann')).toBe('big')
    expect(await netease.nickOf('ANN')).toBe('big')
    await tencent.register('aNN', 'second')
    expect(await netease.nickOf('aNN')).toBe('big')
    await netease.rename('ANN', 'renamed')
    expect(await tencent.nickOf('Ann')).toBe('renamed')
    expect(await tencent.nickOf('aNN')).toBe('second')
    expect(await tencent.nickOf('ann')).toBeUndefined()
    await expect(netease.register('ann', 'x')).rejects.toMatchObject({ code: 414 })
    await tencent.register('ann', 'small')
    expect(await netease.nickOf('Ann')).toBe('small')
  })

  test('[XD3] NetEase makes ids in lower case, and Tencent finds them only so', async () => {
    await netease.register('Bob', 'Bob')
    expect(await tencent.nickOf('bob')).toBe('Bob')
    expect(await tencent.nickOf('Bob')).toBeUndefined()
  })

  test.each([
    ['1', 1],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 9223372036854775807n],
    ['9223372036854775808', 0],
    ['0', 0],
    ['007', 0],
    ['+7', 0],
    ['-7', 0],
    ['1.5', 0],
    ['carol', 0],
    ['用户', 0],
    ['a b', 0],
  ])('[XD4] Volcengine shows %s as %s, beside its text', async (user, number) => {
    await tencent.register(user, `nick of ${user}`)
    const group = await tencent.call('group_open_http_svc/create_group', {
      Type: 'Public',
      Name: 'ids',
      Owner_Account: user,
    })
    const { ConversationInfos } = await volcengine.call('GetUserConversations', {
      ParticipantUserIdStr: user,
      Cursor: 0,
      Limit: 20,
    })
    const id = ConversationInfos[0].ConversationShortId
    expect(ConversationInfos[0]).toMatchObject({ OwnerUserId: number, OwnerUserIdStr: user })
    await tencent.call('group_open_http_svc/send_group_msg', {
      GroupId: group.GroupId,
      From_Account: user,
      Random: 1,
      MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi' } }],
    })
    const { Messages } = await volcengine.call('GetConversationMessages', {
      ConversationShortId: id,
      Cursor: 0,
      Limit: 20,
    })
    expect(Messages.at(-1)).toMatchObject({ Sender: number, SenderStr: user })
    await volcengine.call('SendMessage', {
      ConversationShortId: id,
      SenderStr: user,
      Sender: 0,
      MsgType: 10001,
      Content: '{"text":"back"}',
    })
    const page = { GroupId: group.GroupId, ReqMsgNumber: 1 }
    const [newest] = (await tencent.call('group_open_http_svc/group_msg_get_simple', page)).RspMsgList
    expect(newest).toMatchObject({ From_Account: user, MsgBody: [{ MsgContent: { Text: 'back' } }] })
    if (number !== 0) {
      const { Users, NotFoundUsers } = await volcengine.call('BatchGetUser', { UserIds: [writable(number)] })
      expect(Users).toMatchObject([{ UserId: number, NickName: `nick of ${user}` }])
      expect(NotFoundUsers).toEqual([])
    }
    expect(await netease.nickOf(user)).toBe(`nick of ${user}`)
  })

  test('[XD4] a member whom Volcengine cannot name is counted and shown as 0, never as somebody else', async () => {
    await tencent.register('4001', 'number')
    await tencent.register('dora', 'letters')
    await netease.makeGroup('mixed', '4001', ['dora'])
    const { ConversationInfos } = await volcengine.call('GetUserConversations', {
      ParticipantUserId: 4001,
      Cursor: 0,
      Limit: 20,
    })
    const [info] = ConversationInfos
    expect(info).toMatchObject({ Name: 'mixed', MemberCount: 2 })
    const { Participants } = await volcengine.call('BatchGetConversationParticipant', {
      ConversationShortId: info.ConversationShortId,
      ParticipantUserIds: [4001],
    })
    expect(Participants).toHaveLength(1)
  })
})
