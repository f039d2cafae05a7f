import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { volcengine } from '../../src/dialects/volcengine/volcengine.ts'
import { writeJson } from '../../src/lib/json.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import { type CallOptions, callVolcengine, type Reply, signLikeNode } from '../support/volcengine.ts'
import { documented } from '../support/volcengine-catalogue.ts'
import { friendBodies } from '../support/volcengine-friends.ts'
import { liveBodies } from '../support/volcengine-live.ts'
import { readingBodies } from '../support/volcengine-reading.ts'

let server: TestServer
let app: App
let group = 0
let single = 0
let live = 0
let message = 0
let unforeseen = 0
/** Tables that were written since a test began; blocks of ids aside. */
let written: string[] = []

beforeAll(async () => {
  server = await startServer({ accounts: [testAccount(2100000001, 2), testAccount(2100000002, 1)] })
  app = server.apps[0] as App
  server.core.log.error = () => {
    unforeseen++
  }
  const { commit } = server.store
  server.store.commit = async steps => {
    const result = await commit(steps)
    const tables = steps.filter(step => step.do !== 'check').map(step => step.table.name)
    if (result.ok) written.push(...tables.filter(name => name !== 'ids'))
    return result
  }
  group = await create({ ConversationCoreInfo: { ConversationType: 2 } })
  single = await create({ ConversationCoreInfo: { ConversationType: 1 }, OtherUserId: 2 })
  live = await create({ ConversationCoreInfo: { ConversationType: 100 } })
  const infos = { ParticipantInfos: [{ ParticipantUserId: 2 }] }
  await call('BatchAddConversationParticipant', { ConversationShortId: group, Operator: 1, ...infos })
  message = (await call('SendMessage', bodies().SendMessage ?? {})).body.Result.MessageId
})
afterAll(() => server.stop())
beforeEach(() => {
  written = []
  unforeseen = 0
})

const call = (action: string, body: object, options: CallOptions = {}, of = app) =>
  callVolcengine(server, of, action, undefined, { text: writeJson({ AppId: of.id, ...body }), ...options })

async function create(body: object): Promise<number> {
  return (await call('CreateConversation', { OwnerUserId: 1, ...body })).body.Result.ConversationShortId
}

