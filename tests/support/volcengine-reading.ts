/** A good request of every action for members, settings and reading, with every field that it has. */
export function readingBodies(ConversationShortId: number, user = 1, message = 1): Record<string, object> {
  const of = { ConversationShortId }
  const info = { ParticipantUserId: user, BlockTime: 0, Ext: { k: 'v' }, Level: 1, NickName: 'n', Role: 0 }
  const times = { StickTopTime: 1, SetFavoriteTime: 1 }
  const own = { ...of, ParticipantUserId: user }
  const both = { ...own, ParticipantUserIdStr: String(user) }
  return {
    IsUserInConversation: own,
    BatchModifyConversationParticipant: { ...of, Operator: 1, ParticipantInfos: [info] },
    GetConversationUserCount: of,
    ModifyConversationSetting: {
      ConversationSettingInfo: {
        ...{ ...own, ...times, Ext: { k: 'v' } },
        ...{ IsMute: true, IsStickTop: true, IsSetFavorite: true },
      },
    },
    GetConversationSetting: { ...both, NoReadIndex: false },
    ModifyParticipantReadIndex: { ...both, ReadIndex: 1 },
    GetParticipantReadIndex: of,
    GetMessagesReadReceipt: { ...of, MessageIds: [message] },
  }
}
