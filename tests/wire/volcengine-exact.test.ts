import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { writeJson } from '../../src/lib/json.ts'
import { type Id, int64s, someUsers, wire } from '../support/int64s.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { callVolcengine, type Reply } from '../support/volcengine.ts'

let server: TestServer
let app: App

/** Something that names users. */
type Named = Record<string, Id | string>

/** Neighbours that a double takes for one another, and the largest of all. */
const [near, odd, next, most] = [2 ** 53 - 1, 2n ** 53n + 1n, 2n ** 53n + 2n, 2n ** 63n - 1n]

beforeAll(async () => {
  server = await startServer({ apps: 2 })
  app = server.apps[0] as App
})
afterAll(() => server.stop())

const call = (action: string, body: object): Promise<Reply> =>
  callVolcengine(server, app, action, undefined, { text: writeJson({ AppId: app.id, ...body }) })

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
async function result(action: string, body: object): Promise<any> {
  const reply = await call(action, body)
  expect(reply.body.ResponseMetadata.Error).toBeUndefined()
  return reply.body.Result
}

async function group(owner: Id, ...users: Id[]): Promise<number> {
  const body = { ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: owner }
  const id = (await result('CreateConversation', body)).ConversationShortId
  const ParticipantInfos = users.map(ParticipantUserId => ({ ParticipantUserId }))
  await result('BatchAddConversationParticipant', { ConversationShortId: id, Operator: owner, ParticipantInfos })
  return id
}

const message = { MsgType: 10001, Content: '{"text":"hi"}' }

test('[VO1] ids of users are exact wherever they stand in users, members and conversations', async () => {
  const Users = [
    { UserId: odd, NickName: 'odd' },
    { UserId: most, NickName: 'most' },
  ]
  expect(await result('RegisterUsers', { Users: [...Users, { UserId: next, Portrait: 'x'.repeat(501) }] })).toEqual({
    FailedInfos: [{ Code: 'InvalidParameter.Portrait', Message: expect.any(String), UserId: next }],
  })
  expect(await result('BatchGetUser', { UserIds: [near, odd, next, most] })).toMatchObject({
    NotFoundUsers: [near, next],
    Users: Users.map(({ UserId, NickName }) => ({ UserId, NickName })),
  })
  const id = await group(odd, near, most)
  const read = { ConversationShortId: id, ParticipantUserIds: [near, odd, next, most] }
  expect((await result('BatchGetConversationParticipant', read)).Participants).toMatchObject([
    { ParticipantUserId: near, Operator: odd, Role: 0 },
    { ParticipantUserId: odd, Role: 1 },
    { ParticipantUserId: most, Operator: odd },
  ])
  const out = { ConversationShortId: id, Operator: most, ParticipantUserIds: [next, most, 2n ** 53n] }
  expect(await result('BatchDeleteConversationParticipant', out)).toEqual({ FailedUserIds: [next, 2n ** 53n] })
  const pair = { ConversationCoreInfo: { ConversationType: 1 }, OwnerUserId: odd, OtherUserId: next }
  const { ConversationInfo } = await result('CreateConversation', pair)
  expect(ConversationInfo).toMatchObject({ OwnerUserId: odd, CreatorUserId: odd, OtherUserId: next })
  expect(ConversationInfo.OtherUserIdStr).toBe(String(next))
})

test('[VO1] ids of users, of messages and places are exact in messages [volcengine SendMessage]', async () => {
  const id = await group(odd, near, next, most)
  const lists = { VisibleUsers: [odd, near, most], InvisibleUsers: [near, 7], MentionedUsers: [most, 5, next] }
  const foreign = 731_000_000_000_000_456n * 10n + 1n
  const quote = { RefMsgInfo: { ReferencedMessageId: foreign, Hint: 'old' } }
  const body = { ConversationShortId: id, Sender: odd, ...message, ...lists, ...quote }
  const { MessageId } = await result('SendMessage', body)
  const stored = await server.core.history.byId(id, MessageId)
  expect(stored).toMatchObject({
    visibleTo: [odd, near, most].map(String),
    hiddenFrom: [near, 7].map(String),
    mentions: { users: [most, 5, next].map(String) },
  })
  const read = { ConversationShortId: id, MessageIds: [odd, MessageId, most] }
  expect((await result('GetMessages', read)).Messages).toMatchObject([
    {
      MessageId,
      Sender: odd,
      SenderStr: String(odd),
      RefMsgInfo: { Hint: 'old', ReferencedMessageId: foreign, ReferencedMessageType: 0, Status: 1 },
    },
  ])
  const page = { ConversationShortId: id, Cursor: most, Limit: 20 }
  expect(await result('GetConversationMessages', page)).toEqual({ HasMore: false, Messages: [], NewCursor: most })
  expect((await result('GetConversationMessages', { ...page, Reverse: 1 })).Messages).toHaveLength(1)
})

