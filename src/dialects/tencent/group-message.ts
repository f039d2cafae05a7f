import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { Group, Message } from '../../core/model.ts'
import { Refusal } from '../dialect.ts'
import { bodyOf, nativeOf, parse } from './content.ts'
import { errors } from './errors.ts'
import { operation } from './group.ts'
import * as shapes from './group-shapes.ts'
import { groupClientId, keyOf } from './handles.ts'
import { pushInfo, pushOf } from './push.ts'
import { demandAtMost, flag, seconds, text, uint32 } from './shapes.ts'

/** A repeat within this time is the same message (ms). */
const repeatWindow = 5 * 60_000
/** Messages that a group other than a live room takes from all its senders together. */
const flow = { calls: 40, seconds: 1 }
const mostPerPage = 20

const priorities = { High: 'high', Normal: 'normal', Low: 'low', Lowest: 'lowest' } as const

const target = z
  .object({ GroupAtAllFlag: flag, GroupAt_Account: shapes.person.optional() })
  .refine(at => at.GroupAtAllFlag === 1 || at.GroupAt_Account !== undefined, 'GroupAt_Account is missing')

/** Send a message into a group; an administrator need not be in it, nor the account in whose name it is sent. */
const sendGroupMsg = operation({
  key: 'group_open_http_svc/send_group_msg',
  request: z.object({
    GroupId: shapes.groupId,
    Random: uint32,
    MsgPriority: z.enum(['High', 'Normal', 'Low', 'Lowest']).default('Normal'),
    MsgBody: z.array(z.unknown()).min(1),
    From_Account: shapes.person.optional(),
    OfflinePushInfo: pushInfo.optional(),
    ForbidCallbackControl: z.array(z.string()).default([]),
    OnlineOnlyFlag: flag.default(0),
    SendMsgControl: z.array(z.string()).default([]),
    CloudCustomData: z.string().default(''),
    SupportMessageExtension: flag.default(0),
    To_Account: z.array(shapes.person).min(1).max(50).optional(),
    GroupAtInfo: z.array(target).default([]),
    NeedReadReceipt: flag.default(0),
    TopicId: shapes.noTopic,
  }),
  async run(core, call, r) {
    demandAtMost(r.GroupAtInfo, 30, 10053)
    const parts = parse(r.MsgBody)
    const group = await shapes.groupOf(core, call.app.id, r.GroupId)
    demandFits(group, r)
    const priority = priorities[r.MsgPriority]
    const over = isRoom(group)
      ? undefined
      : await core.rooms.flow.overOwn('tencent', 'group_message', flow, group.id, priority)
    const from = r.From_Account ?? (call.operator as string)
    const sent = await core.send.toGroup(call, group.id, {
      from,
      parts,
      native: nativeOf(r.MsgBody, parts, r),
      client: { id: groupClientId(r.Random, r.MsgBody, r.CloudCustomData), window: repeatWindow },
      delivery: r.OnlineOnlyFlag === 1 ? 'passing' : 'stored',
      counted: r.SendMsgControl.includes('NoUnread') || r.To_Account ? false : undefined,
      visibleTo: r.To_Account,
      priority,
      mentions: mentionsOf(r.GroupAtInfo),
      receipt: r.NeedReadReceipt === 1 || undefined,
      push: pushOf(r.OfflinePushInfo),
      unasked: r.ForbidCallbackControl.includes('ForbidBeforeSendMsgCallback'),
      untold: r.ForbidCallbackControl.includes('ForbidAfterSendMsgCallback'),
      over,
      checks: { member: false, mute: !call.app.tencent?.admins.includes(from) },
    })
    return { MsgTime: seconds(sent.time), MsgSeq: sent.seq, ...(sent.over ? { MsgDropReason: 'MsgFreqCtrl' } : {}) }
  },
})

/** Up to 20 messages of a group down from a number, newest first. */
const groupMsgGetSimple = operation({
  key: 'group_open_http_svc/group_msg_get_simple',
  request: z.object({
    GroupId: shapes.groupId,
    ReqMsgNumber: z.int().min(1),
    ReqMsgSeq: z.int().min(0).optional(),
    WithRecalledMsg: flag.default(0),
    TopicId: shapes.noTopic,
  }),
  async run(core, call, r) {
    const group = await shapes.groupOf(core, call.app.id, r.GroupId)
    shapes.demandHistory(group, 10007)
    const page = await readDown(core, group, {
      to: r.ReqMsgSeq,
      limit: Math.min(r.ReqMsgNumber, mostPerPage),
      recalled: r.WithRecalledMsg === 1,
    })
    return {
      GroupId: r.GroupId,
      IsFinished: page.next && page.messages.length < r.ReqMsgNumber ? 0 : 1,
      RspMsgList: page.messages.map(messageOf),
    }
  },
})

