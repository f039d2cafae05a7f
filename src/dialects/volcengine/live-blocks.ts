import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { resource } from '../dialect.ts'
import { demandUsers, failed, listed, manyUsers, page, pageEnd } from './live.ts'
import { demandTwin, type Int64, idOf, int64, keyText, loneIdOf, maybe, ownId, seconds, shown, twin } from './shapes.ts'

const operation = resource()

/** 0 mute, 1 ban. */
const blockAction = maybe(z.union([z.literal(0), z.literal(1)], 'expected 0 or 1'))

const restraints = ['mute', 'ban'] as const

/** Seconds by user, for at most 300: as many as any list without a stated limit takes. */
function durations(isUser: (key: string) => boolean) {
  const fits = (value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const all = Object.entries(value)
    return all.length <= 300 && all.every(([key, each]) => isUser(key) && int64.safeParse(each).success)
  }
  return maybe(z.custom<Record<string, Int64>>(fits, 'expected a map of at most 300 users to int64'))
}

/** BatchGetBlockParticipants: who is muted, or banned, in the order in which it was laid on them. */
export const batchGetBlockParticipants = operation({
  key: 'BatchGetBlockParticipants',
  request: z.object({ ConversationShortId: ownId, ...page, BlockAction: blockAction }),
  async run(core, call, r) {
    const what = restraints[r.BlockAction ?? 0]
    const query = { after: r.Cursor, limit: r.Limit }
    const { restrained, next } = await core.rooms.restrained(call, r.ConversationShortId, what, query)
    const Participants = restrained.map(each => ({
      ...listed(each),
      BlockTime: seconds(each.until),
      ...shown('ParticipantUserId', each.user),
    }))
    return { ...pageEnd(next), Participants }
  },
})

/** BatchDeleteBlockParticipants: lifts mutes, or bans; on whom there is none, it has failed for. */
export const batchDeleteBlockParticipants = operation({
  key: 'BatchDeleteBlockParticipants',
  request: z.object({ ConversationShortId: ownId, ...manyUsers('ParticipantUserIds'), BlockAction: blockAction }),
  async run(core, call, r) {
    const users = demandUsers('ParticipantUserIds', r.ParticipantUserIds, r.ParticipantUserIdsStr)
    const what = restraints[r.BlockAction ?? 0]
    return failed('FailedParticipantUserIds', await core.rooms.release(call, r.ConversationShortId, what, users))
  },
})

/** BatchAddBlockParticipants: mutes users, or bans them and sends them out, for so many seconds each. */
export const batchAddBlockParticipants = operation({
  key: 'BatchAddBlockParticipants',
  request: z.object({
    ConversationShortId: ownId,
    ParticipantBlockInfos: durations(key => idOf(key) !== 0),
    ParticipantBlockInfosStr: durations(key => keyText.min(1).safeParse(key).success),
    BlockAction: blockAction,
  }),
  async run(core, call, r) {
    const { ParticipantBlockInfos: ids, ParticipantBlockInfosStr: texts } = r
    if (!ids && !texts) throw new Fault('request.invalid', 'ParticipantBlockInfos: expected a map')
    const named = Object.entries(texts ?? {})
    const now = core.clock()
    const asked = (named.length > 0 ? named : Object.entries(ids ?? {})).map(([user, duration]) => ({
      user,
      until: now + Number(duration) * 1000,
    }))
    const what = restraints[r.BlockAction ?? 0]
    return failed('FailedParticipantUserIds', await core.rooms.restrain(call, r.ConversationShortId, what, asked))
  },
})

/** BatchGetWhitelistParticipant: who may speak while the group is muted for all, in the order in which they were named. */
export const batchGetWhitelistParticipant = operation({
  key: 'BatchGetWhitelistParticipant',
  request: z.object({ ConversationShortId: ownId, ...page }),
  async run(core, call, r) {
    const query = { after: r.Cursor, limit: r.Limit }
    const { restrained, next } = await core.rooms.restrained(call, r.ConversationShortId, 'allow', query)
    const Participants = restrained.map(each => ({
      ...listed(each),
      Operator: loneIdOf(core, each.by),
      ParticipantUserId: loneIdOf(core, each.user),
    }))
    return { ...pageEnd(next), Participants }
  },
})

const whitelist = z.object({ ConversationShortId: ownId, ...twin('Operator'), ...manyUsers('ParticipantUserIds') })

/** BatchAddWhitelistParticipant: lets users speak while the group is muted for all. */
export const batchAddWhitelistParticipant = operation({
  key: 'BatchAddWhitelistParticipant',
  request: whitelist,
  async run(core, call, r) {
    const by = { ...call, operator: demandTwin('Operator', r.Operator, r.OperatorStr) }
    const users = demandUsers('ParticipantUserIds', r.ParticipantUserIds, r.ParticipantUserIdsStr)
    const asked = users.map(user => ({ user, until: Number.POSITIVE_INFINITY }))
    return failed('FailedUserIds', await core.rooms.restrain(by, r.ConversationShortId, 'allow', asked))
  },
})

/** BatchRemoveWhitelistParticipant: takes users off the list; who is not on it has failed. */
export const batchRemoveWhitelistParticipant = operation({
  key: 'BatchRemoveWhitelistParticipant',
  request: whitelist,
  async run(core, call, r) {
    const by = { ...call, operator: demandTwin('Operator', r.Operator, r.OperatorStr) }
    const users = demandUsers('ParticipantUserIds', r.ParticipantUserIds, r.ParticipantUserIdsStr)
    return failed('FailedUserIds', await core.rooms.release(by, r.ConversationShortId, 'allow', users))
  },
})
