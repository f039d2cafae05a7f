import { afterEach, describe, expect, test } from 'vitest'
import type { TestSocket } from '../support/socket.ts'
import { type Setting, startYunxin, time } from './netease-setting.ts'
import { now, startTencent } from './tencent-setting.ts'

let stop: () => Promise<void>
afterEach(() => stop())

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    (error: Error) => error.message,
  )

describe('Tencent’s webhooks of what devices do in groups', () => {
  async function world(...on: string[]) {
    const setting = await startTencent(on)
    stop = setting.stop
    const { call, server, app } = setting
    const MemberList = [{ Member_Account: 'ben' }, { Member_Account: 'cat' }]
    await call('group_open_http_svc/create_group', {
      ...{ Type: 'Public', GroupId: 'g_1', Name: 'Birds', Owner_Account: 'ann', MemberList },
    })
    return { ...setting, conv: (await server.core.groups.byAlias(app.id, 'g_1')).id }
  }

  test('[GE20] [tencent Group.CallbackBeforeApplyJoinGroup] a wish to join is judged', async () => {
    const command = 'Group.CallbackBeforeApplyJoinGroup'
    const { device, heard, receiver, conv, call } = await world(command)
    const dan = await device('dan')
    receiver.answer(`${command}: refuse 10200 birds only times 1`)
    expect(await refusal(dan.ask('group.join', { conv, words: 'let me in' }))).toBe('hook.refused')
    expect(dan.frames.at(-1)).toMatchObject({ err: { text: 'birds only', own: { dialect: 'tencent', code: 10200 } } })
    const asked = { GroupId: 'g_1', Type: 'Public', Requestor_Account: 'dan', EventTime: now() }
    expect(await heard(command, 'Android')).toEqual(asked)
    expect(await dan.ask('group.join', { conv, words: 'let me in' })).toEqual({ state: 'pending' })
    expect(await heard(command, 'Android')).toEqual(asked)
    await (await device('ann')).ask('group.answer', { conv, user: 'dan', accept: true })
    const { MemberList } = await call('group_open_http_svc/get_group_member_info', { GroupId: 'g_1' })
    expect(MemberList).toMatchObject([{}, {}, {}, { Member_Account: 'dan', Role: 'Member' }])
  })

  test('[GE15] [tencent Group.CallbackAfterMemberFieldChanged] name cards and roles are told, each member by themselves', async () => {
    const command = 'Group.CallbackAfterMemberFieldChanged'
    const { device, heard, conv, times } = await world(command)
    const [ann, ben] = [await device('ann'), await device('ben', 'ios')]
    await ben.ask('group.memberUpdate', { conv, nick: 'Bird man', text: 'not told' })
    const about = (user: string, by: string) => ({
      ...{ GroupId: 'g_1', Type: 'Public', Operator_Account: by, Member_Account: user, EventTime: now() },
    })
    expect(await heard(command, 'iOS')).toEqual({ ...about('ben', 'ben'), NameCard: 'Bird man' })
    await ann.ask('group.setManagers', { conv, users: ['ben', 'cat'], on: true })
    const told = [await heard(command, 'Android'), await heard(command, 'Android')]
    expect(told).toEqual([
      { ...about('ben', 'ann'), Role: 'Admin' },
      { ...about('cat', 'ann'), Role: 'Admin' },
    ])
    await ann.ask('group.mute', { conv, users: ['cat'], seconds: 60 })
    await ben.ask('group.memberUpdate', { conv, text: 'nor this' })
    await ann.ask('group.setManagers', { conv, users: ['ben'], on: false })
    expect(await heard(command, 'Android')).toEqual({ ...about('ben', 'ann'), Role: 'Member' })
    expect(await times(command)).toBe(4)
  })

  test('[GE9] [tencent Group.CallbackAfterChangeGroupOwner] a new owner is told, once, and nothing else', async () => {
    const command = 'Group.CallbackAfterChangeGroupOwner'
    const others = ['Group.CallbackAfterMemberFieldChanged', 'Group.CallbackAfterGroupInfoChanged']
    const { device, heard, conv, times, receiver } = await world(command, ...others)
    await (await device('ann')).ask('group.transfer', { conv, user: 'ben' })
    expect(await heard(command, 'Android')).toEqual({
      ...{ GroupId: 'g_1', Type: 'Public', Operator_Account: 'ann', EventTime: now() },
      ...{ OldOwner_Account: 'ann', NewOwner_Account: 'ben' },
    })
    expect([await times(command), receiver.received.length]).toEqual([1, 1])
  })
})

