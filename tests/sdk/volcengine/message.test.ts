import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('message', back => {
  test('messages are sent, read and recalled', async () => {
    const id = await back.create(2, 42)
    const first = await back.send(id, 42, { Ext: { k: 'v' } })
    const second = await back.send(id, 42, { RefMsgInfo: { ReferencedMessageId: first, Hint: 'ann: hi' } })
    const byId = await back.call('GetMessages', { ConversationShortId: id, MessageIds: [second, first] })
    expect(byId.Messages).toMatchObject([
      { MessageId: second, IndexInConversation: 2, RefMsgInfo: { ReferencedMessageId: first, Status: 0 } },
      { MessageId: first, Content: '{"text":"hi"}', Ext: { k: 'v' }, Sender: 42, SenderStr: '42' },
    ])
    const recalled = { ConversationShortId: id, MessageId: first, ParticipantUserId: 42 }
    expect(await back.call('RecallMessage', recalled)).toEqual({})
    const page = await back.call('GetConversationMessages', {
      ConversationShortId: id,
      Cursor: 0,
      Limit: 20,
      Reverse: 1,
    })
    expect(page).toMatchObject({ HasMore: false, NewCursor: -1 })
    expect(page.Messages).toMatchObject([
      { MessageId: second, RefMsgInfo: { Status: 3 } },
      { MessageId: first, Status: 3 },
    ])
  })

  const read = async (id: number, ...MessageIds: number[]) =>
    (await back.call('GetMessages', { ConversationShortId: id, MessageIds })).Messages

  test('messages are changed, and taken away from all or from one', async () => {
    const id = await back.create(2, 42, 43)
    const [changed, gone, hidden] = [await back.send(id, 42), await back.send(id, 42), await back.send(id, 42)]
    const device = await back.device(43)
    const change = { ConversationShortId: id, MessageId: changed, Content: '{"text":"<b>&"}', Ext: { k: 'v' } }
    expect(await back.call('ModifyMessage', change)).toEqual({})
    expect(await read(id, changed)).toMatchObject([{ MessageId: changed, Content: '{"text":"<b>&"}', Ext: { k: 'v' } }])
    expect(await back.call('DeleteConversationMessage', { ConversationShortId: id, MessageId: gone })).toEqual({})
    expect(await read(id, gone)).toEqual([])
    const one = { ConversationShortId: id, MessageId: hidden, ParticipantUserId: 43 }
    expect(await back.call('DeleteMessage', one)).toEqual({})
    expect(await device.next('erased')).toMatchObject({ conv: id, seqs: [3] })
    expect(await read(id, hidden)).toMatchObject([{ MessageId: hidden }])
    await device.close()
  })

  test('one message goes to many users, each in a single chat', async () => {
    const body = { Sender: 42, Receiver: [43, 44], MsgType: 10001, Content: '{"text":"all"}', Ext: { k: 'v' } }
    const { UserMessageId } = await back.call('BatchSendMessage', body)
    expect(Object.keys(UserMessageId)).toEqual(['43', '44'])
    for (const user of [43, 44]) {
      const id = await back.create(1, 42, user)
      expect(await read(id, UserMessageId[user])).toMatchObject([
        { Sender: 42, Content: '{"text":"all"}', Ext: { k: 'v' }, ConversationType: 1 },
      ])
    }
  })

  test('one message goes to many groups', async () => {
    const groups = [await back.create(2, 42), await back.create(2, 42)]
    const text = { Sender: 42, MsgType: 10001, Content: '{"text":"all"}' }
    await back.call('BatchSendGroupMessage', { ...text, ConversationType: 2, ConversationShortIds: groups })
    for (const id of groups) {
      const page = { ConversationShortId: id, Cursor: 0, Limit: 20, Reverse: 1 }
      const { Messages } = await back.call('GetConversationMessages', page)
      expect(Messages).toMatchObject([{ Sender: 42, Content: '{"text":"all"}' }])
    }
  })

  test('a passing message reaches who is connected and is not kept', async () => {
    const id = await back.create(2, 42, 43, 44)
    const [ann, bob] = [await back.device(43), await back.device(44)]
    const body = { Sender: 42, ConversationShortId: id, MsgType: 10013, Content: '{"type":1}' }
    const passed = await back.call('P2PSendMessage', { ...body, ReceiverUserId: [43] })
    expect(passed.P2PResult).toMatchObject([{ UserId: 43, Code: 'SUCCESS' }])
    expect(await ann.next('message')).toMatchObject({ conv: id, sender: '42', seq: 0 })
    await back.send(id, 42)
    expect(await bob.next('message')).toMatchObject({ seq: 1 })
    const page = { ConversationShortId: id, Cursor: 0, Limit: 20, Reverse: 1 }
    expect((await back.call('GetConversationMessages', page)).Messages).toHaveLength(1)
    await ann.close()
    await bob.close()
  })
})
