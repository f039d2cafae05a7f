import { afterEach, expect, test } from 'vitest'
import { openReceiver, type Receiver } from '../../scripts/receiver/receiver.ts'
import type { Account, App, Webhook } from '../../src/core/apps/model.ts'
import { readExact } from '../support/exact-json.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { callVolcengine } from '../support/volcengine.ts'
import { until } from './setting.ts'

const secret = 'callback-secret'

let server: TestServer
let app: App
let receiver: Receiver

/** An app whose home is Volcengine, with a back end; more may be said of it. */
async function start(more: Partial<Webhook> = {}): Promise<void> {
  const account: Account = testAccount(2100000001, 1)
  app = account.apps[0] as App
  app.home = 'volcengine'
  receiver = await openReceiver({ secrets: { volcengine: secret } })
  const webhooks = [{ kind: 'volcengine' as const, url: `${receiver.url}/hear?from=magpie`, secret, ...more }]
  server = await startServer({ accounts: [account], webhooks })
  await call('RegisterUsers', { Users: [1, 2].map(UserId => ({ UserId, NickName: `user ${UserId}` })) })
}

afterEach(async () => {
  await server.stop()
  await receiver.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
async function call(action: string, body: object): Promise<any> {
  const reply = await callVolcengine(server, app, action, { AppId: app.id, ...body })
  expect(reply.body.ResponseMetadata.Error).toBeUndefined()
  return reply.body.Result
}

async function device(UserId: number): Promise<TestSocket> {
  const { Token: token } = await call('GetAppToken', { UserId, ExpireTime: 60_000 })
  return signIn(server, { dialect: 'volcengine', appId: app.id, token, platform: 'Android', device: `d-${UserId}` })
}

/** A group of 1 and 2, or a live group of 1. */
async function group(ConversationType: 2 | 100 = 2): Promise<number> {
  const made = { ConversationCoreInfo: { ConversationType }, OwnerUserId: 1 }
  const { ConversationShortId } = await call('CreateConversation', made)
  const ParticipantInfos = [{ ParticipantUserId: 2 }]
  if (ConversationType === 2)
    await call('BatchAddConversationParticipant', { ConversationShortId, Operator: 1, ParticipantInfos })
  return ConversationShortId
}

const text = (words: string) => [{ type: 'text', text: words }]

/** The next envelope of an event, whose signature the receiver found good, and the data in it. */
async function next(event: string) {
  const { body, ...rest } = await receiver.next(each => each.body.EventType === event)
  const about = { vendor: 'volcengine', verified: 'good', app: String(app.id), method: 'POST', path: '/hear' }
  expect(rest).toMatchObject({ ...about, query: { from: 'magpie' }, headers: { 'content-type': 'application/json' } })
  const { EventData, ...envelope } = body as Record<string, string>
  expect(envelope).toStrictEqual({
    EventType: event,
    EventTime: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000000Z$/),
    EventId: expect.stringMatching(/./),
    AppId: String(app.id),
    Version: '2020-12-01',
    Nonce: expect.stringMatching(/^\d{4}$/),
    Signature: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  return { data: readExact(EventData as string) as Record<string, unknown>, EventId: envelope.EventId }
}

/** What a device is refused with, as it is on the wire. */
async function refusal(sender: TestSocket, operation: string, input: object): Promise<unknown> {
  await expect(sender.ask(operation, input)).rejects.toThrow('hook.refused')
  return sender.frames.findLast(frame => frame.type === 'reply')?.err
}

test('[VO51] [volcengine callback/BeforeSendMessage] [volcengine callback/SendMessage] a device sends to a user', async () => {
  await start()
  const one = await device(1)
  const sent = await one.ask('message.sendToUser', { to: '2', client: 'c-1', parts: text('hi') })
  const first = { AppId: app.id, ConversationType: 1, OtherUserId: 2, OtherUserIdStr: '2', MessageId: sent.id }
  const said = {
    ...{ Sender: 1, SenderStr: '1', MsgType: 10001, Content: '{"text":"hi"}', Ext: {}, ClientMsgId: 'c-1' },
    CreateTime: expect.any(Number),
  }
  const before = await next('BeforeSendMessage')
  expect(before.data).toStrictEqual({ ...first, ...said })
  const after = await next('SendMessage')
  const place = { ConversationShortId: sent.conv, ConversationId: `${app.id}:1:${sent.conv}` }
  expect(after.data).toStrictEqual({ ...first, ...place, IndexInConversation: 1, ...said, CreateTime: sent.time })
  expect(after.EventId).not.toBe(before.EventId)

  await one.ask('message.sendToUser', { to: '2', client: 'c-2', parts: text('again') })
  expect((await next('BeforeSendMessage')).data).toMatchObject({ ...place, Content: '{"text":"again"}' })
})

test('[VO51] [volcengine callback/BeforeSendMessage] [volcengine callback/SendMessage] a device sends into a group or a live group', async () => {
  await start()
  const one = await device(1)
  for (const type of [2, 100] as const) {
    const conv = await group(type)
    if (type === 100) await one.ask('room.enter', { conv })
    const quoted = await call('SendMessage', {
      ConversationShortId: conv,
      Sender: 1,
      MsgType: 10001,
      Content: '{"text":"q"}',
    })
    const draft = { conv, client: `c-${conv}`, parts: text('hi'), mentions: { users: ['2'] } }
    const sent = await one.ask('message.sendToGroup', { ...draft, quote: { id: quoted.MessageId, hint: 'q' } })
    const place = { ConversationShortId: conv, ConversationId: `${app.id}:${type}:${conv}`, ConversationType: type }
    const said = {
      ...{ AppId: app.id, ...place, MessageId: sent.id, Sender: 1, SenderStr: '1', MsgType: 10001 },
      ...{ Content: '{"text":"hi"}', Ext: {}, ClientMsgId: `c-${conv}` },
      ...{ MentionedUsers: [2], MentionedUsersStr: ['2'], CreateTime: expect.any(Number) },
    }
    expect((await next('BeforeSendMessage')).data).toStrictEqual(said)
    expect((await next('SendMessage')).data).toStrictEqual({
      ...{ ...said, CreateTime: sent.time, IndexInConversation: 2 },
      RefMsgInfo: { Hint: 'q', ReferencedMessageId: quoted.MessageId },
    })
  }
})

test('[VO56] [volcengine callback/BeforeSendMessage] a check code stops a message, and its sender learns code and text', async () => {
  await start()
  const [one, two] = [await device(1), await device(2)]
  const conv = await group()
  receiver.answer('callback/BeforeSendMessage: refuse 30001 no swearing')
  const err = { code: 'hook.refused', text: 'no swearing', own: { dialect: 'volcengine', code: 30001 } }
  const toUser = { to: '2', client: 'c-1', parts: text('!') }
  expect(await refusal(one, 'message.sendToUser', toUser)).toEqual(err)
  expect(await refusal(one, 'message.sendToGroup', { conv, client: 'c-2', parts: text('!') })).toEqual(err)
  receiver.answer()
  // The same client id: nothing was kept of the refused one.
  await one.ask('message.sendToUser', toUser)
  expect(await two.next('message')).toMatchObject({ client: 'c-1', seq: 1 })
  expect((await next('SendMessage')).data).toMatchObject({ ClientMsgId: 'c-1' })
  expect(receiver.received.filter(each => each.id === 'callback/SendMessage')).toHaveLength(1)
})

test('[VO52] the OpenAPI neither asks nor tells of SendMessage, nor do other server APIs', async () => {
  await start()
  const one = await device(1)
  const conv = await group()
  await call('SendMessage', { ConversationShortId: conv, Sender: 1, MsgType: 10001, Content: '{"text":"hi"}' })
  await server.core.send.toGroup({ app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }, conv, {
    from: '1',
    parts: [{ type: 'text', text: 'by another API' }],
  })
  await one.ask('message.sendToGroup', { conv, client: 'c-1', parts: text('by a device') })
  expect((await next('SendMessage')).data).toMatchObject({ ClientMsgId: 'c-1', IndexInConversation: 3 })
  expect(receiver.received.map(each => each.id)).toEqual(['callback/BeforeSendMessage', 'callback/SendMessage'])
})

test('[VO52] [VO106] [volcengine BatchSendGroupMessage] [volcengine callback/SendMessage] one call into many groups is told of each', async () => {
  await start()
  const one = await device(1)
  const conv = await group()
  for (const type of [2, 100] as const) {
    const convs = [await group(type), await group(type)]
    const said = { Sender: 1, MsgType: 10001, Content: '{"text":"hi"}', Ext: { k: 'v' }, ClientMsgId: `b-${type}` }
    await call('SendMessage', { ConversationShortId: conv, ...said })
    await call('BatchSendMessage', { ...said, Receiver: [2] })
    await call('P2PSendMessage', { ConversationShortId: conv, ...said })
    const many = { ...said, ConversationType: type, ConversationShortIds: convs, VisibleUsers: [2], Priority: 2 }
    await call('BatchSendGroupMessage', many)
    // The same again sends nothing, so it tells of nothing.
    await call('BatchSendGroupMessage', many)
    const told = [await next('SendMessage'), await next('SendMessage')].map(each => each.data)
    const byPlace = new Map(told.map(data => [data.ConversationShortId, data]))
    for (const id of convs)
      expect(byPlace.get(id)).toStrictEqual({
        ...{
          AppId: app.id,
          ConversationShortId: id,
          ConversationId: `${app.id}:${type}:${id}`,
          ConversationType: type,
        },
        ...{ MessageId: expect.any(Number), IndexInConversation: 1, Sender: 1, SenderStr: '1', MsgType: 10001 },
        ...{ Content: '{"text":"hi"}', Ext: { k: 'v' }, ClientMsgId: `b-${type}`, CreateTime: expect.any(Number) },
        ...{ VisibleUsers: [2], VisibleUsersStr: ['2'] },
      })
  }
  await one.ask('message.sendToGroup', { conv, client: 'c-1', parts: text('by a device') })
  expect((await next('SendMessage')).data).toMatchObject({ ClientMsgId: 'c-1' })
  expect(receiver.received.filter(each => each.id === 'callback/BeforeSendMessage')).toHaveLength(1)
  expect(receiver.received.filter(each => each.id === 'callback/SendMessage')).toHaveLength(5)
})

test('[VO55] [volcengine callback/SendMessage] another attempt has the same EventId, and its own Nonce and Signature', async () => {
  await start({ on: ['callback/SendMessage'] })
  receiver.answer('callback/SendMessage: fail 500 times 3')
  const one = await device(1)
  await one.ask('message.sendToGroup', { conv: await group(), client: 'c-1', parts: text('hi') })
  await until(() => receiver.received.length === 4)
  const all = receiver.received.map(each => each.body)
  expect(receiver.received.map(each => each.verified)).toEqual(['good', 'good', 'good', 'good'])
  for (const field of ['EventType', 'EventData', 'EventTime', 'EventId', 'AppId', 'Version'])
    expect(new Set(all.map(each => each[field])).size, field).toBe(1)
  // Four of nine thousand numbers are hardly ever one.
  expect(new Set(all.map(each => each.Nonce)).size).toBeGreaterThan(1)
  expect(new Set(all.map(each => each.Signature)).size).toBe(new Set(all.map(each => each.Nonce)).size)
})

test('[VO57] [volcengine callback/BeforeSendMessage] silence lets a message go, or stops it, as the app wants', async () => {
  for (const silence of ['pass', 'refuse'] as const) {
    await start({ silence, on: ['callback/BeforeSendMessage'], timeout: 300 })
    const one = await device(1)
    const conv = await group()
    for (const rule of ['fail 500', 'close', 'garbage', 'delay 1000', 'change {"CheckCode":null}']) {
      receiver.answer(`*: ${rule}`)
      const draft = { conv, client: rule, parts: text(rule) }
      const err = { code: 'hook.refused', text: 'the callback did not answer' }
      if (silence === 'pass') await one.ask('message.sendToGroup', draft)
      else expect(await refusal(one, 'message.sendToGroup', draft), rule).toEqual(err)
    }
    expect(receiver.received).toHaveLength(5)
    if (silence === 'pass') await Promise.all([server.stop(), receiver.stop()])
  }
})

test('[volcengine callback/BeforeSendMessage] a body of the app’s own making is the EventData', async () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: a template
  const own = {
    who: '${body.SenderStr}',
    words: '${draft.parts.0.text}',
    line: '${body.SenderStr} says',
    no: '${body.x}',
  }
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: a template
  await start({ on: ['callback/BeforeSendMessage'], templates: { 'callback/BeforeSendMessage': own } })
  const one = await device(1)
  await one.ask('message.sendToGroup', { conv: await group(), client: 'c-1', parts: text('hi') })
  expect((await next('BeforeSendMessage')).data).toStrictEqual({ who: '1', words: 'hi', line: '1 says' })
})
