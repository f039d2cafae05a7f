import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { broadcastOperations } from '../../src/dialects/volcengine/broadcast.ts'
import { messageActions } from '../../src/dialects/volcengine/message-actions.ts'
import { messageBatches } from '../../src/dialects/volcengine/message-batch.ts'
import { userStatusOperations } from '../../src/dialects/volcengine/user-status.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { callVolcengine } from '../support/volcengine.ts'
import { compare, documented } from '../support/volcengine-catalogue.ts'

let server: TestServer
let app: App
let now = 0
let users = 1000
/** What was answered, by action. */
const answers = new Map<string, unknown[]>()

beforeAll(async () => {
  server = await startServer({ apps: 2, clock: () => Date.now() + now })
  app = server.apps[0] as App
})
afterAll(() => server.stop())

const reply = (action: string, body: object, of = app) =>
  callVolcengine(server, of, action, { AppId: of.id, ...body }, { before: later })

function later(draft: { date: Date }) {
  draft.date = new Date(Date.now() + now)
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
async function call(action: string, body: object): Promise<any> {
  const { body: answer } = await reply(action, body)
  expect(answer.ResponseMetadata.Error).toBeUndefined()
  answers.set(action, [...(answers.get(action) ?? []), answer.Result])
  return answer.Result
}

const codeOf = async (action: string, body: object, of = app) =>
  (await reply(action, body, of)).body.ResponseMetadata.Error?.Code

/** New users of the app; only a token makes nobody one. */
async function people(count: number, known = true): Promise<number[]> {
  const ids = Array.from({ length: count }, () => users++)
  if (known) await call('RegisterUsers', { Users: ids.map(UserId => ({ UserId })) })
  return ids
}

async function device(UserId: number, more: object = {}): Promise<TestSocket> {
  const { Token: token } = await call('GetAppToken', { UserId, ExpireTime: 3_600_000 })
  return signIn(server, { dialect: 'volcengine', appId: app.id, token, platform: 'Android', device: 'd', ...more })
}

async function group(owner: number, ...members: number[]): Promise<number> {
  const made = { ConversationCoreInfo: { ConversationType: 2 }, OwnerUserId: owner }
  const { ConversationShortId } = await call('CreateConversation', made)
  const ParticipantInfos = members.map(ParticipantUserId => ({ ParticipantUserId }))
  await call('BatchAddConversationParticipant', { ConversationShortId, Operator: owner, ParticipantInfos })
  return ConversationShortId
}

const say = async (ConversationShortId: number, Sender: number, words: string, more: object = {}): Promise<number> =>
  (
    await call('SendMessage', {
      ...{ ConversationShortId, Sender, MsgType: 10001, Content: `{"text":"${words}"}` },
      ...more,
    })
  ).MessageId

const words = (text: string) => [{ type: 'text', text }]

/** The words of all that a device's user sees of a conversation. */
async function history(of: TestSocket, conv: number): Promise<unknown[]> {
  const { messages } = (await of.ask('history.read', { conv, after: 0 })) as {
    messages: { parts: { text: string }[] }[]
  }
  return messages.map(message => message.parts[0]?.text)
}

/** Everything that was told a device is there by now. */
async function settled(of: TestSocket): Promise<void> {
  await of.ask('conversation.unread')
}

const unread = async (of: TestSocket) => (await of.ask('conversation.unread')).unread

describe('what is done with messages', () => {
  test('[VO100] devices are told what a message says now [volcengine ModifyMessage]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const conv = await group(one, two)
    const phone = await device(two)
    const MessageId = await say(conv, one, 'a', { Ext: { k: 'v' } })
    await call('ModifyMessage', { ConversationShortId: conv, MessageId, Content: '{"text":"b"}' })
    expect(await phone.next('change')).toMatchObject({ what: 'edit', seq: 1, parts: words('b'), edited: { times: 1 } })
    await call('ModifyMessage', { ConversationShortId: conv, MessageId, Ext: { k: 'w' } })
    expect(await phone.next('change')).toMatchObject({ what: 'edit', parts: words('b'), edited: { times: 2 } })
    await call('ModifyMessage', { ConversationShortId: conv, MessageId })
    await settled(phone)
    expect(phone.frames.filter(frame => frame.type === 'change')).toHaveLength(2)
    expect([await unread(phone), await history(phone, conv)]).toEqual([1, ['b']])
  })

  test('[VO101] facts of a content that stand in Ext are read anew with it [volcengine ModifyMessage]', async () => {
    const [one] = (await people(1)) as [number]
    const conv = await group(one)
    const partsOf = async (MessageId: number) => (await server.core.history.byId(conv, MessageId))?.parts
    const picture = { MsgType: 10003, Content: '{"url":"https://example.com/a.png"}' }
    const MessageId = await say(conv, one, '', { ...picture, Ext: { file_ext_key_original_width: '3' } })
    expect(await partsOf(MessageId)).toMatchObject([{ type: 'image', width: 3 }])
    const place = { ConversationShortId: conv, MessageId }
    await call('ModifyMessage', { ...place, Ext: { file_ext_key_original_width: '4' } })
    expect(await partsOf(MessageId)).toMatchObject([{ type: 'image', width: 4, url: 'https://example.com/a.png' }])
    await call('ModifyMessage', { ...place, Content: '{"url":"https://example.com/b.png"}' })
    expect(await partsOf(MessageId)).toMatchObject([{ type: 'image', width: 4, url: 'https://example.com/b.png' }])
    const plain = await say(conv, one, 'x')
    await call('ModifyMessage', { ConversationShortId: conv, MessageId: plain, Content: '{"text":"y"}' })
    expect((await server.core.history.byId(conv, plain))?.native).toBeUndefined()
  })

  test('[VO15] a changed message is no larger than a sent one [volcengine ModifyMessage]', async () => {
    const [one] = (await people(1)) as [number]
    const place = { ConversationShortId: await group(one), MessageId: 0 }
    place.MessageId = await say(place.ConversationShortId, one, 'x', { MsgType: 10012, Content: 'x'.repeat(65_000) })
    const large = 'InvalidParameter.MessageTooLarge'
    expect(await codeOf('ModifyMessage', { ...place, Ext: { k: 'v'.repeat(535) } })).toBeUndefined()
    expect(await codeOf('ModifyMessage', { ...place, Ext: { k: 'v'.repeat(536) } })).toBe(large)
    expect(await codeOf('ModifyMessage', { ...place, Content: 'x'.repeat(65_001) })).toBe(large)
  })

  test('[VO102] a deleted message leaves everybody’s devices and is unread no more [volcengine DeleteConversationMessage]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const conv = await group(one, two)
    const [own, phone] = [await device(one), await device(two)]
    const first = await say(conv, one, 'a')
    await say(conv, one, 'b')
    expect(await unread(phone)).toBe(2)
    await call('DeleteConversationMessage', { ConversationShortId: conv, MessageId: first })
    for (const each of [own, phone]) {
      expect(await each.next('change')).toMatchObject({ conv, what: 'withdraw', seq: 1, by: '' })
      expect(await history(each, conv)).toEqual(['b'])
    }
    expect(await unread(phone)).toBe(1)
  })

  test('[VO103] with DeleteType 1 it stays its sender’s [volcengine DeleteConversationMessage]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const conv = await group(one, two)
    const [own, phone] = [await device(one), await device(two)]
    const first = await say(conv, one, 'a')
    await call('DeleteConversationMessage', { ConversationShortId: conv, MessageId: first, DeleteType: 1 })
    expect(await phone.next('change')).toMatchObject({ what: 'withdraw', seq: 1 })
    expect(await own.next('change')).toMatchObject({ blank: true })
    expect([await history(own, conv), await history(phone, conv), await unread(phone)]).toEqual([['a'], [], 0])
  })

  test('[VO104] one user’s devices show a message no more, and the others’ do [volcengine DeleteMessage]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const conv = await group(one, two)
    const [own, phone] = [await device(one), await device(two)]
    const first = await say(conv, one, 'a')
    await call('DeleteMessage', { ConversationShortId: conv, MessageId: first, ParticipantUserId: two })
    expect(await phone.next('erased')).toMatchObject({ conv, seqs: [1], erased: 1 })
    await call('DeleteMessage', { ConversationShortId: conv, MessageId: first, ParticipantUserId: two })
    expect([await history(own, conv), await history(phone, conv), await unread(phone)]).toEqual([['a'], [], 0])
    expect([...own.frames, ...phone.frames].filter(frame => frame.type === 'erased')).toHaveLength(1)
  })
})