/** A good request of every action, with every field that it has. */
function bodies(): Record<string, object> {
  const texts = { AvatarUrl: 'u', Description: 'd', Ext: { k: 'v' }, Name: 'n', Notice: 'o' }
  const person = { UserId: 42, Ext: { k: 'v' }, NickName: 'n', Portrait: 'p', Tags: ['t'] }
  const said = { Sender: 1, MsgType: 10001, Content: '{"text":"hi"}' }
  const newcomer = { ParticipantUserId: 3, Ext: { k: 'v' }, Level: 1, NickName: 'n', ReadIndex: 1, Role: 2 }
  return {
    RegisterUsers: { Users: [{ ...person, IsRobot: true }] },
    BatchUpdateUser: { Users: [person] },
    BatchGetUser: { UserIds: [42] },
    GetAppToken: { ExpireTime: 1000, UserId: 1, UserIdStr: '1' },
    ModifyConversation: {
      ConversationCoreInfo: { ConversationShortId: group, ...texts, OwnerUserId: 1, OwnerUserIdStr: '1' },
    },
    CreateConversation: {
      ConversationCoreInfo: { ConversationType: 1, ...texts },
      OwnerUserId: 1,
      OwnerUserIdStr: '1',
      OtherUserId: 2,
      OtherUserIdStr: '2',
      IdempotentId: 'k',
      InboxType: 1,
    },
    BatchGetConversations: { ConversationShortId: [group], SkipMemberCount: false },
    GetUserConversations: {
      Cursor: 0,
      Limit: 20,
      ParticipantUserId: 1,
      ParticipantUserIdStr: '1',
      DataType: 0,
      InboxType: 0,
      SkipMemberCount: true,
    },
    DestroyConversation: { ConversationShortId: 5, OwnerUserId: 1, OwnerUserIdStr: '1' },
    BatchDeleteConversationParticipant: { ConversationShortId: group, Operator: 1, ParticipantUserIds: [4] },
    BatchGetConversationParticipant: { ConversationShortId: group, ParticipantUserIds: [1] },
    BatchAddConversationParticipant: {
      ConversationShortId: group,
      Operator: 1,
      ParticipantInfos: [newcomer],
      Barrier: true,
    },
    GetConversationMessages: { ConversationShortId: group, Cursor: 0, Limit: 20, Reverse: 0 },
    SendMessage: {
      ConversationShortId: group,
      Sender: 1,
      SenderStr: '1',
      MsgType: 10001,
      Content: '{"text":"hi"}',
      ClientMsgId: 'c',
      CreateTime: 1,
      Ext: { k: 'v' },
      InvisibleUsers: [2],
      InvisibleUsersStr: ['2'],
      MentionedUsers: [1],
      MentionedUsersStr: ['1'],
      Priority: 1,
      RefMsgInfo: { Hint: 'h', ReferencedMessageId: 1 },
      VisibleUsers: [1],
      VisibleUsersStr: ['1'],
    },
    GetMessages: { ConversationShortId: group, MessageIds: [1] },
    RecallMessage: { ConversationShortId: group, MessageId: 5, ParticipantUserId: 1, RecallRole: 1 },
    ModifyMessage: { ConversationShortId: group, MessageId: 5, Content: 'c', Ext: { k: 'v' } },
    DeleteConversationMessage: { ConversationShortId: group, MessageId: 5, DeleteType: 1 },
    DeleteMessage: { ConversationShortId: group, MessageId: 5, ParticipantUserId: 1 },
    BatchSendMessage: { ...said, Receiver: [2], Ext: { k: 'v' }, InboxType: 1, IsNormalUser: true },
    BatchSendGroupMessage: {
      ...{
        ...said,
        ConversationType: 2,
        ConversationShortIds: [group],
        Ext: { k: 'v' },
        ClientMsgId: 'c',
        CreateTime: 1,
      },
      ...{ MentionedUsers: [1], VisibleUsers: [1], InvisibleUsers: [2], Priority: 1 },
    },
    P2PSendMessage: { ...said, ConversationShortId: group, ReceiverUserId: [1], IgnoreUserIds: [2] },
    QueryOnlineStatus: { UserIds: [1] },
    BatchUpdateUserTags: { Op: 0, Tags: ['t'], UserIds: [42] },
    UnRegisterUsers: { UserIds: [43] },
    UserBroadcast: { ...said, MsgTTL: 60, Ext: { k: 'v' }, InboxType: 1, TagOp: 1, Tags: ['t'] },
    ...liveBodies(live),
    ...readingBodies(group),
    ...friendBodies(),
  }
}

const deep = JSON.parse(`${'['.repeat(50)}${']'.repeat(50)}`)
/** What a field may be given. */
const values: unknown[] = [
  undefined,
  null,
  true,
  '',
  '42',
  'x'.repeat(10_000),
  'a\0b',
  '\ud800',
  '__proto__',
  0,
  -1,
  -0,
  1.5,
  2 ** 31,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  -(2n ** 63n),
  10n ** 30n,
  1e300,
  [],
  [null],
  Array(501).fill(1),
  Array(501).fill('x'),
  [[1]],
  {},
  { a: 1 },
  { a: '\ud800\0', constructor: 'x' },
  JSON.parse('{"__proto__":"x","toString":"y"}'),
  deep,
]

/** The same with a value at a path; lists are those of one item. */
function putAt(body: unknown, [name = '', ...rest]: string[], value: unknown): unknown {
  if (Array.isArray(body)) return [putAt(body[0], [name, ...rest], value)]
  const key = name.replace('[]', '')
  const old = (body as Record<string, unknown>)[key]
  return { ...(body as object), [key]: rest.length === 0 ? value : putAt(old, rest, value) }
}

