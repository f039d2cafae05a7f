import { expect, test } from 'vitest'
import type { TestSocket } from '../../support/socket.ts'
import { type BackEnd, everyWay } from './client.ts'

/** A device of a user who is in a live group. */
async function enter(back: BackEnd, id: number, user: number): Promise<TestSocket> {
  const device = await back.device(user)
  await device.ask('room.enter', { conv: id })
  return device
}

everyWay('live-group', back => {
  const page = (id: number) => ({ ConversationShortId: id, Cursor: 0, Limit: 20 })

  test('users are muted and banned, listed until when, and let go', async () => {
    const id = await back.create(100, 42)
    const of = { ConversationShortId: id }
    const before = Math.floor(Date.now() / 1000)
    expect(await back.call('BatchAddBlockParticipants', { ...of, ParticipantBlockInfos: { 43: 600, 44: 60 } })).toEqual(
      {
        FailedParticipantUserIds: [],
        FailedParticipantUserIdsStr: [],
      },
    )
    await back.call('BatchAddBlockParticipants', { ...of, ParticipantBlockInfos: { 45: 600 }, BlockAction: 1 })
    const list = async (body: object = {}) => {
      const { Participants } = await back.call('BatchGetBlockParticipants', { ...page(id), ...body })
      return Participants as { ParticipantUserId: number; BlockTime: number }[]
    }
    const muted = await list()
    expect(muted.map(each => each.ParticipantUserId).sort()).toEqual([43, 44])
    const until = muted.find(each => each.ParticipantUserId === 43)?.BlockTime
    expect(until).toBeGreaterThanOrEqual(before + 600)
    expect(until).toBeLessThan(before + 700)
    expect(await list({ BlockAction: 1 })).toMatchObject([{ ParticipantUserId: 45, ParticipantUserIdStr: '45' }])
    await back.call('BatchDeleteBlockParticipants', { ...of, ParticipantUserIds: [43] })
    expect(await list()).toMatchObject([{ ParticipantUserId: 44 }])
  })

  test('users are put on the whitelist and taken off it', async () => {
    const id = await back.create(100, 42)
    const of = { ConversationShortId: id, Operator: 42 }
    const none = { FailedUserIds: [], FailedUserIdsStr: [] }
    expect(await back.call('BatchAddWhitelistParticipant', { ...of, ParticipantUserIds: [43, 44] })).toEqual(none)
    expect(await back.call('BatchRemoveWhitelistParticipant', { ...of, ParticipantUserIds: [43] })).toEqual(none)
    const { Participants } = await back.call('BatchGetWhitelistParticipant', page(id))
    expect(Participants).toMatchObject([{ ParticipantUserId: 44, Operator: 42 }])
  })

  test('managers are named and dismissed', async () => {
    const id = await back.create(100, 42)
    const of = { ConversationShortId: id, Operator: 42 }
    const none = { FailedManagerUserIds: [], FailedManagerUserIdsStr: [] }
    expect(await back.call('BatchAddManager', { ...of, ManagerUserIds: [43, 44] })).toEqual(none)
    expect(await back.call('BatchRemoveManager', { ...of, RemoveManagerUserIds: [44] })).toEqual(none)
    const { Participants } = await back.call('ScanConversationParticipantList', page(id))
    const roles = Participants.map((each: Record<string, number>) => [each.ParticipantUserId, each.Role])
    expect(Object.fromEntries(roles)).toEqual({ 42: 1, 43: 2 })
  })

  test('those inside show what is written about them, and are known to be inside', async () => {
    const id = await back.create(100, 42)
    const device = await enter(back, id, 43)
    const profile = { NickName: 'bob', AvatarUrl: 'https://example.com/b.png', Ext: { k: 'v' }, Marks: ['vip'] }
    const ParticipantInfos = [
      { UserId: 43, ...profile },
      { UserId: 44, NickName: 'away' },
    ]
    const written = await back.call('BatchUpdateLiveParticipants', { ConversationShortId: id, ParticipantInfos })
    expect(written.FailedInfos).toEqual([
      { Code: expect.any(String), Message: expect.any(String), UserId: 44, UserIdStr: '44' },
    ])
    const online = { ...page(id), ScanOnlineParticipant: true, MarkType: 'vip' }
    const { Participants } = await back.call('ScanConversationParticipantList', online)
    expect(Participants).toMatchObject([{ ParticipantUserId: 43, ...profile }])
    const asked = { ConversationShortId: id, ParticipantUserIds: [43, 44] }
    expect((await back.call('QueryLiveParticipantStatus', asked)).Status).toMatchObject([
      { AppId: back.app.id, ConversationShortId: id, ParticipantUserId: 43, IsInConversation: true },
      { ParticipantUserIdStr: '44', IsInConversation: false },
    ])
    await device.close()
  })

  test('all this is for live groups only', async () => {
    const group = await back.create(2, 42)
    expect(await back.refused('BatchGetBlockParticipants', page(group))).toMatch(/^[A-Z]\w+\.\w+$/)
  })
})