describe('what is sent to many', () => {
  test('[VO105] comes to each in their own single chat [volcengine BatchSendMessage]', async () => {
    const [one, two, three] = (await people(3, false)) as [number, number, number]
    const [phone, other, own] = [await device(two), await device(three), await device(one)]
    const body = { Sender: one, Receiver: [two, three], MsgType: 10001, Content: '{"text":"hi"}' }
    const { UserMessageId } = await call('BatchSendMessage', body)
    for (const [user, each] of [[two, phone] as const, [three, other] as const]) {
      const shown = { id: UserMessageId[user], sender: `${one}`, to: `${user}`, parts: words('hi') }
      expect(await each.next('message')).toMatchObject(shown)
      expect(await own.next('message', frame => frame.to === `${user}`)).toMatchObject(shown)
      expect(await unread(each)).toBe(1)
    }
    const large = { ...body, Content: 'x'.repeat(65_537) }
    expect(await codeOf('BatchSendMessage', large)).toBe('InvalidParameter.MessageTooLarge')
  })

  test('[VO105] 500 large messages go, and mute stops none [volcengine BatchSendMessage]', async () => {
    const [one] = (await people(1)) as [number]
    await server.core.users.ban({ app, admin: true, origin: { dialect: 'native', via: 'rest' } }, `${one}`, true, {
      now: false,
    })
    const Receiver = Array.from({ length: 500 }, (_, i) => 500_000 + i)
    const body = { Sender: one, Receiver, MsgType: 10012, Content: 'x'.repeat(30_000) }
    expect(Object.keys((await call('BatchSendMessage', body)).UserMessageId)).toHaveLength(500)
  })

  test('[VO106] comes into every group, for whom the lists say [volcengine BatchSendGroupMessage]', async () => {
    const [one, two, three] = (await people(3)) as [number, number, number]
    const convs = [await group(one, two, three), await group(one, two, three)]
    const [phone, other] = [await device(two), await device(three)]
    const send = (more: object) =>
      call('BatchSendGroupMessage', {
        ...{ Sender: one, ConversationType: 2, ConversationShortIds: convs, MsgType: 10001 },
        ...more,
      })
    await send({ Content: '{"text":"a"}', MentionedUsers: [two] })
    await send({ Content: '{"text":"b"}', VisibleUsers: [two], Priority: 2 })
    await send({ Content: '{"text":"c"}', InvisibleUsers: [two] })
    for (const conv of convs) {
      expect(await phone.next('message', frame => frame.conv === conv)).toMatchObject({
        ...{ seq: 1, parts: words('a'), mentions: { users: [`${two}`] } },
      })
      expect([await history(phone, conv), await history(other, conv)]).toEqual([
        ['a', 'b'],
        ['a', 'c'],
      ])
    }
    const stored = await server.core.history.bySeqs(convs[0] as number, [1, 2])
    expect(stored.map(message => message?.priority)).toEqual([undefined, 'high'])
  })

  test('[VO106] no mute stops it, and conversations of other apps are not there [volcengine BatchSendGroupMessage]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const conv = await group(one, two)
    const admin = { app, admin: true, origin: { dialect: 'native', via: 'rest' } } as const
    await server.core.members.mute(admin, conv, [`${two}`], Date.now() + 3_600_000)
    await server.core.groups.update(admin, conv, {}, { speak: 'nobody' })
    const body = { Sender: two, ConversationType: 2, ConversationShortIds: [conv], MsgType: 10001, Content: '{}' }
    expect(await codeOf('BatchSendGroupMessage', body)).toBeUndefined()
    expect((await server.core.history.ends([conv]))[0]?.seq).toBe(1)
    const foreign = server.apps[1] as App
    const place = { ConversationShortId: conv, MessageId: 1 }
    for (const [action, fields] of [
      ['BatchSendGroupMessage', body],
      ['P2PSendMessage', { ...body, ...place }],
      ['ModifyMessage', place],
      ['DeleteConversationMessage', place],
      ['DeleteMessage', { ...place, ParticipantUserId: two }],
    ] as const)
      expect(await codeOf(action, fields, foreign), action).toBe('NotFound.Conversation')
  })
})

