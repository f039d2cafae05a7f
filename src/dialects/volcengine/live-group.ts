import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { resource } from '../dialect.ts'
import { demandUsers, failed, failedInfo, manyUsers, markAction, marks } from './live.ts'
import {
  batchAddBlockParticipants,
  batchAddWhitelistParticipant,
  batchDeleteBlockParticipants,
  batchGetBlockParticipants,
  batchGetWhitelistParticipant,
  batchRemoveWhitelistParticipant,
} from './live-blocks.ts'
import { demandTwin, ext, int64, keyText, maybe, ownId, seconds, shown, twin } from './shapes.ts'

const operation = resource()

/** BatchAddManager: makes users managers, inside or not; whoever is one already stays one. */
export const batchAddManager = operation({
  key: 'BatchAddManager',
  request: z.object({ ConversationShortId: ownId, ...manyUsers('ManagerUserIds'), ...twin('Operator') }),
  async run(core, call, r) {
    const by = { ...call, operator: demandTwin('Operator', r.Operator, r.OperatorStr) }
    const users = demandUsers('ManagerUserIds', r.ManagerUserIds, r.ManagerUserIdsStr)
    return failed('FailedManagerUserIds', await core.rooms.setManagers(by, r.ConversationShortId, users, true))
  },
})

/** BatchRemoveManager: leaves managers no more than anybody inside; who is none has failed. */
export const batchRemoveManager = operation({
  key: 'BatchRemoveManager',
  request: z.object({ ConversationShortId: ownId, ...twin('Operator'), ...manyUsers('RemoveManagerUserIds') }),
  async run(core, call, r) {
    const by = { ...call, operator: demandTwin('Operator', r.Operator, r.OperatorStr) }
    const users = demandUsers('RemoveManagerUserIds', r.RemoveManagerUserIds, r.RemoveManagerUserIdsStr)
    return failed('FailedManagerUserIds', await core.rooms.setManagers(by, r.ConversationShortId, users, false))
  },
})

const profile = z.object({
  ...twin('UserId'),
  AvatarUrl: maybe(z.string()),
  Ext: maybe(ext),
  Marks: maybe(marks),
  NickName: maybe(z.string()),
})

/** BatchUpdateLiveParticipants: what users inside show of themselves, and their marks; who is outside has failed. */
export const batchUpdateLiveParticipants = operation({
  key: 'BatchUpdateLiveParticipants',
  request: z.object({
    ConversationShortId: ownId,
    ParticipantInfos: z.array(profile).max(10, 'at most 10 items'),
    MarkAction: markAction,
  }),
  async run(core, call, r) {
    const name = r.MarkAction === 2 ? 'remove' : 'add'
    const all = r.ParticipantInfos.map(each => ({ ...description(each), marks: { [name]: each.Marks } }))
    const described = await core.rooms.describeEach(call, r.ConversationShortId, all)
    const FailedInfos = described.flatMap((each, i) =>
      each instanceof Fault ? [failedInfo({ user: all[i]?.user ?? '', why: each })] : [],
    )
    return { FailedInfos }
  },
})

/** Users whose status one call answers; those named after them are left out. */
const mostQueried = 200

/** QueryLiveParticipantStatus: who of the first 200 users is inside, and since when (0 for who is not). */
export const queryLiveParticipantStatus = operation({
  key: 'QueryLiveParticipantStatus',
  request: z.object({
    ConversationShortId: ownId,
    ParticipantUserIds: maybe(z.array(int64)),
    ParticipantUserIdsStr: maybe(z.array(keyText.min(1))),
  }),
  async run(core, call, r) {
    const { ParticipantUserIds: ids, ParticipantUserIdsStr: texts, ConversationShortId } = r
    const first = demandUsers('ParticipantUserIds', ids?.slice(0, mostQueried), texts?.slice(0, mostQueried))
    const users = [...new Set(first)]
    const inside = await core.rooms.standing(call, ConversationShortId, users)
    const Status = users.map((user, i) => ({
      AppId: call.app.id,
      ConversationShortId,
      CreateTime: seconds(inside[i]?.entered ?? 0),
      IsInConversation: inside[i] !== undefined,
      ...shown('ParticipantUserId', user),
    }))
    return { Status }
  },
})

export const liveGroupOperations = [
  batchGetBlockParticipants,
  batchDeleteBlockParticipants,
  batchGetWhitelistParticipant,
  batchAddWhitelistParticipant,
  batchAddManager,
  batchAddBlockParticipants,
  batchRemoveWhitelistParticipant,
  batchRemoveManager,
  batchUpdateLiveParticipants,
  queryLiveParticipantStatus,
]

function description(each: z.output<typeof profile>) {
  const { AvatarUrl: avatar, Ext: ext, NickName: nick } = each
  const user = demandTwin('UserId', each.UserId, each.UserIdStr)
  if (avatar === undefined && ext === undefined && nick === undefined)
    throw new Fault('request.invalid', `AvatarUrl, NickName, Ext: expected one of them for ${user}`)
  return { user, avatar, ext, nick }
}
