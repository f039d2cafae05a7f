import { Service } from '@volcengine/openapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { broadcastOperations } from '../../src/dialects/volcengine/broadcast.ts'
import { messageActions } from '../../src/dialects/volcengine/message-actions.ts'
import { messageBatches } from '../../src/dialects/volcengine/message-batch.ts'
import { signIn } from '../../src/dialects/volcengine/token.ts'
import { userStatusOperations } from '../../src/dialects/volcengine/user-status.ts'
import { volcengine } from '../../src/dialects/volcengine/volcengine.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { callVolcengine, firstKey } from '../support/volcengine.ts'
import { compare, documented } from '../support/volcengine-catalogue.ts'
import { friendBodies } from '../support/volcengine-friends.ts'
import { liveBodies } from '../support/volcengine-live.ts'

let server: TestServer
let app: App
let service: Service
/** Every answer of every action that was called, for the last tests. */
const answers = new Map<string, unknown[]>()

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  service = serviceWith(firstKey(server, app).secretKey)
})
afterAll(() => server.stop())

/** The vendor's own client, told nothing but where the server is. */
function serviceWith(secretKey: string): Service {
  return new Service({
    serviceName: 'rtc',
    defaultVersion: '2020-12-01',
    region: 'cn-north-1',
    protocol: 'http:',
    host: `127.0.0.1:${server.port}`,
    accessKeyId: firstKey(server, app).accessKeyId,
    secretKey,
  })
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
async function call(action: string, body: object = {}): Promise<any> {
  const reply = await service.createJSONAPI(action)({ AppId: app.id, ...body })
  expect(reply.ResponseMetadata).toEqual({
    RequestId: expect.stringMatching(/^20\d{12}[0-9A-F]{14}$/),
    Action: action,
    Version: '2020-12-01',
    Service: 'rtc',
    Region: 'cn-north-1',
  })
  answers.set(action, [...(answers.get(action) ?? []), reply.Result])
  return reply.Result
}

const create = async (body: object) => (await call('CreateConversation', body)).ConversationShortId as number
const messageOf = (id: number, body: object = {}) => ({
  ConversationShortId: id,
  Sender: 42,
  MsgType: 10001,
  Content: '{"text":"hi"}',
  ...body,
})

describe('with the vendor’s own client', () => {
  test('users are registered, changed and read', async () => {
    const Users = [{ UserId: 42, NickName: 'ann', Portrait: 'https://example.com/a.png', Ext: { k: 'v' }, Tags: ['t'] }]
    const others = [
      { UserId: 43, IsRobot: true },
      { UserId: 45, NickName: 'x'.repeat(101) },
    ]
    expect((await call('RegisterUsers', { Users: [...Users, ...others] })).FailedInfos).toEqual([
      { Code: 'InvalidParameter.NickName', Message: expect.any(String), UserId: 45 },
    ])
    const changes = [
      { UserId: 42, NickName: 'anna', Portrait: '', Ext: {}, Tags: ['u'] },
      { UserId: 44, NickName: 'nobody' },
    ]
    expect((await call('BatchUpdateUser', { Users: changes })).FailedInfos).toEqual([
      { Code: 'NotFound.User', Message: expect.any(String), UserId: 44 },
    ])
    const { Users: found, NotFoundUsers } = await call('BatchGetUser', { UserIds: [42, 43, 44] })
    expect(NotFoundUsers).toEqual([44])
    expect(found).toMatchObject([
      { UserId: 42, NickName: 'anna', Portrait: '', Ext: {}, Tags: ['u'], IsRobot: false },
      { UserId: 43, IsRobot: true },
    ])
  })

  test('a token signs its user in', async () => {
    const { Token } = await call('GetAppToken', { UserId: 42, ExpireTime: 3_600_000 })
    expect((await signIn(server.core, { appId: app.id, token: Token })).user).toBe('42')
  })

  test('conversations are made, listed, changed and dissolved', async () => {
    const core = { ConversationType: 2, Name: 'team', Ext: { a: '1' } }
    const group = await create({ ConversationCoreInfo: core, OwnerUserId: 42 })
    const single = await create({ ConversationCoreInfo: { ConversationType: 1 }, OwnerUserId: 42, OtherUserId: 43 })
    const live = await create({ ConversationCoreInfo: { ConversationType: 100 }, OwnerUserId: 42 })
    const list = (DataType: number) =>
      call('GetUserConversations', { ParticipantUserId: 42, Cursor: 0, Limit: 20, DataType })
    const ids = (page: { ConversationInfos: { ConversationShortId: number }[] }) =>
      page.ConversationInfos.map(each => each.ConversationShortId)
    expect(ids(await list(1))).toEqual([group, single])
    expect(ids(await list(2))).toEqual([live])
    await call('BatchAddConversationParticipant', {
      ConversationShortId: group,
      Operator: 42,
      ParticipantInfos: [{ ParticipantUserId: 43 }],
    })
    const changed = { ConversationShortId: group, Name: 'crew', OwnerUserId: 43 }
    expect(await call('ModifyConversation', { ConversationCoreInfo: changed })).toEqual({})
    const read = { ConversationShortId: [group, single, live], SkipMemberCount: false }
    expect((await call('BatchGetConversations', read)).ConversationCoreInfos).toMatchObject([
      { Name: 'crew', OwnerUserId: 43, MemberCount: 2 },
      { ConversationType: 1, MemberCount: 2 },
      { ConversationType: 100, MemberCount: 1 },
    ])
    expect(await call('DestroyConversation', { ConversationShortId: group, OwnerUserId: 43 })).toEqual({})
    expect((await call('BatchGetConversations', read)).ConversationCoreInfos).toHaveLength(2)
  })

  test('members are added, read and taken out', async () => {
    const id = await create({ ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: 42 })
    const infos = [{ ParticipantUserId: 43, Role: 2, NickName: 'bob', Level: 3, Ext: { k: 'v' } }]
    const added = { ConversationShortId: id, Operator: 42, ParticipantInfos: infos }
    expect(await call('BatchAddConversationParticipant', added)).toEqual({ FailedUserIds: [] })
    const read = { ConversationShortId: id, ParticipantUserIds: [42, 43, 44] }
    expect((await call('BatchGetConversationParticipant', read)).Participants).toMatchObject([
      { ParticipantUserId: 42, Role: 1 },
      { ParticipantUserId: 43, Role: 2, NickName: 'bob', Level: 3, Operator: 42, Ext: { k: 'v', 's:from': 'biz' } },
    ])
    const out = { ConversationShortId: id, Operator: 42, ParticipantUserIds: [43, 44] }
    expect(await call('BatchDeleteConversationParticipant', out)).toEqual({ FailedUserIds: [44] })
    expect((await call('BatchGetConversationParticipant', read)).Participants).toHaveLength(1)
  })

  test('messages are sent, read and recalled', async () => {
    const id = await create({ ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: 42 })
    const { MessageId: first } = await call('SendMessage', messageOf(id, { Ext: { k: 'v' } }))
    const quote = { RefMsgInfo: { ReferencedMessageId: first, Hint: 'ann: hi' } }
    const { MessageId: second } = await call('SendMessage', messageOf(id, quote))
    const byId = await call('GetMessages', { ConversationShortId: id, MessageIds: [second, first] })
    expect(byId.Messages).toMatchObject([
      { MessageId: second, IndexInConversation: 2, RefMsgInfo: { ReferencedMessageId: first, Status: 0 } },
      { MessageId: first, Content: '{"text":"hi"}', Ext: { k: 'v' }, Sender: 42, SenderStr: '42' },
    ])
    const recalled = { ConversationShortId: id, MessageId: first, ParticipantUserId: 42 }
    expect(await call('RecallMessage', recalled)).toEqual({})
    const page = await call('GetConversationMessages', { ConversationShortId: id, Cursor: 0, Limit: 20, Reverse: 1 })
    expect(page).toMatchObject({ HasMore: false, NewCursor: -1 })
    expect(page.Messages).toMatchObject([
      { MessageId: second, RefMsgInfo: { Status: 3 } },
      { MessageId: first, Status: 3 },
    ])
  })

  test('a refusal is an answer with an Error, as the client expects it', async () => {
    const wrong = serviceWith('guess')
    const reply = await wrong.createJSONAPI('BatchGetUser')({ AppId: app.id, UserIds: [42] })
    expect(reply.ResponseMetadata.Error).toMatchObject({ CodeN: 100010, Code: 'SignatureDoesNotMatch' })
    const missing = await service.createJSONAPI('GetMessages')({
      AppId: app.id,
      ConversationShortId: 5,
      MessageIds: [1],
    })
    expect(missing.ResponseMetadata.Error).toMatchObject({ CodeN: 0, Code: 'NotFound.Conversation' })
    expect(missing.Result).toEqual({})
  })

  test('all actions were called, and their answers have the documented fields and types', () => {
    // Those of live groups have a file of their own, as has what is done with messages, to many, and to users.
    const others = [...messageActions, ...messageBatches, ...userStatusOperations, ...broadcastOperations]
    const elsewhere = new Set([
      ...Object.keys({ ...liveBodies(0), ...friendBodies() }),
      ...others.map(each => each.key),
    ])
    const here = [...volcengine.operations.keys()].filter(key => !elsewhere.has(key))
    expect([...answers.keys()].sort()).toEqual(here.sort())
    for (const [action, results] of answers) {
      const compared = results.map(result => compare(action, result))
      expect(new Set(compared.flatMap(each => each.odd)), action).toEqual(new Set())
      const [first, ...others] = compared.map(each => new Set(each.missing)) as [Set<string>, ...Set<string>[]]
      const never = [...first].filter(name => others.every(missing => missing.has(name)))
      // How many are connected is not counted yet.
      expect(never.filter(name => !name.endsWith('.OnlineCount')).map(name => `${action} ${name}`)).toEqual([])
    }
  })
})

test('the catalogue’s own examples are answered with the fields and types that it shows', async () => {
  const examples = [...volcengine.operations.keys()]
    .flatMap(id => documented.get(id) ?? [])
    .filter(each => each.example)
  expect(examples.map(each => each.id)).toEqual(['SendMessage'])
  const ConversationShortId = await create({ ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: 42 })
  for (const { id, example } of examples) {
    const body = { ...example?.request, AppId: app.id, ConversationShortId }
    const reply = await callVolcengine(server, app, id, body)
    expect(reply.status).toBe(200)
    expect(shapeOf(reply.body)).toEqual(shapeOf(example?.response))
  }
})

/** The same value with the types in place of what varies. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'bigint') return 'number'
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shapeOf(field)]))
}
