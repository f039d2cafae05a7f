import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { callVolcengine, type Reply } from '../support/volcengine.ts'

let server: TestServer
let app: App

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
})
afterAll(() => server.stop())

const call = (action: string, body: object) => callVolcengine(server, app, action, { AppId: app.id, ...body })
const times = <T>(count: number, make: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))
const codeOf = (reply: Reply) => reply.body.ResponseMetadata.Error?.Code
const create = (ConversationType: number, body: object) =>
  call('CreateConversation', { ConversationCoreInfo: { ConversationType }, OwnerUserId: 1, ...body })

async function listed(user: number): Promise<number[]> {
  const body = { ParticipantUserId: user, Cursor: 0, Limit: 20, DataType: 1 }
  const page = (await call('GetUserConversations', body)).body.Result
  return page.ConversationInfos.map((each: { ConversationShortId: number }) => each.ConversationShortId)
}

test.each([
  [
    'for one pair, from both sides',
    1,
    (i: number) => (i % 2 ? { OtherUserId: 2 } : { OwnerUserId: 2, OtherUserId: 1 }),
  ],
  ['for one pair with a key', 1, () => ({ OwnerUserId: 3, OtherUserId: 4, IdempotentId: 'pair' })],
  ['for a group with a key', 2, () => ({ OwnerUserId: 5, IdempotentId: 'group' })],
  ['for a live group with a key', 100, () => ({ OwnerUserId: 6, IdempotentId: 'live' })],
])('[VO41] 20 calls at once %s make one conversation', async (_, type, bodyOf) => {
  const replies = await times(20, i => create(type, bodyOf(i)))
  expect(replies.map(codeOf)).toEqual(replies.map(() => undefined))
  expect(new Set(replies.map(reply => reply.body.Result.ConversationShortId)).size).toBe(1)
  expect(replies.filter(reply => !reply.body.Result.Exist)).toHaveLength(1)
})

test('[VO41] a key that a single chat and a group want at once is given to one of them', async () => {
  const body = { OwnerUserId: 7, OtherUserId: 8, IdempotentId: 'either' }
  const replies = await times(20, i => create(i % 2 ? 1 : 2, body))
  const made = replies.filter(reply => reply.status === 200)
  expect(new Set(made.map(reply => reply.body.Result.ConversationShortId)).size).toBe(1)
  expect(made.filter(reply => !reply.body.Result.Exist)).toHaveLength(1)
  for (const late of replies.filter(reply => reply.status !== 200))
    expect([late.status, codeOf(late)]).toEqual([400, 'InvalidParameter.ConversationType'])
  expect(await listed(7)).toHaveLength(1)
  for (const type of [1, 2]) expect((await create(type, body)).body.Result).toMatchObject({ Exist: true })
})

test('members who are added while a group is dissolved are in nothing afterwards', async () => {
  for (let round = 0; round < 5; round++) {
    const id = (await create(2, { OwnerUserId: 9 })).body.Result.ConversationShortId
    const add = (user: number) =>
      call('BatchAddConversationParticipant', {
        ConversationShortId: id,
        Operator: 9,
        ParticipantInfos: [{ ParticipantUserId: user }],
      })
    const destroy = call('DestroyConversation', { ConversationShortId: id, OwnerUserId: 9 })
    const [destroyed, ...added] = await Promise.all([destroy, ...[10, 11, 12, 13, 14].map(add)])
    expect(destroyed.status).toBe(200)
    for (const reply of added)
      expect(reply.status === 200 || (reply.status === 404 && codeOf(reply) === 'NotFound.Conversation')).toBe(true)
    expect(codeOf(await add(15))).toBe('NotFound.Conversation')
    for (const user of [9, 10, 11, 12, 13, 14, 15]) expect(await listed(user)).toEqual([])
  }
})

test('[VO26] 20 messages with one ClientMsgId at once are one message', async () => {
  const id = (await create(2, { OwnerUserId: 16 })).body.Result.ConversationShortId
  const message = { ConversationShortId: id, Sender: 16, MsgType: 10001, Content: '{"text":"hi"}', ClientMsgId: 'x' }
  const replies = await times(20, () => call('SendMessage', message))
  expect(new Set(replies.map(reply => reply.body.Result.MessageId)).size).toBe(1)
  const page = await call('GetConversationMessages', { ConversationShortId: id, Cursor: 0, Limit: 20 })
  expect(page.body.Result.Messages).toHaveLength(1)
})

test('a message that many recall at once is recalled once', async () => {
  const id = (await create(2, { OwnerUserId: 17 })).body.Result.ConversationShortId
  const message = { ConversationShortId: id, Sender: 17, MsgType: 10001, Content: '{"text":"hi"}' }
  const { MessageId } = (await call('SendMessage', message)).body.Result
  const recall = { ConversationShortId: id, MessageId, ParticipantUserId: 17 }
  const codes = (await times(10, () => call('RecallMessage', recall))).map(codeOf)
  expect(codes.filter(code => code === undefined)).toHaveLength(1)
  expect(new Set(codes)).toEqual(new Set([undefined, 'OperationDenied.MessageRecalled']))
})
