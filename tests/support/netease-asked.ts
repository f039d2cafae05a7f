import type { HookPoint, HookPoints } from '../../src/core/hooks.ts'
import type { Group } from '../../src/core/model.ts'
import { at, type World } from './netease-callbacks.ts'

/** What a device wants to do, and the whole body of the callback that asks about it. */
export interface AskedSample {
  id: string
  name: string
  point: HookPoint
  draft(world: World): unknown
  body(world: World): object
}

function sample<P extends HookPoint>(
  eventType: number,
  name: string,
  point: P,
  draft: (world: World) => HookPoints[P],
  body: (world: World) => object,
): AskedSample {
  return { id: `callback/${eventType}`, name, point, draft, body: world => ({ eventType, ...body(world) }) }
}

const timestamp = String(at)
const device = { fromDeviceId: 'd-1', fromClientType: 'AOS', timestamp }
const about = (group: Group, fromAccount = 'ann') => ({ tid: group.id, fromAccount, ...device })
const text = { type: 'text' as const, text: 'hello' }
const image = { type: 'image' as const, url: 'http://p/1.jpg', uuid: 'm', name: '1.jpg', format: 'jpg', size: 9 }
const picture = '{"name":"1.jpg","md5":"m","url":"http://p/1.jpg","ext":"jpg","size":9}'
const ext = { netease: { ext: 'e' } }

const messages = [
  sample(
    1,
    'a text to a user',
    'message.direct',
    w => ({ ...w.draft([text], { native: ext }), to: 'ben' }),
    () => ({ fromAccount: 'ann', to: 'ben', body: 'hello', msgType: 'TEXT', msgidClient: 'c-1', ext: 'e' }),
  ),
  sample(
    1,
    'a picture to a user',
    'message.direct',
    w => ({ ...w.draft([image], { client: undefined }), to: 'ben' }),
    () => ({
      ...{ fromAccount: 'ann', to: 'ben', attach: picture, msgType: 'PICTURE' },
      msgidClient: '4ae8f627-0b64-54de-8156-ca47bc020414',
    }),
  ),
  sample(
    2,
    'a tip into a team',
    'message.group',
    w => ({ ...w.draft([{ type: 'tip', text: 'psst' }]), group: w.team }),
    w => ({ fromAccount: 'ann', to: String(w.team.id), body: 'psst', msgType: 'TIPS', msgidClient: 'c-1' }),
  ),
  sample(
    22,
    'data of its own into a super team',
    'message.group',
    w => ({ ...w.draft([{ type: 'custom', data: '{"a": 1}' }]), group: w.superteam }),
    w => ({
      ...{ fromAccount: 'ann', to: String(w.superteam.id), attach: '{"a": 1}', msgType: 'CUSTOM' },
      msgidClient: 'c-1',
    }),
  ),
  sample(
    6,
    'a text into a chatroom',
    'message.group',
    w => ({ ...w.draft([text], { native: ext }), group: w.room }),
    w => ({
      ...{ roomId: String(w.room.id), fromAccount: 'ann', msgType: 'TEXT', attach: 'hello' },
      ...{ msgidClient: 'c-1', ext: 'e' },
    }),
  ),
  sample(
    35,
    'a recall',
    'message.recall',
    w => ({ conversation: w.direct, message: w.message([text]), by: 'ann' }),
    () => ({
      ...{ fromAccount: 'ann', to: 'ben', convType: 'PERSON', msgidClient: 'c-1', msgidServer: '1001' },
      ...{ msgTimestamp: timestamp, ...device },
    }),
  ),
]

const people = [
  sample(
    3,
    'a card',
    'profile.change',
    () => ({ user: 'ann', profile: { nick: 'A', gender: 'male', text: '' } }),
    () => ({ fromAccount: 'ann', name: 'A', gender: 1, ex: '', ...device }),
  ),
  sample(
    4,
    'a friend request',
    'friend.add',
    () => ({ from: 'ann', targets: [{ to: 'ben', remark: 'B', text: 'hi' }], both: true, forced: false }),
    () => ({ fromAccount: 'ann', to: 'ben', type: 2, msg: 'hi', alias: 'B', ...device }),
  ),
  sample(
    4,
    'a friend without a request',
    'friend.add',
    () => ({ from: 'ann', targets: [{ to: 'ben' }], both: true, forced: true }),
    () => ({ fromAccount: 'ann', to: 'ben', type: 1, ...device }),
  ),
  sample(
    4,
    'a request accepted',
    'friend.answer',
    () => ({ from: 'ann', targets: [{ to: 'ben', accept: true, both: true }] }),
    () => ({ fromAccount: 'ann', to: 'ben', type: 3, ...device }),
  ),
  sample(
    4,
    'a request refused',
    'friend.answer',
    () => ({ from: 'ann', targets: [{ to: 'ben', accept: false, both: true }] }),
    () => ({ fromAccount: 'ann', to: 'ben', type: 4, ...device }),
  ),
  sample(
    5,
    'a friend no more',
    'friend.remove',
    () => ({ from: 'ann', to: 'ben' }),
    () => ({ fromAccount: 'ann', to: 'ben', ...device }),
  ),
  sample(
    20,
    'a call',
    'call.start',
    () => ({ from: 'ann', to: ['ben'], kind: 'call' }),
    () => ({ fromAccount: 'ann', inviteList: ['ben'], ...device }),
  ),
  sample(
    21,
    'a meeting',
    'call.start',
    () => ({ from: 'ann', to: ['ben', 'cat'], kind: 'meeting' }),
    () => ({ fromAccount: 'ann', inviteList: ['ben', 'cat'], ...device }),
  ),
  sample(
    36,
    'a sign-in',
    'session.open',
    () => ({ user: 'ann', platform: 'Android', device: 'd-1', token: 't', tag: 'vip' }),
    () => ({ ...signIn, authType: 0, customTag: 'vip', token: 't' }),
  ),
  sample(
    40,
    'a sign-in to QChat',
    'session.open',
    () => ({ user: 'ann', platform: 'Android', device: 'd-1', token: 't', tag: 'vip', space: 'qchat', type: 7 }),
    () => ({ ...signIn, authType: 0, customClientType: 7, customTag: 'vip', token: 't' }),
  ),
]

