import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../../src/core/apps/model.ts'
import { volcengine } from '../../../src/dialects/volcengine/volcengine.ts'
import { writeJson } from '../../../src/lib/json.ts'
import { startServer, type TestServer } from '../../support/server.ts'
import { callVolcengine } from '../../support/volcengine.ts'
import { actionsOf, documented } from '../../support/volcengine-catalogue.ts'
import { vendorClient } from './client.ts'
import { goBody } from './go-form.ts'

let server: TestServer
let app: App

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
})
afterAll(() => server.stop())

const ask = (action: string, body: object, secretKey?: string) =>
  vendorClient(server, app, secretKey).createJSONAPI(action)({ AppId: app.id, ...body })

/** The same call without the vendor's client, exact to the last digit. */
const exactly = async (action: string, body: object) => {
  const text = writeJson({ AppId: app.id, ...body })
  return (await callVolcengine(server, app, action, undefined, { text })).body.Result
}

test('[VO120] every area of the catalogue has tests with the vendor’s own client, and no action is outside of them', () => {
  const areas = [...actionsOf.keys()]
  expect(areas).toHaveLength(11)
  for (const area of areas)
    expect(readFileSync(join(import.meta.dirname, `${area}.test.ts`), 'utf8')).toContain(`everyWay('${area}', `)
  expect([...volcengine.operations.keys()].filter(id => !documented.has(id))).toEqual([])
})

test('a refusal is an answer with an Error, as the client expects it', async () => {
  const unsigned = await ask('BatchGetUser', { UserIds: [42] }, 'guess')
  expect(unsigned.ResponseMetadata.Error).toMatchObject({ CodeN: 100010, Code: 'SignatureDoesNotMatch' })
  const missing = await ask('GetMessages', { ConversationShortId: 5, MessageIds: [1] })
  expect(missing.ResponseMetadata.Error).toMatchObject({ CodeN: 0, Code: 'NotFound.Conversation' })
  expect(missing.Result).toEqual({})
})

test('[VO120] in the form of the Go SDK what is required is never left out, an empty list is if it may be, and what HTML would read is escaped', () => {
  const update = { AppId: 1, UserId: 2n ** 60n, FriendInfos: [{ FriendUserId: 2, Alias: '<&>' }] }
  expect(goBody('UpdateFriend', update)).toBe(
    '{"AppId":1,"UserId":1152921504606846976,"FriendInfos":[{"FriendUserId":2,"Alias":"\\u003c\\u0026\\u003e","Ext":null}]}',
  )
  const message = { AppId: 1, ConversationShortId: 5, Content: '', Ext: {}, VisibleUsers: [], Priority: 0 }
  expect(JSON.parse(goBody('SendMessage', message))).toEqual({
    ...{ AppId: 1, ConversationShortId: 5, Content: '' },
    ...{ MsgType: 0, Sender: 0, Priority: 0 },
  })
})

test('[VO122] up to 2^53 the vendor’s client has every id as it is; above, it rounds what it reads and what it sends', async () => {
  const last = 2 ** 53
  await ask('RegisterUsers', { Users: [{ UserId: last - 1 }, { UserId: last }] })
  expect((await ask('BatchGetUser', { UserIds: [last - 2, last - 1, last] })).Result).toMatchObject({
    Users: [{ UserId: last - 1 }, { UserId: last }],
    NotFoundUsers: [last - 2],
  })
  const [odd, rounded] = [2n ** 53n + 3n, 2 ** 53 + 4]
  const group = { ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: odd }
  const { ConversationShortId } = await exactly('CreateConversation', group)
  const read = await ask('BatchGetConversations', { ConversationShortId: [ConversationShortId] })
  // The answer has the client's double beside the text of all digits.
  expect(read.Result).toMatchObject({
    ConversationCoreInfos: [{ OwnerUserId: rounded, OwnerUserIdStr: String(odd) }],
  })
  await exactly('RegisterUsers', { Users: [{ UserId: odd }] })
  expect((await ask('BatchGetUser', { UserIds: [Number(odd)] })).Result).toMatchObject({ NotFoundUsers: [rounded] })
  expect(await exactly('BatchGetUser', { UserIds: [odd] })).toMatchObject({ Users: [{ UserId: odd }] })
  // What it writes for the largest int64 is one more than that.
  const most = await ask('BatchGetUser', { UserIds: [Number(2n ** 63n - 1n)] })
  expect(most.ResponseMetadata.Error?.Code).toBe('InvalidParameter.InvalidField')
})

test('the catalogue’s own examples are answered with the fields and types that it shows', async () => {
  const examples = [...documented.values()].filter(each => each.example)
  expect(examples.map(each => each.id)).toEqual(['SendMessage'])
  const conversation = { ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: 42 }
  const { ConversationShortId } = await exactly('CreateConversation', conversation)
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
