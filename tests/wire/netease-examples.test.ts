import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Entry, readCatalogue } from '../../scripts/catalogue.ts'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import { netease } from '../../src/dialects/netease/netease.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer } from '../support/server.ts'

const entries = readCatalogue('netease-im').operations.filter(entry => netease.operations.has(entry.id))

let server: TestServer
let ids: { tid: string; deleteMsgid: number; timetag: number }

beforeAll(async () => {
  server = await startServer({ limits: { netease: 'off' } })
  const card = { icon: 'i', sign: 's', email: 'a@b.c', birth: '2', mobile: '13800000000', gender: 1, ex: '{}' }
  for (const accid of ['alice01', 'bob', 'carol', 'dan'])
    await send('user/create.action', { accid, name: accid, ...card })
  const team = { tname: 'T', owner: 'alice01', members: '["bob","dan"]', msg: '', magree: 0, joinmode: 0 }
  const { tid } = (await send('team/create.action', team)) as { tid: string }
  const app = server.apps[0] as App
  const rest: Call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } }
  await server.core.members.addMany(rest, Number(tid), [{ user: 'bob', role: 'manager' }], { present: 'overwrite' })
  // Carol is in as many teams as anybody may be, so that the vendor's example of a team names her.
  const crowd = { kind: 'team' as const, name: 't', members: [{ user: 'carol' }] }
  await Promise.all(Array.from({ length: 5000 }, () => server.core.groups.create(rest, crowd)))
  const message = { from: 'alice01', ope: 0, to: 'bob', type: 0, body: '{"msg":"hi"}' }
  const { msgid, timetag } = ((await send('msg/sendMsg.action', message)) as { data: Record<string, number> }).data
  ids = { tid, deleteMsgid: msgid as number, timetag: timetag as number }
})
afterAll(() => server.stop())

async function send(key: string, fields: object): Promise<Record<string, unknown>> {
  const { status, body } = await callNetease(server, server.apps[0] as App, key, fields)
  expect(status).toBe(200)
  return body as Record<string, unknown>
}

/** What an example's request says otherwise here, because ids and times are ours. */
const ours = (key: string): object => {
  if (key === 'user/create.action') return { accid: 'Alice02' }
  if (key === 'msg/recall.action') return { deleteMsgid: ids.deleteMsgid, timetag: ids.timetag }
  return key.startsWith('history/') ? { endtime: '9999999999999' } : {}
}

/** Requests for the operations of which the catalogue shows none. */
const requests = (tid: string): Record<string, object> => ({
  'user/block.action': { accid: 'dan' },
  'user/unblock.action': { accid: 'dan' },
  'user/getUinfos.action': { accids: '["alice01"]', muteStatus: true },
  'user/updateUinfo.action': { accid: 'dan', name: 'Dan' },
  'team/update.action': { tid, owner: 'alice01', intro: 'i' },
  'team/query.action': { tids: `["${tid}"]`, ope: 1 },
  'team/queryDetail.action': { tid },
  'team/joinTeams.action': { accid: 'bob' },
  'history/queryTeamMsg.action': { tid, accid: 'bob', begintime: 0, endtime: '9999999999999', limit: 100 },
  'team/add.action': { tid, owner: 'alice01', members: '["carol"]', magree: 0, msg: '' },
  'team/kick.action': { tid, owner: 'alice01', members: '["dan","carol"]' },
  'team/leave.action': { tid, accid: 'bob' },
  'team/remove.action': { tid, owner: 'alice01' },
  // The example of add.action has made the subscription.
  'event/subscribe/query.action': { accid: 'alice01', eventType: 1, publisherAccids: '["bob"]' },
  'event/subscribe/delete.action': { accid: 'alice01', eventType: 1, publisherAccids: '["bob","nobody"]' },
  'event/subscribe/batchdel.action': { accid: 'alice01', eventType: 1 },
})

type Shape = Record<string, string>

/** The paths of a value, in the catalogue's way, with the type of what stands there. */
function shapeOf(value: unknown, path = ''): Shape {
  if (Array.isArray(value)) return Object.assign({}, ...value.map(item => shapeOf(item, `${path}[]`)))
  if (typeof value !== 'object' || value === null) return { [path]: typeof value }
  const pairs = Object.entries(value).map(([name, part]) => shapeOf(part, path ? `${path}.${name}` : name))
  return Object.assign({}, ...pairs)
}

/** What stands under an object of which the catalogue names no field is free. */
function documented(entry: Entry, path: string): boolean {
  const names = entry.response.map(field => field.name)
  const plain = (name: string) => name.replace(/(\[\])+$/, '')
  return names.some(name => {
    const isFree = !names.some(other => other.startsWith(`${plain(name)}.`) || other.startsWith(`${plain(name)}[].`))
    return plain(path) === plain(name) || (isFree && name !== 'code' && path.startsWith(`${name}.`))
  })
}

const isShown = (entry: Entry) => entry.example?.request !== undefined

test.each(entries.filter(isShown).map(entry => [entry.id, entry] as const))(
  '[NE106] the example of %s is answered in the form that the catalogue shows',
  async (key, entry) => {
    const answer = shapeOf(await send(key, { ...entry.example?.request, ...ours(key) }))
    expect(answer).toMatchObject(shapeOf(entry.example?.response))
    expect(Object.keys(answer).filter(path => !documented(entry, path))).toEqual([])
  },
)

test('[NE106] every other operation answers with the fields that the catalogue names, all of them and no more', async () => {
  const all = requests(ids.tid)
  const shown = entries.filter(isShown).map(entry => entry.id)
  expect([...new Set([...Object.keys(all), ...shown])].sort()).toEqual([...netease.operations.keys()].sort())
  for (const [key, fields] of Object.entries(all)) {
    const entry = entries.find(each => each.id === key) as Entry
    const answer = await send(key, fields)
    expect([key, answer.code]).toEqual([key, 200])
    const paths = Object.keys(shapeOf(answer))
    expect([key, paths.filter(path => !documented(entry, path))]).toEqual([key, []])
    const missing = entry.response
      .map(field => field.name)
      .filter(name => !paths.some(path => path === name || ['.', '['].some(mark => path.startsWith(name + mark))))
    expect([key, missing]).toEqual([key, []])
  }
})
