import type { Call } from '../../src/core/call.ts'
import type { Event, News } from '../../src/core/events.ts'
import type { MessageAsked } from '../../src/core/hooks.ts'
import type { Part } from '../../src/core/messages/content.ts'
import type { Direct, Group, Message } from '../../src/core/model.ts'
import { startNode, type TestNode } from './core.ts'

/** The one moment at which everything happens (ms). */
export const at = 1_700_000_000_123

/** People and groups for the bodies of callbacks, in a core of their own whose clock stands still. */
export interface World {
  node: TestNode
  /** `ann` on her phone. */
  client: Call
  /** The server API. */
  rest: Call
  /** Of `ann` (owner), `ben` and `cat`. */
  team: Group
  superteam: Group
  /** Of `ann`; nobody is in a chatroom's list. */
  room: Group
  /** Of `ann` and `ben`; not stored. */
  direct: Direct
  /** A draft of ann's as the app is asked about it. */
  draft(parts: Part[], more?: Partial<MessageAsked>): MessageAsked
  /** A message of ann's. */
  message(parts: Part[], more?: Partial<Message>): Message
  /** The news that a call makes of an event. */
  news(event: Event, call?: Call): News
}

const texts = { description: 'about', notice: 'today', avatar: 'http://i', clientText: 'cc', serverText: 'ss' }

/** Opens a world; its `node` is to be stopped. */
export async function openWorld(): Promise<World> {
  const node = startNode({ clock: () => at })
  const app = node.core.apps.all()[0] as Call['app']
  app.home = 'netease'
  await node.users('ann', 'ben', 'cat')
  const profile = {
    ...{ nick: 'Ann', avatar: 'http://a', signature: 'hi', gender: 'female' as const, email: 'a@b.c' },
    ...{ birthday: '2000-01-01', mobile: '13800000000', text: 'x' },
  }
  await node.core.users.update(node.call, 'ann', { profile })
  const device = { platform: 'Android', id: 'd-1', sdk: '102', tag: 'vip', port: 5005 }
  const client: Call = {
    ...{ app, operator: 'ann', admin: false, address: '10.0.0.9', device },
    origin: { dialect: 'native', via: 'client' },
  }
  const group = (kind: 'team' | 'superteam', name: string) =>
    node.group('ann', ['ben', 'cat'], { kind, name, fields: texts })
  return {
    node,
    client,
    rest: { ...node.call, app, origin: { dialect: 'netease', via: 'rest' } },
    team: await group('team', 'the team'),
    superteam: await group('superteam', 'the many'),
    room: await node.group('ann', [], { kind: 'chatroom', name: 'the room' }),
    direct: {
      ...{ type: 'direct', id: 5, app: app.id, a: 'ann', b: 'ben', creator: 'ann' },
      ...{ created: at, updated: at, revision: 1, inbox: 0 },
    },
    draft: (parts, more = {}) => ({ id: 1001, from: 'ann', parts, client: 'c-1', passing: false, ...more }),
    message: (parts, more = {}) => ({
      ...{ conv: 5, seq: 3, time: at, shown: at, counters: {}, app: app.id, id: 1001, sender: 'ann', counted: true },
      ...{ origin: client.origin, parts, client: 'c-1', ...more },
    }),
    news: (event, { origin, operator, admin, address, device } = client) => ({
      ...{ app: app.id, origin, operator, admin, address, device, event },
    }),
  }
}

/** The tinfo of the worlds' teams, under the number keys of notifications. */
export function tinfo(group: Group): Record<string, string> {
  const isSuper = group.kind === 'superteam'
  const time = String(at)
  return {
    ...{ '1': String(group.id), '3': isSuper ? 'the many' : 'the team', '4': '1', '5': 'ann' },
    ...{ '6': isSuper ? '2000' : '200', '8': '1', '9': '3', '10': time, '11': time, '12': time },
    ...{ '14': 'about', '15': 'today', '16': isSuper ? '1' : '0', '17': '0', '18': 'cc', '19': 'ss', '20': 'http://i' },
    ...{ '21': '0', '22': '0', '23': '0', '24': '0' },
  }
}

const made = { '12': String(at), '13': String(at) }

/** The cards of the worlds' people under number keys. */
export const uinfos = {
  ann: {
    ...{ '1': 'ann', '3': 'Ann', '4': 'http://a', '5': 'hi', '6': '2', '7': 'a@b.c', '8': '2000-01-01' },
    ...{ '9': '13800000000', '10': 'x', ...made },
  },
  ben: { '1': 'ben', ...made },
  cat: { '1': 'cat', ...made },
}
