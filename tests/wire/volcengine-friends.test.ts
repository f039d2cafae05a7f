import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import { unshown } from '../../src/dialects/volcengine/shapes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { callVolcengine } from '../support/volcengine.ts'
import { compare } from '../support/volcengine-catalogue.ts'

let server: TestServer
let app: App
let ahead = 0
let next = 1000
/** Every Result, by action. */
const answers = new Map<string, unknown[]>()

beforeAll(async () => {
  server = await startServer({ clock: () => Date.now() + ahead })
  app = server.apps[0] as App
})
afterAll(() => server.stop())

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
async function call(action: string, body: object): Promise<any> {
  const before = (draft: { date: Date }) => {
    draft.date = new Date(Date.now() + ahead)
  }
  const reply = await callVolcengine(server, app, action, { AppId: app.id, ...body }, { before })
  expect(reply.body.ResponseMetadata.Error).toBeUndefined()
  answers.set(action, [...(answers.get(action) ?? []), reply.body.Result])
  return reply.body.Result
}

/** Users nobody had before, registered. */
async function people(count: number): Promise<number[]> {
  const ids = Array.from({ length: count }, () => next++)
  await call('RegisterUsers', { Users: ids.map(UserId => ({ UserId, NickName: `user ${UserId}` })) })
  return ids
}

async function device(UserId: number): Promise<TestSocket> {
  const { Token: token } = await call('GetAppToken', { UserId, ExpireTime: 3_600_000 })
  return signIn(server, { dialect: 'volcengine', appId: app.id, token })
}

const noteOf = (socket: TestSocket, kind: string) => socket.next('note', frame => frame.kind === kind)
const say = (socket: TestSocket, to: number) =>
  socket.ask('message.sendToUser', { to: String(to), client: String(next++), parts: [{ type: 'text', text: 'hi' }] })
const friendsOf = async (UserId: number, more: object = {}) =>
  (await call('ListFriend', { UserId, ...more })).FriendInfos
const add = (UserId: number, FriendUserIds: number[], more: object = {}) =>
  call('AddFriend', { UserId, FriendUserIds, ...more })
const block = (UserId: number, user: number, more: object = {}) =>
  call('AddBlackList', { UserId, BlackListInfos: [{ BlackListUserId: user }], ...more })
const coreCall = (): Call => ({ app, admin: true, origin: { dialect: 'native', via: 'rest' } })

