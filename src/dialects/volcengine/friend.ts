import { z } from 'zod'
import { resource } from '../dialect.ts'
import { failedOf, friendInfo, owner, pageLimit, pageOf, relatives, scopeOf } from './relations.ts'
import { cursor, ext, idOf, list, maybe, userId } from './shapes.ts'

const operation = resource()

const friendUpdate = z
  .object({ Ext: maybe(ext), FriendUserId: userId, Alias: maybe(z.string().max(256)) })
  .refine(each => each.Ext !== undefined || each.Alias !== undefined, 'Ext or Alias must be there')

/** DeleteFriend: ends friendships in both directions; who is none of the user's friends has failed. */
export const deleteFriend = operation({
  key: 'DeleteFriend',
  request: z.object({ ...owner, DeleteUserIds: relatives }),
  async run(core, call, r) {
    const results = await core.friends.remove(call, r.UserId, r.DeleteUserIds, { inbox: r.InboxType, both: true })
    return { FailedInfos: failedOf(r.DeleteUserIds, results) }
  },
})

/** UpdateFriend: writes what the user calls friends, and keys of their Ext; who is no friend has failed. */
export const updateFriend = operation({
  key: 'UpdateFriend',
  request: z.object({ ...owner, FriendInfos: list(friendUpdate, 10) }),
  async run(core, call, r) {
    const drafts = r.FriendInfos.map(each => ({ user: each.FriendUserId, remark: each.Alias, keys: each.Ext }))
    const results = await core.friends.update(call, r.UserId, drafts, { inbox: r.InboxType })
    const users = drafts.map(draft => draft.user)
    return { FailedInfos: failedOf(users, results) }
  },
})

/** ListFriend: a page of the user's friends in the order of adding, 20 unless Limit says fewer. */
export const listFriend = operation({
  key: 'ListFriend',
  request: z.object({
    ...owner,
    Cursor: maybe(cursor),
    Limit: maybe(pageLimit),
    NeedTotal: maybe(z.boolean()),
  }),
  async run(core, call, r) {
    const { found, place } = await pageOf(core, call, 'friend', r)
    return { FriendInfos: found.map(({ relation }) => friendInfo(core, relation)), ...place }
  },
})

/** IsFriend: whether others are in the user's list of friends, in the order in which they are named. */
export const isFriend = operation({
  key: 'IsFriend',
  request: z.object({ ...owner, FriendUserIds: relatives }),
  async run(core, call, r) {
    const found = await core.friends.find(scopeOf(call, r), 'friend', r.FriendUserIds)
    return { Infos: r.FriendUserIds.map((id, i) => ({ FriendUserId: idOf(id), IsFriend: found[i] !== undefined })) }
  },
})

/** AddFriend: makes friends in both directions, and asks nobody; who is a friend stays as they are. */
export const addFriend = operation({
  key: 'AddFriend',
  request: z.object({ ...owner, FriendUserIds: relatives, Ext: maybe(ext) }),
  async run(core, call, r) {
    const drafts = r.FriendUserIds.map(user => ({ user, ext: r.Ext }))
    const options = { inbox: r.InboxType, how: 'direct', blocks: false, strangers: true } as const
    const results = await core.friends.add(call, r.UserId, drafts, options)
    return { FailedInfos: failedOf(r.FriendUserIds, results) }
  },
})

export const friendOperations = [deleteFriend, updateFriend, listFriend, isFriend, addFriend]
