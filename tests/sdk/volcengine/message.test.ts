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
    const page = await back.call('GetConversationMessages', { ConversationShortId: id, Cursor: 0, Limit: 20, Reverse: 1 })
    expect(page).toMatchObject({ HasMore: false, NewCursor: -1 })
    expect(page.Messages).toMatchObject([
      { MessageId: second, RefMsgInfo: { Status: 3 } },
      { MessageId: first, Status: 3 },
    ])
  })
})