describe('[VO67] devices', () => {
  test('hear of friends who are added, described and removed, and see them [volcengine AddFriend] [volcengine UpdateFriend] [volcengine DeleteFriend]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const [mine, theirs] = [await device(one), await device(two)]
    await add(one, [two], { Ext: { met: 'school' } })
    expect(await noteOf(mine, 'friend.added')).toMatchObject({ from: String(one), data: { users: [String(two)] } })
    expect(await noteOf(theirs, 'friend.added')).toMatchObject({ from: String(one), data: { users: [String(two)] } })
    const listed = { user: String(two), ext: { met: 'school' }, who: { nick: `user ${two}` } }
    const { friends, number } = await mine.ask('friend.list')
    expect(friends).toMatchObject([listed])
    expect(await theirs.ask('friend.list')).toMatchObject({ friends: [{ user: String(one) }] })
    await call('UpdateFriend', { UserId: one, FriendInfos: [{ FriendUserId: two, Alias: 'Bob', Ext: { age: '9' } }] })
    expect(await noteOf(mine, 'friend.changed')).toMatchObject({ data: { users: [String(two)] } })
    const changed = { ...listed, remark: 'Bob', ext: { met: 'school', age: '9' } }
    expect(await mine.ask('friend.list', { since: number })).toMatchObject({ friends: [changed], gone: [] })
    const gone = await call('DeleteFriend', { UserId: one, DeleteUserIds: [two, one] })
    expect(gone.FailedInfos).toMatchObject([{ Code: 'NotFound.Friend', UserId: one }])
    expect(await noteOf(mine, 'friend.removed')).toMatchObject({ data: { users: [String(two)] } })
    expect(await noteOf(theirs, 'friend.removed')).toMatchObject({ from: String(one) })
    for (const socket of [mine, theirs]) expect(await socket.ask('friend.list')).toMatchObject({ friends: [] })
    for (const socket of [mine, theirs]) await socket.close()
  })

  test('what they ask, keep and block is shown to back ends [volcengine ListFriend] [volcengine IsFriend] [volcengine GetBlackList]', async () => {
    const [one, two, three] = (await people(3)) as [number, number, number]
    const mine = await device(one)
    await mine.ask('friend.add', { user: String(two), remark: 'Bob', both: false })
    await mine.ask('block.add', { user: String(three) })
    expect(await friendsOf(one)).toMatchObject([{ FriendUserId: two, Alias: 'Bob', Ext: {}, ApplyTime: 0 }])
    expect(await friendsOf(two)).toEqual([])
    const isFriend = async (UserId: number, other: number) =>
      (await call('IsFriend', { UserId, FriendUserIds: [other] })).Infos[0].IsFriend
    expect([await isFriend(one, two), await isFriend(two, one)]).toEqual([true, false])
    expect((await call('GetBlackList', { UserId: one, Cursor: 0, Limit: 20 })).BlackListInfos).toMatchObject([
      { BlackListUserId: three, BlackListUserExt: {} },
    ])
    await add(two, [one])
    expect([await isFriend(one, two), await isFriend(two, one)]).toEqual([true, true])
    expect(await friendsOf(one)).toMatchObject([{ Alias: 'Bob' }])
    await mine.close()
  })

  test('[VO61] a blacklist silences devices, which have InboxType 0 alone [volcengine AddBlackList] [volcengine RemoveBlackList]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const [mine, theirs] = [await device(one), await device(two)]
    await block(one, two, { InboxType: 7 })
    await say(theirs, one)
    await block(one, two)
    const entry = { list: 'block', users: [String(two)] }
    expect(await noteOf(mine, 'block.changed')).toMatchObject({ data: { ...entry, on: true } })
    await expect(say(theirs, one)).rejects.toThrow('message.blocked')
    expect(await say(mine, two)).toMatchObject({ seq: 2 })
    await call('RemoveBlackList', { UserId: one, BlackListUserIds: [two] })
    expect(await noteOf(mine, 'block.changed')).toMatchObject({ data: { ...entry, on: false } })
    expect(await say(theirs, one)).toMatchObject({ seq: 3 })
    for (const socket of [mine, theirs]) await socket.close()
  })

  test('[VO61] nothing of another InboxType is told or shown to them', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const mine = await device(one)
    const other = { InboxType: 7 }
    await add(one, [two], other)
    await call('UpdateFriend', { UserId: one, FriendInfos: [{ FriendUserId: two, Alias: 'x' }], ...other })
    await block(one, two, other)
    await call('DeleteFriend', { UserId: one, DeleteUserIds: [two], ...other })
    await block(one, two)
    expect(await noteOf(mine, 'block.changed')).toMatchObject({ number: 1 })
    expect(await mine.ask('friend.list')).toMatchObject({ friends: [], number: 1 })
    expect(mine.frames.filter(frame => frame.type === 'note')).toHaveLength(1)
    await mine.close()
  })
})

describe('[VO66] times', () => {
  test('are unix seconds: of the request, of the beginning and of the last change', async () => {
    const [one, two, three] = (await people(3)) as [number, number, number]
    const [mine, theirs] = [await device(one), await device(two)]
    const now = () => Math.floor((Date.now() + ahead) / 1000)
    const later = async (act: () => Promise<unknown>) => {
      ahead += 100_000
      const from = now()
      await act()
      return { from, to: now() }
    }
    const asked = await later(() => mine.ask('friend.add', { user: String(two), ask: true }))
    const made = await later(() => theirs.ask('friend.answer', { user: String(one), accept: true }))
    const changed = await later(() =>
      call('UpdateFriend', { UserId: one, FriendInfos: [{ FriendUserId: two, Alias: 'x' }] }),
    )
    const within = (time: number, { from, to }: { from: number; to: number }) => {
      expect(time).toBeGreaterThanOrEqual(from)
      expect(time).toBeLessThanOrEqual(to)
    }
    const [friend] = await friendsOf(one)
    within(friend.ApplyTime, asked)
    within(friend.CreateTime, made)
    within(friend.ModifyTime, changed)
    expect((await friendsOf(two))[0]).toMatchObject({ ApplyTime: friend.ApplyTime, CreateTime: friend.CreateTime })

    const blocked = await later(() => block(one, two))
    const BlackListInfos = [{ BlackListUserId: two, BlackListUserExt: { a: '1' } }]
    const extended = await later(() => call('UpdateBlackList', { UserId: one, BlackListInfos }))
    const [entry] = (await call('GetBlackList', { UserId: one, Cursor: 0, Limit: 1 })).BlackListInfos
    within(entry.CreateTime, blocked)
    within(entry.ModifyTime, extended)
    expect(entry.FriendUserInfo).toEqual(friend)

    const direct = await later(() => add(one, [three]))
    const [, added] = await friendsOf(one)
    expect(added.ApplyTime).toBe(0)
    within(added.CreateTime, direct)
    within(added.ModifyTime, direct)
    for (const socket of [mine, theirs]) await socket.close()
  })
})

