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

  test('members are changed, counted and asked for', async () => {
    const id = await back.create(2, 42, 43)
    const until = Math.floor(Date.now() / 1000) + 600
    const change = { ParticipantUserId: 43, NickName: 'bob', Role: 2, Level: 7, Ext: { k: 'w' }, BlockTime: until }
    const changed = { ConversationShortId: id, Operator: 42, ParticipantInfos: [change, { ParticipantUserId: 44 }] }
    expect(await back.call('BatchModifyConversationParticipant', changed)).toEqual({ FailedUserIds: [44] })
    const read = { ConversationShortId: id, ParticipantUserIds: [43] }
    const { Ext, ...others } = change
    const { Participants } = await back.call('BatchGetConversationParticipant', read)
    expect(Participants).toMatchObject([{ ...others, Ext }])
    expect(await back.call('GetConversationUserCount', { ConversationShortId: id })).toEqual({ Count: 2 })
    const inside = (ParticipantUserId: number) =>
      back.call('IsUserInConversation', { ConversationShortId: id, ParticipantUserId })
    expect(await inside(43)).toEqual({ IsUserInConversation: true })
    expect(await inside(44)).toEqual({ IsUserInConversation: false })
  })

  test('members are listed page by page, oldest or newest first, or by their ids alone', async () => {
    const id = await back.create(2, 42, 43, 44)
    const scan = (body: object) =>
      back.call('ScanConversationParticipantList', { ConversationShortId: id, Cursor: 0, Limit: 2, ...body })
    const users = (page: { Participants: { ParticipantUserId: number }[] }) =>
      page.Participants.map(each => each.ParticipantUserId)
    const first = await scan({})
    expect([users(first), first.HasMore]).toEqual([[42, 43], true])
    const second = await scan({ Cursor: first.NextCursor })
    expect([users(second), second.HasMore]).toEqual([[44], false])
    expect(users(await scan({ Reverse: true }))).toEqual([44, 43])
    expect(users(await scan({ OnlyUserIds: true, Limit: 20 }))).toEqual([42, 43, 44])
  })
})
