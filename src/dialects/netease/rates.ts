import type { Core } from '../../core/core.ts'
import type { Rate } from '../../core/limits.ts'

const usual: Rate = { calls: 100, seconds: 1, block: 10 }
const aMinute = (calls: number): Rate => ({ calls, seconds: 60, block: 60 })

/** The exceptions that `netease-im/model.md` lists. */
const own: Record<string, Rate> = {
  'msg/sendBatchMsg.action': aMinute(120),
  'msg/sendBatchAttachMsg.action': aMinute(120),
  'msg/broadcastMsg.action': aMinute(10),
  'chatroom/broadcast.action': aMinute(10),
  'history/queryChatroomMsg.action': aMinute(1200),
  'job/nos/del.action': { calls: 5, seconds: 86_400, block: 86_400 },
}

/** Super team calls that are no management and stay outside its budget. */
const superteamMessages = new Set([
  'superteam/sendMsg.action',
  'superteam/sendAttachMsg.action',
  'superteam/recallMsg.action',
  'superteam/queryHistoryMsg.action',
  'superteam/queryHistoryMsgByIds.action',
])

/** Counts a call of an app against its interface's rate, or against the one budget that all team management shares. */
export async function admit(core: Core, app: number, key: string): Promise<void> {
  await core.limits.count('netease', budgetOf(key), String(app), rateOf(key))
}

/** The vendor's rate of an operation. */
export function rateOf(key: string): Rate {
  return own[key] ?? usual
}

/** Whose calls are counted together; also the name under which the configuration overrides the rate. */
export function budgetOf(key: string): string {
  if (superteamMessages.has(key)) return key
  const area = key.slice(0, key.indexOf('/'))
  return area === 'team' || area === 'superteam' ? area : key
}
