import { expect, test } from 'vitest'
import { everyWay } from './client.ts'

everyWay('participant', back => {
  test('members are added, read and taken out', async () => {
    const id = await back.create(2, 42)
    const infos = [{ ParticipantUserId: 43, Role: 2, NickName: 'bob', Level: 3, Ext: { k: 'v' } }]
    const added = { ConversationShortId: id, Operator: 42, ParticipantInfos: infos }
    expect(await back.call('BatchAddConversationParticipant', added)).toEqual({ FailedUserIds: [] })
    const read = { ConversationShortId: id, ParticipantUserIds: [42, 43, 44] }
    expect((await back.call('BatchGetConversationParticipant', read)).Participants).toMatchObject([
      { ParticipantUserId: 42, Role: 1 },
      { ParticipantUserId: 43, Role: 2, NickName: 'bob', Level: 3, Operator: 42, Ext: { k: 'v', 's:from': 'biz' } },
    ])
    const out = { ConversationShortId: id, Operator: 42, ParticipantUserIds: [43, 44] }
    expect(await back.call('BatchDeleteConversationParticipant', out)).toEqual({ FailedUserIds: [44] })
    expect((await back.call('BatchGetConversationParticipant', read)).Participants).toHaveLength(1)
  })
})
