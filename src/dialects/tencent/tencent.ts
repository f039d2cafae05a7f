import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { parseJson, writeJson } from '../../lib/json.ts'
import { type Dialect, type Opened, Refusal, type WireReply, type WireRequest } from '../dialect.ts'
import { account } from './account.ts'
import { authenticate, claim, signIn } from './auth.ts'
import { callbacks } from './callbacks/callbacks.ts'
import { bodyLimitOf, isCommand, rateOf } from './commands.ts'
import { errors } from './errors.ts'
import { group } from './group.ts'
import { groupLists } from './group-list.ts'
import { groupMembers } from './group-member.ts'
import { groupMessages } from './group-message.ts'
import { demandReply } from './group-shapes.ts'
import { message } from './message.ts'
import { profile } from './profile.ts'
import { pushWishes } from './push.ts'
import { roaming } from './roaming.ts'
import { status } from './status.ts'

interface OpenedCall extends Opened {
  call: Call
}

/** Tencent Cloud IM: `POST /v4/<service>/<command>`, JSON both ways, HTTP 200 always, the result in the envelope. */
export const tencent: Dialect<OpenedCall> = {
  name: 'tencent',
  catalog: 'tencent-im',
  operations: new Map(
    [account, status, profile, message, roaming, group, groupLists, groupMembers, groupMessages]
      .flat()
      .map(each => [each.key, each]),
  ),
  errors,
  timeLimit: 3000,
  owns: request => request.path.startsWith('/v4/'),
  async open(request, core) {
    const key = request.path.slice('/v4/'.length)
    const service = key.split('/', 1)[0] as string
    if (request.method !== 'POST') throw new Refusal(60002, 'only POST is allowed')
    const call = await authenticate(request, core, service)
    if (!isCommand(key)) throw new Fault('operation.unknown', `there is no command ${key}`)
    return { key, call, admit: () => admit(core, call, key) }
  },
  decode: readBody,
  identify: ({ call }) => call,
  encode({ key }, answer) {
    const reply = envelope(key, { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0, ...(answer as object) })
    if (key.startsWith('group_open_http_svc/')) demandReply(Buffer.byteLength(reply.body))
    return reply
  },
  refuse: (request, _opened, code, text) =>
    envelope(request.path.slice('/v4/'.length), { ActionStatus: 'FAIL', ErrorInfo: text, ErrorCode: code }),
  signIn,
  claim,
  callbacks: [callbacks],
  ownForm: ['MsgBody'],
  pushWishes,
}

/** The vendor's rate of the command, then the ones that only the configuration sets: of the app and of the caller. */
async function admit(core: Core, call: Call, key: string): Promise<void> {
  const app = String(call.app.id)
  const tell = (calls: number, limit: number) =>
    core.report(call, { type: 'rate.exceeded', operation: key, calls, limit })
  await core.limits.count('tencent', key, app, { calls: rateOf(key), seconds: 1 }, tell)
  await orRefuse(core.limits.count('app', 'tencent', app, undefined), 60011)
  await orRefuse(core.limits.count('caller', 'tencent', `${app}/${call.operator}`, undefined), 60018)
}

async function orRefuse(counted: Promise<void>, code: number): Promise<void> {
  try {
    await counted
  } catch (error) {
    throw error instanceof Fault ? new Refusal(code, error.message) : error
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function readBody(request: WireRequest, { key }: OpenedCall): unknown {
  const limit = bodyLimitOf(key)
  if (limit && request.body.length > limit) throw new Fault('request.large', `the body is larger than ${limit} bytes`)
  const body = parse(request.body)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Fault('request.malformed', 'the body is not a JSON object')
  return body
}

function parse(body: Buffer): unknown {
  try {
    return parseJson(utf8.decode(body))
  } catch {
    throw new Fault('request.malformed', 'the body is not valid JSON')
  }
}

/** Some services show a text for clients besides. */
const displaying = ['profile/', 'sns/', 'recentcontact/']

function envelope(key: string, fields: object): WireReply {
  const display = displaying.some(service => key.startsWith(service)) ? { ErrorDisplay: '' } : {}
  return { status: 200, headers, body: writeJson({ ...fields, ...display }) }
}

const headers = {
  'content-type': 'application/json; charset=utf-8',
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'X-Requested-With',
  'access-control-allow-methods': 'POST',
}
