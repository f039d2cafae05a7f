import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../../../tests/support/core.ts'
import type { Call } from '../../../core/call.ts'
import type { EventOf, News } from '../../../core/events.ts'
import type { MessageAsked } from '../../../core/hooks.ts'
import type { Direct, Group, Message } from '../../../core/model.ts'
import type { Asked, Told } from '../../callbacks.ts'
import { callbacks } from './callbacks.ts'
import { messages } from './messages.ts'

const at = 1_700_000_000_123
const [beforeDirect, beforeGroup] = messages.asked as [Asked, Asked]
const [afterSend] = messages.told as [Told]

let node: TestNode
let client: Call
let group: Group
let live: Group
let pair: Direct

beforeAll(async () => {
  node = startNode({ clock: () => at })
  await node.users('1', '2', '9007199254740993', 'ann', 'ben')
  client = { ...node.by('1'), origin: { dialect: 'native', via: 'client' } }
  group = await node.group('1', ['2'])
  live = await node.group('1', [], { kind: 'livegroup' })
  pair = (await node.core.directs.open(node.call, '1', '2')).direct
})
afterAll(() => node.stop())

const draft = (more: Partial<MessageAsked> = {}): MessageAsked => ({
  ...{ id: 7001, from: '1', parts: [{ type: 'text', text: 'hi' }], passing: false },
  ...more,
})

const message = (more: Partial<Message> = {}): Message => ({
  ...{ conv: pair.id, seq: 5, time: at, shown: at + 1, counters: {}, app: client.app.id, id: 7002, sender: '1' },
  ...{ origin: client.origin, parts: [{ type: 'text', text: 'hi' }], counted: true },
  ...more,
})

function sent(more: Partial<EventOf<'message.sent'>> = {}, origin: Call['origin'] = client.origin) {
  const event = { type: 'message.sent' as const, message: message(), conversation: pair, ...more }
  const news: News = { app: client.app.id, origin, admin: false, event }
  return { news, event: event as never }
}

const beforeUser = (more: Partial<MessageAsked>, to: string) =>
  beforeDirect.body(node.core, client, { ...draft(more), to } as never, beforeDirect.id)
const beforeIn = (of: Group, more: Partial<MessageAsked>) =>
  beforeGroup.body(node.core, client, { ...draft(more), group: of } as never, beforeGroup.id)

function bodyAfter(more: Partial<EventOf<'message.sent'>>) {
  const { news, event } = sent(more)
  return afterSend.body(node.core, news, event, { at, id: afterSend.id })
}

describe('[VO51] what EventData says', () => {
  test('before a message between two who have a conversation', async () => {
    const said = { client: 'c-1', native: { volcengine: { Ext: { a: '1' } } }, mentions: { users: ['2', 'ann'] } }
    expect(await beforeUser(said, '2')).toStrictEqual({
      AppId: 1400000001,
      ConversationShortId: pair.id,
      ConversationId: `1400000001:1:${pair.id}`,
      ConversationType: 1,
      OtherUserId: 2,
      OtherUserIdStr: '2',
      MessageId: 7001,
      Sender: 1,
      SenderStr: '1',
      MsgType: 10001,
      Content: '{"text":"hi"}',
      Ext: { a: '1' },
      ClientMsgId: 'c-1',
      MentionedUsers: [2, 0],
      MentionedUsersStr: ['2', 'ann'],
      CreateTime: at,
    })
  })

  test('before the first message of two there is no conversation', async () => {
    expect(await beforeUser({ from: 'ann' }, '9007199254740993')).toStrictEqual({
      AppId: 1400000001,
      ConversationType: 1,
      OtherUserId: 9007199254740993n,
      OtherUserIdStr: '9007199254740993',
      MessageId: 7001,
      Sender: 0,
      SenderStr: 'ann',
      MsgType: 10001,
      Content: '{"text":"hi"}',
      Ext: {},
      CreateTime: at,
    })
  })

  test('before a message into a group, in the own form of its sender', async () => {
    const form = { MsgType: 10012, Content: 'own' }
    const body = {
      AppId: 1400000001,
      ConversationShortId: group.id,
      ConversationId: `1400000001:2:${group.id}`,
      ConversationType: 2,
      MessageId: 7001,
      Sender: 1,
      SenderStr: '1',
      ...form,
      Ext: {},
      CreateTime: at,
    }
    expect(await beforeIn(group, { native: { volcengine: form } })).toStrictEqual(body)
    const place = { ConversationShortId: live.id, ConversationId: `1400000001:100:${live.id}`, ConversationType: 100 }
    expect(await beforeIn(live, { native: { volcengine: form } })).toStrictEqual({ ...body, ...place })
  })

  test('after a message between two, from the one or the other', async () => {
    const said = { client: 'c-2', visibleTo: ['1', '2'], hiddenFrom: ['ann'], mentions: { users: ['2'] } }
    const quote = { id: 6001, hint: 'what ann said' }
    expect(await bodyAfter({ message: message({ ...said, quote, sender: '2' }) })).toStrictEqual({
      AppId: 1400000001,
      ConversationShortId: pair.id,
      ConversationId: `1400000001:1:${pair.id}`,
      ConversationType: 1,
      OtherUserId: 1,
      OtherUserIdStr: '1',
      MessageId: 7002,
      IndexInConversation: 5,
      Sender: 2,
      SenderStr: '2',
      MsgType: 10001,
      Content: '{"text":"hi"}',
      Ext: {},
      ClientMsgId: 'c-2',
      MentionedUsers: [2],
      MentionedUsersStr: ['2'],
      CreateTime: at + 1,
      VisibleUsers: [1, 2],
      VisibleUsersStr: ['1', '2'],
      InvisibleUsers: [0],
      InvisibleUsersStr: ['ann'],
      RefMsgInfo: { Hint: 'what ann said', ReferencedMessageId: 6001 },
    })
    expect(await bodyAfter({ message: message() })).toMatchObject({ OtherUserId: 2, OtherUserIdStr: '2', Sender: 1 })
  })

  test('after a message into a group; a quoted id that is none of ours is as it was given', async () => {
    const native = { volcengine: { Ext: { k: 'v' }, ReferencedMessageId: '9007199254740995' } }
    const own = message({
      conv: group.id,
      seq: 0,
      native,
      quote: { id: 0, hint: '' },
      parts: [{ type: 'tip', text: 't' }],
    })
    expect(await bodyAfter({ message: own, conversation: group })).toStrictEqual({
      AppId: 1400000001,
      ConversationShortId: group.id,
      ConversationId: `1400000001:2:${group.id}`,
      ConversationType: 2,
      MessageId: 7002,
      IndexInConversation: 0,
      Sender: 1,
      SenderStr: '1',
      MsgType: 10008,
      Content: '{"text":"t"}',
      Ext: { k: 'v' },
      CreateTime: at + 1,
      RefMsgInfo: { Hint: '', ReferencedMessageId: 9007199254740995n },
    })
  })
})