test('[VO5] zeros stand in a list of numbers beside texts, but not alone [volcengine SendMessage]', async () => {
  const id = await group(1)
  const body = { ConversationShortId: id, Sender: 1, ...message }
  const texts = { MentionedUsers: [42, 0], MentionedUsersStr: ['42', 'ann'] }
  const { MessageId } = await result('SendMessage', { ...body, ...texts })
  expect((await server.core.history.byId(id, MessageId))?.mentions).toEqual({ users: ['42', 'ann'] })
  for (const name of ['MentionedUsers', 'VisibleUsers', 'InvisibleUsers'])
    for (const list of [[42, 0], [-1], [-(2n ** 60n)]]) {
      const reply = await call('SendMessage', { ...body, [name]: list })
      expect(reply.body.ResponseMetadata.Error).toMatchObject({ Code: 'InvalidParameter.InvalidField' })
      expect(reply.body.ResponseMetadata.Error.Message).toContain(name)
    }
})

test('[VO32] odd texts come back as they were: keys of every object, NUL, half a character', async () => {
  const id = await group(1)
  const text = '{"__proto__":"p","constructor":"c","":"\\u0000","\\ud800":"\\udfff"}'
  const sent = `{"AppId":${app.id},"ConversationShortId":${id},"Sender":1,"MsgType":10012,"Content":"\\ud800\\u0000","Ext":${text}}`
  const reply = await callVolcengine(server, app, 'SendMessage', undefined, { text: sent })
  const read = { ConversationShortId: id, MessageIds: [reply.body.Result.MessageId] }
  const [found] = (await result('GetMessages', read)).Messages
  expect(found.Content).toBe('\ud800\0')
  expect(Object.entries(found.Ext)).toEqual(Object.entries(JSON.parse(text)))
})

test('[VO45] of several infos for one member the first counts [volcengine BatchAddConversationParticipant]', async () => {
  const id = await group(1)
  const ParticipantInfos = [
    { ParticipantUserId: 2, NickName: 'first' },
    ...Array.from({ length: 299 }, () => ({ ParticipantUserId: 2, NickName: 'last' })),
  ]
  await result('BatchAddConversationParticipant', { ConversationShortId: id, Operator: 1, ParticipantInfos })
  const read = { ConversationShortId: id, ParticipantUserIds: [2] }
  expect((await result('BatchGetConversationParticipant', read)).Participants).toMatchObject([{ NickName: 'first' }])
  expect(await server.core.members.count(id)).toBe(2)
})

test('[VO48] RecallRole must be the member’s own role [volcengine RecallMessage]', async () => {
  const id = await group(1, 2)
  const { MessageId } = await result('SendMessage', { ConversationShortId: id, Sender: 2, ...message })
  const recall = (ParticipantUserId: number, RecallRole?: number) =>
    call('RecallMessage', { ConversationShortId: id, MessageId, ParticipantUserId, RecallRole })
  for (const [user, role] of [
    [2, 1],
    [2, 2],
    [1, 2],
    [1, 0],
    [1, 7],
  ] as const) {
    const reply = await recall(user, role)
    expect([reply.status, reply.body.ResponseMetadata.Error?.Code]).toEqual([403, 'OperationDenied.Role'])
  }
  expect((await server.core.history.byId(id, MessageId))?.recalled).toBeUndefined()
  expect((await recall(1, 1)).status).toBe(200)
  expect((await server.core.history.byId(id, MessageId))?.recalled?.by).toBe('1')
})

test('[VO121] every user id from 1 to 2^63 - 1 comes back from users, conversations, members and messages as it was', async () => {
  const property = fc.asyncProperty(someUsers, async users => {
    const [owner, ...others] = users as [Id, ...Id[]]
    await result('RegisterUsers', { Users: users.map(UserId => ({ UserId, NickName: String(UserId) })) })
    const { Users, NotFoundUsers } = await result('BatchGetUser', { UserIds: users })
    expect(Users.map((each: Named) => [each.UserId, each.NickName])).toEqual(users.map(id => [id, String(id)]))
    expect(NotFoundUsers).toEqual([])
    const ConversationShortId = await group(owner, ...others)
    const [read] = (await result('BatchGetConversations', { ConversationShortId: [ConversationShortId] }))
      .ConversationCoreInfos
    expect(read).toMatchObject({ OwnerUserId: owner, CreatorUserId: owner, OwnerUserIdStr: String(owner) })
    const asked = { ConversationShortId, ParticipantUserIds: users }
    const { Participants } = await result('BatchGetConversationParticipant', asked)
    expect(Participants.map((each: Named) => each.ParticipantUserId)).toEqual(users)
    const page = { ConversationShortId, Cursor: 0, Limit: 20 }
    for (const Sender of users) await result('SendMessage', { ConversationShortId, Sender, ...message })
    const { Messages } = await result('GetConversationMessages', page)
    expect(Messages.map((each: Named) => [each.Sender, each.SenderStr])).toEqual(users.map(id => [id, String(id)]))
    const out = { ConversationShortId, Operator: owner, ParticipantUserIds: others }
    expect(await result('BatchDeleteConversationParticipant', out)).toEqual({ FailedUserIds: [] })
    expect(await result('BatchDeleteConversationParticipant', out)).toEqual({ FailedUserIds: others })
  })
  await fc.assert(property, { numRuns: 15 })
})

