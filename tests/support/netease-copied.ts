import type { Event } from '../../src/core/events.ts'
import type { Part } from '../../src/core/messages/content.ts'
import type { Change, Group } from '../../src/core/model.ts'
import { at, type World } from './netease-callbacks.ts'

/** Something that happened, and the whole bodies of the copies that tell of it. */
export interface CopiedSample {
  id: string
  name: string
  event(world: World): Event
  bodies(world: World): object[]
  /** By the server API instead of ann's phone. */
  rest?: boolean
}

/** Declares one; a body's number is its first field. */
export function sample(
  eventType: string,
  name: string,
  event: (world: World) => Event,
  body: (world: World) => object | object[],
  rest = false,
): CopiedSample {
  const bodies = (world: World) => [body(world)].flat().map(fields => ({ eventType, ...fields }))
  return { id: `copy/${eventType}`, name, event, bodies, rest }
}

const time = String(at)
const text: Part = { type: 'text', text: 'hello' }
/** From where devices' copies are. */
export const ip = { ip: '10.0.0.9', port: '5005' }
const phone = { fromClientType: 'AOS', fromDeviceId: 'd-1' }
/** From whom copies are, as they say it. */
export const ann = { fromAccount: 'ann', ...phone, fromNick: 'Ann' }
/** The members of the worlds' teams. */
export const all = '[ann, ben, cat]'
const handles = { msgidClient: 'c-1', msgidServer: '1001', resendFlag: '0' }
const aiParams = { direction: '1', account: 'bot', content: '{}' }
const ext = { netease: { ext: 'e' } }

/** What is written of something that happened to a group. */
export const change = (group: Group, what: Change['what'], more: Partial<Change> = {}): Change => ({
  ...{ conv: group.id, rev: 7, time: at, counters: {}, what, by: 'ann', ...more },
})

const messages = [
  sample(
    '1',
    'a text to a user',
    w => ({ type: 'message.sent', message: w.message([text], { native: ext }), conversation: w.direct }),
    () => ({
      ...{ convType: 'PERSON', to: 'ben', ...ann, msgTimestamp: time, msgType: 'TEXT', body: 'hello', ...handles },
      ...{ ext: 'e', ...ip },
    }),
  ),
  sample(
    '1',
    'a place into a team, by the server API',
    w => ({
      type: 'message.sent',
      message: w.message([{ type: 'location', title: 'here', longitude: 1.5, latitude: 2 }], {
        origin: w.rest.origin,
        native: { netease: { aiParams } },
      }),
      conversation: w.team,
    }),
    w => ({
      ...{ convType: 'TEAM', to: String(w.team.id), fromAccount: 'ann', fromClientType: 'REST', fromNick: 'Ann' },
      ...{ msgTimestamp: time, msgType: 'LOCATION', attach: '{"title":"here","lng":1.5,"lat":2}', ...handles },
      ...{ tMembers: all, aiParams },
    }),
    true,
  ),
  sample(
    '1',
    'a file into a super team',
    w => ({
      type: 'message.sent',
      message: w.message([{ type: 'file', url: 'http://f/1.zip' }]),
      conversation: w.superteam,
    }),
    w => ({
      ...{ convType: 'SUPER_TEAM', to: String(w.superteam.id), ...ann, msgTimestamp: time, msgType: 'FILE' },
      ...{ attach: '{"url":"http://f/1.zip"}', ...handles, ...ip },
    }),
  ),
  sample(
    '1',
    'a message to somebody who blocks its sender',
    w => ({
      ...{ type: 'message.failed', conversation: w.direct, from: 'ann', parts: [text], client: 'c-1' },
      ...{ passing: false, why: 'message.blocked', text: 'blocked' },
    }),
    () => ({
      ...{ convType: 'PERSON', to: 'ben', ...ann, msgTimestamp: time, msgType: 'TEXT', body: 'hello', ...handles },
      ...{ msgidServer: '1159601435327841', ...ip, blacklist: 'true' },
    }),
  ),
  sample(
    '1',
    'a text in which the check found something',
    w => ({
      ...{ type: 'content.checked', scene: 'p2p', from: 'ann', kind: 'text', texts: ['hello'], blocked: true },
      ...{ message: w.message([text]), conversation: w.direct, ...found },
    }),
    () => ({
      ...{ convType: 'PERSON', to: 'ben', ...ann, msgTimestamp: time, msgType: 'TEXT', body: 'hello', ...handles },
      ...{ ...ip, antispam: 'true', yidunRes },
    }),
  ),
  sample(
    '20',
    'what a check found in a picture',
    w => ({
      ...{ type: 'content.checked', scene: 'team', from: 'ann', kind: 'image', texts: [], url: 'http://p' },
      ...{ blocked: true, message: w.message([{ type: 'image', url: 'http://p' }]), conversation: w.team, ...found },
    }),
    w => ({
      objects: JSON.stringify([
        {
          ...{ audioUrl: 'http://p', serverMsgId: '1001', clientMsgId: 'c-1', antispam: 'true', yidunRes },
          ...{ type: 'TEAM_MSG_PICTURE', from: 'ann', to: String(w.team.id) },
        },
      ]),
    }),
  ),
  sample(
    '4',
    'a text into a chatroom',
    w => ({
      ...{ type: 'message.sent', conversation: w.room },
      message: w.message([text], { native: { netease: { ext: 'e', fromExt: 'f' } } }),
    }),
    w => ({
      ...{ roomId: String(w.room.id), fromAccount: 'ann', fromNick: 'Ann', fromAvator: 'http://a', fromExt: 'f' },
      ...{ fromClientType: 'AOS', msgTimestamp: time, msgType: 'TEXT', attach: 'hello', msgidClient: 'c-1' },
      ...{ resendFlag: '0', roleInfoTimetag: time, ext: 'e' },
    }),
  ),
]

const found = { request: 'r-1', keywords: ['k'], suggestion: 'block' as const, label: 'abuse' }
const yidunRes = '{"taskId":"r-1","suggestion":"block","label":"abuse","keywords":["k"]}'

function recalled(eventType: string, family: 'direct' | 'team' | 'superteam') {
  return sample(
    eventType,
    `a recall, ${family}`,
    w => ({
      type: 'message.recalled',
      message: w.message([], { recalled: { by: 'ann', at, reason: 'oops' } }),
      change: { ...change(w.team, 'recall'), time: at + 9, detail: { reason: 'oops', ext: 'x' } },
      conversation: w[family],
      original: w.message([text]),
    }),
    w => ({
      ...{ clientId: 'c-1', deleteTime: String(at + 9), from: 'ann', fromClientType: 'AOS', msgId: '1001' },
      ...{ selfMsg: 'oops', sendTime: time, to: family === 'direct' ? 'ben' : String(w[family].id) },
      ...(family === 'superteam' ? {} : { attach: 'x' }),
    }),
  )
}

const later = [
  recalled('7', 'direct'),
  recalled('8', 'team'),
  recalled('25', 'superteam'),
  sample(
    '30',
    'a receipt',
    w => ({
      ...{ type: 'read', conv: 5, user: 'ben', seq: 3, counted: 3, conversation: w.direct },
      last: w.message([text]),
    }),
    () => ({
      objects: `[{"fromAccount":"ben","toAccount":"ann","clientType":"AOS","msgidClient":"c-1","timestamp":"${at}"}]`,
    }),
  ),
]

/** Stands for an id that differs from run to run. */
export const anyId = '<id>'

/** Copies of messages, and of what happens to them. */
export const messageSamples: CopiedSample[] = [...messages, ...later]