/** From here on it is noticed what is written; jobs of an earlier call have ended. */
async function begin(): Promise<void> {
  await server.core.jobs.idle()
  written = []
}

function expectSound(reply: Reply, what: string): void {
  const { Error: refused, ...metadata } = reply.body.ResponseMetadata
  expect(unforeseen, what).toBe(0)
  expect(Object.keys(metadata), what).toEqual(['RequestId', 'Action', 'Version', 'Service', 'Region'])
  if (reply.status === 200) {
    expect(refused, what).toBeUndefined()
    return
  }
  expect(reply.status, what).toBeGreaterThanOrEqual(400)
  expect(reply.status, what).toBeLessThan(500)
  expect(refused, what).toEqual({
    CodeN: expect.any(Number),
    Code: expect.stringMatching(/^[A-Z]/),
    Message: expect.any(String),
  })
  expect(reply.body.Result, what).toEqual({})
  expect(written, what).toEqual([])
}

test('every action is among the good requests', () => {
  expect(Object.keys(bodies()).sort()).toEqual([...volcengine.operations.keys()].sort())
})

test('what an action writes is noticed', async () => {
  await call('RegisterUsers', bodies().RegisterUsers as object)
  expect(written).toContain('users')
  await call('SendMessage', { ...bodies().SendMessage, ClientMsgId: 'another' })
  expect(written).toContain('messages')
})

describe('[VO50] whatever stands in a field, the answer is the vendor’s, and a refusal changes nothing', () => {
  test.each(Object.keys(bodies()))('%s', async action => {
    const body = bodies()[action] as object
    for (const { name } of documented.get(action)?.request ?? []) {
      if (name === 'AppId') continue
      const path = name.replace(/\[\]$/, '').split('.')
      for (const value of values) {
        await begin()
        const odd = putAt(body, path, value)
        const what = `${action} ${name} ${writeJson(value).slice(0, 60)}`
        expectSound(await call(action, odd as object), what)
        await begin()
        if (name.endsWith('[]'))
          expectSound(await call(action, putAt(body, path, [value]) as object), `${what} in a list`)
      }
    }
  })

  test.each(Object.keys(bodies()))('%s with all of another type at once, or with nothing', async action => {
    for (const value of values) {
      const odd = Object.fromEntries(Object.keys(bodies()[action] as object).map(name => [name, value]))
      await begin()
      expectSound(await call(action, odd), `${action} ${writeJson(value).slice(0, 60)}`)
    }
    expect((await call(action, {})).status).toBe(400)
  })

  test.each([
    '[]',
    'null',
    '1',
    '"x"',
    '{"AppId":',
    `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`,
    'AppId=1&UserIds=1',
    '\ufeff{}',
  ])('a body of %j', async text => {
    expectSound(await call('BatchGetUser', {}, { text }), text)
  })

  test('AppId of every other type', async () => {
    for (const AppId of values)
      expectSound(await call('BatchGetUser', { AppId, UserIds: [42] }), `AppId ${writeJson(AppId).slice(0, 60)}`)
  })

  test('of a field that stands there twice the last counts', async () => {
    const text = `{"AppId":${app.id},"UserIds":[1],"UserIds":[42001]}`
    expect((await call('BatchGetUser', {}, { text })).body.Result.NotFoundUsers).toEqual([42001])
  })

  test('a body of another content type is read as JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const before = (draft: { headers: Record<string, string> }) => {
        draft.headers['Content-Type'] = type
      }
      expect((await call('BatchGetUser', { UserIds: [42001] }, { before })).status, type).toBe(200)
    }
  })
})

