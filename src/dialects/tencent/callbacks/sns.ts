import { z } from 'zod'
import type { Call } from '../../../core/call.ts'
import type { FriendAnswered, FriendAsked } from '../../../core/hooks.ts'
import { asked, told } from '../../callbacks.ts'
import { operatorOf } from './accounts.ts'
import { friendCodes, isOwn, readReply } from './replies.ts'

/** What the server API does asks nobody. */
const byClient = ({ origin }: Call) => origin.via !== 'rest'

/** Before friend requests of a client; the app judges each of those whom it names. */
const prevFriendAdd = asked({
  id: 'Sns.CallbackPrevFriendAdd',
  point: 'friend.add',
  fires: byClient,
  body: (core, call, { from, targets, both, forced }) => ({
    Requester_Account: operatorOf(call),
    From_Account: from,
    FriendItem: targets.map(({ to, remark = '', list = '', source = '', text = '' }) => ({
      To_Account: to,
      Remark: remark,
      GroupName: list,
      AddSource: source,
      AddWording: text,
    })),
    AddType: both ? 'Add_Type_Both' : 'Add_Type_Single',
    ForceAddFlags: forced ? 1 : 0,
    EventTime: core.clock(),
  }),
  decide(answer, draft) {
    const targets = judged(answer, draft.targets)
    return targets && { ...draft, targets }
  },
})

/** Before a client answers friend requests. */
const prevFriendResponse = asked({
  id: 'Sns.CallbackPrevFriendResponse',
  point: 'friend.answer',
  fires: byClient,
  body: (core, call, { from, targets }) => ({
    Requester_Account: operatorOf(call),
    From_Account: from,
    ResponseFriendItem: targets.map(target => ({
      To_Account: target.to,
      Remark: target.remark ?? '',
      TagName: target.list ?? '',
      ResponseAction: actionOf(target),
    })),
    EventTime: core.clock(),
  }),
  decide(answer, draft) {
    const targets = judged(answer, draft.targets)
    return targets && { ...draft, targets }
  },
})

function actionOf({ accept, both }: FriendAnswered): string {
  if (!accept) return 'Response_Action_Reject'
  return both ? 'Response_Action_AgreeAndAdd' : 'Response_Action_Agree'
}

const judging = z.object({
  ResultItem: z
    .array(
      z.object({ To_Account: z.string(), ResultCode: z.int(), ResultInfo: z.string().optional().catch(undefined) }),
    )
    .default([]),
})

/** A webhook's code outside of its own range is its refusal all the same, by the first code of the range. */
const plain = friendCodes.from

/**
 * The targets as the app judged them; those it does not name are allowed. Undefined for an answer that is none, or that
 * does not get as far as judging.
 */
function judged<T extends Pick<FriendAsked, 'to' | 'refused'>>(
  answer: unknown,
  targets: readonly T[],
): T[] | undefined {
  if (readReply(answer)?.ErrorCode !== 0) return undefined
  const items = judging.safeParse(answer).data?.ResultItem
  if (!items) return undefined
  const refusals = new Map(items.filter(item => item.ResultCode !== 0).map(item => [item.To_Account, item]))
  return targets.map(target => {
    const refusal = refusals.get(target.to)
    if (!refusal) return target
    const code = isOwn(refusal.ResultCode, friendCodes) ? refusal.ResultCode : plain
    return { ...target, refused: { code, text: refusal.ResultInfo ?? '' } }
  })
}

/** Who has whom now. */
function pairList(pairs: readonly { from: string; to: string }[]) {
  return pairs.map(({ from, to }) => ({ From_Account: from, To_Account: to }))
}

/** Friends were made: one pair for each direction. */
const friendAdd = told({
  id: 'Sns.CallbackFriendAdd',
  event: 'friends.added',
  body: (_core, news, { pairs, by, forced }) => ({
    PairList: pairs.map(({ from, to, initiator }) => ({
      From_Account: from,
      To_Account: to,
      Initiator_Account: initiator,
    })),
    ClientCmd: by === 'request' ? 'friend_add' : 'friend_response',
    Admin_Account: news.origin.via === 'rest' ? operatorOf(news) : '',
    ForceFlag: forced ? 1 : 0,
  }),
})

/** Friends were removed. */
const friendDelete = told({
  id: 'Sns.CallbackFriendDelete',
  event: 'friends.removed',
  body: (_core, _news, { pairs }) => ({ PairList: pairList(pairs) }),
})

/** Somebody was put on a blocklist. */
const blackListAdd = told({
  id: 'Sns.CallbackBlackListAdd',
  event: 'blocks.added',
  body: (_core, _news, { pairs }) => ({ PairList: pairList(pairs) }),
})

/** Somebody was taken off a blocklist. */
const blackListDelete = told({
  id: 'Sns.CallbackBlackListDelete',
  event: 'blocks.removed',
  body: (_core, _news, { pairs }) => ({ PairList: pairList(pairs) }),
})

/** The commands about friends of `webhooks.json`. */
export const sns = {
  asked: [prevFriendAdd, prevFriendResponse],
  told: [friendAdd, friendDelete, blackListAdd, blackListDelete],
}