describe('what is passed through', () => {
  const sent = (conv: number, Sender: number, more: object = {}) =>
    call('P2PSendMessage', {
      ...{ ConversationShortId: conv, Sender, MsgType: 10013, Content: '{"type":1000}' },
      ...more,
    })
  const passing = { seq: 0, counted: false, parts: [{ type: 'custom', data: '{"type":1000}' }] }

  test('[VO107] comes to devices that are connected, and says so of each [volcengine P2PSendMessage]', async () => {
    const [one, two, three] = (await people(3)) as [number, number, number]
    const conv = await group(one, two, three)
    const [phone, web] = [await device(two), await device(two, { platform: 'Web', device: 'w' })]
    const { P2PResult } = await sent(conv, one)
    expect(P2PResult).toEqual([
      { UserId: one, Code: 'NOT_ONLINE', DevicePlatform: '' },
      { UserId: two, Code: 'SUCCESS', DevicePlatform: 'Android' },
      { UserId: two, Code: 'SUCCESS', DevicePlatform: 'Web' },
      { UserId: three, Code: 'NOT_ONLINE', DevicePlatform: '' },
    ])
    for (const each of [phone, web])
      expect(await each.next('message')).toMatchObject({ conv, sender: `${one}`, ...passing })
    const late = await device(three)
    expect([await history(late, conv), await unread(phone)]).toEqual([[], 0])
  })

  test('[VO107] only to whom it names, or to all but whom it leaves out [volcengine P2PSendMessage]', async () => {
    const [one, two, three] = (await people(3)) as [number, number, number]
    const conv = await group(one, two, three)
    const devices = [await device(one), await device(two), await device(three)]
    const got = async (more: object) => {
      const before = devices.map(each => each.frames.length)
      const { P2PResult } = await sent(conv, one, more)
      await Promise.all(devices.map(settled))
      const heard = devices.map((each, i) => each.frames.slice(before[i]).some(frame => frame.type === 'message'))
      return [P2PResult.map((each: { UserId: number }) => each.UserId), [one, two, three].filter((_, i) => heard[i])]
    }
    expect(await got({})).toEqual([
      [one, two, three],
      [one, two, three],
    ])
    expect(await got({ ReceiverUserId: [two], IgnoreUserIds: [two] })).toEqual([[two], [two]])
    expect(await got({ ReceiverUserId: [one, three] })).toEqual([
      [one, three],
      [one, three],
    ])
    expect(await got({ IgnoreUserIds: [one, three] })).toEqual([[two], [two]])
  })

  test('[VO107] also in single chats and live groups, whatever is muted [volcengine P2PSendMessage]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const phone = await device(two)
    const pair = { ConversationCoreInfo: { ConversationType: 1 }, OwnerUserId: one, OtherUserId: two }
    const { ConversationShortId: single } = await call('CreateConversation', pair)
    expect((await sent(single, one)).P2PResult).toMatchObject([{ UserId: one }, { UserId: two, Code: 'SUCCESS' }])
    expect(await phone.next('message')).toMatchObject({ conv: single, to: `${two}`, ...passing })
    const live = { ConversationCoreInfo: { ConversationType: 100 }, OwnerUserId: one }
    const { ConversationShortId: room } = await call('CreateConversation', live)
    await phone.ask('room.enter', { conv: room })
    const admin = { app, admin: true, origin: { dialect: 'native', via: 'rest' } } as const
    await server.core.groups.update(admin, room, {}, { speak: 'nobody' })
    expect((await sent(room, one)).P2PResult).toMatchObject([{ UserId: two, Code: 'SUCCESS' }])
    expect(await phone.next('message', frame => frame.conv === room)).toMatchObject(passing)
    const large = { ConversationShortId: room, Sender: one, MsgType: 10013, Content: 'x'.repeat(65_537) }
    expect(await codeOf('P2PSendMessage', large)).toBe('InvalidParameter.MessageTooLarge')
  })
})

