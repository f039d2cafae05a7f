import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import type { Event } from '../../src/core/events.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let app: App
let rest: Call

beforeAll(async () => {
  server = await startServer({ limits: { netease: 'off' } })
  app = server.apps[0] as App
  rest = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  for (const accid of ['ann', 'ben', 'cid', 'dan']) await send('user/create.action', { accid })
})
afterAll(() => server.stop())

async function send(key: string, fields: object, to = server) {
  const { status, body } = await callNetease(to, to.apps[0] as App, key, fields)
  expect(status).toBe(200)
  return body as { code: number } & Record<string, unknown>
}

const team = (fields: object = {}) => ({
  ...{ tname: 't', owner: 'ann', members: '[]', msg: '', magree: 0, joinmode: 0 },
  ...fields,
})

/** Teams made through the core, many at once. */
async function teams(count: number, owner: string, members: string[] = [], maxMembers = 200): Promise<number[]> {
  const draft = { kind: 'team' as const, name: 't', owner, members: members.map(user => ({ user })) }
  const policy = { maxMembers }
  const made = await Promise.all(
    Array.from({ length: count }, () => server.core.groups.create(rest, { ...draft, policy })),
  )
  return made.map(({ group }) => group.id)
}

test('[NE103] an account makes 100 teams, the next is 806 and made by nobody; dismissed ones do not count [netease team/create.action]', async () => {
  const [first] = await teams(99, 'ann')
  expect((await send('team/create.action', team())).code).toBe(200)
  expect((await send('team/create.action', team({ members: '["ben"]' }))).code).toBe(806)
  expect(await send('team/joinTeams.action', { accid: 'ann' })).toMatchObject({ count: 100 })
  expect(await send('team/joinTeams.action', { accid: 'ben' })).toMatchObject({ count: 0 })
  expect((await send('team/remove.action', { tid: first, owner: 'ann' })).code).toBe(200)
  expect((await send('team/create.action', team())).code).toBe(200)
})

test('[NE103] where limits are off, nobody counts teams', async () => {
  const other = await startServer()
  await send('user/create.action', { accid: 'ann' }, other)
  const made = await Promise.all(Array.from({ length: 101 }, () => send('team/create.action', team(), other)))
  await other.stop()
  expect(new Set(made.map(answer => answer.code))).toEqual(new Set([200]))
})

test('[NE104] who is in 5000 teams is in faccid, whether added or invited, and the others come in [netease team/create.action] [netease team/add.action]', async () => {
  await teams(5000, '', ['cid'])
  const faccid = { accid: ['cid'], msg: 'team count exceed' }
  for (const magree of [0, 1]) {
    const fields = { owner: 'ben', members: '["cid","dan"]', magree }
    const made = await send('team/create.action', team(fields))
    expect(made).toEqual({ code: 200, tid: expect.any(String), faccid })
    const { tid } = await send('team/create.action', team({ owner: 'ben' }))
    expect(await send('team/add.action', { tid, msg: '', ...fields })).toEqual({ code: 200, faccid })
    const { tinfos } = await send('team/query.action', { tids: `[${made.tid},${tid}]`, ope: 1 })
    const members = magree === 0 ? ['dan'] : []
    expect(tinfos).toMatchObject([{ members }, { members }])
  }
  expect((await send('team/create.action', team({ owner: 'cid' }))).code).toBe(419)
  expect(await send('team/joinTeams.action', { accid: 'cid' })).toMatchObject({ count: 5000 })
})

test('[NE78] who are only invited need a place too [netease team/create.action] [netease team/add.action]', async () => {
  const tight = { owner: 'ben', members: '["ann","dan"]', magree: 1 }
  expect((await send('team/create.action', team({ ...tight, teamMemberLimit: 2 }))).code).toBe(801)
  const { tid } = await send('team/create.action', team({ owner: 'ben', teamMemberLimit: 2 }))
  expect((await send('team/add.action', { tid, msg: '', ...tight })).code).toBe(801)
  expect(await server.core.members.invitationsOf({ app: app.id, id: Number(tid) }, ['ann', 'dan'])).toEqual([
    undefined,
    undefined,
  ])
  expect((await send('team/add.action', { tid, msg: '', ...tight, members: '["ann"]' })).code).toBe(200)
})

test('[NE105] a query that would list more than 50,000 members is 414; without members it is answered [netease team/query.action]', async () => {
  const users = Array.from({ length: 299 }, (_, i) => `m${i}`)
  await server.core.users.save(
    rest,
    users.map(id => ({ id })),
    { existing: 'update' },
  )
  const tids = await teams(168, '', users, 300)
  const ask = (count: number, ope: number) =>
    send('team/query.action', { tids: JSON.stringify(tids.slice(0, count)), ope })
  expect((await ask(168, 1)).code).toBe(414)
  expect((await ask(168, 0)).tinfos).toHaveLength(168)
  expect((await ask(167, 1)).tinfos).toHaveLength(167)
})

test('[NE84] a change of nothing is for those who may change the team, and leaves no trace [netease team/update.action]', async () => {
  const { tid } = await send('team/create.action', team({ owner: 'ben', members: '["dan"]' }))
  const before = await send('team/queryDetail.action', { tid })
  const update = async (owner: string, fields: object = {}) =>
    (await send('team/update.action', { tid, owner, ...fields })).code
  expect([await update('ben'), await update('dan'), await update('ann')]).toEqual([200, 802, 802])
  expect(await update('ben', { attach: 'a', joinmode: 0 })).toBe(200)
  expect(await send('team/queryDetail.action', { tid })).toEqual(before)
})

test('[NE53] the push text of a recall is cut at 500 characters, never inside of one [netease msg/recall.action]', async () => {
  const heard: Event[] = []
  const stop = server.core.bus.subscribe(`u.${app.id}.dan`, news => heard.push((news as { event: Event }).event))
  for (const pushcontent of [`${'p'.repeat(499)}\u{1F600}`, `${'p'.repeat(498)}\u{1F600}p`]) {
    const message = { from: 'ben', ope: 0, to: 'dan', type: 0, body: '{"msg":"x"}' }
    const { msgid, timetag } = (await send('msg/sendMsg.action', message)).data as { msgid: number; timetag: number }
    const recall = { deleteMsgid: msgid, timetag, type: 7, from: 'ben', to: 'dan' }
    expect((await send('msg/recall.action', { ...recall, pushcontent: 'a\0b' })).code).toBe(414)
    expect((await send('msg/recall.action', { ...recall, pushcontent })).code).toBe(200)
  }
  stop()
  const texts = heard.flatMap(event => (event.type === 'message.recalled' ? [event.change.detail?.push] : []))
  expect(texts).toEqual([{ text: 'p'.repeat(499) }, { text: `${'p'.repeat(498)}\u{1F600}` }])
})
