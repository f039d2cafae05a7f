import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { callVolcengine } from '../support/volcengine.ts'
import { compare } from '../support/volcengine-catalogue.ts'
import { liveBodies } from '../support/volcengine-live.ts'

let server: TestServer
let app: App
let live = 0
let ahead = 0
const devices: TestSocket[] = []
/** Every answer of every action that was called, for the last test. */
const answers = new Map<string, unknown[]>()

beforeAll(async () => {
  server = await startServer({ clock: () => Date.now() + ahead })
  app = server.apps[0] as App
  await call('RegisterUsers', { Users: [1, 2, 3, 4].map(UserId => ({ UserId })) })
})
beforeEach(async () => {
  await Promise.all(devices.splice(0).map(device => device.close()))
  live = await make({ ConversationType: 100 })
})
afterAll(() => server.stop())

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
async function call(action: string, body: object): Promise<any> {
  const reply = await callVolcengine(server, app, action, { AppId: app.id, ...body })
  if (reply.status !== 200) throw new Error(reply.body.ResponseMetadata.Error.Code)
  answers.set(action, [...(answers.get(action) ?? []), reply.body.Result])
  return reply.body.Result
}

const of = (action: string, body: object = {}) => call(action, { ConversationShortId: live, ...body })
const make = async (core: object): Promise<number> =>
  (await call('CreateConversation', { ConversationCoreInfo: core, OwnerUserId: 1 })).ConversationShortId

/** A device of a user, with a token of the vendor's own. */
async function device(UserId: number | string): Promise<TestSocket> {
  const user = typeof UserId === 'number' ? { UserId } : { UserIdStr: UserId }
  const { Token: token } = await call('GetAppToken', { ...user, ExpireTime: 3_600_000 })
  const made = await signIn(server, { dialect: 'volcengine', appId: app.id, token })
  devices.push(made)
  return made
}

/** One that is in the live group. */
async function inside(UserId: number | string, shown = {}): Promise<TestSocket> {
  const made = await device(UserId)
  await made.ask('room.enter', { conv: live, ...shown })
  return made
}

let words = 0
const say = (who: TestSocket, conv = live) =>
  who.ask('message.sendToGroup', { conv, client: `c${++words}`, parts: [{ type: 'text', text: `w${words}` }] })
const change = (who: TestSocket, detail: object) =>
  who.next('change', frame => JSON.stringify(frame.detail) === JSON.stringify(detail))
const online = (body: object = {}) =>
  of('ScanConversationParticipantList', { Cursor: 0, Limit: 20, ScanOnlineParticipant: true, ...body })
const idsOf = (page: { Participants: { ParticipantUserId: number }[] }) =>
  page.Participants.map(each => each.ParticipantUserId)

