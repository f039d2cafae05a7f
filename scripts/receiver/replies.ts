import type { Received } from './received.ts'
import type { Action } from './rules.ts'

/** The actions that are said in a reply of the vendor's form. */
export type Said = Extract<Action, { do: 'allow' | 'refuse' | 'drop' | 'change' }>

type Fields = Record<string, unknown>
type Asked = Pick<Received, 'vendor' | 'id' | 'body'>

/** What the vendor wants to read for this action. */
export function replyFor(asked: Asked, action: Said): Fields {
  const reply = forms[asked.vendor]
  if (action.do === 'change') return { ...reply(asked, { do: 'allow' }), ...action.fields }
  return reply(asked, action)
}

const forms: Record<Asked['vendor'], (asked: Asked, action: Exclude<Said, { do: 'change' }>) => Fields> = {
  tencent(asked, action) {
    const code = { allow: 0, refuse: 1, drop: 2 }[action.do]
    const { code: own, text = '' } = action.do === 'refuse' ? action : {}
    const items = action.do === 'allow' ? undefined : refusedFriends(asked, own, text)
    if (items) return { ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '', ResultItem: items }
    return { ActionStatus: 'OK', ErrorCode: own ?? code, ErrorInfo: text }
  },
  netease({ id }, action) {
    if (id.startsWith('copy/')) return {}
    if (action.do === 'allow') return { errCode: 0 }
    const code = action.do === 'refuse' ? action.code : undefined
    return { errCode: 1, ...(code !== undefined && { responseCode: code }) }
  },
  // The vendor does not publish this form; the names are those that its clients get to see.
  volcengine(_, action) {
    if (action.do === 'allow') return { CheckCode: 0, CheckMsg: '' }
    const { code = 1, text = '' } = action.do === 'refuse' ? action : {}
    return { CheckCode: code, CheckMsg: text }
  },
  unknown: () => ({}),
}

const friendLists: Record<string, string> = {
  'Sns.CallbackPrevFriendAdd': 'FriendItem',
  'Sns.CallbackPrevFriendResponse': 'ResponseFriendItem',
}

/** Own codes for friend requests lie in 38000..39000; this one is taken when none is given. */
const friendRefused = 38000

// Friend requests are decided one by one: a refusal in ErrorCode would refuse nobody.
function refusedFriends({ id, body }: Asked, code = friendRefused, text = ''): Fields[] | undefined {
  const list = body[friendLists[id] ?? '']
  if (!Array.isArray(list)) return undefined
  return list.map((item: { To_Account?: unknown } | null) => ({
    To_Account: item?.To_Account,
    ResultCode: code,
    ResultInfo: text,
  }))
}
