import { expect } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import type { Part } from '../../src/core/messages/content.ts'
import { callNetease } from '../support/netease.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { signIn, type TestSocket } from '../support/socket.ts'
import { callTencent } from '../support/tencent.ts'
import { openWord, trusting } from '../support/trusting.ts'
import { callVolcengine } from '../support/volcengine.ts'
import type { Forms, NoticeRow, Reader, Row, Vendor } from './forms.ts'

/** A server on which 1001 writes to 1002, or in a team of both, and everybody reads it. */
export interface Stage {
  server: TestServer
  app: App
  /** The conversation of 1001 and 1002. */
  direct: number
  /** 1001 on a device. */
  device: TestSocket
}

/** A team as each dialect names it. */
export interface Team {
  id: number
  alias: string
}

/** Starts the server with users 1001, 1002 and 1003. */
export async function openStage(): Promise<Stage> {
  const server = await startServer({ signIns: [trusting] })
  const app = server.apps[0] as App
  for (const UserID of ['1001', '1002', '1003'])
    await callTencent(server, app, 'im_open_login_svc/account_import', { UserID })
  const single = { AppId: app.id, OwnerUserId: 1001, OtherUserId: 1002, ConversationCoreInfo: { ConversationType: 1 } }
  const made = await callVolcengine(server, app, 'CreateConversation', single)
  const device = await signIn(server, openWord(app, '1001'))
  return { server, app, direct: made.body.Result.ConversationShortId, device }
}

export async function closeStage(stage: Stage): Promise<void> {
  await stage.device.close()
  await stage.server.stop()
}

/** Makes a team of 1001 and 1002. */
export async function makeTeam({ server, app }: Stage): Promise<Team> {
  const fields = { tname: 'Climbers', owner: '1001', members: '["1002"]', msg: '', magree: '0', joinmode: '0' }
  const { body } = await callNetease(server, app, 'team/create.action', fields)
  const id = Number((body as { tid: string }).tid)
  return { id, alias: (await server.core.groups.get(app.id, id)).alias }
}

/** 1001 writes to 1002 through the writer's own send operation. */
export async function write(stage: Stage, { by, wrote }: Pick<Row, 'by' | 'wrote'>): Promise<void> {
  await writers[by](stage, wrote as never)
}

let sent = 0

const writers: { [W in Reader]: (stage: Stage, form: Forms[W]) => Promise<void> } = {
  async tencent(stage, form) {
    const fields = { From_Account: '1001', To_Account: '1002', MsgRandom: ++sent, ...form }
    await call(stage, 'tencent', 'openim/sendmsg', fields)
  },
  async netease(stage, { type, body }) {
    const fields = { from: '1001', ope: 0, to: '1002', type, body: JSON.stringify(body) }
    await call(stage, 'netease', 'msg/sendMsg.action', fields)
  },
  async volcengine(stage, form) {
    await call(stage, 'volcengine', 'SendMessage', { ConversationShortId: stage.direct, Sender: 1001, ...form })
  },
  async native({ device }, parts) {
    await device.ask('message.sendToUser', { to: '1002', client: `c${++sent}`, parts })
  },
}

/** Makes the server say a notice in the team: by the row's operation, or through the core where there is none. */
export async function tell(stage: Stage, team: Team, row: NoticeRow): Promise<void> {
  if (row.call) {
    await call(stage, row.call.by, row.call.operation, filled(row.call.send, team) as object)
    return
  }
  const { core, app } = { ...stage, core: stage.server.core }
  const parts = row.shown.native as Part[]
  const origin = { dialect: 'native', via: 'rest' } as const
  await core.send.toGroup({ app, admin: true, origin }, team.id, { from: '', parts })
}

/** The value with the names of a team, and of a time, in the places that wait for them. */
export function filled(value: unknown, names: Team & { time?: number }): unknown {
  if (value === '<tid>') return names.id
  if (value === '<alias>') return names.alias
  if (value === '<time>') return names.time
  if (Array.isArray(value)) return value.map(each => filled(each, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, filled(field, names)]))
}

/** The newest message of the two, or of a team, through the reader's own history. */
export async function read<R extends Reader>(stage: Stage, reader: R, team?: Team): Promise<Forms[R]> {
  return histories[reader](stage, team) as Promise<Forms[R]>
}

/** When the newest message of a team was said (ms). */
export async function timeOf(stage: Stage, team: Team): Promise<number> {
  return (await lastOn(stage, team.id)).time
}

const histories: { [R in Reader]: (stage: Stage, team?: Team) => Promise<Forms[R]> } = {
  async tencent(stage, team) {
    const message = team ? await tencentInGroup(stage, team) : await tencentBetweenTwo(stage)
    const { MsgBody, CloudCustomData } = message
    return { MsgBody, ...(CloudCustomData ? { CloudCustomData } : {}) }
  },
  async netease(stage, team) {
    const between = team ? { tid: team.id, accid: '1001' } : { from: '1001', to: '1002' }
    const operation = team ? 'history/queryTeamMsg.action' : 'history/querySessionMsg.action'
    const span = { begintime: 0, endtime: Date.now() + 60_000, limit: 1 }
    const { msgs } = await call(stage, 'netease', operation, { ...between, ...span })
    const { type, body } = msgs[0]
    return { type, body }
  },
  async volcengine(stage, team) {
    const place = { ConversationShortId: team?.id ?? stage.direct, Cursor: 0, Limit: 1, Reverse: 1 }
    const { Result } = await call(stage, 'volcengine', 'GetConversationMessages', place)
    const { MsgType, Content, Ext } = Result.Messages[0]
    return { MsgType, Content, ...(Object.keys(Ext).length > 0 ? { Ext } : {}) }
  },
  native: async (stage, team) => (await lastOn(stage, team?.id ?? stage.direct)).parts,
}

async function lastOn({ device }: Stage, conv: number): Promise<{ time: number; parts: Part[] }> {
  const { messages } = await device.ask('history.read', { conv, limit: 1 })
  return (messages as { time: number; parts: Part[] }[])[0] as { time: number; parts: Part[] }
}

async function tencentBetweenTwo(stage: Stage): Promise<Forms['tencent']> {
  const query = { Operator_Account: '1001', Peer_Account: '1002', MaxCnt: 1, MinTime: 0, MaxTime: 4_000_000_000 }
  return (await call(stage, 'tencent', 'openim/admin_getroammsg', query)).MsgList[0]
}

async function tencentInGroup(stage: Stage, { alias }: Team): Promise<Forms['tencent']> {
  const query = { GroupId: alias, ReqMsgNumber: 1 }
  return (await call(stage, 'tencent', 'group_open_http_svc/group_msg_get_simple', query)).RspMsgList[0]
}

/** Calls an operation that must succeed; its reply. */
// biome-ignore lint/suspicious/noExplicitAny: replies have as many shapes as there are operations
async function call({ server, app }: Stage, vendor: Vendor, operation: string, fields: object): Promise<any> {
  if (vendor === 'tencent') {
    const { body } = await callTencent(server, app, operation, fields)
    expect(body).toMatchObject({ ActionStatus: 'OK' })
    return body
  }
  if (vendor === 'netease') {
    const { body } = await callNetease(server, app, operation, fields)
    expect(body).toMatchObject({ code: 200 })
    return body
  }
  const { body } = await callVolcengine(server, app, operation, { AppId: app.id, ...fields })
  expect(body.ResponseMetadata.Error).toBeUndefined()
  return body
}