describe('[VO81] a live group is a live room', () => {
  test('that devices enter and leave; only those inside are online', async () => {
    const counts = async () => {
      const asked = { ConversationShortId: [live], SkipMemberCount: false }
      const [info] = (await call('BatchGetConversations', asked)).ConversationCoreInfos
      return [info.MemberCount, info.OnlineCount]
    }
    expect(await counts()).toEqual([1, 0])
    const two = await inside(2)
    await inside('ann')
    const three = await inside(3)
    expect(await counts()).toEqual([1, 3])
    await of('BatchAddManager', { Operator: 1, ManagerUserIds: [2, 4] })
    expect(await counts()).toEqual([3, 3])
    await two.ask('room.leave', { conv: live })
    await three.close()
    await expect.poll(counts).toEqual([3, 1])
    await of('BatchRemoveManager', { Operator: 1, RemoveManagerUserIds: [2] })
    expect(await counts()).toEqual([2, 1])
    const skipped = { ConversationShortId: [live], SkipMemberCount: true }
    const [info] = (await call('BatchGetConversations', skipped)).ConversationCoreInfos
    expect([info.MemberCount, info.OnlineCount]).toEqual([undefined, 1])
    const own = { ParticipantUserId: 1, Cursor: 0, Limit: 1, DataType: 2 }
    expect((await call('GetUserConversations', own)).ConversationInfos).toMatchObject([
      { ConversationShortId: live, MemberCount: 2, OnlineCount: 1 },
    ])
  })

  test('where a muted user is silent until it ends or is lifted [volcengine BatchAddBlockParticipants]', async () => {
    const [two, three] = [await inside(2), await inside(3)]
    await say(two)
    await of('BatchAddBlockParticipants', { ParticipantBlockInfos: { 2: 60, 3: 60 } })
    const told = await three.next('change', frame => JSON.stringify(frame.users) === '["2","3"]')
    const { mutedUntil } = (told.detail as { member: { mutedUntil: number } }).member
    expect(Math.abs(mutedUntil - Date.now() - ahead - 60_000)).toBeLessThan(10_000)
    await expect(say(two)).rejects.toThrow('user.muted')
    expect((await online()).Participants).toMatchObject([
      { ParticipantUserId: 3, BlockTime: Math.floor(mutedUntil / 1000) },
      { ParticipantUserId: 2, BlockTime: Math.floor(mutedUntil / 1000) },
    ])
    await of('BatchDeleteBlockParticipants', { ParticipantUserIds: [2] })
    await change(two, { member: { mutedUntil: 0 } })
    await say(two)
    await expect(say(three)).rejects.toThrow('user.muted')
    ahead += 61_000
    await say(three)
    expect((await of('BatchGetBlockParticipants', { Cursor: 0, Limit: 20 })).Participants).toEqual([])
  })

  test('[RM20] where lifting a mute also ends one that a manager laid for a while [volcengine BatchDeleteBlockParticipants]', async () => {
    const [one, two] = [await inside(1), await inside(2)]
    await one.ask('room.mute', { conv: live, user: '2', seconds: 600 })
    await expect(say(two)).rejects.toThrow('user.muted')
    expect((await online()).Participants[0].BlockTime).toBeGreaterThan(0)
    expect(await of('BatchDeleteBlockParticipants', { ParticipantUserIds: [2, 1] })).toEqual({
      FailedParticipantUserIds: [1],
      FailedParticipantUserIdsStr: ['1'],
    })
    await say(two)
    expect((await online()).Participants[0].BlockTime).toBe(0)
  })

  test('that a banned user is sent out of, and does not come into [volcengine BatchAddBlockParticipants]', async () => {
    const two = await inside(2)
    await of('BatchAddBlockParticipants', { ParticipantBlockInfos: { 2: 60, 4: 60 }, BlockAction: 1 })
    expect(await two.next('room', ({ here }) => here === false)).toMatchObject({ why: 'banned' })
    await expect(two.ask('room.enter', { conv: live })).rejects.toThrow('group.banned')
    await expect(inside(4)).rejects.toThrow('group.banned')
    const asked = { ParticipantUserIds: [4], BlockAction: 1 }
    await of('BatchDeleteBlockParticipants', asked)
    await inside(4)
    ahead += 61_000
    await two.ask('room.enter', { conv: live })
    expect(idsOf(await online())).toEqual([2, 4])
  })

  test('where those on the whitelist speak while it is muted for all [volcengine BatchAddWhitelistParticipant] [volcengine BatchRemoveWhitelistParticipant]', async () => {
    const [one, two, three] = [await inside(1), await inside(2, { nick: 'two', avatar: 'a' }), await inside(3)]
    await of('BatchAddWhitelistParticipant', { Operator: 77, ParticipantUserIds: [2] })
    expect(await change(two, { member: { allowed: true } })).toMatchObject({ users: ['2'], by: '77' })
    await one.ask('room.muteAll', { conv: live, on: true })
    await say(one)
    await say(two)
    await expect(say(three)).rejects.toThrow('group.muted')
    await of('BatchUpdateLiveParticipants', { ParticipantInfos: [{ UserId: 2, Ext: { k: 'v' }, Marks: ['vip'] }] })
    expect((await of('BatchGetWhitelistParticipant', { Cursor: 0, Limit: 20 })).Participants).toMatchObject([
      { ParticipantUserId: 2, NickName: 'two', AvatarUrl: 'a', Ext: { k: 'v' }, Marks: ['vip'], Operator: 77 },
    ])
    await of('BatchRemoveWhitelistParticipant', { Operator: 78, ParticipantUserIds: [2] })
    expect(await change(two, { member: { allowed: false } })).toMatchObject({ users: ['2'], by: '78' })
    await expect(say(two)).rejects.toThrow('group.muted')
  })

  test('whose managers keep order [volcengine BatchAddManager] [volcengine BatchRemoveManager]', async () => {
    const [two, three] = [await inside(2), await inside(3)]
    await expect(two.ask('room.kick', { conv: live, users: ['3'] })).rejects.toThrow('group.role')
    await of('BatchAddManager', { Operator: 77, ManagerUserIds: [2] })
    expect(await change(two, { member: { role: 'manager' } })).toMatchObject({ users: ['2'], by: '77' })
    expect((await online()).Participants).toMatchObject([{ Role: 0 }, { Role: 2 }])
    await two.ask('room.kick', { conv: live, users: ['3'] })
    expect(await three.next('room', ({ here }) => here === false)).toMatchObject({ why: 'kicked' })
    await of('BatchRemoveManager', { Operator: 78, RemoveManagerUserIds: [2] })
    expect(await change(two, { member: { role: 'guest' } })).toMatchObject({ users: ['2'], by: '78' })
    await three.ask('room.enter', { conv: live })
    await expect(two.ask('room.kick', { conv: live, users: ['3'] })).rejects.toThrow('group.role')
  })
})

