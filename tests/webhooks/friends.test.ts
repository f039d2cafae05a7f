import { afterEach, describe, expect, test } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { TestServer } from '../support/server.ts'
import { startYunxin, time } from './netease-setting.ts'
import { now, startTencent } from './tencent-setting.ts'

let stop: () => Promise<void>
afterEach(() => stop())

async function tencent(...on: string[]) {
  const setting = await startTencent(on)
  stop = setting.stop
  return setting
}

async function yunxin(kinds: ('netease' | 'netease-copy')[], on: string[]) {
  const setting = await startYunxin(kinds, { on })
  stop = setting.stop
  return setting
}

/** The server API calls. */
function rest(server: TestServer, dialect: Call['origin']['dialect'], operator?: string): Call {
  const app = server.apps[0] as Call['app']
  return { app, operator, admin: true, origin: { dialect, via: 'rest' }, address: '127.0.0.1' }
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    (error: Error) => error.message,
  )

describe('[FR22] Tencent’s webhooks', () => {
  test('[tencent Sns.CallbackPrevFriendAdd] a device’s wish for friends is judged, the server API’s is not', async () => {
    const command = 'Sns.CallbackPrevFriendAdd'
    const { server, device, heard, receiver, times } = await tencent(command)
    const ann = await device('ann')
    const wish = { words: 'hi', source: 'web', remark: 'B', list: 'work', both: false }
    expect(await ann.ask('friend.add', { user: 'ben', ...wish })).toEqual({ became: 'added' })
    expect(await heard(command, 'Android')).toEqual({
      ...{ Requester_Account: 'ann', From_Account: 'ann', AddType: 'Add_Type_Single', ForceAddFlags: 0 },
      FriendItem: [{ To_Account: 'ben', Remark: 'B', GroupName: 'work', AddSource: 'web', AddWording: 'hi' }],
      EventTime: now(),
    })
    receiver.answer(`${command}: refuse 38005 not him`)
    expect(await refusal(ann.ask('friend.add', { user: 'cat' }))).toBe('hook.refused')
    const last = ann.frames.at(-1) as { err?: object }
    expect(last.err).toEqual({ code: 'hook.refused', text: 'not him', own: { dialect: 'tencent', code: 38005 } })
    await server.core.friends.add(rest(server, 'tencent'), 'ann', [{ user: 'cat' }])
    expect(await ann.ask('friend.list')).toMatchObject({ friends: [{ user: 'ben' }, { user: 'cat' }] })
    expect(await times(command)).toBe(2)
  })

  test('[tencent Sns.CallbackPrevFriendResponse] a device’s answer is judged', async () => {
    const command = 'Sns.CallbackPrevFriendResponse'
    const { device, heard, receiver } = await tencent(command)
    const [ann, ben] = [await device('ann'), await device('ben', 'ios')]
    await ann.ask('friend.add', { user: 'ben', ask: true })
    receiver.answer(`${command}: refuse 38006 no times 1`)
    const accept = { user: 'ann', accept: true, remark: 'A', list: 'old' }
    expect(await refusal(ben.ask('friend.answer', accept))).toBe('hook.refused')
    expect(await ben.ask('friend.requests')).toMatchObject({ requests: [{ user: 'ann' }] })
    expect(await ben.ask('friend.answer', accept)).toEqual({ became: 'accepted' })
    const item = { To_Account: 'ann', Remark: 'A', TagName: 'old', ResponseAction: 'Response_Action_AgreeAndAdd' }
    const about = { Requester_Account: 'ben', From_Account: 'ben', EventTime: now() }
    expect(await heard(command, 'iOS')).toEqual({ ...about, ResponseFriendItem: [item] })
    await ann.ask('friend.remove', { user: 'ben', both: true })
    await ann.ask('friend.add', { user: 'ben', ask: true })
    await heard(command, 'iOS')
    await ben.ask('friend.answer', { user: 'ann', accept: false })
    const rejected = { To_Account: 'ann', Remark: '', TagName: '', ResponseAction: 'Response_Action_Reject' }
    expect(await heard(command, 'iOS')).toMatchObject({ ResponseFriendItem: [rejected] })
  })

  test('[tencent Sns.CallbackFriendAdd] [tencent Sns.CallbackFriendDelete] friends are told when they are made and end', async () => {
    const [added, deleted] = ['Sns.CallbackFriendAdd', 'Sns.CallbackFriendDelete']
    const { server, device, heard, times } = await tencent(added as string, deleted as string)
    const [ann, ben] = [await device('ann'), await device('ben')]
    await ann.ask('friend.add', { user: 'ben', ask: true })
    await ben.ask('friend.answer', { user: 'ann', accept: true })
    const pair = (From_Account: string, To_Account: string) => ({ From_Account, To_Account })
    const begun = { Initiator_Account: 'ann' }
    expect(await heard(added as string, 'Android')).toEqual({
      ...{ ClientCmd: 'friend_response', Admin_Account: '', ForceFlag: 0 },
      PairList: [
        { ...pair('ann', 'ben'), ...begun },
        { ...pair('ben', 'ann'), ...begun },
      ],
    })
    await ann.ask('friend.remove', { user: 'ben', both: true })
    expect(await heard(deleted as string, 'Android')).toEqual({ PairList: [pair('ann', 'ben'), pair('ben', 'ann')] })
    const drafts = [{ user: 'cat' }, { user: 'dan' }]
    const call = rest(server, 'tencent', 'administrator')
    await server.core.friends.add(call, 'ann', drafts, { both: false, how: 'direct' })
    expect(await heard(added as string)).toEqual({
      ...{ ClientCmd: 'friend_add', Admin_Account: 'administrator', ForceFlag: 1 },
      PairList: [
        { ...pair('ann', 'cat'), ...begun },
        { ...pair('ann', 'dan'), ...begun },
      ],
    })
    await server.core.friends.add(call, 'ben', [{ user: 'cat' }], { imported: true })
    expect(await times(added as string)).toBe(2)
  })

  test('[tencent Sns.CallbackBlackListAdd] [tencent Sns.CallbackBlackListDelete] blocks are told', async () => {
    const [added, deleted] = ['Sns.CallbackBlackListAdd', 'Sns.CallbackBlackListDelete']
    const { device, heard, times } = await tencent(added as string, deleted as string)
    const ann = await device('ann')
    await ann.ask('block.add', { user: 'ben' })
    const PairList = [{ From_Account: 'ann', To_Account: 'ben' }]
    expect(await heard(added as string, 'Android')).toEqual({ PairList })
    await ann.ask('mute.add', { user: 'ben' })
    await ann.ask('block.remove', { user: 'ben' })
    expect(await heard(deleted as string, 'Android')).toEqual({ PairList })
    expect(await times(added as string)).toBe(1)
  })
})

