import { z } from 'zod'
import { isQuiet } from '../../core/conversations/settings.ts'
import type { OwnSide } from '../../core/conversations/settings-reading.ts'
import { Fault } from '../../core/errors.ts'
import { resource } from '../dialect.ts'
import {
  conversationId,
  conversationType,
  cursor,
  demandTwin,
  ext,
  maybe,
  ownId,
  shown,
  twin,
  userId,
} from './shapes.ts'

const operation = resource()

/** Conversations that a user can have on top; the vendor states no number. */
const mostPinned = 1000

const setting = z.object({
  ConversationShortId: ownId,
  ParticipantUserId: userId,
  Ext: maybe(ext),
  IsMute: maybe(z.boolean()),
  IsSetFavorite: maybe(z.boolean()),
  IsStickTop: maybe(z.boolean()),
  SetFavoriteTime: maybe(cursor),
  StickTopTime: maybe(cursor),
})

/**
 * ModifyConversationSetting: what one user sets of a conversation for themselves. IsStickTop and IsSetFavorite say whether
 * their times (ms) are written, of which 0 or none ends it. Ext stays when it is left out; IsMute is false then.
 */
export const modifyConversationSetting = operation({
  key: 'ModifyConversationSetting',
  request: z.object({ ConversationSettingInfo: setting }),
  async run(core, call, { ConversationSettingInfo: r }) {
    const user = r.ParticipantUserId
    const { id } = await core.directs.get(call.app.id, r.ConversationShortId)
    const draft = {
      ext: r.Ext,
      quiet: r.IsMute ?? false,
      pinned: r.IsStickTop ? sinceOf(r.StickTopTime) : undefined,
      favourite: r.IsSetFavorite ? sinceOf(r.SetFavoriteTime) : undefined,
    }
    const by = { ...call, operator: user }
    await core.conversationSettings.setOne(by, user, id, draft, { pinned: mostPinned }).catch(asOutside)
  },
})

/** GetConversationSetting: what a user set, and how far they have read unless NoReadIndex is true. Times are ms. */
export const getConversationSetting = operation({
  key: 'GetConversationSetting',
  request: z.object({ ConversationShortId: ownId, ...twin('ParticipantUserId'), NoReadIndex: maybe(z.boolean()) }),
  async run(core, call, r) {
    const user = demandTwin('ParticipantUserId', r.ParticipantUserId, r.ParticipantUserIdStr)
    const side = await core.conversationSettings.one(call.app.id, user, r.ConversationShortId)
    const read = r.NoReadIndex ? {} : { ReadIndex: side.member.readSeq }
    return { ConversationSettingInfo: { ...settingInfo(side), ...read } }
  },
})

export const conversationSettingOperations = [modifyConversationSetting, getConversationSetting]

/** A time that lies before all is none. */
function sinceOf(time = 0): number {
  return Math.max(0, time)
}

/** The conversation is there, so it is its user who is not in it. */
function asOutside(error: unknown): never {
  throw error instanceof Fault && error.reason === 'conversation.missing' ? new Fault('member.missing') : error
}

function settingInfo({ conversation, member, settings }: OwnSide) {
  const { pinned, favourite } = settings ?? {}
  return {
    AppId: conversation.app,
    ConversationShortId: conversation.id,
    ConversationId: conversationId(conversation),
    ConversationType: conversationType(conversation),
    InboxType: conversation.inbox,
    ...shown('ParticipantUserId', member.user),
    StickTopTime: pinned ?? 0,
    Ext: settings?.ext ?? {},
    IsMute: isQuiet(member.notify),
    IsSetFavorite: favourite !== undefined,
    IsStickTop: pinned !== undefined,
    SetFavoriteTime: favourite ?? 0,
  }
}
