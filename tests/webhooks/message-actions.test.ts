import { afterEach, describe, expect, test } from 'vitest'
import type { TestSocket } from '../support/socket.ts'
import { now, startTencent, type TencentSetting, text } from './tencent-setting.ts'

let at: TencentSetting
afterEach(() => at.stop())

const group = (command: string, body: object) => at.call(`group_open_http_svc/${command}`, body)

/** A group of ann, ben and cat, with messages of ann's that ask for receipts. */
async function withGroup(on: string[]): Promise<void> {
  at = await startTencent(on)
  const MemberList = ['ben', 'cat'].map(Member_Account => ({ Member_Account }))
  await group('create_group', { Type: 'Public', GroupId: 'g_1', Name: 'g', Owner_Account: 'ann', MemberList })
  for (const Random of [1, 2])
    await group('send_group_msg', {
      ...{ GroupId: 'g_1', From_Account: 'ann', Random, MsgBody: text(`${Random}`), NeedReadReceipt: 1 },
    })
}

async function firstConv(device: TestSocket): Promise<number> {
  const { conversations } = await device.ask('conversation.list')
  return (conversations as [{ conv: number }])[0].conv
}

describe('[MA10] receipts', () => {
  test('for group messages are told with their numbers, once each [tencent Group.CallbackAfterReadReceipt]', async () => {
    await withGroup(['Group.CallbackAfterReadReceipt'])
    const [ben, cat] = [await at.device('ben', 'web'), await at.device('cat')]
    const conv = await firstConv(ben)
    await ben.ask('message.receipts.send', { conv, seqs: [1] })
    expect(await at.heard('Group.CallbackAfterReadReceipt', 'Web')).toEqual({
      GroupId: 'g_1',
      Type: 'Public',
      GroupMsgReceiptList: [{ MsgSeq: 1, ReadNum: 1, UnreadNum: 1, ReadReceiptMembers: [{ Member_Account: 'ben' }] }],
      EventTime: now(),
    })
    await cat.ask('message.receipts.send', { conv, seqs: [1, 2] })
    expect(await at.heard('Group.CallbackAfterReadReceipt', 'Android')).toMatchObject({
      GroupMsgReceiptList: [
        { MsgSeq: 1, ReadNum: 2, UnreadNum: 0, ReadReceiptMembers: [{ Member_Account: 'cat' }] },
        { MsgSeq: 2, ReadNum: 1, UnreadNum: 1, ReadReceiptMembers: [{ Member_Account: 'cat' }] },
      ],
    })
    await cat.ask('message.receipts.send', { conv, seqs: [1, 2] })
    expect(await at.times('Group.CallbackAfterReadReceipt')).toBe(2)
  })
})

describe('[MA15] pairs beside a message', () => {
  test('of two are told as they were written [tencent C2C.CallbackAfterC2CMsgExtension]', async () => {
    at = await startTencent(['C2C.CallbackAfterC2CMsgExtension'])
    const send = { From_Account: 'ann', To_Account: 'ben', MsgRandom: 1, MsgBody: text('hello') }
    const { MsgKey } = await at.call('openim/sendmsg', { ...send, SupportMessageExtension: 1 })
    const ben = await at.device('ben', 'web')
    const where = { conv: await firstConv(ben), seq: 1 }
    const told = (fields: object) => ({ From_Account: 'ann', To_Account: 'ben', MsgKey, EventTime: now(), ...fields })
    const heard = () => at.heard('C2C.CallbackAfterC2CMsgExtension', 'Web')
    const pairs = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ]
    await ben.ask('message.extend', { ...where, what: 'set', pairs })
    const written = pairs.map(({ key, value }) => ({ Key: key, Value: value, Seq: 1 }))
    expect(await heard()).toEqual(told({ OperateType: 1, ExtensionList: written, Seq: 1 }))
    await ben.ask('message.extend', { ...where, what: 'delete', pairs: [{ key: 'b' }, { key: 'c' }] })
    const deleted = [{ Key: 'b', Value: '', Seq: 2 }]
    expect(await heard()).toEqual(told({ OperateType: 2, ExtensionList: deleted, Seq: 2 }))
    await ben.ask('message.extend', { ...where, what: 'clear' })
    expect(await heard()).toEqual(told({ OperateType: 3, ExtensionList: [], Seq: 3 }))
    await ben.ask('message.extend', { ...where, what: 'clear' })
    expect(await at.times('C2C.CallbackAfterC2CMsgExtension')).toBe(3)
  })

  test('of a group are told by the number of the message [tencent Group.CallbackAfterGroupMsgExtension]', async () => {
    await withGroup(['Group.CallbackAfterGroupMsgExtension'])
    const ben = await at.device('ben', 'web')
    const conv = await firstConv(ben)
    await ben.ask('message.extend', { conv, seq: 2, what: 'set', pairs: [{ key: 'k', value: 'v' }] })
    expect(await at.heard('Group.CallbackAfterGroupMsgExtension', 'Web')).toEqual({
      ...{ GroupId: 'g_1', MsgSeq: 2, OperateType: 1, ExtensionList: [{ Key: 'k', Value: 'v', Seq: 1 }], Seq: 1 },
      EventTime: now(),
    })
  })
})

test('[MA16] no webhook hears who writes, who erased what, and what was put beside a message', async () => {
  await withGroup(['*'])
  const ben = await at.device('ben', 'web')
  const conv = await firstConv(ben)
  const before = await heardSoFar()
  await ben.ask('typing', { conv })
  await ben.ask('message.react', { conv, seq: 1, kind: '+1' })
  await ben.ask('message.erase', { conv, seqs: [1] })
  await ben.ask('conversation.clear', { conv })
  expect(await heardSoFar()).toEqual(before)

  async function heardSoFar(): Promise<string[]> {
    await at.times('')
    return at.receiver.received.map(each => each.id)
  }
})