describe('[FR23] Yunxin’s callbacks and copies', () => {
  test('[netease callback/4] [netease callback/5] a device asks before it adds, answers and deletes', async () => {
    const { phone, next, receiver } = await yunxin(['netease'], ['callback/4', 'callback/5'])
    const [ann, ben] = [await phone('ann'), await phone('ben')]
    const from = (accid: string) => ({ fromAccount: accid, fromDeviceId: `phone of ${accid}`, fromClientType: 'AOS' })
    await ann.ask('friend.add', { user: 'ben', ask: true, words: 'hi', remark: 'B' })
    expect((await next('callback/4')).body).toEqual({
      ...{ eventType: 4, ...from('ann'), to: 'ben', type: 2, msg: 'hi', alias: 'B', timestamp: time },
    })
    receiver.answer('callback/4: refuse 20007', 'callback/5: refuse times 1')
    expect(await refusal(ben.ask('friend.answer', { user: 'ann', accept: true }))).toBe('hook.refused')
    expect((ben.frames.at(-1) as { err?: object }).err).toMatchObject({ own: { dialect: 'netease', code: 20007 } })
    expect((await next('callback/4')).body).toEqual({
      ...{ eventType: 4, ...from('ben'), to: 'ann', type: 3, timestamp: time },
    })
    receiver.answer('callback/5: refuse times 1')
    await ben.ask('friend.answer', { user: 'ann', accept: true })
    expect(await refusal(ann.ask('friend.remove', { user: 'ben' }))).toBe('hook.refused')
    expect((await next('callback/5')).body).toEqual({ eventType: 5, ...from('ann'), to: 'ben', timestamp: time })
    expect(await ann.ask('friend.remove', { user: 'ben' })).toEqual({})
  })

  test('[netease copy/1] requests, answers, friends and their end are copied', async () => {
    const { server, phone, next } = await yunxin(['netease-copy'], ['copy/1'])
    const [ann, ben] = [await phone('ann'), await phone('ben')]
    const copied = async (msgType: string) => (await next('copy/1', body => body.msgType === msgType)).body
    const common = {
      ...{ eventType: '1', convType: 'CUSTOM_PERSON', msgTimestamp: time, customSafeFlag: '1' },
      msgidServer: expect.stringMatching(/^\d+$/),
    }
    const by = (accid: string, to: string) => ({
      ...{ ...common, fromAccount: accid, to, fromNick: accid.toUpperCase() },
      ...{ fromClientType: 'AOS', fromDeviceId: `phone of ${accid}` },
    })
    await ann.ask('friend.add', { user: 'ben', ask: true, words: 'hi' })
    expect(await copied('FRIEND_ADD')).toEqual({
      ...by('ann', 'ben'),
      msgType: 'FRIEND_ADD',
      body: 'hi',
      attach: '{"vt":2}',
    })
    await ben.ask('friend.answer', { user: 'ann', accept: false, words: 'no' })
    expect(await copied('FRIEND_ADD')).toEqual({
      ...by('ben', 'ann'),
      msgType: 'FRIEND_ADD',
      body: 'no',
      attach: '{"vt":4}',
    })
    await ann.ask('friend.add', { user: 'ben', ask: true })
    expect(await copied('FRIEND_ADD')).toMatchObject({ attach: '{"vt":2}' })
    await ben.ask('friend.answer', { user: 'ann', accept: true, words: 'sure' })
    expect(await copied('FRIEND_ADD')).toEqual({
      ...by('ben', 'ann'),
      msgType: 'FRIEND_ADD',
      body: 'sure',
      attach: '{"vt":3}',
    })
    await ann.ask('friend.remove', { user: 'ben', both: true })
    expect(await copied('FRIEND_DELETE')).toEqual({ ...by('ann', 'ben'), msgType: 'FRIEND_DELETE' })
    await server.core.friends.add(rest(server, 'netease'), 'ann', [{ user: 'ben' }], { how: 'direct' })
    expect(await copied('FRIEND_ADD')).toMatchObject({ fromAccount: 'ann', fromClientType: 'REST', attach: '{"vt":1}' })
  })

  test('[netease copy/1] a message to somebody who blocks its sender is copied with the mark of it', async () => {
    const { phone, next } = await yunxin(['netease-copy'], ['copy/1'])
    const [ann, ben] = [await phone('ann'), await phone('ben')]
    await ben.ask('block.add', { user: 'ann' })
    const said = ann.ask('message.sendToUser', { to: 'ben', client: 'c', parts: [{ type: 'text', text: 'hello' }] })
    expect(await refusal(said)).toBe('message.blocked')
    expect((await next('copy/1')).body).toMatchObject({
      convType: 'PERSON',
      to: 'ben',
      body: 'hello',
      blacklist: 'true',
    })
  })
})