describe('users', () => {
  test('[VO108] their connections are shown with number, version and platform [volcengine QueryOnlineStatus]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const ask = async () => (await call('QueryOnlineStatus', { UserIds: [one, two] })).QueryOnlineResults
    const shown = async (platform: string, device: string, sdk?: string) => {
      const socket = await signedIn(one, { platform, device, sdk })
      const [found] = (await ask())[one]
      await socket.close()
      await expect.poll(ask).toEqual({})
      return [found.DeviceId, found.ClientVersion, found.Platform]
    }
    const signedIn = (user: number, said: object) => device(user, said)
    expect(await shown('Android', '9007199254740993', '1.2.3')).toEqual([9007199254740993n, 1002003, 'Android'])
    expect(await shown('iPhone', '12', '100')).toEqual([12, 100, 'iOS'])
    expect(await shown('iPad', '', '2.0')).toEqual([0, 2000000, 'iOS'])
    expect(await shown('Windows', 'pc', 'beta')).toEqual([expect.any(Number), 0, 'Windows'])
    const [first] = await shown('web', 'laptop')
    expect(first).toBeGreaterThan(0)
    expect(await shown('Web', 'laptop')).toEqual([first, 0, 'Web'])
    const socket = await device(two, { platform: 'Web', device: 'a' })
    const connId = (socket.frames[0] as unknown as { session: string }).session
    expect(await ask()).toEqual({
      [two]: [{ ConnId: connId, UserId: two, DeviceId: expect.any(Number), ClientVersion: 0, Platform: 'Web' }],
    })
  })

  test('[VO110] who is unregistered is sent away, and their token is of a stranger [volcengine UnRegisterUsers]', async () => {
    const [one, two] = (await people(2)) as [number, number]
    const conv = await group(two, one)
    const phone = await device(one)
    await call('UnRegisterUsers', { UserIds: [one] })
    expect(await phone.next('kicked')).toMatchObject({ why: 'removed' })
    await phone.closed
    await server.core.jobs.idle()
    expect(await server.core.members.find(conv, `${one}`)).toBeUndefined()
    expect((await call('QueryOnlineStatus', { UserIds: [one] })).QueryOnlineResults).toEqual({})
  })
})

