import { expect, test, vi } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { Fault } from '../../src/core/errors.ts'
import type { Ask } from '../../src/core/hooks.ts'
import { openMemory } from '../../src/storage/memory.ts'
import { type Store, StoreUnavailable } from '../../src/storage/store.ts'
import { startServer, type TestServer, type TestServerOptions } from '../support/server.ts'
import { callTencent } from '../support/tencent.ts'

async function withServer(options: TestServerOptions, work: (server: TestServer, app: App) => Promise<void>) {
  const server = await startServer(options)
  try {
    await work(server, server.apps[0] as App)
  } finally {
    await server.stop()
  }
}

const check = 'im_open_login_svc/account_check'
const one = { CheckItem: [{ UserID: 'u_1' }] }
const text = [{ MsgType: 'TIMTextElem', MsgContent: { Text: 'hi' } }]
const accounts = { Accounts: ['u_1', 'u_2'] }

// A slow machine may need more than the second in which they are counted.
test('[TE20] a command over its rate answers 60007; the others go on, and so does the next second', {
  retry: 3,
}, async () => {
  await withServer({ limits: 'vendor' }, async (server, app) => {
    const list = () => callTencent(server, app, 'group_open_http_svc/get_appid_group_list')
    expect((await list()).body.ErrorCode).toBe(0)
    expect((await list()).body.ErrorCode).toBe(60007)
    expect((await callTencent(server, app, check, one)).body.ErrorCode).toBe(0)
    await new Promise(resolve => setTimeout(resolve, 1050))
    expect((await list()).body.ErrorCode).toBe(0)
  })
})

test('[TE20] rates are counted per app', async () => {
  await withServer({ limits: 'vendor', apps: 2 }, async server => {
    for (const app of server.apps)
      expect((await callTencent(server, app, 'group_open_http_svc/get_appid_group_list')).body.ErrorCode).toBe(0)
  })
})

test('[TE20] the configuration sets other rates: of a command, of the whole app, of a caller', async () => {
  const rate = { calls: 2, seconds: 60 }
  const limited: [string, number][] = [
    [`tencent/${check}`, 60007],
    ['app/tencent', 60011],
    ['caller/tencent', 60018],
  ]
  for (const [name, code] of limited)
    await withServer({ limits: { [name]: rate } }, async (server, app) => {
      const codes = []
      for (let i = 0; i < 3; i++) codes.push((await callTencent(server, app, check, one)).body.ErrorCode)
      expect(codes).toEqual([0, 0, code])
    })
})

test('[TE21] a call that takes longer than 3 seconds is answered 60008', { timeout: 10_000 }, async () => {
  const ask: Ask['ask'] = async (point, _call, draft) => {
    if (point === 'message.direct') await new Promise(resolve => setTimeout(resolve, 4000))
    return draft
  }
  await withServer({ ask }, async (server, app) => {
    await callTencent(server, app, 'im_open_login_svc/multiaccount_import', accounts)
    const started = Date.now()
    const body = { From_Account: 'u_1', To_Account: 'u_2', MsgRandom: 1, MsgBody: text }
    const reply = await callTencent(server, app, 'openim/sendmsg', body)
    expect(reply.body).toEqual({ ActionStatus: 'FAIL', ErrorInfo: expect.any(String), ErrorCode: 60008 })
    expect(Date.now() - started).toBeGreaterThanOrEqual(2990)
    expect(Date.now() - started).toBeLessThan(3900)
  })
})