describe('[VO52] what fires', () => {
  const origin = (dialect: 'native' | 'tencent' | 'volcengine', via: 'client' | 'rest' | 'console') => ({
    dialect,
    via,
  })

  test('only what a device says is asked about', () => {
    for (const asked of messages.asked) {
      expect(asked.fires(client, {} as never)).toBe(true)
      for (const call of [origin('volcengine', 'rest'), origin('tencent', 'rest'), origin('native', 'console')])
        expect(asked.fires({ ...client, origin: call }, {} as never)).toBe(false)
    }
  })

  test.each([
    ['a device', {}, origin('native', 'client'), true],
    ['a device, passing', { seq: 0 }, origin('native', 'client'), true],
    ['SendMessage', {}, origin('volcengine', 'rest'), false],
    ['another server API', {}, origin('tencent', 'rest'), false],
    ['the console', {}, origin('native', 'console'), false],
    ['many to groups by the OpenAPI', { batch: true, conversation: 'group' }, origin('volcengine', 'rest'), true],
    ['many to groups by another API', { batch: true, conversation: 'group' }, origin('tencent', 'rest'), false],
    ['many to users', { batch: true }, origin('volcengine', 'rest'), false],
    ['a device, quietly', { quiet: true }, origin('native', 'client'), false],
  ] as const)('after: %s', (_, what, from, fires) => {
    const { seq = 5, conversation, ...flags } = what as { seq?: number; conversation?: string }
    const told = { ...flags, message: message({ seq }), conversation: conversation ? group : pair }
    const { news, event } = sent(told, from)
    expect(afterSend.fires(news, event)).toBe(fires)
  })

  test('after: a tip of the server is no message', () => {
    const { news, event } = sent({ message: message({ parts: [{ type: 'notice', what: 'created', by: '1' }] }) })
    expect(afterSend.fires(news, event)).toBe(false)
  })
})

test('[VO53] every event of the catalogue is built, and assumed as long as its fields are not known', () => {
  const file = new URL('../../../../catalog/volcengine-im/callbacks.json', import.meta.url)
  const { events } = JSON.parse(readFileSync(file, 'utf8')) as { events: { name: string; kind: string; fields: [] }[] }
  const built = [...callbacks.asked, ...callbacks.told]
  expect(new Set(built.map(each => each.id))).toEqual(new Set(events.map(each => `callback/${each.name}`)))
  for (const { name, kind, fields } of events) {
    const list = kind === 'before send' ? callbacks.asked : callbacks.told
    const own = list.filter(each => each.id === `callback/${name}`)
    expect(own.length).toBeGreaterThan(0)
    for (const each of own) expect(each.assumed, name).toBe(fields.length === 0)
  }
})