test('[VO60] a request that waits ends when the back end makes friends, and nobody is asked', async () => {
  const [one, two] = (await people(2)) as [number, number]
  const [mine, theirs] = [await device(one), await device(two)]
  await mine.ask('friend.add', { user: String(two), ask: true })
  expect(await theirs.ask('friend.requests')).toMatchObject({ requests: [{ user: String(one) }] })
  await add(two, [one])
  expect(await theirs.ask('friend.requests')).toEqual({ requests: [] })
  expect(await friendsOf(one)).toMatchObject([{ FriendUserId: two }])
  for (const socket of [mine, theirs]) await socket.close()
})

test('[VO60] of many calls at once each makes what is not there yet', async () => {
  const [one, ...others] = (await people(13)) as [number, ...number[]]
  const ten = others.slice(0, 10)
  const replies = await Promise.all([
    ...Array.from({ length: 10 }, () => add(one, ten)),
    ...ten.map(other => add(other, [one])),
    ...others.slice(10).map(other => add(one, [other])),
  ])
  expect(replies).toEqual(replies.map(() => ({ FailedInfos: [] })))
  const page = await call('ListFriend', { UserId: one, NeedTotal: true })
  expect(page).toMatchObject({ HasMore: false, TotalCount: 12 })
  expect(page.FriendInfos.map((each: { FriendUserId: number }) => each.FriendUserId).sort()).toEqual(others)
  for (const other of others) expect(await friendsOf(other)).toHaveLength(1)
})

test('[VO60] a place that is missing on either side fails for that one', async () => {
  const [one, two, three] = (await people(3)) as [number, number, number]
  const full = async (user: number, left: number) => {
    const drafts = Array.from({ length: 3000 - left }, (_, i) => ({ user: `x${i}` }))
    await server.core.friends.add(coreCall(), String(user), drafts, { imported: true, strangers: true })
  }
  await full(one, 1)
  await full(two, 0)
  const of = (Code: string, UserId: number) => ({ Code, Message: expect.any(String), UserId })
  expect((await add(one, [two, three, three + 1])).FailedInfos).toEqual([
    of('OperationDenied.OtherFriendLimit', two),
    of('OperationDenied.FriendLimit', three + 1),
  ])
  expect((await friendsOf(one, { Cursor: 2999, NeedTotal: true })).length).toBe(1)
  expect(await friendsOf(three)).toMatchObject([{ FriendUserId: one }])
  const blocks = Array.from({ length: 999 }, (_, i) => ({ user: `x${i}` }))
  await server.core.friends.blocks.add(coreCall(), String(one), blocks, 'block', { strangers: true })
  const BlackListInfos = [two, three].map(BlackListUserId => ({ BlackListUserId }))
  expect((await call('AddBlackList', { UserId: one, BlackListInfos })).FailedInfos).toEqual([
    of('OperationDenied.BlackListLimit', three),
  ])
})

