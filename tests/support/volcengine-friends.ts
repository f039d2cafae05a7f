/** A good request of every action for friends and blacklists, with every field that it has. */
export function friendBodies(UserId = 1, other = 2): Record<string, object> {
  const of = { UserId, InboxType: 0 }
  const page = { Cursor: 0, Limit: 20, NeedTotal: true }
  const BlackListInfos = [{ BlackListUserId: other, BlackListUserExt: { k: 'v' } }]
  return {
    DeleteFriend: { ...of, DeleteUserIds: [other] },
    UpdateFriend: { ...of, FriendInfos: [{ FriendUserId: other, Ext: { k: 'v' }, Alias: 'a' }] },
    ListFriend: { ...of, ...page },
    IsFriend: { ...of, FriendUserIds: [other] },
    AddFriend: { ...of, FriendUserIds: [other], Ext: { k: 'v' } },
    UpdateBlackList: { ...of, BlackListInfos },
    GetBlackList: { ...of, ...page },
    IsInBlackList: { ...of, BlackListUserIds: [other] },
    AddBlackList: { ...of, BlackListInfos },
    RemoveBlackList: { ...of, BlackListUserIds: [other] },
  }
}
