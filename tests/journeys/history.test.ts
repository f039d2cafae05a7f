import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openVendors, readNetease, readTencent, readVolcengine } from '../../scripts/story-vendors.ts'
import type { AccessKey, Account, App } from '../../src/core/apps/model.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { userSig } from '../support/tencent.ts'
import { findGroup, type Vendor, vendorsOf } from './vendors.ts'

let server: TestServer
let app: App
let vendors: Vendor[]
let tencent: Vendor
let netease: Vendor
let volcengine: Vendor

beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  vendors = vendorsOf(server, app)
  ;[tencent, netease, volcengine] = vendors as [Vendor, Vendor, Vendor]
  await tencent.call('im_open_login_svc/multiaccount_import', { Accounts: ['1001', '1002', '1003'] })
})

afterAll(() => server.stop())

const sign = (user: string) =>
  signIn(server, { dialect: 'tencent', sdkappid: app.id, userid: user, usersig: userSig(app, user) })

/** The vendors' own tools, as the demo uses them. */
function tools() {
  const [{ keys }] = server.accounts as [Account]
  const [key] = keys as [AccessKey]
  const { secretKey: tencentKey } = app.tencent as { secretKey: string }
  const { appKey, appSecret } = app.netease as { appKey: string; appSecret: string }
  return openVendors(server.url, { appId: app.id, tencentKey, appKey, appSecret, ...key })
}

describe('paging', () => {
  test('[XD9] whole histories read in pages agree in order, numbers and ids, tips and recalls between them', async () => {
    await netease.makeGroup('long', '1001', ['1002'])
    const group = await findGroup(server, app, '1001', 'long')
    const said: string[] = []
    for (let i = 0; i < 123; i++) {
      const writer = vendors[i % 3] as Vendor
      said.push(`${i} by ${writer.name}`)
      await writer.sayInGroup(group, i % 2 ? '1001' : '1002', said[i] as string)
      if (i % 40 === 7) await writer.renameGroup(group, '1001', `renamed ${i}`)
    }
    const [first] = await volcengine.readGroup(group, '1001')
    await volcengine.recallInGroup(group, '1002', first?.key)
    const all = tools()
    const byTencent = await readTencent(all, group.alias)
    const byNetease = await readNetease(all, group.id, '1001')
    const byVolcengine = await readVolcengine(all, group.id)
    expect(byTencent.map(each => each.text)).toEqual(said.slice(1))
    expect(byVolcengine.map(({ text, sender, number }) => ({ text, sender, number }))).toEqual(byTencent)
    expect(byVolcengine.map(({ text, sender, id }) => ({ text, sender, id }))).toEqual(byNetease)
    const numbers = byTencent.map(each => each.number as number)
    expect(numbers).toEqual([...numbers].sort((x, y) => x - y))
    expect(new Set(numbers).size).toBe(122)
  })
})

describe('what one user does not see', () => {
  const unread = async (device: TestSocket, conv: number) => {
    const { conversations } = await device.ask('conversation.list')
    return (conversations as { conv: number; unread: number }[]).find(each => each.conv === conv)?.unread
  }

  test('[XD10] hidden by Volcengine or Tencent in a group, it is hidden to NetEase’s viewer and to devices, and not unread', async () => {
    await netease.makeGroup('secrets', '1001', ['1002', '1003'])
    const group = await findGroup(server, app, '1001', 'secrets')
    const [ben, cid] = [await sign('1002'), await sign('1003')]
    const before = [await unread(ben, group.id), await unread(cid, group.id)] as [number, number]
    const message = { ConversationShortId: group.id, Sender: 1001, MsgType: 10001 }
    const content = (text: string) => ({ Content: JSON.stringify({ text }) })
    await volcengine.call('SendMessage', { ...message, ...content('not for 1003'), InvisibleUsers: [1003] })
    await volcengine.call('SendMessage', { ...message, ...content('only for 1002'), VisibleUsers: [1002] })
    await tencent.call('group_open_http_svc/send_group_msg', {
      GroupId: group.alias,
      From_Account: '1001',
      Random: 7,
      MsgBody: [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'to 1002 by Tencent' } }],
      To_Account: ['1002'],
    })
    await volcengine.call('SendMessage', { ...message, ...content('for all') })
    const secrets = ['not for 1003', 'only for 1002', 'to 1002 by Tencent']
    const seenBy = async (user: string) => (await netease.readGroup(group, user)).map(line => line.text)
    expect(await seenBy('1002')).toEqual([...secrets, 'for all'])
    expect(await seenBy('1001')).toEqual([...secrets, 'for all'])
    expect(await seenBy('1003')).toEqual(['for all'])
    const texts = (await tencent.readGroup(group, '')).map(line => line.text)
    expect(texts).toEqual([...secrets, 'for all'])

    const pushed = await ben.next('message', frame => JSON.stringify(frame).includes('for all'))
    await cid.next('message', frame => frame.seq === pushed.seq)
    for (const secret of secrets) expect(JSON.stringify(cid.frames)).not.toContain(secret)
    expect(cid.frames.filter(frame => frame.blank)).toHaveLength(3)
    // Tencent's targeted messages raise nobody's number.
    expect([await unread(ben, group.id), await unread(cid, group.id)]).toEqual([before[0] + 3, before[1] + 1])
    const { messages } = await cid.ask('history.read', { conv: group.id })
    const said = (messages as { parts: { text?: string }[]; counted: boolean }[]).filter(each => each.counted)
    expect(said.map(each => each.parts)).toEqual([[{ type: 'text', text: 'for all' }]])
    await ben.close()
    await cid.close()
  })

  test('[XD10] hidden from one side of two by each vendor, it is hidden from that side for all', async () => {
    const ben = await sign('1002')
    await tencent.say('1001', '1002', 'hello')
    const conv = (await ben.next('message')).conv as number
    const text = (Text: string) => [{ MsgType: 'TIMTextElem', MsgContent: { Text } }]
    await tencent.call('openim/sendmsg', {
      From_Account: '1001',
      To_Account: '1002',
      MsgRandom: 9,
      SyncOtherMachine: 2,
      MsgBody: text('not for 1001, Tencent'),
    })
    const body = (msg: string) => ({ from: '1001', ope: 0, to: '1002', type: 0, body: JSON.stringify({ msg }) })
    await netease.call('msg/sendMsg.action', { ...body('not for 1001, NetEase'), msgSenderNoSense: 1 })
    await netease.call('msg/sendMsg.action', { ...body('not for 1002, NetEase'), msgReceiverNoSense: 1 })
    await volcengine.call('SendMessage', {
      ConversationShortId: conv,
      Sender: 1001,
      MsgType: 10001,
      Content: JSON.stringify({ text: 'not for 1002, Volcengine' }),
      InvisibleUsers: [1002],
    })
    const seen = async (vendor: Vendor, one: string, other: string) =>
      (await vendor.read(one, other)).map(line => line.text)
    for (const vendor of [tencent, netease]) {
      const [not1001, not1002] = [
        ['not for 1001, Tencent', 'not for 1001, NetEase'],
        ['not for 1002, NetEase', 'not for 1002, Volcengine'],
      ] as [string[], string[]]
      expect(await seen(vendor, '1001', '1002'), vendor.name).toEqual(['hello', ...not1002])
      expect(await seen(vendor, '1002', '1001'), vendor.name).toEqual(['hello', ...not1001])
    }
    expect(await unread(ben, conv)).toBe(3)
    expect(JSON.stringify(ben.frames)).not.toContain('not for 1002')
    await ben.close()
  })
})