test('[TE22] [XD21] a store that cannot write is answered with the service’s own code, and logged once a second', async () => {
  const memory = openMemory()
  let broken = false
  const store: Store = {
    ...memory,
    commit: steps => (broken ? Promise.reject(new StoreUnavailable('the disk is full')) : memory.commit(steps)),
  }
  await withServer({ store }, async (server, app) => {
    await callTencent(server, app, 'im_open_login_svc/multiaccount_import', accounts)
    await callTencent(server, app, 'group_open_http_svc/create_group', { Type: 'Public', Name: 'g', GroupId: 'g1' })
    broken = true
    const [warned, failed] = [vi.spyOn(server.core.log, 'warn'), vi.spyOn(server.core.log, 'error')]
    const calls: [string, object, number][] = [
      ['im_open_login_svc/account_import', { UserID: 'u_3' }, 70500],
      [
        'profile/portrait_set',
        { From_Account: 'u_1', ProfileItem: [{ Tag: 'Tag_Profile_IM_Nick', Value: 'x' }] },
        40006,
      ],
      ['openim/sendmsg', { From_Account: 'u_1', To_Account: 'u_2', MsgRandom: 1, MsgBody: text }, 91000],
      ['group_open_http_svc/send_group_msg', { GroupId: 'g1', Random: 1, MsgBody: text }, 10002],
    ]
    for (const [key, body, code] of calls)
      expect([key, (await callTencent(server, app, key, body)).body.ErrorCode]).toEqual([key, code])
    expect((await callTencent(server, app, check, one)).body.ErrorCode).toBe(0)
    broken = false
    expect((await callTencent(server, app, check, { CheckItem: [{ UserID: 'u_3' }] })).body.ResultItem).toEqual([
      { UserID: 'u_3', ResultCode: 0, ResultInfo: '', AccountStatus: 'NotImported' },
    ])
    expect(warned.mock.calls.length).toBeGreaterThan(0)
    expect(warned.mock.calls.length).toBeLessThan(calls.length)
    expect(failed).not.toHaveBeenCalled()
  })
})

test('[TE6] a message call takes 12 KB, one byte more is 93000, in groups 80002', async () => {
  await withServer({}, async (server, app) => {
    await callTencent(server, app, 'im_open_login_svc/multiaccount_import', accounts)
    await callTencent(server, app, 'group_open_http_svc/create_group', { Type: 'Public', Name: 'g', GroupId: 'g1' })
    const calls: [string, Record<string, unknown>, number][] = [
      ['openim/sendmsg', { To_Account: 'u_1', MsgRandom: 1, MsgBody: text }, 93000],
      ['openim/batchsendmsg', { To_Account: ['u_1'], MsgRandom: 2, MsgBody: text }, 93000],
      ['group_open_http_svc/send_group_msg', { GroupId: 'g1', Random: 1, MsgBody: text }, 80002],
    ]
    for (const [key, body, code] of calls) {
      const bare = JSON.stringify({ ...body, CloudCustomData: '' }).length
      const of = (bytes: number) => ({ ...body, CloudCustomData: 'x'.repeat(bytes - bare) })
      expect((await callTencent(server, app, key, of(12 * 1024 + 1))).body.ErrorCode).toBe(code)
      expect((await callTencent(server, app, key, of(12 * 1024))).body.ErrorCode).toBe(0)
    }
  })
})

test('[TE6] a body that no vendor takes is refused before it is read', async () => {
  await withServer({}, async (server, app) => {
    const reply = await callTencent(server, app, check, { x: 'x'.repeat(2 * 1024 * 1024) })
    expect([reply.status, reply.body.ErrorCode]).toEqual([200, 93000])
  })
})

test('[TE23] a group reply over 1 MB is refused with 10018', async () => {
  await withServer({}, async (server, app) => {
    const call = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
    const { group } = await server.core.groups.create(call, { kind: 'public', name: 'g', alias: 'g1' })
    const drafts = Array.from({ length: 300 }, (_, i) => ({ user: `member_number_${i}` }))
    await server.core.members.addMany(call, group.id, drafts, { strangers: true })
    const ask = (times: number) =>
      callTencent(server, app, 'group_open_http_svc/get_group_info', { GroupIdList: Array(times).fill('g1') })
    expect((await ask(1)).body.GroupInfo[0].MemberList).toHaveLength(300)
    expect((await ask(50)).body.ErrorCode).toBe(10018)
    for (let i = 1; i < 4; i++) {
      const more = Array.from({ length: 300 }, (_, j) => ({ user: `member_number_${i * 300 + j}` }))
      await server.core.members.addMany(call, group.id, more, { strangers: true })
    }
    // Now even the shortest members would not fit, so they are not read at all.
    expect((await ask(50)).body.ErrorCode).toBe(10018)
    expect((await ask(1)).body.GroupInfo[0].MemberList).toHaveLength(1200)
  })
})

