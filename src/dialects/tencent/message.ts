import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import type { MessageDraft, Sent } from '../../core/messages/send.ts'
import { coded, Refusal, resource } from '../dialect.ts'
import { nativeOf, parse } from './content.ts'
import { failing } from './errors.ts'
import { directClientId, findByKey, keyOf, msgIdOf, readKey, sharedSeq, textOf } from './handles.ts'
import { pushInfo, pushOf } from './push.ts'
import { account, flag, lookedUp, seconds, uint32 } from './shapes.ts'

const operation = resource({
  invalid: 20001,
  errors: { ...failing(91000), 'request.malformed': 90001, 'user.missing': 90048 },
})

/** A repeat within this time is the same message (ms). */
const repeatWindow = 1000
const longestLife = 604_800
const most = 500

const common = {
  SyncOtherMachine: coded(90031, z.literal([1, 2]).optional()),
  MsgSeq: coded(90004, uint32.optional()),
  MsgRandom: coded(90005, uint32),
  MsgLifeTime: coded(90044, z.int().min(0).optional()),
  MsgBody: z.unknown().optional(),
  CloudCustomData: z.string().optional(),
  SendMsgControl: z.array(z.string()).default([]),
  OfflinePushInfo: coded(90043, pushInfo.optional()),
  IsNeedReadReceipt: flag.default(0),
}

/** Send a message to one account. */
const sendMsg = operation({
  key: 'openim/sendmsg',
  request: z.object({
    ...common,
    From_Account: coded(20003, account.optional()),
    To_Account: coded(90003, account),
    ForbidCallbackControl: z.array(z.string()).default([]),
    OnlineOnlyFlag: flag.default(0),
    SupportMessageExtension: flag.default(0),
  }),
  async run(core, call, r) {
    const from = r.From_Account ?? (call.operator as string)
    const sent = await core.send.toUser(call, r.To_Account, {
      ...draftOf(from, r),
      unasked: r.ForbidCallbackControl.includes('ForbidBeforeSendMsgCallback'),
      untold: r.ForbidCallbackControl.includes('ForbidAfterSendMsgCallback'),
    })
    return answer(from, sent, call, directClientId(r.MsgRandom, r.MsgSeq), { timed: true })
  },
})

/** Send a message to up to 500 accounts, each in its own conversation. Asks no webhook. */
const batchSendMsg = operation({
  key: 'openim/batchsendmsg',
  request: z.object({
    ...common,
    From_Account: coded(90008, account.optional()),
    To_Account: coded(90003, z.array(z.string()).min(1)),
  }),
  async run(core, call, r) {
    if (r.To_Account.length > most) throw new Refusal(90011, `more than ${most} receivers`)
    const from = r.From_Account ?? (call.operator as string)
    const MsgSeq = r.MsgSeq ?? sharedSeq(from, r.MsgRandom)
    const shown = core.clock()
    const draft = { ...draftOf(from, { ...r, MsgSeq }), shown }
    const results = await core.send.toUsers(call, r.To_Account.map(lookedUp), draft)
    const missing = r.To_Account.filter((_, i) => results[i] instanceof Fault)
    const ErrorList = missing.map(To_Account => ({ To_Account, ErrorCode: 70107 }))
    const first = results.find((result): result is Sent => !(result instanceof Fault))
    if (!first) return { ActionStatus: 'FAIL', ErrorInfo: 'no receiver exists', ErrorCode: 90012, ErrorList }
    const sent = { ...first, time: await shownTime(core, first, shown) }
    const fields = answer(from, sent, call, directClientId(r.MsgRandom, MsgSeq), { timed: false })
    return { ...fields, ...(ErrorList.length > 0 ? { ErrorList } : {}) }
  },
  errors: { 'user.missing': 90008 },
})

/** Recall a message for both sides, however old it is. */
const adminMsgWithdraw = operation({
  key: 'openim/admin_msgwithdraw',
  request: z.object({
    From_Account: coded(90008, account),
    To_Account: coded(90003, account),
    MsgKey: coded(90054, z.string()),
  }),
  async run(core, call, r) {
    readKey(r.MsgKey)
    const conv = await pairOf(core, call, r.From_Account, r.To_Account)
    const message = conv === undefined ? undefined : await findByKey(core, conv, r.MsgKey, r.From_Account)
    if (conv === undefined || !message) throw new Fault('message.missing')
    await core.recall(call, await core.directs.get(call.app.id, conv), message.seq)
  },
})

/** The sending and recalling commands of openim (`message.json`). */
export const message = [sendMsg, batchSendMsg, adminMsgWithdraw]

/** The conversation of two accounts; Refusal 90008 or 90003 when the first or the second does not exist. */
export async function pairOf(core: Core, call: Call, from: string, to: string): Promise<number | undefined> {
  const [sender, receiver] = await core.users.findMany(call.app.id, [from, to])
  if (!sender) throw new Refusal(90008, `there is no account ${from}`)
  if (!receiver) throw new Refusal(90003, `there is no account ${to}`)
  return core.directs.find(call.app.id, from, to)
}

type Common = z.output<z.ZodObject<typeof common>> & { OnlineOnlyFlag?: number; SupportMessageExtension?: number }

function draftOf(from: string, r: Common): MessageDraft {
  if ((r.MsgLifeTime ?? 0) > longestLife) throw new Refusal(90026, 'MsgLifeTime is longer than 7 days')
  const body = bodyIn(r.MsgBody)
  const parts = parse(body)
  const onlineOnly = r.OnlineOnlyFlag === 1 || r.MsgLifeTime === 0
  return {
    from,
    parts,
    native: nativeOf(body, parts, r),
    client: { id: directClientId(r.MsgRandom, r.MsgSeq), window: repeatWindow },
    delivery: onlineOnly ? 'passing' : 'stored',
    counted: r.SendMsgControl.includes('NoUnread') ? false : undefined,
    hiddenFrom: r.SyncOtherMachine === 2 ? [from] : undefined,
    receipt: r.IsNeedReadReceipt === 1 || undefined,
    push: pushOf(r.OfflinePushInfo),
    checks: { mute: false },
  }
}

function bodyIn(body: unknown): readonly unknown[] {
  if (body === undefined) throw new Refusal(90002, 'MsgBody is missing')
  if (!Array.isArray(body)) throw new Refusal(90007, 'MsgBody is not an array')
  if (body.length === 0) throw new Refusal(90002, 'MsgBody has no element')
  return body
}

function answer(from: string, sent: Sent, call: Call, client: string, { timed }: { timed: boolean }) {
  const key = keyOf({ id: sent.id, origin: call.origin, client, shown: sent.time })
  const MsgTime = seconds(sent.time)
  return { ...(timed ? { MsgTime } : {}), MsgKey: textOf(key), MsgId: msgIdOf(from, key) }
}

/** A repeat has the key of the first message, whose shown time only the message itself knows. */
async function shownTime(core: Core, sent: Sent, shown: number): Promise<number> {
  if (!sent.repeated) return shown
  return (await core.history.byId(sent.conv, sent.id))?.shown ?? sent.time
}
