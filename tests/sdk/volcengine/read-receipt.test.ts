import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('read-receipt', back => {
  test('a member’s read position moves on, and messages show who has read them', async () => {
    const id = await back.create(2, 42, 43, 44)
    const first = await back.send(id, 42)
    const second = await back.send(id, 42)
    const read = { ConversationShortId: id, ParticipantUserId: 43, ReadIndex: 1 }
    expect(await back.call('ModifyParticipantReadIndex', read)).toEqual({})
    const { ReadIndexes } = await back.call('GetParticipantReadIndex', { ConversationShortId: id })
    // Who is not listed has read index 0.
    expect(ReadIndexes).toEqual([{ ParticipantUserId: 43, ParticipantUserIdStr: '43', ReadIndex: 1 }])
    const asked = { ConversationShortId: id, MessageIds: [second, first] }
    const { ReadReceipt } = await back.call('GetMessagesReadReceipt', asked)
    expect(ReadReceipt).toMatchObject([
      { ConversationShortId: id, MessageId: second, ReadUserIds: [], UnReadUserIds: [43, 44] },
      { MessageId: first, ReadUserIds: [43], ReadUserIdsStr: ['43'], UnReadUserIds: [44], UnReadUserIdsStr: ['44'] },
    ])
  })

  test('in a single chat it is one who has read or not', async () => {
    const id = await back.create(1, 42, 43)
    const message = await back.send(id, 42)
    const read = async () => {
      const { ReadReceipt } = await back.call('GetMessagesReadReceipt', {
        ConversationShortId: id,
        MessageIds: [message],
      })
      return ReadReceipt[0].ReceiverIsRead
    }
    expect(await read()).toBe(false)
    await back.call('ModifyParticipantReadIndex', { ConversationShortId: id, ParticipantUserId: 43, ReadIndex: 1 })
    expect(await read()).toBe(true)
  })
})
