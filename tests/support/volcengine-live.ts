/** A good request of every action for live groups, and of the one that scans members, with every field that it has. */
export function liveBodies(ConversationShortId: number, user = 2): Record<string, object> {
  const of = { ConversationShortId }
  const actor = { Operator: 1, OperatorStr: '1' }
  const users = { ParticipantUserIds: [user], ParticipantUserIdsStr: [String(user)] }
  const infos = { ParticipantBlockInfos: { [user]: 60 }, ParticipantBlockInfosStr: { [user]: 60 } }
  const profile = {
    UserId: user,
    UserIdStr: String(user),
    AvatarUrl: 'a',
    Ext: { k: 'v' },
    Marks: ['m'],
    NickName: 'n',
  }
  const page = { Cursor: 0, Limit: 20 }
  return {
    ScanConversationParticipantList: {
      ...{ ...of, ...page, MarkType: 'm' },
      ...{ OnlyUserIds: true, Reverse: true, ScanOnlineParticipant: false },
    },
    BatchGetBlockParticipants: { ...of, ...page, BlockAction: 0 },
    BatchDeleteBlockParticipants: { ...of, ...users, BlockAction: 0 },
    BatchGetWhitelistParticipant: { ...of, ...page },
    BatchAddWhitelistParticipant: { ...of, ...actor, ...users },
    BatchAddManager: { ...of, ...actor, ManagerUserIds: [user], ManagerUserIdsStr: [String(user)] },
    BatchAddBlockParticipants: { ...of, ...infos, BlockAction: 0 },
    BatchRemoveWhitelistParticipant: { ...of, ...actor, ...users },
    BatchRemoveManager: { ...of, ...actor, RemoveManagerUserIds: [user], RemoveManagerUserIdsStr: [String(user)] },
    BatchUpdateLiveParticipants: { ...of, ParticipantInfos: [profile], MarkAction: 1 },
    QueryLiveParticipantStatus: { ...of, ...users },
    GetConversationMarks: of,
    MarkConversation: { ...of, ...actor, MarkTypes: ['m'], MarkAction: 1 },
  }
}
