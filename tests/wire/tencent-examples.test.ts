import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readCatalogue } from '../../scripts/catalogue.ts'
import type { App } from '../../src/core/apps/model.ts'
import type { Call } from '../../src/core/call.ts'
import { tencent } from '../../src/dialects/tencent/tencent.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { callTencent } from '../support/tencent.ts'

/* The catalogue's own examples, sent as they stand there to a server on which what they name exists. */

const entries = readCatalogue('tencent-im').operations.filter(each => tencent.operations.has(each.id))

let server: TestServer
let app: App
let next = 0

beforeAll(async () => {
  server = await startServer({ apps: entries.length })
})
afterAll(() => server.stop())
beforeEach(() => {
  app = server.apps[next++] as App
})

const call = (): Call => ({ app, admin: true, operator: 'administrator', origin: { dialect: 'tencent', via: 'rest' } })

async function accounts(...ids: string[]) {
  const drafts = ids.map(id => ({ id, profile: { nick: 'Ann' } }))
  await server.core.users.save(call(), drafts, { existing: 'update' })
}

async function group(alias: string, members: string[] = []) {
  const drafts = members.map(user => ({ user }))
  await server.core.groups.create(call(), { kind: 'public', alias, name: 'Test', owner: 'u_1', members: drafts })
}

/** A message from u_1 to u_2 with the numbers and the time of an example's key. */
async function sent(key: string) {
  const [seq, random, time] = key.split('_')
  const client = { id: `${random}/${seq}`, window: 1000 }
  const parts = [{ type: 'text' as const, text: 'hi' }]
  await server.core.send.toUser(call(), 'u_2', { from: 'u_1', parts, client, shown: Number(time) * 1000 })
}

/** What an example takes for granted besides the accounts u_1 and u_2. */
const before: Record<string, () => Promise<unknown>> = {
  'openim/query_online_status': () =>
    server.core.presence.enter({ app: app.id, user: 'u_1', id: '1', platform: 'web', device: 'd' }),
  'openim/admin_getroammsg': () => sent('549396494_2578554_1584669680'),
  'openim/admin_msgwithdraw': () => sent('31906_833502_1572869830'),
  'group_open_http_svc/get_appid_group_list': () => Promise.all(['@TGS#2J4SZEAEL', 'g1'].map(id => group(id))),
  'group_open_http_svc/get_group_info': () => group('@TGS#1NVTZEAE4'),
  'group_open_http_svc/get_group_member_info': () => group('g1'),
  'group_open_http_svc/modify_group_base_info': () => group('g1'),
  'group_open_http_svc/add_group_member': async () => {
    await accounts('u_3')
    await group('g1')
  },
  'group_open_http_svc/delete_group_member': async () => {
    await accounts('u_3')
    await group('g1', ['u_3'])
  },
  'group_open_http_svc/destroy_group': () => group('g1'),
  'group_open_http_svc/get_joined_group_list': () => group('g1'),
  'group_open_http_svc/send_group_msg': () => group('g1'),
  'group_open_http_svc/group_msg_get_simple': () => groupWithMessage(),
  'group_open_http_svc/group_msg_recall': () => groupWithMessage(),
}

async function groupWithMessage() {
  await group('g1')
  const { id } = await server.core.groups.byAlias(app.id, 'g1')
  const parts = [{ type: 'text' as const, text: 'hi' }]
  const client = { id: '51083293#content', window: 1000 }
  await server.core.send.toGroup(call(), id, { from: 'u_1', parts, client })
}

/** What the clock and the server's ids make differ from one run to the next. */
const ours = new Set(['MsgTime', 'MsgTimeStamp', 'JoinTime', 'MsgKey', 'LastMsgKey', 'GroupId'])

/** A reply with the types of what differs from run to run in the place of the values, and without what is documented besides the example. */
function likeExample(reply: unknown, example: unknown, documented: Set<string>, path = ''): unknown {
  if (Array.isArray(reply) && Array.isArray(example))
    return reply.map((each, i) => likeExample(each, example[i], documented, `${path}[]`))
  if (typeof reply !== 'object' || reply === null || typeof example !== 'object' || example === null) return reply
  const kept = Object.entries(reply).filter(([name]) => {
    const known = documented.has(path ? `${path}.${name}` : name)
    return name in example || !known
  })
  return Object.fromEntries(
    kept.map(([name, value]) => {
      const expected = (example as Record<string, unknown>)[name]
      if (ours.has(name)) return [name, typeof value]
      return [name, likeExample(value, expected, documented, path ? `${path}.${name}` : name)]
    }),
  )
}

test.each(entries.map(entry => [entry.id, entry] as const))(
  '[TE4] the example of %s is answered as it is documented',
  async (id, entry) => {
    const { request, response } = entry.example as { request: object; response: Record<string, unknown> }
    await accounts('u_1', 'u_2')
    await before[id]?.()
    const { status, body } = await callTencent(server, app, id, request)
    const documented = new Set(entry.response.map(field => field.name))
    expect(status).toBe(200)
    expect(likeExample(body, response, documented)).toEqual(likeExample(response, response, documented))
  },
)