describe('[VO50] whatever stands in the query and the headers', () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', ' ', '../x', 'a\r\nB: c', 'x'.repeat(4000)]

  test.each(names)('an Action %j does not exist', async action => {
    const own = await startServer({ limits: 'vendor' })
    const reply = await callVolcengine(own, own.apps[0] as App, action, {})
    expect(reply.status).toBe(404)
    expect(reply.body.ResponseMetadata).toMatchObject({ Action: action, Error: { Code: 'InvalidActionOrVersion' } })
    await own.stop()
  })

  test.each(['constructor', '__proto__', 'x'.repeat(4000), 'host;host', '\u00e9'])(
    'SignedHeaders naming %j too',
    async name => {
      const sign: CallOptions['sign'] = (draft, credentials) => {
        const wire = signLikeNode(draft, credentials)
        const authorization = wire.headers.Authorization as string
        return {
          ...wire,
          headers: { ...wire.headers, Authorization: authorization.replace('Headers=', `Headers=${name};`) },
        }
      }
      const reply = await call('BatchGetUser', { UserIds: [42] }, { sign })
      expect([reply.status, reply.body.ResponseMetadata.Error.Code]).toEqual([401, 'SignatureDoesNotMatch'])
      expect(unforeseen).toBe(0)
    },
  )

  test('[VO2] SignedHeaders in another order stand for the sorted ones, an upper-case signature for none', async () => {
    const edited = (edit: (text: string) => string): CallOptions => ({
      after: wire => {
        wire.headers.Authorization = edit(wire.headers.Authorization as string)
      },
    })
    const read = (options: CallOptions) => call('BatchGetUser', { UserIds: [42001] }, options)
    const turned = edited(text =>
      text.replace(/SignedHeaders=([^,]*)/, (_, list) => `SignedHeaders=${list.split(';').reverse().join(';')}`),
    )
    expect((await read(turned)).status).toBe(200)
    const upper = edited(text => text.replace(/Signature=(.*)/, (_, hex) => `Signature=${hex.toUpperCase()}`))
    expect((await read(upper)).body.ResponseMetadata.Error.Code).toBe('SignatureDoesNotMatch')
  })

  test('[VO2] of a parameter that stands there twice the first counts, and both are signed', async () => {
    const twice: CallOptions = {
      after: wire => {
        wire.url += '&Action=RegisterUsers'
      },
    }
    const reply = await call('BatchGetUser', { UserIds: [42] }, twice)
    expect(reply.body.ResponseMetadata).toMatchObject({
      Action: 'BatchGetUser',
      Error: { Code: 'SignatureDoesNotMatch' },
    })
  })

  test('[VO4] X-Date in the query too does not stand for the signed one', async () => {
    const both: CallOptions = {
      before: draft => {
        draft.query['X-Date'] = '20200101T000000Z'
      },
    }
    expect((await call('BatchGetUser', { UserIds: [42] }, both)).status).toBe(200)
    const moved: CallOptions = {
      ...both,
      after: wire => {
        delete wire.headers['X-Date']
      },
    }
    expect((await call('BatchGetUser', { UserIds: [42] }, moved)).body.ResponseMetadata.Error.Code).toBe(
      'MissingParameter',
    )
  })
})

describe('[VO11] an account or an app sees nothing of another', () => {
  test.each(Object.keys(bodies()))('%s', async action => {
    const [, neighbour] = server.apps as [App, App]
    const stranger = server.accounts[1]?.apps[0] as App
    const foreign = await call(action, { AppId: app.id, ...bodies()[action] }, {}, stranger)
    expect(foreign.body.ResponseMetadata.Error.Code).toBe('InvalidParameter.AccountIdMismatch')
    const body = { ...bodies()[action], MessageId: message, MessageIds: [message] }
    const named = 'ConversationShortId' in body || action === 'ModifyConversation'
    if (!named) return
    for (const id of [group, single, live]) {
      const at =
        'ConversationShortId' in body
          ? { ConversationShortId: Array.isArray(body.ConversationShortId) ? [id] : id }
          : { ConversationCoreInfo: { ConversationShortId: id, Name: 'x' } }
      const reply = await call(action, { ...body, ...at }, {}, neighbour)
      if (action === 'BatchGetConversations') expect(reply.body.Result).toEqual({ ConversationCoreInfos: [] })
      else
        expect([reply.status, reply.body.ResponseMetadata.Error?.Code], action).toEqual([404, 'NotFound.Conversation'])
    }
    expect(written).toEqual([])
  })
})
