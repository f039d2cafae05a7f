import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import { members } from '../../src/core/tables.ts'
import { put } from '../../src/storage/store.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type Received, signIn, type TestSocket } from '../support/socket.ts'
import { callVolcengine, type Reply } from '../support/volcengine.ts'
import { compare } from '../support/volcengine-catalogue.ts'
import { readingBodies } from '../support/volcengine-reading.ts'

let server: TestServer
let app: App
let byApp: Call
const devices: TestSocket[] = []
/** Every answer of every action that was called, for the last test. */
const answers = new Map<string, unknown[]>()

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  byApp = { app, admin: true, origin: { dialect: 'volcengine', via: 'rest' } }
  await call('RegisterUsers', { Users: [2, 3, 4].map(UserId => ({ UserId })) })
})
afterEach(() => Promise.all(devices.splice(0).map(device => device.close())))
afterAll(() => server.stop())

const ask = (action: string, body: object): Promise<Reply> =>
  callVolcengine(server, app, action, { AppId: app.id, ...body })

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
async function call(action: string, body: object): Promise<any> {
  const reply = await ask(action, body)
  if (reply.status !== 200) throw new Error(reply.body.ResponseMetadata.Error.Code)
  answers.set(action, [...(answers.get(action) ?? []), reply.body.Result])
  return reply.body.Result
}

async function create(ConversationType: number, more: object = {}): Promise<number> {
  const body = { ConversationCoreInfo: { ConversationType }, OwnerUserId: 1, ...more }
  return (await call('CreateConversation', body)).ConversationShortId
}

async function group(...users: number[]): Promise<number> {
  const id = await create(2)
  await add(id, ...users)
  return id
}

const add = (ConversationShortId: number, ...users: number[]) =>
  call('BatchAddConversationParticipant', {
    ...{ ConversationShortId, Operator: 1 },
    ParticipantInfos: users.map(ParticipantUserId => ({ ParticipantUserId })),
  })
const modify = (ConversationShortId: number, ...ParticipantInfos: object[]) =>
  call('BatchModifyConversationParticipant', { ConversationShortId, Operator: 77, ParticipantInfos })
const send = async (ConversationShortId: number, Sender: number): Promise<number> =>
  (await call('SendMessage', { ConversationShortId, Sender, MsgType: 10001, Content: '{"text":"hi"}' })).MessageId

/** A device of a user, with a token of the vendor's own. */
async function device(UserId: number): Promise<TestSocket> {
  const { Token: token } = await call('GetAppToken', { UserId, ExpireTime: 3_600_000 })
  const made = await signIn(server, { dialect: 'volcengine', appId: app.id, token })
  devices.push(made)
  return made
}

let words = 0
const say = (who: TestSocket, conv: number) =>
  who.ask('message.sendToGroup', { conv, client: `c${++words}`, parts: [{ type: 'text', text: `w${words}` }] })
const soon = () => Math.floor(Date.now() / 1000) + 600

