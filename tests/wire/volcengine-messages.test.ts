import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import type { News } from '../../src/core/events.ts'
import { groupSubject } from '../../src/core/events.ts'
import type { Conversation, Message } from '../../src/core/model.ts'
import { unshown } from '../../src/dialects/volcengine/shapes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { callVolcengine, send, type Wire } from '../support/volcengine.ts'

let server: TestServer
let app: App
let now = 0

beforeAll(async () => {
  server = await startServer({ clock: () => Date.now() + now })
  app = server.apps[0] as App
})
afterAll(() => server.stop())

const call = (action: string, body: object, on = server) =>
  callVolcengine(
    on,
    on.apps[0] as App,
    action,
    { AppId: on.apps[0]?.id, ...body },
    on === server ? { before: later } : {},
  )

function later(draft: { date: Date }) {
  draft.date = new Date(Date.now() + now)
}

async function create(type: number, owner = 1, on = server): Promise<number> {
  const body = { ConversationCoreInfo: { ConversationType: type }, OwnerUserId: owner, OtherUserId: 2 }
  return (await call('CreateConversation', body, on)).body.Result.ConversationShortId
}

async function group(...users: number[]): Promise<number> {
  const id = await create(2)
  await add(id, { ParticipantInfos: users.map(ParticipantUserId => ({ ParticipantUserId })) })
  return id
}

const add = (ConversationShortId: number, body: object) =>
  call('BatchAddConversationParticipant', { ConversationShortId, Operator: 1, ...body })

async function sendTo(ConversationShortId: number, body: object = {}): Promise<number> {
  const message = { ConversationShortId, Sender: 1, MsgType: 10001, Content: '{"text":"hi"}', ...body }
  const reply = await call('SendMessage', message)
  expect(reply.body.ResponseMetadata.Error).toBeUndefined()
  return reply.body.Result.MessageId
}

const conversation = (id: number) => server.core.directs.get(app.id, id)

/** The ids that a member sees, as their devices do. */
async function seenBy(id: number, user: string): Promise<number[]> {
  const member = await server.core.members.find(id, user)
  const query = { by: 'seq', limit: 20, reverse: false, viewer: { user, member } } as const
  return (await server.core.history.read({ id }, query)).messages.map(message => message.id)
}

async function stored(id: number, message: number): Promise<Message> {
  return (await server.core.history.byId(id, message)) as Message
}

const unread = async (id: number, user: string) => server.core.unread.of((await conversation(id)) as Conversation, user)

test('VisibleUsers and InvisibleUsers decide who sees a message [volcengine SendMessage]', async () => {
  const id = await group(2, 3)
  const all = await sendTo(id)
  const some = await sendTo(id, { VisibleUsers: [2] })
  const most = await sendTo(id, { InvisibleUsers: [2] })
  const none = await sendTo(id, { VisibleUsersStr: ['4'], VisibleUsers: [2] })
  const texts = await sendTo(id, { InvisibleUsersStr: ['3'], InvisibleUsers: [2] })
  expect(await seenBy(id, '1')).toEqual([all, some, most, none, texts])
  expect(await seenBy(id, '2')).toEqual([all, some, texts])
  expect(await seenBy(id, '3')).toEqual([all, most])
})

test('MentionedUsers and Priority are kept for devices [volcengine SendMessage]', async () => {
  const id = await group(2)
  expect((await stored(id, await sendTo(id, { MentionedUsers: [2] }))).mentions).toEqual({
    users: ['2'],
  })
  expect((await stored(id, await sendTo(id, { MentionedUsersStr: ['ann'] }))).mentions).toEqual({ users: ['ann'] })
  expect((await stored(id, await sendTo(id))).mentions).toBeUndefined()
  for (const [Priority, priority] of ['low', 'normal', 'high'].entries())
    expect((await stored(id, await sendTo(id, { Priority }))).priority).toBe(priority)
})

test('[VO31] a plain text is stored without a form of its own', async () => {
  const id = await group(2)
  expect(await stored(id, await sendTo(id))).toMatchObject({ parts: [{ type: 'text', text: 'hi' }] })
  expect((await stored(id, await sendTo(id))).native).toBeUndefined()
  expect((await stored(id, await sendTo(id, { Ext: { a: '1' } }))).native).toEqual({ volcengine: { Ext: { a: '1' } } })
})