test('[TE24] what the app refuses has the code of the service, unless the caller forbids the question [tencent openim/sendmsg]', async () => {
  const asked: string[] = []
  const ask: Ask['ask'] = async point => {
    asked.push(point)
    throw new Fault('hook.refused')
  }
  await withServer({ ask }, async (server, app) => {
    const admin = { app, admin: true, origin: { dialect: 'tencent', via: 'rest' } } as const
    await callTencent(server, app, 'im_open_login_svc/multiaccount_import', accounts)
    const direct = { From_Account: 'u_1', To_Account: 'u_2', MsgRandom: 1, MsgBody: text }
    const codeOf = async (key: string, body: object) => (await callTencent(server, app, key, body)).body.ErrorCode
    expect(await codeOf('openim/sendmsg', direct)).toBe(20006)
    expect(await codeOf('group_open_http_svc/create_group', { Type: 'Public', Name: 'g' })).toBe(10016)
    expect(asked).toEqual(['message.direct', 'group.create'])
    const forbidden = { ForbidCallbackControl: ['ForbidBeforeSendMsgCallback'] }
    expect(await codeOf('openim/sendmsg', { ...direct, ...forbidden })).toBe(0)
    expect(await codeOf('openim/batchsendmsg', { ...direct, To_Account: ['u_2'], MsgRandom: 2 })).toBe(0)
    expect(asked).toHaveLength(2)
    expect(await server.core.directs.find(admin.app.id, 'u_1', 'u_2')).toBeGreaterThan(0)
  })
})

test('[TE24] in groups too [tencent group_open_http_svc/send_group_msg]', async () => {
  const refusing = new Set(['message.group', 'group.invite'])
  const ask: Ask['ask'] = async (point, _call, draft) => {
    if (refusing.has(point)) throw new Fault('hook.refused')
    return draft
  }
  await withServer({ ask }, async (server, app) => {
    const codeOf = async (key: string, body: object) =>
      (await callTencent(server, app, `group_open_http_svc/${key}`, body)).body.ErrorCode
    await callTencent(server, app, 'im_open_login_svc/multiaccount_import', accounts)
    expect(await codeOf('create_group', { Type: 'Public', Name: 'g', GroupId: 'g1' })).toBe(0)
    expect(await codeOf('add_group_member', { GroupId: 'g1', MemberList: [{ Member_Account: 'u_1' }] })).toBe(10016)
    const message = { GroupId: 'g1', Random: 1, MsgBody: text }
    expect(await codeOf('send_group_msg', message)).toBe(10016)
    expect(await codeOf('send_group_msg', { ...message, ForbidCallbackControl: ['ForbidBeforeSendMsgCallback'] })).toBe(
      0,
    )
  })
})

test('[TE96] a group takes 40 messages a second; more look sent and are not, high ones last', {
  retry: 3,
}, async () => {
  await withServer({ limits: 'vendor' }, async (server, app) => {
    await callTencent(server, app, 'group_open_http_svc/create_group', { Type: 'Public', Name: 'g', GroupId: 'g1' })
    const send = (Random: number, MsgPriority: string) =>
      callTencent(server, app, 'group_open_http_svc/send_group_msg', {
        GroupId: 'g1',
        Random,
        MsgPriority,
        MsgBody: text,
      })
    const sent = await Promise.all(Array.from({ length: 45 }, (_, i) => send(i, 'Normal')))
    expect(sent.every(reply => reply.body.ErrorCode === 0)).toBe(true)
    const dropped = sent.filter(reply => reply.body.MsgDropReason !== undefined)
    expect(dropped.map(reply => reply.body)).toEqual(
      Array(5).fill({
        ActionStatus: 'OK',
        ErrorInfo: '',
        ErrorCode: 0,
        MsgTime: expect.any(Number),
        MsgSeq: 0,
        MsgDropReason: 'MsgFreqCtrl',
      }),
    )
    expect((await send(100, 'High')).body).toMatchObject({ ErrorCode: 0, MsgSeq: 41 })
  })
})
