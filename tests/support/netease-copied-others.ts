import type { EventOf } from '../../src/core/events.ts'
import { at, type World } from './netease-callbacks.ts'
import { type CopiedSample, sample } from './netease-copied.ts'

const time = String(at)

const session = {
  ...{ accid: 'ann', clientIp: '10.0.0.9', clientType: 'AOS', code: '200', sdkVersion: '102' },
  ...{ timestamp: time, deviceId: 'd-1' },
}

const sessions = [
  sample(
    '2',
    'a sign-in',
    () => ({ type: 'session.opened', user: 'ann', kicked: [] }),
    () => ({ ...session, customTag: 'vip' }),
  ),
  sample(
    '3',
    'a sign-out',
    () => ({ type: 'session.closed', user: 'ann', why: 'left' }),
    () => session,
  ),
  sample(
    '42',
    'a heartbeat',
    () => ({ type: 'session.beat', user: 'ann', connection: 'k' }),
    () => ({
      ...{ accid: 'ann', consid: 'k', clientIp: '10.0.0.9', clientPort: '5005', clientType: 'AOS' },
      ...{ customTag: 'vip', deviceId: 'd-1', timestamp: time },
    }),
  ),
  sample(
    '83',
    'a callback without an answer',
    () => ({ type: 'hook.failed', reason: 'late', body: '{"eventType":1}' }),
    () => ({ reason: 'late', timestamp: time, callbackBody: '{"eventType":1}' }),
  ),
  sample(
    '84',
    'a sign-in that failed',
    () => ({
      ...{ type: 'session.refused', user: 'ann', code: 302, text: 'the token is wrong', automatic: false },
      connection: 'k',
    }),
    () => ({ event: '1', ...refused, appLogin: 'true', code: '302', fail: 'login.token.error' }),
  ),
  sample(
    '84',
    'a chatroom that is not there',
    () => ({
      ...{ type: 'session.refused', user: 'ann', code: 404, text: '', room: 9, automatic: true, connection: 'k' },
    }),
    () => ({
      ...{ event: '0', chatRoomId: '9', ...refused, appLogin: 'false', code: '404', fail: 'chatroom.not.exists' },
    }),
  ),
  sample(
    '84',
    'a sign-in that another vendor’s word failed',
    () => ({
      ...{ type: 'session.refused', user: 'ann', code: 70001, text: 'old', automatic: true, connection: 'k' },
    }),
    () => ({ event: '1', ...refused, appLogin: 'false', code: '500', fail: 'res.eunknown' }),
  ),
]

const refused = {
  ...{ accid: 'ann', clientType: 'AOS', clientIp: '10.0.0.9', customTag: 'vip', sdkVersion: '102' },
  ...{ sdkHumanVersion: '102', sdkType: 'Android', consid: 'k', deviceId: 'd-1', timestamp: time },
}

const inRoom = (w: World) => ({
  ...{ roomId: String(w.room.id), accid: 'ann', clientIp: '10.0.0.9', clientType: 'AOS', code: '200' },
  ...{ sdkVersion: '102', timestamp: time },
})

const rooms = [
  sample(
    '9',
    'a guest who enters',
    w => ({
      ...{ type: 'room.entered', room: w.room, user: 'ann', role: 'guest', anonymous: false, tags: ['a'] },
      ...{ notify: '{"tag":"a"}', ext: 'e' },
    }),
    w => ({ ...inRoom(w), event: 'IN', roleType: '3', tags: '["a"]', notifyTargetTags: '{"tag":"a"}', ext: 'e' }),
  ),
  sample(
    '9',
    'somebody unnamed who enters',
    w => ({ type: 'room.entered', room: w.room, user: 'ann', role: 'guest', anonymous: true, tags: [] }),
    w => ({ ...inRoom(w), event: 'IN', roleType: '4', anonymous: 'true' }),
  ),
  ...(['left', 'lost', 'kicked'] as const).map((how, i) =>
    sample(
      '9',
      `somebody who ${how}`,
      w => ({ type: 'room.left', room: w.room, user: 'ann', how, role: ['owner', 'manager', 'limited'][i] as string }),
      w => ({
        ...{ ...inRoom(w), event: ['OUT', 'OUT', 'KICK'][i], roleType: ['1', '2', '-1'][i] },
        logOutReason: ['EXIT', 'OFFLINE', 'KICK'][i],
      }),
    ),
  ),
  sample(
    '14',
    'something into the queue',
    w => ({
      ...{ type: 'queue.changed', room: w.room, what: 'add', owner: 'ben', elements: { k: 'v' }, keys: [] },
      passing: true,
    }),
    w => ({
      ...{ roomid: String(w.room.id), qEvent: '2', operator: 'ann', belongTo: 'ben', elements: '{"k":"v"}' },
      ...{ transient: 'true', operationTime: at },
    }),
  ),
  sample(
    '14',
    'something out of the queue, by the server API',
    w => ({ type: 'queue.changed', room: w.room, what: 'delete', elements: {}, keys: ['k'], passing: false }),
    w => ({ roomid: String(w.room.id), qEvent: '4', fromWebApi: 'true', keys: '["k"]', operationTime: at }),
    true,
  ),
]

