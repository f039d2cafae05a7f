import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import type { Event } from '../../src/core/events.ts'
import type { KindName } from '../../src/core/groups/kinds.ts'
import { invitations } from '../../src/core/groups/tables.ts'
import type { Ask, HookPoints } from '../../src/core/hooks.ts'
import type { Policy } from '../../src/core/model.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let app: App
let rest: Call
beforeAll(async () => {
  server = await startServer()
  app = server.apps[0] as App
  rest = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  for (const accid of ['ann', 'ben', 'cid', 'dan']) await call('user/create.action', { accid })
})
afterAll(() => server.stop())

async function call(
  key: string,
  fields: object,
): Promise<{ code: number; tid?: string; tinfos?: object[]; tinfo?: object }> {
  return (await callNetease(server, app, key, fields)).body as { code: number }
}

async function team(fields: object = {}): Promise<number> {
  const all = { tname: 't', owner: 'ann', members: '["ben"]', msg: 'come in', magree: 0, joinmode: 0, ...fields }
  return Number((await call('team/create.action', all)).tid)
}

async function foreign(kind: KindName, policy: Partial<Policy> = {}, owner: string | undefined = 'ann') {
  const members = [
    { user: 'ben', role: 'manager' as const },
    { user: 'cid', fields: { nick: 'C' } },
  ]
  return (await server.core.groups.create(rest, { kind, name: kind, owner, members, policy })).group
}

const tinfo = async (tid: number) => (await call('team/queryDetail.action', { tid })).tinfo

test('[NE94] groups of other vendors that are teams here are shown in Yunxin words, nearest where it has none [netease team/query.action] [netease team/queryDetail.action]', async () => {
  const work = await foreign('work')
  const common = { icon: '', announcement: '', intro: '', custom: '', clientCustom: '', muteType: 0, mute: false }
  const notify = { isNotifyCloseOnline: false, isNotifyClosePersistent: false }
  const time = expect.any(Number)
  const member = (accid: string, nick = '') => ({
    ...{ accid, tid: work.id, nick, mute: false, managerPushEnable: false, pushEnable: true },
    ...{ createtime: time, updatetime: time },
  })
  expect(await tinfo(work.id)).toEqual({
    ...common,
    ...notify,
    ...{ tname: 'work', tid: work.id, maxusers: 6000, size: 3, createtime: work.created, updatetime: work.updated },
    ...{ joinmode: 2, beinvitemode: 1, invitemode: 1, uptinfomode: 1, upcustommode: 1 },
    ...{ owner: member('ann'), admins: [member('ben')], members: [member('cid', 'C')] },
  })
  const open = await foreign('public', { speak: 'managers', tips: 'none' }, '')
  expect(await call('team/query.action', { tids: `[${open.id}]`, ope: 1 })).toEqual({
    code: 200,
    tinfos: [
      {
        ...common,
        ...{
          tname: 'public',
          tid: open.id,
          maxusers: 6000,
          size: 2,
          createtime: open.created,
          updatetime: open.updated,
        },
        ...{ joinmode: 1, beinvitemode: 1, invitemode: 0, uptinfomode: 0, upcustommode: 0, muteType: 1, mute: true },
        ...{ isNotifyCloseOnline: true, isNotifyClosePersistent: true, owner: '', admins: ['ben'], members: ['cid'] },
      },
    ],
  })
  expect(await tinfo(open.id)).not.toHaveProperty('owner')
  const silent = await foreign('group', { speak: 'nobody', tips: 'passing', consent: true })
  expect(await tinfo(silent.id)).toMatchObject({
    muteType: 3,
    mute: true,
    beinvitemode: 0,
    isNotifyClosePersistent: true,
  })
})

test('[NE95] writing a mode that is shown already keeps what stands behind it [netease team/update.action]', async () => {
  const group = await foreign('public', { edit: 'owner' })
  const modes = { joinmode: 1, beinvitemode: 1, invitemode: 0, uptinfomode: 0, upcustommode: 0 }
  expect((await call('team/update.action', { tid: group.id, owner: 'ann', ...modes })).code).toBe(200)
  expect((await server.core.groups.get(app.id, group.id)).policy).toEqual(group.policy)
  await call('team/update.action', { tid: group.id, owner: 'ann', invitemode: 1, joinmode: 0 })
  const { policy } = await server.core.groups.get(app.id, group.id)
  expect(policy).toEqual({ ...group.policy, invite: 'everyone', join: 'open' })
})

test('[NE96] an invitation waits for its answer with the words of the caller, and ends with joining or with the team [netease team/create.action] [netease team/add.action] [netease team/remove.action]', async () => {
  const heard: Event[] = []
  const stops = ['ben', 'cid'].map(user =>
    server.core.bus.subscribe(`u.${app.id}.${user}`, news => heard.push((news as { event: Event }).event)),
  )
  const tid = await team({ magree: 1, attach: 'x' })
  const one = { conv: tid, user: 'ben', app: app.id, by: 'ann', at: expect.any(Number), text: 'come in', ext: 'x' }
  const of = (users: string[]) => server.core.members.invitationsOf({ app: app.id, id: tid }, users)
  expect(await of(['ben', 'cid'])).toEqual([one, undefined])
  const add = { tid, owner: 'ann', members: '["cid","ann"]', magree: 1, msg: 'you too', attach: 'y' }
  expect(await call('team/add.action', add)).toEqual({ code: 200 })
  expect(await of(['cid', 'ann'])).toEqual([{ ...one, user: 'cid', text: 'you too', ext: 'y' }, undefined])
  for (const stop of stops) stop()
  expect(heard.map(event => event.type === 'note' && [event.note.kind, event.note.user])).toEqual([
    ['group.invitation', 'ben'],
    ['group.invitation', 'cid'],
  ])
  await call('team/add.action', { ...add, members: '["cid"]', magree: 0 })
  expect(await of(['ben', 'cid'])).toEqual([one, undefined])
  await call('team/remove.action', { tid, owner: 'ann' })
  await expect
    .poll(async () => (await server.store.scan(invitations, { prefix: [app.id, tid], limit: 1 })).length)
    .toBe(0)
})