describe('[VO75] what users inside show', () => {
  test('is written, marked and seen by all who look [volcengine BatchUpdateLiveParticipants]', async () => {
    const [two, elsewhere] = [await inside(2, { nick: 'old', ext: { a: '1' } }), await device(2)]
    const three = await inside(3)
    const first = { UserId: 2, NickName: 'new', AvatarUrl: 'a', Ext: { b: '2' }, Marks: ['vip', 'host'] }
    const infos = [first, { UserIdStr: '4', NickName: 'x' }]
    expect(await of('BatchUpdateLiveParticipants', { ParticipantInfos: infos })).toEqual({
      FailedInfos: [{ Code: 'OperationDenied.NotParticipant', Message: expect.any(String), UserId: 4, UserIdStr: '4' }],
    })
    const shown = { nick: 'new', avatar: 'a', ext: { b: '2' }, marks: ['vip', 'host'] }
    expect(await two.next('described')).toMatchObject({ conv: live, user: '2', ...shown })
    expect((await three.ask('room.members', { conv: live })).members).toMatchObject([{ user: '2', ...shown }, {}])
    const removed = { ParticipantInfos: [{ UserId: 2, NickName: '', Marks: ['host', 'none'] }], MarkAction: 2 }
    await of('BatchUpdateLiveParticipants', removed)
    expect(await two.next('described')).toMatchObject({ nick: '', avatar: 'a', ext: { b: '2' }, marks: ['vip'] })
    await of('BatchUpdateLiveParticipants', { ParticipantInfos: [{ UserId: 2, AvatarUrl: '', Ext: {} }] })
    expect(await two.next('described')).toMatchObject({ nick: '', avatar: '', ext: {}, marks: ['vip'] })
    // The same again is news for nobody.
    await of('BatchUpdateLiveParticipants', { ParticipantInfos: [{ UserId: 2, AvatarUrl: '', Ext: {} }] })
    for (const each of [two, elsewhere, three]) await each.ask('ping')
    const heard = (who: TestSocket) => who.frames.filter(({ type }) => type === 'described').length
    expect([two, elsewhere, three].map(heard), 'a live group keeps it to the user’s own devices inside').toEqual([
      3, 0, 0,
    ])
    await two.ask('room.leave', { conv: live })
    await two.ask('room.enter', { conv: live })
    expect((await online()).Participants[0]).toMatchObject({ NickName: '', AvatarUrl: '', Ext: {}, Marks: [] })
  })

  test('is at most ten marks, and each of the others gets theirs [volcengine BatchUpdateLiveParticipants]', async () => {
    for (const user of [2, 3]) await inside(user)
    const Marks = Array.from({ length: 11 }, (_, i) => `m${i}`)
    const infos = [
      { UserId: 2, Ext: {}, Marks },
      { UserId: 3, Ext: {}, Marks: Marks.slice(1) },
    ]
    expect((await of('BatchUpdateLiveParticipants', { ParticipantInfos: infos })).FailedInfos).toMatchObject([
      { Code: 'OperationDenied.MarkLimit', UserId: 2 },
    ])
    expect(idsOf(await online({ MarkType: 'm1' }))).toEqual([3])
  })
})