/** Recall up to 10 messages of a group, each judged by itself. */
const groupMsgRecall = operation({
  key: 'group_open_http_svc/group_msg_recall',
  request: z.object({
    GroupId: shapes.groupId,
    MsgSeqList: z
      .array(z.object({ MsgSeq: z.int().min(0) }))
      .min(1)
      .max(10),
    Reason: text(100).optional(),
    TopicId: shapes.noTopic,
  }),
  async run(core, call, r) {
    const group = await shapes.groupOf(core, call.app.id, r.GroupId)
    shapes.demandHistory(group, 10033)
    const RecallRetList = await Promise.all(
      r.MsgSeqList.map(async ({ MsgSeq }) => ({
        MsgSeq,
        RetCode: await recalled(core, call, group, MsgSeq, r.Reason),
      })),
    )
    return { RecallRetList }
  },
})

/** The messages of groups (`group.json`). */
export const groupMessages = [sendGroupMsg, groupMsgGetSimple, groupMsgRecall]

function demandFits(
  group: Group,
  r: { OnlineOnlyFlag: number; SendMsgControl: string[]; To_Account?: string[] },
): void {
  const type = shapes.typeOf(group)
  if (r.OnlineOnlyFlag === 1 && r.SendMsgControl.length > 0)
    throw new Refusal(10004, 'SendMsgControl does not go together with OnlineOnlyFlag')
  if (type === 'AVChatRoom' && (r.OnlineOnlyFlag === 1 || r.SendMsgControl.includes('NoUnread')))
    throw new Refusal(10004, 'OnlineOnlyFlag and NoUnread are not for AVChatRoom')
  if (r.To_Account && !['Private', 'Public', 'ChatRoom'].includes(type))
    throw new Refusal(10004, `To_Account is not for ${type}`)
}

/** Live rooms count by themselves what is said in them. */
function isRoom(group: Group): boolean {
  return group.policy.members === 'passing'
}

function mentionsOf(targets: { GroupAtAllFlag: number; GroupAt_Account?: string }[]) {
  if (targets.length === 0) return undefined
  return {
    all: targets.some(target => target.GroupAtAllFlag === 1) || undefined,
    users: targets.flatMap(target => (target.GroupAtAllFlag === 0 && target.GroupAt_Account) || []),
  }
}

async function readDown(core: Core, group: Group, asked: { to?: number; limit: number; recalled: boolean }) {
  const accept = asked.recalled ? undefined : (message: Message) => !message.recalled
  const query = { by: 'seq' as const, to: asked.to, limit: asked.limit, reverse: true, accept }
  let page = await core.history.read(group, query)
  while (page.messages.length === 0 && page.next) page = await core.history.read(group, { ...query, after: page.next })
  return page
}

const priorityNumbers = { high: 1, normal: 2, low: 3, lowest: 4 }

function messageOf(message: Message) {
  const own = message.native?.tencent
  const tip = message.parts[0]?.type === 'notice'
  return {
    From_Account: message.sender,
    IsPlaceMsg: message.recalled ? 2 : 0,
    ...(tip ? { IsSystemMsg: 1 } : {}),
    MsgBody: bodyOf(message),
    MsgPriority: priorityNumbers[message.priority ?? 'normal'],
    MsgRandom: keyOf(message).MsgRandom,
    MsgSeq: message.seq,
    MsgTimeStamp: seconds(message.shown),
    ...(own?.CloudCustomData ? { CloudCustomData: own.CloudCustomData } : {}),
  }
}

const recallErrors = { ...errors, 'message.missing': 10030, 'message.late': 10031, 'message.recalled': 10032 }

async function recalled(core: Core, call: Call, group: Group, seq: number, reason?: string) {
  try {
    await core.recall(call, group, seq, { reason })
    return 0
  } catch (error) {
    if (error instanceof Fault) return recallErrors[error.reason]
    throw error
  }
}