const report = (of: string, fields: Record<string, unknown>): EventOf<'report'> => ({ type: 'report', of, fields })

const others = [
  sample(
    '5',
    'the length of a call',
    () => report('call.duration', { channelId: 'x', duration: 12, members: [{ accid: 'ann' }] }),
    () => ({ channelId: 'x', duration: '12', members: '[{"accid":"ann"}]' }),
  ),
  sample(
    '6',
    'the recording of a call',
    () => report('call.recording', { channelid: 'x', filename: 'f' }),
    () => ({ fileinfo: '[{"channelid":"x","filename":"f"}]' }),
  ),
  sample(
    '10',
    'the end of a line',
    () => report('phone.ended', { caller: '1', durations: 3 }),
    () => ({ callback: '{"caller":"1","durations":3}' }),
  ),
  sample(
    '11',
    'a text message that arrived',
    () => report('sms.delivered', { mobile: '1', result: 'DELIVRD' }),
    () => ({ objects: [{ mobile: '1', result: 'DELIVRD' }] }),
  ),
  sample(
    '12',
    'a text message from outside',
    () => report('sms.received', { objects: [{ mobile: '1', content: 'yes' }] }),
    () => ({ objects: '[{"mobile":"1","content":"yes"}]' }),
  ),
  sample(
    '13',
    'somebody in a call',
    () => report('call.presence', { channelId: 'x', uid: 5 }),
    () => ({ channelId: 'x', uid: '5' }),
  ),
  sample(
    '36',
    'a log of an SDK',
    () => report('upload', { type: 1, uploadMsg: 'm', sdkLogUrl: 'http://l' }),
    () => ({ type: '1', uploadInfo: { uploadMsg: 'm', sdkLogUrl: 'http://l' } }),
  ),
  sample(
    '31',
    'an invitation to a call',
    () => ({
      ...{ type: 'signal', what: 'invited', channel: 'c', name: 'n', created: at, creator: 'ann', from: 'ann' },
      ...{ to: 'ben', uid: 5, request: 'r', ext: 'e', attach: 'x', stored: true },
      push: { title: 't', text: 'p', payload: '{}', badge: true },
    }),
    () => ({
      ...{ type: 'INVITE', channelId: 'c', channelName: 'n', createTime: time, creator: 'ann', ext: 'e', from: 'ann' },
      ...{ to: 'ben', timestamp: time, attachExt: 'x', isSave: 'true', uid: '5', requestId: 'r', needPush: 'true' },
      ...{ pushTitle: 't', pushContent: 'p', pushPayload: '{}', needBadge: 'true' },
    }),
  ),
  sample(
    '31',
    'a call that is over',
    () => ({
      ...{ type: 'signal', what: 'closed', channel: 'c', name: 'n', created: at, creator: 'ann', from: 'ann' },
      stored: false,
    }),
    () => ({
      ...{ type: 'CLOSE_ROOM', channelId: 'c', channelName: 'n', createTime: time, creator: 'ann', from: 'ann' },
      ...{ timestamp: time, isSave: 'false', needPush: 'false' },
    }),
  ),
]

/** Copies of sessions, chatrooms, signals, checks and reports. */
export const otherSamples: CopiedSample[] = [...sessions, ...rooms, ...others]
