import { z } from 'zod'
import { Refusal, resource } from '../dialect.ts'
import { failedOf, friendInfo, owner, pageLimit, pageOf, relatives, scopeOf } from './relations.ts'
import { cursor, ext, list, loneIdOf, maybe, seconds, userId } from './shapes.ts'

const operation = resource()

const entries = list(z.object({ BlackListUserId: userId, BlackListUserExt: maybe(ext) }), 10)

/** UpdateBlackList: writes keys of the Ext of entries; who is not on the list has failed. */
export const updateBlackList = operation({
  key: 'UpdateBlackList',
  request: z.object({ ...owner, BlackListInfos: entries }),
  async run(core, call, r) {
    const { users, drafts } = entered(r.BlackListInfos)
    const blocks = await core.friends.blocks.update(call, r.UserId, drafts, 'block', r.InboxType)
    const results = blocks.map(block => block ?? new Refusal('NotFound.BlackListUser', 'not on the blacklist'))
    return { FailedInfos: failedOf(users, results) }
  },
})

/** GetBlackList: a page of the user's blacklist, newest first; times in unix seconds. */
export const getBlackList = operation({
  key: 'GetBlackList',
  request: z.object({ ...owner, Cursor: cursor, Limit: pageLimit, NeedTotal: maybe(z.boolean()) }),
  async run(core, call, r) {
    const { found, place } = await pageOf(core, call, 'block', r)
    const infos = found.map(({ relation: { other, at, changed, ext = {} }, friend }) => ({
      BlackListUserId: loneIdOf(core, other),
      CreateTime: seconds(at),
      ModifyTime: seconds(changed),
      BlackListUserExt: ext,
      ...(friend ? { FriendUserInfo: friendInfo(core, friend) } : {}),
    }))
    return { BlackListInfos: infos, ...place }
  },
})

/** IsInBlackList: whether others are on the user's blacklist, by their ids. */
export const isInBlackList = operation({
  key: 'IsInBlackList',
  request: z.object({ ...owner, BlackListUserIds: relatives }),
  async run(core, call, r) {
    const found = await core.friends.find(scopeOf(call, r), 'block', r.BlackListUserIds)
    return { IsInBlackListInfos: Object.fromEntries(r.BlackListUserIds.map((id, i) => [id, found[i] !== undefined])) }
  },
})

/** AddBlackList: what the others' devices write does not reach the user any more; friends stay friends. */
export const addBlackList = operation({
  key: 'AddBlackList',
  request: z.object({ ...owner, BlackListInfos: entries }),
  async run(core, call, r) {
    const { users, drafts } = entered(r.BlackListInfos)
    const options = { inbox: r.InboxType, strangers: true }
    const results = await core.friends.blocks.add(call, r.UserId, drafts, 'block', options)
    return { FailedInfos: failedOf(users, results) }
  },
})

/** RemoveBlackList: takes others off the list; who is not on it is passed over. */
export const removeBlackList = operation({
  key: 'RemoveBlackList',
  request: z.object({ ...owner, BlackListUserIds: relatives }),
  async run(core, call, r) {
    await core.friends.blocks.remove(call, r.UserId, r.BlackListUserIds, 'block', r.InboxType)
  },
})

export const blacklistOperations = [updateBlackList, getBlackList, isInBlackList, addBlackList, removeBlackList]

function entered(infos: z.output<typeof entries>) {
  const drafts = infos.map(({ BlackListUserId: user, BlackListUserExt: ext }) => ({ user, ext }))
  return { users: drafts.map(draft => draft.user), drafts }
}
