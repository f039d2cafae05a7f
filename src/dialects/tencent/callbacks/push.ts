import { told } from '../../callbacks.ts'
import { keyOf, textOf } from '../handles.ts'
import { entryOf, seconds } from '../shapes.ts'

const engines: Record<string, number> = {
  apns: 1,
  xiaomi: 2,
  huawei: 3,
  fcm: 4,
  meizu: 5,
  oppo: 6,
  vivo: 7,
  honor: 8,
}

const stages = { sent: 1, delivered: 2, clicked: 3 }

function outcome(event: { engine: string; stage: keyof typeof stages; error?: { code: number; text: string } }) {
  return {
    PushPlatform: entryOf(engines, event.engine) ?? 0,
    PushStage: stages[event.stage],
    ErrCode: event.error?.code ?? 0,
    ErrInfo: event.error?.text ?? '',
  }
}

/** The push of one message to one account got on. */
const offlinePush = told({
  id: 'Push.OfflinePush',
  event: 'push.done',
  body(_core, _news, event, { at }) {
    const { message, conversation, user } = event
    const key = keyOf(message)
    const place =
      conversation.type === 'direct'
        ? { EventType: 1, MsgKey: textOf(key), MsgSeq: key.MsgSeq }
        : { EventType: 2, GroupID: conversation.alias, MsgSeq: message.seq }
    return {
      From_Account: message.sender,
      To_Account: user,
      ...place,
      MsgRandom: key.MsgRandom,
      MsgTime: key.MsgTime,
      ...outcome(event),
      EventTime: at,
    }
  },
})

/** A push to everybody got on at one account. */
const allMemberPush = told({
  id: 'Push.AllMemberPush',
  event: 'push.all.done',
  body: (_core, _news, event, { at }) => ({
    EventType: 1,
    TaskId: event.task,
    TaskTime: seconds(event.started),
    To_Account: event.user,
    ...outcome(event),
    EventTime: at,
  }),
})

/** The commands about pushes of `webhooks.json`. */
export const push = { asked: [], told: [offlinePush, allMemberPush] }
