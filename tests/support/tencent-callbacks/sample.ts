import type { Call } from '../../../src/core/call.ts'
import type { Event, News } from '../../../src/core/events.ts'
import { type KindName, kinds } from '../../../src/core/groups/kinds.ts'
import type { HookPoint, HookPoints } from '../../../src/core/hooks.ts'
import type { Change, Direct, Group, Member, Message } from '../../../src/core/model.ts'
import { testApp } from '../server.ts'

/** One question or event, and the whole body that a command is to have for it; undefined when it is not to fire. */
export interface Sample {
  id: string
  name: string
  told?: Event
  asked?: { point: HookPoint; draft: HookPoints[HookPoint] }
  /** Who calls, as far as it differs from the administrator over the server API. */
  by?: Partial<Call>
  body: object | undefined
}

/** When everything happens (ms). */
export const at = 1_700_000_000_123

export const app = testApp(2100000001, 0)

/** A call of the administrator over the server API. */
export const callOf = (by: Partial<Call> = {}): Call => ({
  app,
  operator: 'administrator',
  admin: true,
  origin: { dialect: 'tencent', via: 'rest' },
  ...by,
})

export const newsOf = (event: Event, by: Partial<Call> = {}): News => {
  const { app, ...rest } = callOf(by)
  return { app: app.id, ...rest, event }
}

/** A call of an end user. */
export const client = (operator: string): Partial<Call> => ({
  operator,
  admin: false,
  origin: { dialect: 'native', via: 'client' },
  device: { platform: 'android', id: 'd-1' },
})

export function told(id: string, name: string, event: Event, body: object | undefined, by?: Partial<Call>): Sample {
  return { id, name, told: event, body, by }
}

export function asked<P extends HookPoint>(
  id: string,
  name: string,
  point: P,
  draft: HookPoints[P],
  body: object | undefined,
  by?: Partial<Call>,
): Sample {
  return { id, name, asked: { point, draft }, body, by }
}

const common = { app: app.id, creator: 'ann', created: at, updated: at, revision: 1, inbox: 0 }

export const pair: Direct = { ...common, type: 'direct', id: 7, a: 'ann', b: 'ben' }

export function group(kind: KindName = 'public', more: Partial<Group> = {}): Group {
  const { policy } = kinds[kind]
  return { ...common, type: 'group', id: 8, alias: 'g_1', kind, name: 'Ornithology', owner: 'ann', policy, ...more }
}

export const text = (Text: string) => [{ MsgType: 'TIMTextElem', MsgContent: { Text } }]

/** A text of ann, sent over the server API with a Random and a MsgSeq of its own. */
export function message(more: Partial<Message> = {}): Message {
  return {
    ...{ conv: 7, seq: 3, time: at, shown: at, counters: {}, app: app.id, id: 2 ** 32 * 5 + 6, sender: 'ann' },
    ...{ origin: { dialect: 'tencent', via: 'rest' }, client: '77/88', counted: true },
    parts: [{ type: 'text', text: 'hello' }],
    native: { tencent: { CloudCustomData: 'data' } },
    ...more,
  }
}

/** A text of a device, which has no numbers of Tencent's. */
export const deviceMessage = (more: Partial<Message> = {}) =>
  message({ origin: { dialect: 'native', via: 'client' }, client: 'c-1', native: undefined, ...more })

export const change: Change = { conv: 8, rev: 1, time: at, counters: {}, what: 'recall', by: 'ben' }

export function member(user: string, more: Partial<Member> = {}): Member {
  const numbers = { joined: at, hidden: 0, readSeq: 0, readCounted: 0, readSent: 0 }
  return { conv: 8, app: app.id, user, rank: 2, ...numbers, ...more }
}
