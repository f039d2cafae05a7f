import { z } from 'zod'
import type { MessageDraft } from '../../core/messages/send.ts'
import { parse, sendable } from './content.ts'
import { accids, choice, either, flag, jsonOf, maybe, objectText, text, whole } from './shapes.ts'

/** A switch of `option`; SDKs of some languages write it as text. */
const onOff = z.union([z.boolean(), z.enum(['true', 'false']).transform(value => value === 'true')]).optional()

/** The flags of `option`; what is left out is true. */
const option = jsonOf(
  z.object({
    push: onOff,
    roam: onOff,
    history: onOff,
    sendersync: onOff,
    route: onOff,
    badge: onOff,
    needPushNick: onOff,
    persistent: onOff,
    sessionUpdate: onOff,
  }),
)

/** The fields that sendMsg and sendBatchMsg share. */
export const messageFields = {
  type: choice(...sendable),
  body: text(5000),
  msgDesc: text(500).optional(),
  option: maybe(option),
  pushcontent: text(500).optional(),
  pushContent: text(500).optional(),
  payload: maybe(objectText(2048)),
  ext: text(1024).optional(),
  useYidun: maybe(choice(0)),
  bid: text(128).optional(),
  yidunAntiCheating: text(1024).optional(),
  yidunAntiSpamExt: text(1024).optional(),
  env: text(128).optional(),
  msgSenderNoSense: maybe(choice(0, 1)),
}

/** The fields of sendMsg alone. */
export const singleFields = {
  antispam: maybe(flag),
  antispamCustom: maybe(objectText(5000)),
  forcepushlist: maybe(accids(5000)),
  forcePushList: maybe(accids(5000)),
  forcepushcontent: text(500).optional(),
  forcePushContent: text(500).optional(),
  forcepushall: maybe(flag),
  forcePushAll: maybe(flag),
  markRead: maybe(choice(0, 1)),
  async: maybe(flag),
  checkFriend: maybe(flag),
  subType: maybe(whole(1, 2 ** 31 - 1)),
  msgReceiverNoSense: maybe(choice(0, 1)),
  robotAccount: text(128).optional(),
  robotTopic: text(1024).optional(),
  robotFunction: text(1024).optional(),
  robotCustomContent: text(5000).optional(),
}

type Fields = z.output<z.ZodObject<typeof messageFields>> & Partial<z.output<z.ZodObject<typeof singleFields>>>

/** The draft that a call's fields say; who gets it, and what depends on that, is the caller's. Fault('message.content'). */
export function draftOf(from: string, r: Fields): MessageDraft {
  const { part, own } = parse(r.type, r.body)
  const kept = keptOf(r, own)
  return {
    from,
    parts: [part],
    native: kept && { netease: kept },
    delivery: leavesNothing(r.option) ? 'passing' : 'stored',
    counted: r.option?.badge,
    push: pushOf(r),
    // Messages of the server API never ask third-party callbacks.
    unasked: true,
  }
}

/** Neither stored for who is away, nor roaming, nor in the history: only who is connected gets it. */
function leavesNothing(option: Fields['option']): boolean {
  return option?.persistent === false && option.history === false && option.roam === false
}

/** What only Yunxin says about a message, and the body when another would be shown for its parts. */
function keptOf(r: Fields, own: boolean): Record<string, unknown> | undefined {
  const { msgDesc, option, ext, useYidun, bid, yidunAntiCheating, yidunAntiSpamExt, env } = r
  const { antispam, antispamCustom, subType } = r
  const { robotAccount, robotTopic, robotFunction, robotCustomContent } = r
  const all = {
    ...{ body: own ? r.body : undefined, msgDesc, option, ext, subType, env },
    ...{ msgSenderNoSense: r.msgSenderNoSense || undefined, msgReceiverNoSense: r.msgReceiverNoSense || undefined },
    ...{ bid, useYidun, antispam, antispamCustom, yidunAntiCheating, yidunAntiSpamExt },
    ...{ robotAccount, robotTopic, robotFunction, robotCustomContent },
  }
  return said(all)
}

function pushOf(r: Fields): MessageDraft['push'] {
  const native = said({
    needPushNick: r.option?.needPushNick,
    forcepushcontent: either(r.forcepushcontent, r.forcePushContent),
  })
  return said({
    off: r.option?.push === false || undefined,
    text: either(r.pushcontent, r.pushContent),
    payload: r.payload,
    native: native && { netease: native },
  })
}

/** The fields that somebody said; nothing when there are none, so that a plain message carries nothing besides. */
function said<T extends object>(fields: T): T | undefined {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  return pairs.length > 0 ? (Object.fromEntries(pairs) as T) : undefined
}