describe('members', () => {
  test('[VO88] who is muted is silent on their devices until the mute ends, and all devices see it', async () => {
    const id = await group(2, 3)
    const [two, three] = [await device(2), await device(3)]
    await say(two, id)
    const until = soon()
    await modify(id, { ParticipantUserId: 2, BlockTime: until })
    const muted = await three.next('change', frame => (frame.users as string[])?.includes('2'))
    expect(muted).toMatchObject({ conv: id, by: '77', detail: { member: { mutedUntil: until * 1000 } } })
    await expect(say(two, id)).rejects.toThrow('user.muted')
    await say(three, id)
    await send(id, 2)
    await modify(id, { ParticipantUserId: 2, NickName: 'two' })
    await expect(say(two, id)).rejects.toThrow('user.muted')
    await modify(id, { ParticipantUserId: 2, BlockTime: until - 1200 })
    const free = (frame: Received) => JSON.stringify(frame.detail) === '{"member":{"mutedUntil":0}}'
    expect(await three.next('change', free)).toMatchObject({ conv: id, users: ['2'] })
    await say(two, id)
  })

  test('[VO86] a changed role, card and level is one change to devices, and what is the same is none', async () => {
    const id = await group(2, 3)
    const three = await device(3)
    const info = { ParticipantUserId: 2, Role: 2, NickName: 'two', Level: 4, Ext: { a: '1' } }
    await modify(id, info)
    await modify(id, info)
    await modify(id, { ParticipantUserId: 2, Role: 2, NickName: 'deux' })
    const detail = { role: 'manager', nick: 'two', level: 4, ext: { a: '1', 's:from': 'biz' } }
    expect(await three.next('change')).toMatchObject({ users: ['2'], detail: { member: detail } })
    expect(await three.next('change')).toMatchObject({ users: ['2'], detail: { member: { nick: 'deux' } } })
  })

  test('[VO86] more than a hundred managers are refused as a whole', async () => {
    const users = Array.from({ length: 101 }, (_, i) => 1000 + i)
    const id = await group(...users)
    const infos = users.map(ParticipantUserId => ({ ParticipantUserId, Role: 2, NickName: 'n' }))
    await expect(modify(id, ...infos)).rejects.toThrow('OperationDenied.ManagerLimit')
    const asked = { ConversationShortId: id, ParticipantUserIds: users }
    const cards = async () => (await call('BatchGetConversationParticipant', asked)).Participants
    expect((await cards()).every((each: { Role: number; NickName: string }) => !each.Role && !each.NickName)).toBe(true)
    expect(await modify(id, ...infos.slice(1))).toEqual({ FailedUserIds: [] })
    expect((await cards()).filter((each: { Role: number }) => each.Role === 2)).toHaveLength(100)
  })

  test('[VO89] who is banned from a group cannot be added, and is said to have failed', async () => {
    const id = await group()
    await server.core.members.ban(byApp, id, ['2'], Number.POSITIVE_INFINITY)
    expect(await add(id, 3, 2, 1)).toEqual({ FailedUserIds: [2] })
    const inside = (ParticipantUserId: number) =>
      call('IsUserInConversation', { ConversationShortId: id, ParticipantUserId })
    expect([await inside(2), await inside(3)]).toEqual([
      { IsUserInConversation: false },
      { IsUserInConversation: true },
    ])
    expect(await call('GetConversationUserCount', { ConversationShortId: id })).toEqual({ Count: 2 })
  })

  test('[VO45] who is added again is written over, which all of the group see', async () => {
    const id = await group(2)
    const one = await device(1)
    const again = { ParticipantUserId: 2, NickName: 'two', Level: 4, Role: 2, Ext: { a: '1' } }
    await call('BatchAddConversationParticipant', {
      ...{ ConversationShortId: id, Operator: 77, ParticipantInfos: [again] },
    })
    const member = { role: 'manager', nick: 'two', level: 4, ext: { a: '1', 's:from': 'biz' } }
    expect(await one.next('change')).toMatchObject({ by: '77', users: ['2'], detail: { member } })
  })

  test('[VO95] in a live group are its owner, and those with a device inside', async () => {
    const id = await create(100)
    const two = await device(2)
    const inside = async (ParticipantUserId: number) =>
      (await call('IsUserInConversation', { ConversationShortId: id, ParticipantUserId })).IsUserInConversation
    expect([await inside(1), await inside(2)]).toEqual([true, false])
    await two.ask('room.enter', { conv: id })
    expect([await inside(1), await inside(2), await inside(3)]).toEqual([true, true, false])
    expect(await call('GetConversationUserCount', { ConversationShortId: id })).toEqual({ Count: 1 })
    await two.ask('room.leave', { conv: id })
    expect(await inside(2)).toBe(false)
  })

  test('[VO95] of a live group who is inside is shown as they show themselves [volcengine BatchGetConversationParticipant]', async () => {
    const id = await create(100)
    const two = await device(2)
    await two.ask('room.enter', { conv: id, nick: 'two', ext: { a: '1' } })
    await call('BatchAddManager', { ConversationShortId: id, ManagerUserIds: [4], Operator: 1 })
    await call('BatchAddBlockParticipants', { ConversationShortId: id, ParticipantBlockInfos: { 2: 600 } })
    const read = async () =>
      (await call('BatchGetConversationParticipant', { ConversationShortId: id, ParticipantUserIds: [4, 3, 2, 1] }))
        .Participants
    const all = await read()
    expect(all).toMatchObject([
      { ParticipantUserId: 4, Role: 2, NickName: '', Operator: 1 },
      { ParticipantUserId: 2, Role: 0, NickName: 'two', Ext: { a: '1' }, Operator: 0, Status: 0 },
      { ParticipantUserId: 1, Role: 1, NickName: '' },
    ])
    expect(Math.abs(all[1].BlockTime - soon())).toBeLessThan(10)
    expect(Math.abs(all[1].CreateTime + 600 - soon())).toBeLessThan(10)
    await two.ask('room.leave', { conv: id })
    expect((await read()).map((each: { ParticipantUserId: number }) => each.ParticipantUserId)).toEqual([4, 1])
  })
})

