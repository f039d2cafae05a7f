import type { Core } from '../../../core/core.ts'
import type { Reason } from '../../../core/errors.ts'
import type { EventOf, News } from '../../../core/events.ts'
import type { Direct } from '../../../core/model.ts'
import { type About, asked, told } from '../../callbacks.ts'
import { codeOf } from '../../dialect.ts'
import { errors } from '../errors.ts'
import { keyOf, textOf } from '../handles.ts'
import { seconds } from '../shapes.ts'
import { askedOf, contentFields, directFields, extensionFields, failedOf, isDirect, otherOf } from './message-fields.ts'
import { c2cCodes, decideMessage } from './replies.ts'

/** Everything that somebody has not read of one-to-one messages. */
function unread(core: Core, news: News, user: string): Promise<number> {
  return core.unread.ofDirects(news.app, user)
}

/** What is told of a C2C message that was sent, to whomever. */
export async function sentFields(
  core: Core,
  news: News,
  { message, conversation }: EventOf<'message.sent'>,
  { at }: Pick<About, 'at'>,
) {
  const to = otherOf(conversation as Direct, message.sender)
  return {
    ...directFields(message, to),
    SendMsgResult: 0,
    ErrorInfo: 'send msg succeed',
    UnreadMsgNum: await unread(core, news, to),
    ...contentFields(message),
    EventTime: at,
  }
}

/** Before a C2C message. Batches and imports never ask. */
const beforeSendMsg = asked({
  id: 'C2C.CallbackBeforeSendMsg',
  point: 'message.direct',
  body(core, call, draft) {
    const now = core.clock()
    const message = askedOf(call, draft, now)
    return { ...directFields(message, draft.to), ...contentFields(message), EventTime: now }
  },
  decide: (reply, draft) => decideMessage(reply, draft, c2cCodes),
})

/** After a C2C message, unless it was one of a batch. */
const afterSendMsg = told({
  id: 'C2C.CallbackAfterSendMsg',
  event: 'message.sent',
  fires: (_news, { conversation, batch, quiet }) => isDirect(conversation) && !batch && !quiet,
  body: sentFields,
})

const failing = { errors: { ...errors, 'user.muted': 20012 } }

/** The same after a C2C message that could not be sent. */
const afterFailedMsg = told({
  id: 'C2C.CallbackAfterSendMsg',
  event: 'message.failed',
  fires: (_news, { conversation }) => isDirect(conversation),
  body(_core, news, event, { at }) {
    const message = failedOf(news, event, at)
    return {
      ...directFields(message, otherOf(event.conversation as Direct, event.from)),
      SendMsgResult: codeOf(failing, undefined, event.why as Reason),
      ErrorInfo: event.text,
      UnreadMsgNum: -1,
      ...contentFields(message),
      EventTime: at,
    }
  },
})

/** A C2C conversation was read. */
const afterMsgReport = told({
  id: 'C2C.CallbackAfterMsgReport',
  event: 'read',
  fires: (_news, { conversation }) => isDirect(conversation),
  async body(core, news, event, { at }) {
    const { conversation, user, seq } = event
    const last = event.last ?? (await messageAt(core, conversation.id, seq))
    return {
      Report_Account: user,
      Peer_Account: otherOf(conversation as Direct, user),
      LastReadTime: seconds(last?.shown ?? at),
      UnreadMsgNum: await unread(core, news, user),
      EventTime: at,
    }
  },
})

async function messageAt(core: Core, conv: number, seq: number) {
  const page = await core.history.read({ id: conv }, { by: 'seq', from: seq, to: seq, limit: 1, reverse: false })
  return page.messages[0]
}

/** A C2C message was recalled. */
const afterMsgWithDraw = told({
  id: 'C2C.CallbackAfterMsgWithDraw',
  event: 'message.recalled',
  fires: (_news, { conversation }) => isDirect(conversation),
  async body(core, news, { message, conversation }, { at }) {
    const to = otherOf(conversation as Direct, message.sender)
    return {
      From_Account: message.sender,
      To_Account: to,
      MsgKey: textOf(keyOf(message)),
      UnreadMsgNum: await unread(core, news, to),
      EventTime: at,
    }
  },
})

/** The extension of a C2C message was changed. */
const afterMsgExtension = told({
  id: 'C2C.CallbackAfterC2CMsgExtension',
  event: 'message.extended',
  fires: (_news, { conversation }) => isDirect(conversation),
  body(_core, _news, event, { at }) {
    const { message, conversation } = event
    return {
      From_Account: message.sender,
      To_Account: otherOf(conversation as Direct, message.sender),
      MsgKey: textOf(keyOf(message)),
      ...extensionFields(event),
      EventTime: at,
    }
  },
})

/** The C2C commands of `webhooks.json`. */
export const c2c = {
  asked: [beforeSendMsg],
  told: [afterSendMsg, afterFailedMsg, afterMsgReport, afterMsgWithDraw, afterMsgExtension],
}
