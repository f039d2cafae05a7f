import { z } from 'zod'
import type { Wishes } from '../../core/messages/wishes.ts'
import type { Conversation, Message, Push } from '../../core/model.ts'
import { writeJson } from '../../lib/json.ts'
import { flag } from './shapes.ts'

const text = z.string().optional()

/** OfflinePushInfo (`model.md` §6.3). */
export const pushInfo = z.looseObject({
  PushFlag: flag.optional(),
  Title: text,
  Desc: text,
  Ext: text,
  AndroidInfo: z
    .looseObject({
      Sound: text,
      HuaWeiChannelID: text,
      XiaoMiChannelID: text,
      OPPOChannelID: text,
      GoogleChannelID: text,
      VIVOClassification: flag.optional(),
      HuaWeiImportance: z.enum(['LOW', 'NORMAL']).optional(),
      ExtAsHuaweiIntentParam: flag.optional(),
      HuaWeiCategory: text,
    })
    .optional(),
  ApnsInfo: z
    .looseObject({
      Sound: text,
      BadgeMode: flag.optional(),
      Title: text,
      SubTitle: text,
      Image: text,
      MutableContent: flag.optional(),
    })
    .optional(),
})

/** The core's push of an OfflinePushInfo; what only Tencent can say stays beside it. */
export function pushOf(info: z.output<typeof pushInfo> | undefined): Push | undefined {
  if (!info) return undefined
  const { PushFlag, Title, Desc, Ext, ...rest } = info
  // Numbers that the store cannot hold are rounded, as push services read them.
  const special = JSON.parse(writeJson(rest)) as Record<string, unknown>
  return {
    off: PushFlag === 1 || undefined,
    title: Title,
    text: Desc,
    payload: Ext,
    native: Object.keys(special).length > 0 ? { tencent: special } : undefined,
  }
}

/**
 * What only Tencent says of a push, in plain words (`model.md` §6.3); back ends that push to the phones of other makers get
 * it as it came. A message of the server API to one account goes over what its receiver muted, unless it says otherwise.
 */
export function pushWishes({ push, native, origin }: Message, conversation: Conversation): Wishes {
  const said = push?.native?.tencent
  const { AndroidInfo: android, ApnsInfo: apple } = pushInfo.parse(said ?? {})
  const mutes =
    conversation.type === 'group' || origin.via !== 'rest' || native?.tencent?.WithMuteNotifications === true
  const aps = {
    alert: { title: apple?.Title || undefined },
    sound: apple?.Sound,
    badge: apple?.BadgeMode === 1 ? null : undefined,
    'mutable-content': apple?.MutableContent,
  }
  const notification = { channel_id: android?.GoogleChannelID, sound: android?.Sound }
  return {
    subtitle: apple?.SubTitle,
    image: apple?.Image,
    overMute: mutes ? undefined : 'all',
    options: said && { apns: { aps }, fcm: { android: { notification } }, tencent: said },
  }
}