describe('settings', () => {
  const setOf = (ConversationShortId: number, ParticipantUserId: number, more: object) => ({
    ConversationSettingInfo: { ConversationShortId, ParticipantUserId, ...more },
  })

  test('[VO90] the user’s own devices see them, nobody else’s; what a device sets is read back', async () => {
    const id = await group(2, 3)
    const [two, three] = [await device(2), await device(3)]
    const times = { IsStickTop: true, StickTopTime: 1_700_000_000_123, IsSetFavorite: true, SetFavoriteTime: 5 }
    await call('ModifyConversationSetting', setOf(id, 2, { IsMute: true, ...times, Ext: { a: '1' } }))
    expect(await two.next('conversation')).toMatchObject({
      ...{ conv: id, pinned: 1_700_000_000_123, notify: 'silent', favourite: 5, ext: { a: '1' } },
    })
    const { conversations } = (await two.ask('conversation.get', { convs: [id] })) as { conversations: object[] }
    expect(conversations).toMatchObject([{ settings: { pinned: 1_700_000_000_123, notify: 'silent' } }])
    await two.ask('conversation.pin', { conv: id, on: false })
    await two.ask('conversation.keep', { conv: id, ext: { b: '2' } })
    await two.ask('conversation.notify', { conv: id, notify: 'none' })
    const asked = { ConversationShortId: id, ParticipantUserId: 2 }
    const read = async () => (await call('GetConversationSetting', asked)).ConversationSettingInfo
    expect(await read()).toMatchObject({ IsStickTop: false, StickTopTime: 0, IsMute: true, Ext: { b: '2' } })
    await call('ModifyConversationSetting', setOf(id, 2, { IsMute: true }))
    const finer = (await two.ask('conversation.get', { convs: [id] })) as { conversations: object[] }
    expect(finer.conversations).toMatchObject([{ settings: { notify: 'none' } }])
    await three.ask('conversation.get', { convs: [id] })
    expect(three.frames.filter(frame => frame.type === 'conversation')).toEqual([])
  })

  test('[VO90] a thousand conversations can be on top', async () => {
    const others = Array.from({ length: 1001 }, (_, i) => String(5000 + i))
    for (let at = 0; at < others.length; at += 300)
      await server.core.users.save(
        byApp,
        others.slice(at, at + 300).map(id => ({ id })),
        { existing: 'update' },
      )
    const convs = (await server.core.directs.openMany(byApp, '4', others)) as number[]
    const pinned = convs.slice(2).map(conv => ({ conv, pinned: true }))
    await server.core.conversationSettings.set(byApp, '4', pinned, { pinned: 1000 })
    const pin = (conv = 0) => call('ModifyConversationSetting', setOf(conv, 4, { IsStickTop: true, StickTopTime: 9 }))
    expect(await pin(convs[1])).toEqual({})
    await expect(pin(convs[0])).rejects.toThrow('OperationDenied.PinLimit')
    expect(await pin(convs[5])).toEqual({})
  })
})