const signIn = {
  ...{ fromAccount: 'ann', fromClientIp: '10.0.0.9', fromClientPort: '5005', fromClientType: 'AOS' },
  ...{ fromDeviceId: 'd-1', timestamp },
}

const create = sample(
  7,
  'a new team',
  'group.create',
  w => ({
    ...{ owner: 'ann', name: 'new', kind: 'team', members: ['ben'], invited: ['cat'], text: 'come' },
    policy: { ...w.team.policy, speak: 'managers' },
    fields: { description: 'i', notice: 'n', avatar: 'http://i', clientText: 'c', serverText: 's' },
  }),
  () => ({
    ...{ creator: 'ann', tname: 'new', type: 1, level: 200, announcement: 'n', intro: 'i', icon: 'http://i' },
    ...{ custom: 'c', servercustom: 's', joinmode: 0, beinvitemode: 0, invitemode: 0, uptinfomode: 0 },
    ...{ upcustommode: 0, teamMuteType: 1, inviteList: ['ben', 'cat'], msg: 'come', ...device },
  }),
)

/** The same question about a team and about a super team. */
function both<P extends HookPoint>(
  types: { team?: number; superteam?: number },
  name: string,
  point: P,
  draft: (group: Group) => HookPoints[P],
  body: object,
  by = 'ann',
): AskedSample[] {
  return (Object.entries(types) as ['team' | 'superteam', number][]).map(([family, type]) =>
    sample(
      type,
      `${name}, ${family}`,
      point,
      w => draft(w[family]),
      w => ({ ...about(w[family], by), ...body }),
    ),
  )
}

const groups = [
  both({ team: 8 }, 'a dismissal', 'group.dismiss', group => ({ group, by: 'ann' }), {}),
  both(
    { team: 9, superteam: 23 },
    'an invitation',
    'group.invite',
    group => ({ group, by: 'ann', users: ['dan', 'eve'], text: 'come' }),
    { beinvitemode: 0, inviteList: ['dan', 'eve'], msg: 'come' },
  ),
  both({ team: 10, superteam: 25 }, 'a leaving', 'group.leave', group => ({ group, user: 'ben' }), {}, 'ben'),
  both({ team: 11, superteam: 29 }, 'managers', 'manager.add', group => ({ group, by: 'ann', users: ['ben'] }), {
    managerList: ['ben'],
  }),
  both({ team: 12, superteam: 30 }, 'no managers', 'manager.remove', group => ({ group, by: 'ann', users: ['ben'] }), {
    managerList: ['ben'],
  }),
  both(
    { team: 13, superteam: 34 },
    'another owner',
    'group.owner',
    group => ({ group, by: 'ann', owner: 'ben', leave: true }),
    { newOwner: 'ben', leave: 1 },
  ),
  both({ team: 14, superteam: 24 }, 'a kick', 'group.kick', group => ({ group, by: 'ann', users: ['ben'] }), {
    kickList: ['ben'],
  }),
  both(
    { team: 15, superteam: 26 },
    'an update',
    'group.change',
    group => ({ group, by: 'ann', fields: { name: 'n', join: 'closed', maxMembers: 300, serverText: 's' } }),
    { tname: 'n', servercustom: 's', joinmode: 2, level: 300 },
  ),
  both(
    { team: 16, superteam: 27 },
    'one’s own fields',
    'member.change',
    group => ({ group, by: 'ann', user: 'ann', fields: { nick: 'A', text: 'x', notify: 'none' } }),
    { accid: 'ann', nick: 'A', custom: 'x', muteNotify: 1 },
  ),
  both(
    { team: 17, superteam: 33 },
    'another’s fields',
    'member.change',
    group => ({ group, by: 'ann', user: 'ben', fields: { nick: 'B' } }),
    { accid: 'ben', nick: 'B' },
  ),
  both(
    { team: 18, superteam: 32 },
    'a member’s mute',
    'member.mute',
    group => ({ group, by: 'ann', users: ['ben'], muted: true }),
    { muteList: ['ben'], mute: 1 },
  ),
  both({ superteam: 31 }, 'a mute of all', 'group.mute', group => ({ group, by: 'ann', muted: false }), { mute: 0 }),
  both(
    { team: 19, superteam: 28 },
    'an application',
    'group.apply',
    group => ({ group, user: 'dan', text: 'me?' }),
    { msg: 'me?' },
    'dan',
  ),
]

/** Every third-party callback with its whole body. */
export const askedSamples: AskedSample[] = [...messages, ...people, create, ...groups.flat()]