describe('[GE20] Yunxin’s callbacks of what devices do in teams', () => {
  async function world(kind: 'team' | 'superteam', ...on: number[]) {
    const setting = await startYunxin(['netease'], { on: on.map(id => `callback/${id}`) })
    stop = setting.stop
    const { server, app, team, phone } = setting
    const call = { app, admin: true, origin: { dialect: 'tencent' as const, via: 'rest' as const } }
    const people = ['ben', 'cat'].map(user => ({ user }))
    const draft = { kind, name: 's', owner: 'ann', members: people, policy: { dismiss: 'owner' as const } }
    const tid = kind === 'team' ? await team() : (await server.core.groups.create(call, draft)).group.id
    return { ...setting, tid, ann: await phone('ann'), ben: await phone('ben') }
  }

  const from = (user: string) => ({
    fromAccount: user,
    fromDeviceId: `phone of ${user}`,
    fromClientType: 'AOS',
    timestamp: time,
  })

  type Act = (device: { ann: TestSocket; ben: TestSocket }, conv: number) => Promise<unknown>
  const acts: [what: string, team: number | undefined, superteam: number | undefined, who: string, Act, object][] = [
    ['a dismissal', 8, undefined, 'ann', ({ ann }, conv) => ann.ask('group.dismiss', { conv }), {}],
    ['a leaving', 10, 25, 'ben', ({ ben }, conv) => ben.ask('group.leave', { conv }), {}],
    [
      ...(['new managers', 11, 29, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.setManagers', { conv, users: ['ben'], on: true }),
      { managerList: ['ben'] },
    ],
    [
      ...(['the end of managers', 12, 30, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.setManagers', { conv, users: ['ben'], on: false }),
      { managerList: ['ben'] },
    ],
    [
      ...(['a new owner', 13, 34, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.transfer', { conv, user: 'ben', leave: true }),
      { newOwner: 'ben', leave: 1 },
    ],
    [
      ...(['a kick', 14, 24, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.kick', { conv, users: ['ben', 'cat'] }),
      { kickList: ['ben', 'cat'] },
    ],
    [
      ...(['a change', 15, 26, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.update', { conv, name: 'new', clientText: 'c', policy: { join: 'closed' } }),
      { tname: 'new', custom: 'c', joinmode: 2 },
    ],
    [
      ...(['a card of one’s own', 16, 27, 'ben'] as const),
      ({ ben }, conv) => ben.ask('group.memberUpdate', { conv, nick: 'B', text: 'x', notify: 'none' }),
      { accid: 'ben', nick: 'B', custom: 'x', muteNotify: 1 },
    ],
    [
      ...(['the card of another', 17, 33, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.memberUpdate', { conv, user: 'ben', nick: 'B' }),
      { accid: 'ben', nick: 'B' },
    ],
    [
      ...(['a mute', 18, 32, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.mute', { conv, users: ['ben'] }),
      { muteList: ['ben'], mute: 1 },
    ],
    [
      ...(['the end of a mute', 18, 32, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.mute', { conv, users: ['ben'], on: false }),
      { muteList: ['ben'], mute: 0 },
    ],
    [
      ...(['a mute of all', undefined, 31, 'ann'] as const),
      ({ ann }, conv) => ann.ask('group.muteAll', { conv, speak: 'managers' }),
      { mute: 1 },
    ],
  ]

  for (const kind of ['team', 'superteam'] as const) {
    const asked = acts.flatMap(([what, team, superteam, who, act, fields]) => {
      const id = kind === 'team' ? team : superteam
      return id === undefined ? [] : [[what, id, who, act, fields] as const]
    })
    test.each(asked)(`%s [netease callback/%d] of a ${kind}`, async (_what, id, who, act, fields) => {
      const { receiver, next, tid, ann, ben, server, app } = await world(kind, id)
      const before = await server.core.members.list(tid, { limit: 9 })
      receiver.answer(`callback/${id}: refuse 20007 times 1`)
      expect(await refusal(act({ ann, ben }, tid))).toBe('hook.refused')
      expect((await next(`callback/${id}`)).body).toEqual({ eventType: id, tid, ...from(who), ...fields })
      expect(await server.core.members.list(tid, { limit: 9 })).toEqual(before)
      expect((await server.core.groups.find(app.id, tid))?.dismissed).toBeUndefined()
      expect(await refusal(act({ ann, ben }, tid))).toBe('not refused')
      expect(receiver.received.length).toBe(2)
    })
  }

  test.each([
    ['team', 19],
    ['superteam', 28],
  ] as const)('an application to a %s [netease callback/%d]', async (kind, id) => {
    const { receiver, next, tid, ann, ben, phone } = await world(kind, id)
    await ann.ask('group.update', { conv: tid, policy: { join: 'approval' } })
    await ben.ask('group.leave', { conv: tid })
    receiver.answer(`callback/${id}: refuse times 1`)
    expect(await refusal(ben.ask('group.join', { conv: tid, words: 'again' }))).toBe('hook.refused')
    expect((await next(`callback/${id}`)).body).toEqual({ eventType: id, tid, ...from('ben'), msg: 'again' })
    expect(await ben.ask('group.join', { conv: tid, words: 'again' })).toEqual({ state: 'pending' })
    expect(await (await phone('ann')).ask('group.applications', { conv: tid })).toMatchObject({
      applications: [{ user: 'ben', words: 'again', who: { nick: 'BEN' } }],
    })
  })

  test('[netease callback/7] the answer changes the team that a device makes; a super team is for the server alone', async () => {
    const { receiver, next, ann } = await world('team', 7)
    const change = { tname: 'better', joinmode: 2, announcement: 'hear' }
    receiver.answer(`callback/7: change ${JSON.stringify({ errCode: 0, modifyResponse: change })}`)
    const made = await ann.ask('group.create', { kind: 'team', name: 'mine', members: ['ben'], words: 'come' })
    expect(made).toMatchObject({ name: 'better', notice: 'hear', owner: 'ann', policy: { join: 'closed' }, members: 1 })
    expect((await next('callback/7')).body).toMatchObject({
      ...{ eventType: 7, creator: 'ann', tname: 'mine', type: 1, inviteList: ['ben'], msg: 'come', beinvitemode: 0 },
    })
    expect(await refusal(ann.ask('group.create', { kind: 'superteam', name: 'mine' }))).toBe('request.invalid')
  })
})

describe('Yunxin’s copies of what devices do in teams', () => {
  let setting: Setting
  async function world() {
    setting = await startYunxin(['netease-copy'])
    stop = setting.stop
    const tid = await setting.team()
    return { tid, ann: await setting.phone('ann'), ben: await setting.phone('ben') }
  }

  /** The next copy of a notification of the team, as far as its attach says. */
  async function notified() {
    const { body } = await setting.next('copy/1', each => each.msgType === 'NOTIFICATION')
    const { id, data } = JSON.parse(body.attach as string)
    return { id, from: body.fromAccount, ids: data.ids, by: data.id, mute: data.mute }
  }

  test('[GE15] [netease copy/1] managers, mutes and a new owner are notifications 7, 8, 10 and 6, each once', async () => {
    const { tid, ann } = await world()
    await ann.ask('group.setManagers', { conv: tid, users: ['ben', 'cat'], on: true })
    expect(await notified()).toEqual({ id: 7, from: 'ann', ids: ['ben', 'cat'], by: 'ann', mute: undefined })
    await ann.ask('group.setManagers', { conv: tid, users: ['cat'], on: false })
    expect(await notified()).toEqual({ id: 8, from: 'ann', ids: ['cat'], by: 'ann', mute: undefined })
    await ann.ask('group.mute', { conv: tid, users: ['cat'], seconds: 60 })
    expect(await notified()).toEqual({ id: 10, from: 'ann', ids: ['cat'], by: 'ann', mute: '1' })
    await ann.ask('group.mute', { conv: tid, users: ['cat'], on: false })
    expect(await notified()).toEqual({ id: 10, from: 'ann', ids: ['cat'], by: 'ann', mute: '0' })
    await ann.ask('group.transfer', { conv: tid, user: 'ben' })
    expect(await notified()).toEqual({ id: 6, from: 'ann', ids: ['ben'], by: 'ben', mute: undefined })
    await ann.ask('group.leave', { conv: tid })
    expect(await notified()).toMatchObject({ id: 2, from: 'ann' })
    expect(setting.receiver.received.filter(each => each.body.msgType === 'NOTIFICATION')).toHaveLength(7)
  })

  test('[GE3] [netease copy/1] an application, its refusal, and a yes, which is notification 5', async () => {
    const { tid, ann, ben } = await world()
    await ann.ask('group.update', { conv: tid, policy: { join: 'approval' } })
    await ben.ask('group.leave', { conv: tid })
    await ben.ask('group.join', { conv: tid, words: 'please' })
    const custom = (msgType: string) => setting.next('copy/1', body => body.msgType === msgType)
    const about = { convType: 'CUSTOM_TEAM', to: String(tid) }
    expect((await custom('TEAM_APPLY')).body).toMatchObject({ ...about, fromAccount: 'ben', body: 'please' })
    await ann.ask('group.answer', { conv: tid, user: 'ben', accept: false, words: 'no' })
    const refused = { ...about, fromAccount: 'ann', body: 'no', attach: '{"ids":["ben"]}' }
    expect((await custom('TEAM_APPLY_REJECT')).body).toMatchObject(refused)
    await ben.ask('group.join', { conv: tid })
    await ann.ask('group.answer', { conv: tid, user: 'ben', accept: true })
    await setting.next('copy/1', body => (body.attach as string | undefined)?.startsWith('{"id":5,') ?? false)
  })

  test('[GE6] [netease copy/1] an invitation, its refusal, and a yes, which is notification 9', async () => {
    const { tid, ann, ben } = await world()
    await ben.ask('group.leave', { conv: tid })
    await ann.ask('group.update', { conv: tid, policy: { consent: true } })
    const custom = (msgType: string) => setting.next('copy/1', body => body.msgType === msgType)
    const invite = () => ann.ask('group.invite', { conv: tid, users: ['ben'], words: 'come back' })
    expect(await invite()).toEqual({ users: [{ user: 'ben', became: 'pending' }] })
    expect((await custom('TEAM_INVITE')).body).toMatchObject({ fromAccount: 'ann', body: 'come back' })
    await ben.ask('group.invitation.answer', { conv: tid, accept: false, words: 'no' })
    const refused = { fromAccount: 'ben', body: 'no', attach: '{"ids":["ann"]}' }
    expect((await custom('TEAM_INVITE_REJECT')).body).toMatchObject(refused)
    await invite()
    await ben.ask('group.invitation.answer', { conv: tid, accept: true })
    const { body } = await setting.next('copy/1', each => (each.attach as string)?.startsWith('{"id":9,') ?? false)
    expect(body).toMatchObject({ msgType: 'NOTIFICATION', fromAccount: 'ben' })
  })
})