describe('reading', () => {
  test('[VO92] the reader’s devices hear of it, in a single chat the other’s too; what a device reads counts', async () => {
    const id = await create(1, { OwnerUserId: 2, OtherUserId: 3 })
    const message = await send(id, 2)
    const [two, three] = [await device(2), await device(3)]
    const receipt = async () => {
      const asked = { ConversationShortId: id, MessageIds: [message] }
      return (await call('GetMessagesReadReceipt', asked)).ReadReceipt[0].ReceiverIsRead
    }
    const unread = async () => {
      const { conversations } = await three.ask('conversation.get', { convs: [id] })
      return (conversations as { unread: number }[]).map(each => each.unread)
    }
    expect([await receipt(), await unread()]).toEqual([false, [1]])
    await call('ModifyParticipantReadIndex', { ConversationShortId: id, ParticipantUserId: 3, ReadIndex: 1 })
    for (const each of [two, three]) expect(await each.next('read')).toMatchObject({ conv: id, user: '3', seq: 1 })
    expect([await receipt(), await unread()]).toEqual([true, [0]])
    await send(id, 3)
    await two.ask('conversation.read', { conv: id })
    expect((await call('GetParticipantReadIndex', { ConversationShortId: id })).ReadIndexes).toEqual([
      { ParticipantUserId: 2, ParticipantUserIdStr: '2', ReadIndex: 2 },
      { ParticipantUserId: 3, ParticipantUserIdStr: '3', ReadIndex: 1 },
    ])
  })

  test('[VO93] in a group a message is read by whose device read it; only their own devices hear of it', async () => {
    const id = await group(2, 3)
    const message = await send(id, 1)
    const [two, three] = [await device(2), await device(3)]
    await two.ask('conversation.read', { conv: id, seq: 1 })
    const asked = { ConversationShortId: id, MessageIds: [message] }
    expect((await call('GetMessagesReadReceipt', asked)).ReadReceipt).toEqual([
      {
        ...{ ConversationShortId: id, MessageId: message },
        ...{ ReadUserIds: [2], ReadUserIdsStr: ['2'], UnReadUserIds: [3], UnReadUserIdsStr: ['3'] },
      },
    ])
    await three.ask('conversation.get', { convs: [id] })
    expect(three.frames.filter(frame => frame.type === 'read')).toEqual([])
  })

  test('[VO94] a group is answered for up to ten thousand members', async () => {
    const id = await create(2)
    const numbers = { rank: 2 as const, joined: 1, hidden: 0, readSeq: 1, readCounted: 1, readSent: 0 }
    const join = (from: number, to: number) =>
      server.store.commit(
        Array.from({ length: to - from }, (_, i) => ({
          conv: id,
          app: app.id,
          user: String(from + i),
          ...numbers,
        })).map(member => put(members, member)),
      )
    for (let at = 10_000; at < 19_999; at += 900) await join(at, Math.min(at + 900, 19_999))
    const MessageIds = []
    for (let i = 0; i < 11; i++) MessageIds.push(await send(id, 1))
    const positions = () => call('GetParticipantReadIndex', { ConversationShortId: id })
    const receipts = (ids: number[]) => call('GetMessagesReadReceipt', { ConversationShortId: id, MessageIds: ids })
    expect((await positions()).ReadIndexes).toHaveLength(9_999)
    const { ReadReceipt } = await receipts(MessageIds.slice(0, 10))
    expect(ReadReceipt[0].ReadUserIds).toHaveLength(9_999)
    expect(ReadReceipt[9].UnReadUserIds).toHaveLength(9_999)
    await expect(receipts(MessageIds)).rejects.toThrow('InvalidParameter.TooManyItems')
    await join(20_000, 20_001)
    await expect(positions()).rejects.toThrow('InvalidParameter.TooManyItems')
  })
})

test('all actions were called, and their answers have the documented fields and types', () => {
  for (const action of Object.keys(readingBodies(0))) {
    const compared = (answers.get(action) ?? []).map(result => compare(action, result))
    expect(new Set(compared.flatMap(each => each.odd)), action).toEqual(new Set())
    const [first = [action], ...others] = compared.map(each => each.missing)
    expect(
      first.filter(name => others.every(missing => missing.includes(name))),
      action,
    ).toEqual([])
  }
})