test('[NE97] groups of the other families do not exist for team calls', async () => {
  const meeting = await foreign('meeting')
  const tid = meeting.id
  const codes = [
    await call('team/query.action', { tids: `[${tid}]`, ope: 0 }),
    await call('team/queryDetail.action', { tid }),
    await call('team/update.action', { tid, owner: 'ann', tname: 'x' }),
    await call('team/leave.action', { tid, accid: 'cid' }),
    await call('team/remove.action', { tid, owner: 'ann' }),
    await call('msg/sendMsg.action', { from: 'ann', ope: 1, to: tid, type: 0, body: '{"msg":"x"}' }),
    await call('history/queryTeamMsg.action', { tid, accid: 'ann', begintime: 0, endtime: 1, limit: 1 }),
  ]
  expect(codes.map(answer => answer.code)).toEqual(codes.map(() => 803))
  const { infos } = (await call('team/joinTeams.action', { accid: 'cid' })) as unknown as { infos: { tid: number }[] }
  expect(infos.map(info => info.tid)).not.toContain(tid)
  expect((await server.core.groups.get(app.id, tid)).name).toBe('meeting')
})

test('[NE99] the operator named in owner acts with their own rights, whatever the kind of group [netease team/kick.action] [netease team/add.action]', async () => {
  const group = await foreign('public')
  const kick = (owner: string, member: string) => call('team/kick.action', { tid: group.id, owner, member })
  expect((await kick('cid', 'ben')).code).toBe(802)
  expect((await kick('ben', 'ann')).code).toBe(802)
  expect((await kick('ben', 'cid')).code).toBe(200)
  const add = { tid: group.id, owner: 'ann', members: '["cid"]', magree: 0, msg: 'm' }
  expect((await call('team/add.action', add)).code).toBe(802)
  expect((await call('team/add.action', { ...add, magree: 1 })).code).toBe(802)
})

test('[NE68] words given with changes of a team reach those who are told [netease team/add.action] [netease team/kick.action] [netease team/update.action] [netease team/leave.action] [netease team/remove.action]', async () => {
  const tid = await team()
  const heard: Event[] = []
  const stop = server.core.bus.subscribe(`c.${tid}`, news => heard.push((news as { event: Event }).event))
  await call('team/add.action', { tid, owner: 'ann', members: '["cid"]', magree: 0, msg: 'words', attach: 'a1' })
  await call('team/kick.action', { tid, owner: 'ann', members: '["cid"]', attach: 'a2' })
  await call('team/update.action', { tid, owner: 'ann', joinmode: 2, attach: 'a3' })
  await call('team/leave.action', { tid, accid: 'ben', attach: 'a4' })
  await call('team/remove.action', { tid, owner: 'ann', attach: 'a5' })
  stop()
  const notices = heard.flatMap(event => (event.type === 'message.sent' ? event.message.parts : []))
  expect(notices).toMatchObject([
    { what: 'invited', by: 'ann', users: ['cid'], text: 'words', ext: 'a1' },
    { what: 'kicked', by: 'ann', users: ['cid'], ext: 'a2' },
    { what: 'changed', by: 'ann', changes: { join: 'closed' }, ext: 'a3' },
    { what: 'left', by: 'ben', users: ['ben'], ext: 'a4' },
  ])
  const [dismissed] = heard.filter(event => event.type === 'group.dismissed')
  expect(dismissed?.change).toMatchObject({ by: 'ann', detail: { ext: 'a5' } })
})

test('[NE69] whom the app does not want in a team is in faccid, whether added or invited', async () => {
  const ask: Ask['ask'] = async (point, _call, draft) => {
    if (point === 'group.invite') return { ...draft, users: (draft as HookPoints['group.invite']).users.slice(1) }
    if (point === 'group.create') {
      const asked = draft as HookPoints['group.create']
      return { ...asked, members: asked.members.slice(1), invited: asked.invited.slice(1) } as typeof draft
    }
    return draft
  }
  const other = await startServer({ ask })
  const send = async (key: string, fields: object) => (await callNetease(other, other.apps[0] as App, key, fields)).body
  for (const accid of ['ann', 'ben', 'cid']) await send('user/create.action', { accid })
  const faccid = { accid: ['ben'], msg: 'not invited' }
  for (const magree of [0, 1]) {
    const made = { tname: 't', owner: 'ann', members: '["ben","cid"]', msg: '', magree, joinmode: 0 }
    expect(await send('team/create.action', made)).toEqual({ code: 200, tid: expect.any(String), faccid })
    const { tid } = (await send('team/create.action', { ...made, members: '[]' })) as { tid: string }
    const add = { tid, owner: 'ann', members: '["ben","cid"]', msg: '', magree }
    expect(await send('team/add.action', add)).toEqual({ code: 200, faccid })
    expect(await send('team/query.action', { tids: `[${tid}]`, ope: 1 })).toMatchObject({
      tinfos: [{ members: magree === 0 ? ['cid'] : [] }],
    })
  }
  await other.stop()
})
