import type { Message } from '../../../core/model.ts'
import { writeJson } from '../../../lib/json.ts'
import { objectOf, render } from '../content.ts'

/** What a message says, as callbacks and copies have it: a text in `body`, anything else as JSON text in `attach`. */
export interface Said {
  msgType: string
  body?: string
  attach?: string
}

const names: Record<number, string> = {
  0: 'TEXT',
  1: 'PICTURE',
  2: 'AUDIO',
  3: 'VIDEO',
  4: 'LOCATION',
  5: 'NOTIFICATION',
  6: 'FILE',
  10: 'TIPS',
  100: 'CUSTOM',
}

/** What a message, or a draft of one, says. */
export function saidIn(message: Pick<Message, 'parts' | 'native'>): Said {
  const { type, body } = render({ ...message, conv: 0, shown: 0 })
  const msgType = names[type] as string
  if (type === 0 || type === 10) return { msgType, body: String(body.msg) }
  return { msgType, attach: ownText(message, type) ?? writeJson(body) }
}

/** The same for a chatroom, where even a text stands in `attach`. */
export function saidInRoom(message: Pick<Message, 'parts' | 'native'>): { msgType: string; attach: string } {
  const { msgType, body, attach } = saidIn(message)
  return { msgType, attach: body ?? attach ?? '' }
}

/** The sender's own text, letter by letter, where there is one. */
function ownText({ parts, native }: Pick<Message, 'parts' | 'native'>, type: number): string | undefined {
  const own = native?.netease?.body
  if (typeof own === 'string') return own
  const [first] = parts
  const custom = type === 100 && parts.length === 1 && first?.type === 'custom'
  return custom && objectOf(first.data) ? first.data : undefined
}

/** What only Yunxin says about a message. */
export function kept(message: Pick<Message, 'native'>): Kept {
  return (message.native?.netease ?? {}) as Kept
}

interface Kept {
  ext?: string
  env?: string
  option?: { route?: boolean }
  route?: number
  fromExt?: string
  aiParams?: object
}
