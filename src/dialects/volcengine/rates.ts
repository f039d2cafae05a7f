import type { Rate } from '../../core/limits.ts'

const perSecond = (calls: number): Rate => ({ calls, seconds: 1 })

/** Calls per second of an account over all its apps: `limits.qps` of the catalogue, and of one action those per day. Actions without a stated rate are not limited. */
export const rates: ReadonlyMap<string, Rate> = new Map([
  ['CreateConversation', perSecond(50)],
  ['BatchGetConversations', perSecond(100)],
  ['GetConversationSetting', perSecond(100)],
  ['GetUserConversations', perSecond(100)],
  ['BatchAddConversationParticipant', perSecond(50)],
  ['BatchDeleteConversationParticipant', perSecond(50)],
  ['BatchGetConversationParticipant', perSecond(100)],
  ['BatchAddBlockParticipants', perSecond(50)],
  ['BatchDeleteBlockParticipants', perSecond(50)],
  ['BatchGetWhitelistParticipant', perSecond(100)],
  ['BatchAddManager', perSecond(50)],
  ['BatchRemoveManager', perSecond(50)],
  ['BatchUpdateLiveParticipants', perSecond(50)],
  ['QueryLiveParticipantStatus', perSecond(100)],
  ['GetMessages', perSecond(100)],
  ['GetConversationMessages', perSecond(100)],
  ['DeleteConversationMessage', perSecond(50)],
  ['DeleteMessage', perSecond(50)],
  ['BatchSendGroupMessage', perSecond(5)],
  ['P2PSendMessage', perSecond(100)],
  ['QueryOnlineStatus', perSecond(100)],
  ['BatchUpdateUserTags', perSecond(50)],
  ['UnRegisterUsers', perSecond(50)],
  ['UserBroadcast', { calls: 20, seconds: 24 * 3600 }],
])

/**
 * Messages per second that one live group takes with low and normal priority together; high priority is not counted.
 * Operators set it as `volcengine/SendMessage.live`.
 */
export const liveMessages: Rate = perSecond(30)