test('[VO25] mute is not checked and the app is not asked', async () => {
  const asked: string[] = []
  const own = await startServer({
    ask: async (point, _call, draft) => {
      asked.push(point)
      return draft
    },
  })
  const id = await create(2, 1, own)
  const origin = { dialect: 'volcengine', via: 'rest' } as const
  await own.core.groups.update({ app: own.apps[0] as App, admin: true, origin }, id, {}, { speak: 'nobody' })
  asked.length = 0
  const message = { ConversationShortId: id, Sender: 1, MsgType: 10001, Content: '{"text":"hi"}' }
  const reply = await callVolcengine(own, own.apps[0] as App, 'SendMessage', { AppId: own.apps[0]?.id, ...message })
  expect(reply.status).toBe(200)
  expect(asked).toEqual([])
  await own.stop()
})

test('[VO26] a ClientMsgId is remembered for seven days, and a repeat tells nobody [volcengine SendMessage]', async () => {
  const id = await group(2)
  const told: News[] = []
  const stop = server.core.bus.subscribe(groupSubject(id), news => told.push(news as News))
  const first = await sendTo(id, { ClientMsgId: 'x' })
  now += 7 * 24 * 3_600_000 - 60_000
  expect(await sendTo(id, { ClientMsgId: 'x' })).toBe(first)
  now += 61_000
  expect(await sendTo(id, { ClientMsgId: 'x' })).not.toBe(first)
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(told.filter(news => news.event.type === 'message.sent')).toHaveLength(2)
  stop()
})

test('[VO15] Content and Ext together have at most 64 KiB [volcengine SendMessage]', async () => {
  const id = await group(2)
  const send = (length: number, Ext?: object) =>
    call('SendMessage', { ConversationShortId: id, Sender: 1, MsgType: 10012, Content: 'x'.repeat(length), Ext })
  expect((await send(65_536)).status).toBe(200)
  for (const reply of [
    await send(65_537),
    await send(65_535, { '': 'é' }),
    await send(60_000, { k: 'v'.repeat(6000) }),
  ]) {
    expect(reply.status).toBe(400)
    expect(reply.body.ResponseMetadata.Error.Code).toBe('InvalidParameter.MessageTooLarge')
  }
  expect(await seenBy(id, '1')).toHaveLength(1)
})

test('[VO27] with Barrier new members see nothing from before [volcengine BatchAddConversationParticipant]', async () => {
  const id = await group()
  const before = await sendTo(id)
  await add(id, { ParticipantInfos: [{ ParticipantUserId: 2 }], Barrier: true })
  await add(id, { ParticipantInfos: [{ ParticipantUserId: 3 }], Barrier: false })
  await add(id, { ParticipantInfos: [{ ParticipantUserId: 4 }] })
  const after = await sendTo(id)
  expect(await seenBy(id, '2')).toEqual([after])
  expect(await seenBy(id, '3')).toEqual([before, after])
  expect(await seenBy(id, '4')).toEqual([before, after])
})

test('[VO27] ReadIndex is where a member has read up to [volcengine BatchAddConversationParticipant]', async () => {
  const id = await group()
  for (let i = 0; i < 5; i++) await sendTo(id)
  const ParticipantInfos = [
    { ParticipantUserId: 2, ReadIndex: 3 },
    { ParticipantUserId: 3, ReadIndex: 99 },
    { ParticipantUserId: 4, ReadIndex: 0 },
    { ParticipantUserId: 5 },
  ]
  await add(id, { ParticipantInfos })
  expect(await Promise.all(['2', '3', '4', '5'].map(user => unread(id, user)))).toEqual([2, 0, 0, 0])
  await sendTo(id)
  expect(await Promise.all(['2', '3', '4', '5'].map(user => unread(id, user)))).toEqual([3, 1, 1, 1])
  const again = [
    { ParticipantUserId: 5, ReadIndex: 1 },
    { ParticipantUserId: 4 },
    { ParticipantUserId: 2, ReadIndex: 6 },
  ]
  await add(id, { ParticipantInfos: again })
  expect(await Promise.all(['5', '4', '2'].map(user => unread(id, user)))).toEqual([1, 1, 0])
})

