import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { startTencent } from '../webhooks/tencent-setting.ts'
import { type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let app: App
let tencent: Vendor
let netease: Vendor
let volcengine: Vendor
let next = 7000

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  ;[tencent, netease, volcengine] = vendorsOf(server, app) as [Vendor, Vendor, Vendor]
})
afterAll(() => server.stop())

/** A device of a user whom NetEase makes, signed in by NetEase's token. */
async function phone(name: string) {
  const accid = String(next++)
  await netease.call('user/create.action', { accid, name, token: `token of ${accid}` })
  const device = await signIn(server, {
    dialect: 'netease',
    appKey: app.netease?.appKey,
    accid,
    token: `token of ${accid}`,
  })
  return { id: Number(accid), user: accid, device }
}

/** A device of a user whom Tencent makes, signed in by a UserSig. */
async function tablet(name: string) {
  const userid = String(next++)
  await tencent.register(userid, name)
  const device = await signIn(server, { dialect: 'tencent', sdkappid: app.id, userid, usersig: userSig(app, userid) })
  return { id: Number(userid), user: userid, device }
}

const friendIds = async (UserId: number) =>
  (await volcengine.call('ListFriend', { UserId })).FriendInfos.map(
    (each: { FriendUserId: number }) => each.FriendUserId,
  )
const text = (words: string) => ({ client: words, parts: [{ type: 'text', text: words }] })

test('[VO67] friends that Volcengine’s API makes are those of the other vendors’ users [volcengine AddFriend] [volcengine UpdateFriend] [volcengine DeleteFriend]', async () => {
  const [ann, bob] = [await tablet('Ann'), await phone('Bob')]
  await volcengine.call('AddFriend', { UserId: ann.id, FriendUserIds: [bob.id] })
  await netease.rename(bob.user, 'Robert')
  const FriendInfos = [{ FriendUserId: bob.id, Alias: 'my Bob' }]
  await volcengine.call('UpdateFriend', { UserId: ann.id, FriendInfos })
  expect(await ann.device.ask('friend.list')).toMatchObject({
    friends: [{ user: bob.user, remark: 'my Bob', who: { nick: 'Robert' } }],
  })
  expect(await bob.device.ask('friend.list')).toMatchObject({ friends: [{ user: ann.user, who: { nick: 'Ann' } }] })
  await bob.device.ask('friend.remove', { user: ann.user })
  expect([await friendIds(ann.id), await friendIds(bob.id)]).toEqual([[bob.id], []])
  await volcengine.call('DeleteFriend', { UserId: ann.id, DeleteUserIds: [bob.id] })
  expect(await ann.device.ask('friend.list')).toMatchObject({ friends: [] })
  for (const { device } of [ann, bob]) await device.close()
})

test('[VO67] whom Volcengine’s blacklist names does not reach the user from any vendor’s device, and is no less a friend [volcengine AddBlackList] [volcengine RemoveBlackList]', async () => {
  const [ann, bob] = [await tablet('Ann'), await phone('Bob')]
  await volcengine.call('AddFriend', { UserId: ann.id, FriendUserIds: [bob.id] })
  await volcengine.call('AddBlackList', { UserId: ann.id, BlackListInfos: [{ BlackListUserId: bob.id }] })
  expect(await ann.device.ask('block.list')).toMatchObject({ users: [{ user: bob.user }] })
  await expect(bob.device.ask('message.sendToUser', { to: ann.user, ...text('one') })).rejects.toThrow(
    'message.blocked',
  )
  await ann.device.ask('message.sendToUser', { to: bob.user, ...text('two') })
  for (const reader of [tencent, netease])
    expect((await reader.read(ann.user, bob.user)).map(line => line.text)).toEqual(['two'])
  expect(await bob.device.ask('friend.list')).toMatchObject({ friends: [{ user: ann.user }] })
  await volcengine.call('RemoveBlackList', { UserId: ann.id, BlackListUserIds: [bob.id] })
  await bob.device.ask('message.sendToUser', { to: ann.user, ...text('three') })
  for (const reader of [tencent, netease])
    expect((await reader.read(ann.user, bob.user)).map(line => line.text)).toEqual(['two', 'three'])
  for (const { device } of [ann, bob]) await device.close()
})

test('[VO67] a user whom Tencent deletes is gone from all lists [volcengine ListFriend] [volcengine GetBlackList] [volcengine IsFriend] [volcengine IsInBlackList]', async () => {
  const [ann, bob, cat] = [await tablet('Ann'), await tablet('Bob'), await tablet('Cat')]
  const of = { UserId: ann.id }
  await volcengine.call('AddFriend', { ...of, FriendUserIds: [bob.id, cat.id] })
  const BlackListInfos = [bob, cat].map(({ id }) => ({ BlackListUserId: id }))
  await volcengine.call('AddBlackList', { ...of, BlackListInfos })
  await tencent.call('im_open_login_svc/account_delete', { DeleteItem: [{ UserID: bob.user }] })
  expect(await friendIds(ann.id)).toEqual([cat.id])
  const page = await volcengine.call('GetBlackList', { ...of, Cursor: 0, Limit: 20 })
  expect(page.BlackListInfos).toMatchObject([{ BlackListUserId: cat.id, FriendUserInfo: { FriendUserId: cat.id } }])
  const { Infos } = await volcengine.call('IsFriend', { ...of, FriendUserIds: [bob.id, cat.id] })
  expect(Infos.map((each: { IsFriend: boolean }) => each.IsFriend)).toEqual([false, true])
  const { IsInBlackListInfos } = await volcengine.call('IsInBlackList', { ...of, BlackListUserIds: [bob.id, cat.id] })
  expect(IsInBlackListInfos).toEqual({ [bob.id]: false, [cat.id]: true })
  for (const { device } of [ann, cat]) await device.close()
})

test('[VO67] [VO61] Tencent’s back end hears of InboxType 0, and is asked nothing [volcengine AddFriend] [volcengine AddBlackList]', async () => {
  const told = ['FriendAdd', 'FriendDelete', 'BlackListAdd', 'BlackListDelete'].map(name => `Sns.Callback${name}`)
  const asked = 'Sns.CallbackPrevFriendAdd'
  const setting = await startTencent([...told, asked])
  const back = vendorsOf(setting.server, setting.app)[2] as Vendor
  const [one, two] = [71, 72]
  for (const InboxType of [7, 0]) {
    const of = { UserId: one, InboxType }
    await back.call('AddFriend', { ...of, FriendUserIds: [two] })
    await back.call('DeleteFriend', { ...of, DeleteUserIds: [two] })
    await back.call('AddBlackList', { ...of, BlackListInfos: [{ BlackListUserId: two }] })
    await back.call('RemoveBlackList', { ...of, BlackListUserIds: [two] })
  }
  const pair = (from: number, to: number) => ({ From_Account: String(from), To_Account: String(to) })
  const [added, deleted, blocked, freed] = await Promise.all(told.map(id => setting.heard(id)))
  expect(added).toMatchObject({
    PairList: [
      { ...pair(one, two), Initiator_Account: String(one) },
      { ...pair(two, one), Initiator_Account: String(one) },
    ],
    ForceFlag: 1,
  })
  expect(deleted).toMatchObject({ PairList: [pair(one, two), pair(two, one)] })
  for (const each of [blocked, freed]) expect(each).toMatchObject({ PairList: [pair(one, two)] })
  for (const id of told) expect(await setting.times(id)).toBe(1)
  expect(await setting.times(asked)).toBe(0)
  await setting.stop()
})