test('[VO65] an Ext above 16 KiB fails for that friend or entry alone', async () => {
  const [one, two, three] = (await people(3)) as [number, number, number]
  const large = 'x'.repeat(16 * 1024 - 1)
  const tooLarge = (UserId: number) => ({ Code: 'InvalidParameter.Ext', Message: expect.any(String), UserId })
  expect((await add(one, [two, three], { Ext: { ab: large } })).FailedInfos).toEqual([two, three].map(tooLarge))
  expect(await friendsOf(one)).toEqual([])
  await add(one, [two, three], { Ext: { a: large } })
  const FriendInfos = [
    { FriendUserId: two, Ext: { b: '1' } },
    { FriendUserId: three, Ext: { a: 'y' } },
    { FriendUserId: two, Ext: { c: '1' } },
  ]
  expect((await call('UpdateFriend', { UserId: one, FriendInfos })).FailedInfos).toEqual([tooLarge(two)])
  expect(await friendsOf(one)).toMatchObject([{ Ext: { a: large } }, { Ext: { a: 'y' } }])
  const BlackListInfos = [
    { BlackListUserId: two, BlackListUserExt: { ab: large } },
    { BlackListUserId: three, BlackListUserExt: { a: large } },
  ]
  expect((await call('AddBlackList', { UserId: one, BlackListInfos })).FailedInfos).toEqual([tooLarge(two)])
  const updates = [{ BlackListUserId: three, BlackListUserExt: { b: '' } }]
  expect((await call('UpdateBlackList', { UserId: one, BlackListInfos: updates })).FailedInfos).toEqual([
    tooLarge(three),
  ])
  const { BlackListInfos: entries } = await call('GetBlackList', { UserId: one, Cursor: 0, Limit: 20 })
  expect(entries).toMatchObject([{ BlackListUserId: three, BlackListUserExt: { a: large } }])
})

test('[VO30] whom only a text names shows as 0, with all that is kept about them', async () => {
  const [one] = (await people(1)) as [number]
  const { friends } = server.core
  await server.core.users.save(coreCall(), [{ id: 'ann' }], { existing: 'update' })
  const before = unshown.count
  await friends.add(coreCall(), String(one), [{ user: 'ann', remark: 'Ann' }], { how: 'direct' })
  await friends.blocks.add(coreCall(), String(one), [{ user: 'ann', ext: { a: '1' } }], 'block')
  const friend = { FriendUserId: 0, Alias: 'Ann' }
  expect(await friendsOf(one)).toMatchObject([friend])
  expect((await call('GetBlackList', { UserId: one, Cursor: 0, Limit: 20 })).BlackListInfos).toMatchObject([
    { BlackListUserId: 0, BlackListUserExt: { a: '1' }, FriendUserInfo: friend },
  ])
  expect(unshown.count).toBe(before + 3)
})

test('a deleted user is in nobody’s list from that moment on', async () => {
  const [one, two, three] = (await people(3)) as [number, number, number]
  await add(one, [two, three], { Ext: { a: '1' } })
  await block(one, two)
  await server.core.users.remove(coreCall(), [String(two)])
  expect(await friendsOf(one)).toMatchObject([{ FriendUserId: three }])
  expect((await call('IsInBlackList', { UserId: one, BlackListUserIds: [two] })).IsInBlackListInfos).toEqual({
    [two]: false,
  })
  const total = async () => (await call('ListFriend', { UserId: one, NeedTotal: true })).TotalCount
  await expect.poll(total).toBe(1)
  await add(one, [two])
  expect(await friendsOf(one)).toMatchObject([{ FriendUserId: three }, { FriendUserId: two, Ext: {} }])
})

test('answers have the fields and types of the catalogue, and all of them', () => {
  const actions = ['DeleteFriend', 'UpdateFriend', 'ListFriend', 'IsFriend', 'AddFriend']
  const lists = ['UpdateBlackList', 'GetBlackList', 'IsInBlackList', 'AddBlackList', 'RemoveBlackList']
  for (const action of [...actions, ...lists]) {
    const compared = (answers.get(action) ?? []).map(answer => compare(action, answer))
    expect(compared, action).not.toEqual([])
    expect(new Set(compared.flatMap(each => each.odd)), action).toEqual(new Set())
    const [first, ...others] = compared.map(each => each.missing)
    const never = (first ?? []).filter(name => others.every(missing => missing.includes(name)))
    expect(never, action).toEqual([])
  }
})