test('[VO121] every user id comes back from the lists of a live group, as a key of a map too', async () => {
  const property = fc.asyncProperty(someUsers, async users => {
    // An owner is never muted; no number is this one's.
    const body = { ConversationCoreInfo: { ConversationType: 100 }, OwnerUserIdStr: 'host' }
    const { ConversationShortId } = await result('CreateConversation', body)
    const of = { ConversationShortId, OperatorStr: 'host' }
    const page = { ConversationShortId, Cursor: 0, Limit: 20 }
    const ids = ({ Participants }: { Participants: Named[] }) =>
      new Set(Participants.map(each => each.ParticipantUserId))
    const ParticipantBlockInfos = Object.fromEntries(users.map(user => [String(user), 600]))
    await result('BatchAddBlockParticipants', { ...of, ParticipantBlockInfos })
    expect(ids(await result('BatchGetBlockParticipants', page))).toEqual(new Set(users))
    await result('BatchAddWhitelistParticipant', { ...of, ParticipantUserIds: users })
    expect(ids(await result('BatchGetWhitelistParticipant', page))).toEqual(new Set(users))
    const asked = { ConversationShortId, ParticipantUserIds: users }
    const { Status } = await result('QueryLiveParticipantStatus', asked)
    expect(Status.map((each: Named) => each.ParticipantUserId)).toEqual(users)
    const nobody = await result('BatchRemoveManager', { ...of, RemoveManagerUserIds: users })
    expect(nobody.FailedManagerUserIds).toEqual(users)
  })
  await fc.assert(property, { numRuns: 15 })
})

test('[VO121] every user id comes back from lists of friends and blacklists, as a key of a map too', async () => {
  let InboxType = 0
  const property = fc.asyncProperty(someUsers, async users => {
    const [UserId, ...others] = users as [Id, ...Id[]]
    const of = { UserId, InboxType: ++InboxType }
    await result('AddFriend', { ...of, FriendUserIds: others })
    const { FriendInfos } = await result('ListFriend', of)
    expect(FriendInfos.map((each: Named) => each.FriendUserId)).toEqual(others)
    const theirs = await result('ListFriend', { ...of, UserId: others[0] })
    expect(theirs.FriendInfos).toMatchObject([{ FriendUserId: UserId }])
    const { FailedInfos } = await result('DeleteFriend', { ...of, UserId: others[0], DeleteUserIds: others.slice(1) })
    expect(FailedInfos.map((each: Named) => each.UserId)).toEqual(others.slice(1))
    await result('AddBlackList', { ...of, BlackListInfos: others.map(BlackListUserId => ({ BlackListUserId })) })
    const { BlackListInfos } = await result('GetBlackList', { ...of, Cursor: 0, Limit: 20 })
    const blocked = BlackListInfos.map((each: Named) => each.BlackListUserId)
    expect(new Set(blocked)).toEqual(new Set(others))
    const { IsInBlackListInfos } = await result('IsInBlackList', { ...of, BlackListUserIds: others })
    expect(IsInBlackListInfos).toEqual(Object.fromEntries(others.map(user => [String(user), true])))
  })
  await fc.assert(property, { numRuns: 15 })
})

test('[VO121] a quoted id and a cursor may be any int64, below 0 too, and come back as they were', async () => {
  const ConversationShortId = await group(1)
  const property = fc.asyncProperty(int64s(-(2n ** 63n)), async id => {
    const quote = { RefMsgInfo: { ReferencedMessageId: id, Hint: 'old' } }
    const { MessageId } = await result('SendMessage', { ConversationShortId, Sender: 1, ...message, ...quote })
    const [found] = (await result('GetMessages', { ConversationShortId, MessageIds: [MessageId] })).Messages
    expect(found.RefMsgInfo).toMatchObject({ ReferencedMessageId: id, Hint: 'old' })
    if (id < 1000) return
    const page = await result('GetConversationMessages', { ConversationShortId, Cursor: id, Limit: 20 })
    expect(page).toEqual({ HasMore: false, Messages: [], NewCursor: id })
  })
  await fc.assert(property, { numRuns: 100 })
})

test('[VO121] what is no int64 above 0 names no user, and nothing is written', async () => {
  // An app of its own: others register whom they like.
  const AppId = server.apps[1]?.id
  const property = fc.asyncProperty(int64s(-(2n ** 63n)), fc.boolean(), async (id, beyond) => {
    const UserId = beyond ? wire(2n ** 63n + BigInt.asUintN(20, BigInt(id))) : id
    if (UserId > 0 && !beyond) return
    const reply = await call('RegisterUsers', { AppId, Users: [{ UserId: 5, NickName: 'no' }, { UserId }] })
    expect(reply.body.ResponseMetadata.Error?.Code).toBe('InvalidParameter.InvalidField')
  })
  await fc.assert(property, { numRuns: 100 })
  expect(await result('BatchGetUser', { AppId, UserIds: [5] })).toMatchObject({ NotFoundUsers: [5] })
})