test('a group of full size takes nobody more [volcengine BatchAddConversationParticipant]', async () => {
  const id = await create(2)
  const many = (first: number, count: number) => ({
    ParticipantInfos: Array.from({ length: count }, (_, i) => ({ ParticipantUserId: first + i })),
  })
  for (let first = 1001; first < 5701; first += 300) await add(id, many(first, 300))
  expect((await add(id, many(10_001, 200))).body.ResponseMetadata.Error.Code).toBe('OperationDenied.ParticipantLimit')
  expect((await add(id, many(10_001, 199))).body.Result).toEqual({ FailedUserIds: [] })
  const full = await add(id, many(2, 1))
  expect([full.status, full.body.ResponseMetadata.Error.Code]).toEqual([403, 'OperationDenied.ParticipantLimit'])
  expect(await server.core.members.count(id)).toBe(5000)
})

test('[VO28] BlockTime is the end of a mute in seconds, 0 when it is over [volcengine BatchGetConversationParticipant]', async () => {
  const id = await group(2, 3)
  const read = async () => {
    const body = { ConversationShortId: id, ParticipantUserIds: [2] }
    return (await call('BatchGetConversationParticipant', body)).body.Result.Participants[0].BlockTime
  }
  expect(await read()).toBe(0)
  const until = Date.now() + now + 60_000
  const origin = { dialect: 'volcengine', via: 'rest' } as const
  await server.core.members.mute({ app, admin: true, origin }, id, ['2'], until)
  expect(await read()).toBe(Math.floor(until / 1000))
  now += 61_000
  expect(await read()).toBe(0)
})

test('[VO29] a live group takes 30 messages of low and normal priority a second, high ones besides', async () => {
  const own = await startServer({ limits: 'vendor' })
  const id = await create(100, 1, own)
  /** The same signed request so many times at once. */
  async function burst(count: number, Priority?: number): Promise<number[]> {
    const message = {
      AppId: own.apps[0]?.id,
      ConversationShortId: id,
      Sender: 1,
      MsgType: 10001,
      Content: '{}',
      Priority,
    }
    const wire = {} as Wire
    const after = (signed: Wire) => Object.assign(wire, signed)
    const first = await callVolcengine(own, own.apps[0] as App, 'SendMessage', message, { after })
    const others = await Promise.all(Array.from({ length: count - 1 }, () => send(own.port, wire)))
    for (const { status, body } of [first, ...others])
      expect([status, body.Result]).toEqual([200, { MessageId: expect.any(Number) }])
    return [first, ...others].map(({ body }) => body.Result.MessageId)
  }
  /** How many of these messages the group has. */
  async function kept(ids: number[]): Promise<number> {
    const asked = { AppId: own.apps[0]?.id, ConversationShortId: id, MessageIds: ids }
    return (await callVolcengine(own, own.apps[0] as App, 'GetMessages', asked)).body.Result.Messages.length
  }
  expect(await kept(await burst(20, 2))).toBe(20)
  const usual = [...(await burst(20, 0)), ...(await burst(20, 1)), ...(await burst(20))]
  const stored = await kept(usual)
  expect([stored >= 30, stored < 60]).toEqual([true, true])
  expect(await kept(await burst(20, 2))).toBe(20)
  await own.stop()
})

test('[VO30] what a user of another vendor cannot be shown as is counted', async () => {
  const id = await group()
  const origin = { dialect: 'tencent', via: 'rest' } as const
  await server.core.members.addMany({ app, operator: 'administrator', admin: true, origin }, id, [{ user: '2' }], {
    strangers: true,
  })
  const before = unshown.count
  const body = { ConversationShortId: id, ParticipantUserIds: [2] }
  const [participant] = (await call('BatchGetConversationParticipant', body)).body.Result.Participants
  expect(participant.Operator).toBe(0)
  expect(unshown.count).toBe(before + 1)
})