describe('what is said to all', () => {
  const broadcast = (text: string, more: object = {}) =>
    call('UserBroadcast', { ...{ Sender: 104, MsgTTL: 60, MsgType: 10001, Content: `{"text":"${text}"}` }, ...more })

  /** What a device was told of all that was said, without what is not for it. */
  const heard = async (of: TestSocket) => {
    await settled(of)
    const frames = of.frames.filter(frame => frame.type === 'broadcast' && !frame.blank)
    return frames.map(frame => (frame.parts as { text: string }[])[0]?.text)
  }

  test('[VO111] comes to registered users, by their tags, until it ends [volcengine UserBroadcast] [volcengine BatchUpdateUserTags]', async () => {
    const [both, one] = (await people(2)) as [number, number]
    const [guest] = (await people(1, false)) as [number]
    await call('BatchUpdateUserTags', { Op: 0, Tags: ['x', 'y'], UserIds: [both] })
    await call('BatchUpdateUserTags', { Op: 0, Tags: ['y', 'z'], UserIds: [one] })
    await call('BatchUpdateUserTags', { Op: 1, Tags: ['z'], UserIds: [one] })
    const devices = [await device(both), await device(one), await device(guest)]
    await broadcast('all', { Ext: { k: 'v' }, InboxType: 2 })
    await broadcast('any', { Tags: ['x', 'z'] })
    await broadcast('or', { Tags: ['x', 'y'], TagOp: 0 })
    await broadcast('and', { Tags: ['x', 'y'], TagOp: 1 })
    await broadcast('everybody', { Tags: [], TagOp: 1, MsgTTL: 600 })
    await devices[0]?.next('broadcast', frame => (frame.parts as { text: string }[])?.[0]?.text === 'everybody')
    await expect
      .poll(() => Promise.all(devices.map(heard)))
      .toEqual([['all', 'any', 'or', 'and', 'everybody'], ['all', 'or', 'everybody'], []])
    const list = await server.core.broadcasts.list(app.id, { limit: 5 })
    expect(list.at(-1)).toMatchObject({ from: '104', inbox: 2, native: { volcengine: { Ext: { k: 'v' } } } })
    now += 61_000
    const back = await device(one, { device: 'later' })
    const { broadcasts } = (await back.ask('sync', { positions: [], only: true, broadcasts: 0 })) as {
      broadcasts: { broadcasts: { parts: { text: string }[] }[] }
    }
    expect(broadcasts.broadcasts.map(each => each.parts[0]?.text)).toEqual(['everybody'])
    const large = { Sender: 1, MsgTTL: 1, MsgType: 10012, Content: 'x'.repeat(65_537) }
    expect(await codeOf('UserBroadcast', large)).toBe('InvalidParameter.MessageTooLarge')
  })
})

test('all answers have the documented fields and types', () => {
  for (const [action, results] of answers) {
    // Of one action the answer is not known.
    if (documented.get(action)?.response.length === 0) continue
    for (const result of results) expect(compare(action, result).odd, action).toEqual([])
  }
  const own = [...messageActions, ...messageBatches, ...userStatusOperations, ...broadcastOperations]
  expect(own.filter(({ key }) => !answers.has(key))).toEqual([])
})
