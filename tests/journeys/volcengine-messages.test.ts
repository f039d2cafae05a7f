import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { findGroup, type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let app: App
let vendors: Vendor[]
let tencent: Vendor
let netease: Vendor
let volcengine: Vendor
let next = 3000

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  vendors = vendorsOf(server, app)
  const named = (name: Vendor['name']) => vendors.find(vendor => vendor.name === name) as Vendor
  ;[tencent, netease, volcengine] = [named('tencent'), named('netease'), named('volcengine')]
})
afterAll(() => server.stop())

/** New users, whom every vendor knows. */
async function people(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => String(next++))
  await tencent.call('im_open_login_svc/multiaccount_import', { Accounts: ids })
  return ids
}

const phoneOf = (user: string) =>
  signIn(server, { dialect: 'tencent', sdkappid: app.id, userid: user, usersig: userSig(app, user) })

const textsOf = async (vendor: Vendor, viewer: string, peer: string) =>
  (await vendor.read(viewer, peer)).map(line => line.text)

/** The single chat of two, and the ids of its messages, as Volcengine has them. */
async function chatOf(one: string, other: string) {
  const pair = { ConversationCoreInfo: { ConversationType: 1 }, OwnerUserId: Number(one), OtherUserId: Number(other) }
  const { ConversationShortId } = await volcengine.call('CreateConversation', pair)
  const page = await volcengine.call('GetConversationMessages', { ConversationShortId, Cursor: 0, Limit: 20 })
  const ids = page.Messages.map((message: { MessageId: number }) => message.MessageId) as number[]
  return { place: (i: number) => ({ ConversationShortId, MessageId: ids[i] }) }
}

describe('messages of all vendors', () => {
  test('[VO100] [VO101] are changed through Volcengine and read changed by all [volcengine ModifyMessage]', async () => {
    for (const writer of vendors) {
      const [one, other] = (await people(2)) as [string, string]
      await writer.say(one, other, 'before')
      const { place } = await chatOf(one, other)
      await volcengine.call('ModifyMessage', { ...place(0), Ext: { k: 'v' } })
      for (const reader of vendors) expect(await textsOf(reader, other, one)).toEqual(['before'])
      await volcengine.call('ModifyMessage', { ...place(0), Content: '{"text":"after"}' })
      for (const reader of vendors) expect(await textsOf(reader, other, one), writer.name).toEqual(['after'])
    }
  })

  test('[VO102] [MA22] are deleted through Volcengine and gone for all [volcengine DeleteConversationMessage]', async () => {
    for (const writer of vendors) {
      const [one, other] = (await people(2)) as [string, string]
      for (const text of ['stays', 'goes']) await writer.say(one, other, text)
      const { place } = await chatOf(one, other)
      await volcengine.call('DeleteConversationMessage', place(1))
      for (const reader of vendors)
        for (const [viewer, peer] of [[one, other] as const, [other, one] as const])
          expect(await textsOf(reader, viewer, peer), `${writer.name} ${reader.name}`).toEqual(['stays'])
    }
  })

  test('[VO103] [VO104] or only from the view of one side, as Tencent and NetEase show [volcengine DeleteConversationMessage] [volcengine DeleteMessage]', async () => {
    const [one, other] = (await people(2)) as [string, string]
    for (const text of ['a', 'b', 'c']) await tencent.say(one, other, text)
    const { place } = await chatOf(one, other)
    await volcengine.call('DeleteConversationMessage', { ...place(0), DeleteType: 1 })
    await volcengine.call('DeleteMessage', { ...place(2), ParticipantUserId: Number(one) })
    for (const reader of [tencent, netease]) {
      expect((await textsOf(reader, one, other)).slice(0, 2), reader.name).toEqual(['a', 'b'])
      expect(await textsOf(reader, other, one), reader.name).toEqual(['b', 'c'])
    }
    expect(await textsOf(tencent, one, other)).toEqual(['a', 'b'])
  })
})

test('[VO105] [VO106] what Volcengine sends to many is read by all, and comes to devices [volcengine BatchSendMessage] [volcengine BatchSendGroupMessage]', async () => {
  const [one, two, three] = (await people(3)) as [string, string, string]
  const phone = await phoneOf(two)
  const said = { Sender: Number(one), MsgType: 10001, Content: '{"text":"to many"}' }
  await volcengine.call('BatchSendMessage', { ...said, Receiver: [Number(two), Number(three)] })
  expect(await phone.next('message')).toMatchObject({ sender: one, parts: [{ type: 'text', text: 'to many' }] })
  for (const reader of vendors)
    for (const user of [two, three]) expect(await textsOf(reader, user, one), reader.name).toEqual(['to many'])

  const names = ['first', 'second']
  for (const name of names) await tencent.makeGroup(name, one, [two])
  const groups = await Promise.all(names.map(name => findGroup(server, app, one, name)))
  const ConversationShortIds = groups.map(group => group.id)
  await volcengine.call('BatchSendGroupMessage', { ...said, ConversationType: 2, ConversationShortIds })
  for (const group of groups)
    for (const reader of vendors) {
      const lines = await reader.readGroup(group, two)
      expect(
        lines.map(line => line.text),
        reader.name,
      ).toContain('to many')
    }
  await phone.close()
})

test('[VO109] [VO110] users of all vendors are tagged and unregistered through Volcengine [volcengine BatchUpdateUserTags] [volcengine UnRegisterUsers]', async () => {
  const [one, two] = (await people(2)) as [string, string]
  await netease.rename(one, 'Ann')
  await volcengine.call('BatchUpdateUserTags', { Op: 0, Tags: ['vip'], UserIds: [Number(one)] })
  for (const vendor of vendors) expect(await vendor.nickOf(one)).toBe('Ann')
  const phone = await phoneOf(one)
  await volcengine.call('UserBroadcast', {
    ...{ Sender: 1, MsgTTL: 60, MsgType: 10001 },
    Content: '{"text":"hi"}',
    Tags: ['vip'],
  })
  expect(await phone.next('broadcast')).toMatchObject({ from: '1', parts: [{ type: 'text', text: 'hi' }] })
  await volcengine.call('UnRegisterUsers', { UserIds: [Number(one)] })
  await phone.closed
  for (const vendor of vendors) {
    expect(await vendor.nickOf(one), vendor.name).toBeUndefined()
    expect(await vendor.nickOf(two), vendor.name).toBeDefined()
  }
})
