import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bus } from '../../src/bus/bus.ts'
import { openLocalBus } from '../../src/bus/local.ts'
import type { App } from '../../src/core/apps/model.ts'
import type { News } from '../../src/core/events.ts'
import { openMemory } from '../../src/storage/memory.ts'
import type { Step, Store } from '../../src/storage/store.ts'
import { dialects } from '../support/dialects.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer, testAccount } from '../support/server.ts'
import { callTencent, userSig } from '../support/tencent.ts'
import { callVolcengine } from '../support/volcengine.ts'
import { ask, deviceOperations, furnish, ghosts, type Ids, operationOf, requests } from './tenants.ts'
import { secret } from './tenants-belongings.ts'
import { telling } from './tenants-native.ts'

const rows = Object.entries(requests).flatMap(([dialect, byKey]) =>
  Object.entries(byKey).map(([key, request]) => ({ dialect, key, request })),
)

let server: TestServer
let other: App
let written: Step[] = []
/** What was told, and where. */
let said: { subject: string; news: News }[] = []
const bus = watchedBus(openLocalBus())

beforeAll(async () => {
  const accounts = [testAccount(2100000001, rows.length + 1), testAccount(2100000002, 1)]
  server = await startServer({ accounts, store: watched(openMemory()), bus })
  other = server.apps[rows.length] as App
  // The other app has users of the same ids, and a conversation of the same pair, but says nothing secret.
  const accounts1 = { Accounts: ['1001', '1002', '1003'] }
  await callTencent(server, other, 'im_open_login_svc/multiaccount_import', accounts1)
  await ask(server, other, 'volcengine', 'CreateConversation', {
    ConversationCoreInfo: { ConversationType: 1 },
    OwnerUserId: 1001,
    OtherUserId: 1002,
  })
  await ask(server, other, 'native', 'conversation.groups.create', { name: 'its own' })
})

afterAll(async () => {
  await server.stop()
  await server.store.close()
  await bus.close()
})

function watched(store: Store): Store {
  return {
    ...store,
    commit(steps) {
      written.push(...steps)
      return store.commit(steps)
    },
  }
}

function watchedBus(bus: Bus): Bus {
  return {
    ...bus,
    publish(subject, news) {
      // How many are in a room is told after a while, for whoever came in before the try.
      if ((news as News).event.type !== 'room.counted') said.push({ subject, news: news as News })
      bus.publish(subject, news)
    },
  }
}

/** Everything that was written and told, as text; tables by their names. */
function touchedText(): string {
  const all = [...written, ...said]
  return JSON.stringify(all, (name, value) => (name === 'table' || name === 'log' ? value.name : value))
}

/** A reply without what differs from call to call: tokens, times, ids, places in lists; codes and counts stay. */
function shape(body: unknown, ids: Ids): string {
  return String(JSON.stringify(body))
    .replaceAll(/@TGS#\w+/g, '@')
    .replaceAll(/"(id|number)":\d+/g, '"$1":#')
    .replaceAll(whole(ids.only), 'only')
    .replaceAll(whole(ids.asker), 'asker')
    .replaceAll(/[\w.-]{24,}/g, '*')
    .replaceAll(/\d{6,}/g, '#')
}

/** An id by itself: the same digits may stand inside of a time. */
function whole(id: string): RegExp {
  return new RegExp(`(?<!\\d)${id}(?!\\d)`, 'g')
}

test('[XD15] every operation of every dialect is tried', async () => {
  const all = [...(await dialects()), { name: 'native', operations: deviceOperations }]
  const registered = all.map(({ name, operations }) => [name, [...operations.keys()].sort()])
  const triedOf = (byKey: object) => [...new Set(Object.keys(byKey).map(operationOf))].sort()
  const tried = Object.entries(requests).map(([name, byKey]) => [name, triedOf(byKey)])
  expect(tried).toEqual(registered)
})

describe('an app’s ids with the credentials of another app of the same account', () => {
  test.each(rows.map((row, i) => ({ ...row, i })))('[XD15] $dialect $key', async ({ dialect, key, request, i }) => {
    const app = server.apps[i] as App
    const ids = await furnish(server, app)

    written = []
    said = []
    const reply = await ask(server, other, dialect, key, request(ids))
    const touched = touchedText()
    expect(String(JSON.stringify(reply.body))).not.toContain(secret)
    const { tid, conv, club, door, guesthouse, room, msgid, directId } = ids
    for (const own of [app.id, tid, conv, club, door, guesthouse, room, msgid, directId])
      expect(touched.includes(String(own)), `wrote or told something of ${own}: ${touched}`).toBe(false)

    const ghost = await ask(server, other, dialect, key, request(ghosts))
    expect(shape(reply.body, ids)).toBe(shape(ghost.body, ghosts))

    // The same request is good where the ids are.
    const own = await ask(server, app, dialect, key, request(ids))
    expect(own.ok, JSON.stringify(own.body)).toBe(true)
    const shown = String(JSON.stringify(own.body)).includes(secret)
    if (dialect === 'native') expect(shown, 'is, or is not, among those that tell secrets').toBe(telling.has(key))
  })
})

describe('credentials that belong to nobody here', () => {
  test.each(Object.keys(requests.volcengine ?? {}))(
    '[XD15] %s with the access key of another account',
    async action => {
      const [app] = server.apps as [App]
      const stranger = { account: 2100000002 }
      const body = { AppId: app.id, ...requests.volcengine?.[action]?.(ghosts) }
      const { body: reply } = await callVolcengine(server, stranger, action, body)
      expect(reply.ResponseMetadata.Error.Code).toBe('InvalidParameter.AccountIdMismatch')
    },
  )

  test('[XD15] the secrets of one app do not sign for another', async () => {
    const [app] = server.apps as [App]
    const mixed = { ...app, netease: { ...app.netease, appSecret: other.netease?.appSecret } } as App
    expect((await callNetease(server, mixed, 'user/getUinfos.action', { accids: '["1001"]' })).body).toMatchObject({
      code: 414,
    })
    const usersig = userSig({ ...other, id: app.id }, 'administrator')
    const check = { CheckItem: [{ UserID: '1001' }] }
    const reply = await callTencent(server, app, 'im_open_login_svc/account_check', check, { usersig })
    expect(reply.body).toMatchObject({ ActionStatus: 'FAIL' })
    expect(reply.body.ErrorCode).toBeGreaterThanOrEqual(70000)
  })
})