describe('[VO80] those online', () => {
  test('are listed page by page, who entered last first, whatever else is asked [volcengine ScanConversationParticipantList]', async () => {
    for (const user of [2, 3, 1, 4]) await inside(user)
    const first = await online({ Limit: 2, Reverse: false, OnlyUserIds: true })
    expect(idsOf(first)).toEqual([4, 1])
    expect(first.HasMore).toBe(true)
    expect(first.Participants[1]).toMatchObject({ Role: 1, CreateTime: expect.any(Number), Status: 0 })
    expect(first.Participants[0].CreateTime).toBeGreaterThan(1_600_000_000)
    await inside('ann')
    const second = await online({ Limit: 2, Cursor: first.NextCursor, Reverse: true })
    expect([idsOf(second), second.HasMore, second.NextCursor]).toEqual([[3, 2], false, -1])
    expect((await online({ Limit: 1 })).Participants).toMatchObject([
      { ParticipantUserId: 0, ParticipantUserIdStr: 'ann', Role: 0, Operator: 0, OperatorStr: '' },
    ])
  })

  test('can be those with a mark alone, also among who runs the group [volcengine ScanConversationParticipantList]', async () => {
    for (const user of [1, 2, 3]) await inside(user)
    await of('BatchAddManager', { Operator: 1, ManagerUserIds: [2, 4] })
    const marked = [1, 2, 3].map(UserId => ({ UserId, Ext: {}, Marks: UserId === 1 ? ['a'] : ['a', 'b'] }))
    await of('BatchUpdateLiveParticipants', { ParticipantInfos: marked })
    expect(idsOf(await online({ MarkType: 'b' }))).toEqual([3, 2])
    const page = await online({ MarkType: 'a', Limit: 2 })
    expect(idsOf(page)).toEqual([3, 2])
    expect(idsOf(await online({ MarkType: 'a', Limit: 2, Cursor: page.NextCursor }))).toEqual([1])
    expect(idsOf(await online({ MarkType: 'b', ScanOnlineParticipant: false }))).toEqual([2])
    const runners = await online({ ScanOnlineParticipant: false })
    expect(runners.Participants).toMatchObject([
      { ParticipantUserId: 1, Marks: ['a'], Role: 1 },
      { ParticipantUserId: 2, Marks: ['a', 'b'], Role: 2 },
      { ParticipantUserId: 4, Marks: [], Role: 2 },
    ])
  })
})

test('[VO76] a user is in a live group while a device is inside [volcengine QueryLiveParticipantStatus]', async () => {
  const two = await inside(2)
  const { Status } = await of('QueryLiveParticipantStatus', { ParticipantUserIds: [1, 2] })
  expect(Status).toMatchObject([
    { ParticipantUserId: 1, IsInConversation: false, CreateTime: 0 },
    { ParticipantUserId: 2, IsInConversation: true, ParticipantUserIdStr: '2' },
  ])
  expect(Math.abs(Status[1].CreateTime * 1000 - Date.now() - ahead)).toBeLessThan(10_000)
  await two.close()
  const query = async () => (await of('QueryLiveParticipantStatus', { ParticipantUserIdsStr: ['2'] })).Status
  await expect.poll(query).toMatchObject([{ IsInConversation: false }])
})

test('[VO78] marks of the group itself are told to those inside, and shown to who comes in [volcengine MarkConversation]', async () => {
  const two = await inside(2)
  await of('MarkConversation', { MarkTypes: ['hot'], Operator: 77 })
  expect(await change(two, { marks: ['hot'] })).toMatchObject({ what: 'settings', by: '77' })
  await of('MarkConversation', { MarkTypes: ['new'], OperatorStr: 'boss' })
  expect(await change(two, { marks: ['hot', 'new'] })).toMatchObject({ by: 'boss' })
  await of('MarkConversation', { MarkTypes: ['new'] })
  expect(await two.ask('room.info', { conv: live })).toMatchObject({ marks: ['hot', 'new'] })
  expect(await of('GetConversationMarks')).toEqual({ MarkTypes: ['hot', 'new'] })
})

test('all actions were called, and their answers have the documented fields and types', async () => {
  await of('BatchAddBlockParticipants', { ParticipantBlockInfos: { 2: 60 } })
  await of('BatchGetBlockParticipants', { Cursor: 0, Limit: 20 })
  const all = Object.keys(liveBodies(live))
  expect(all.filter(key => !answers.has(key))).toEqual([])
  for (const action of all) {
    const compared = (answers.get(action) ?? []).map(result => compare(action, result))
    expect(new Set(compared.flatMap(each => each.odd)), action).toEqual(new Set())
    const [first, ...others] = compared.map(each => new Set(each.missing)) as [Set<string>, ...Set<string>[]]
    const never = [...first].filter(name => others.every(missing => missing.has(name)))
    expect(never.map(name => `${action} ${name}`)).toEqual([])
  }
})
