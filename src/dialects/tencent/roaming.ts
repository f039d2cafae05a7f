import { z } from 'zod'
import type { Core } from '../../core/core.ts'
import type { HistoryQuery, Page } from '../../core/messages/history.ts'
import type { Message } from '../../core/model.ts'
import { writeJson } from '../../lib/json.ts'
import { coded, resource } from '../dialect.ts'
import { bodyOf } from './content.ts'
import { failing } from './errors.ts'
import { findByKey, keyOf, readKey, textOf } from './handles.ts'
import { pairOf } from './message.ts'
import { account, seconds } from './shapes.ts'

const operation = resource({ invalid: 90001, errors: { ...failing(91000), 'request.malformed': 90001 } })

/** A page is cut at about so many bytes of messages. */
const pageBytes = 13 * 1024
/** More do not fit into a page anyway. */
const mostRead = 200

/** One user's view of a conversation of two, newest page first, each page in rising order. */
const adminGetRoamMsg = operation({
  key: 'openim/admin_getroammsg',
  request: z.object({
    Operator_Account: coded(90008, account),
    Peer_Account: coded(90003, account),
    MaxCnt: z.int().min(1),
    MinTime: z.int().min(0),
    MaxTime: z.int().min(0),
    LastMsgKey: coded(90054, z.string()).default(''),
  }),
  async run(core, call, r) {
    if (r.LastMsgKey) readKey(r.LastMsgKey)
    const conv = await pairOf(core, call, r.Operator_Account, r.Peer_Account)
    const page = conv === undefined ? { messages: [] } : await readPage(core, conv, r)
    const { messages, cut } = fitting(page.messages, r)
    const oldest = messages.at(-1)
    return {
      Complete: cut || page.next ? 0 : 1,
      MsgCnt: messages.length,
      LastMsgTime: oldest ? seconds(oldest.shown) : 0,
      LastMsgKey: oldest ? textOf(keyOf(oldest)) : '',
      MsgList: messages.map(each => messageOf(each, r)).reverse(),
    }
  },
})

/** The history command of openim (`message.json`). */
export const roaming = [adminGetRoamMsg]

interface Asked {
  Operator_Account: string
  Peer_Account: string
  MaxCnt: number
  MinTime: number
  MaxTime: number
  LastMsgKey: string
}

/** A page has a message as long as there is one: callers go on from the oldest they were given. */
async function readPage(core: Core, conv: number, r: Asked): Promise<Page> {
  const member = await core.members.find(conv, r.Operator_Account)
  const query: HistoryQuery = {
    by: 'time',
    from: r.MinTime * 1000,
    to: r.MaxTime * 1000 + 999,
    after: r.LastMsgKey ? await findByKey(core, conv, r.LastMsgKey) : undefined,
    limit: Math.min(r.MaxCnt, mostRead),
    reverse: true,
    viewer: { user: r.Operator_Account, member },
  }
  let page = await core.history.read({ id: conv }, query)
  while (page.messages.length === 0 && page.next)
    page = await core.history.read({ id: conv }, { ...query, after: page.next })
  return page
}

/** The first messages that fit a page's bytes, at least one. */
function fitting(messages: Message[], r: Asked): { messages: Message[]; cut: boolean } {
  let bytes = 0
  const kept = messages.findIndex((each, i) => {
    bytes += Buffer.byteLength(writeJson(messageOf(each, r)))
    return i > 0 && bytes > pageBytes
  })
  return kept < 0 ? { messages, cut: false } : { messages: messages.slice(0, kept), cut: true }
}

function messageOf(message: Message, r: Asked) {
  const key = keyOf(message)
  const own = message.native?.tencent
  const fromPeer = message.sender === r.Peer_Account
  return {
    From_Account: message.sender,
    To_Account: fromPeer ? r.Operator_Account : r.Peer_Account,
    MsgSeq: key.MsgSeq,
    MsgRandom: key.MsgRandom,
    MsgTimeStamp: key.MsgTime,
    MsgFlagBits: message.recalled ? 8 : 0,
    IsPeerRead: 0,
    MsgKey: textOf(key),
    MsgBody: bodyOf(message),
    CloudCustomData: own?.CloudCustomData ?? '',
  }
}
