import type { App } from '../../core/apps/model.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { writeJson } from '../../lib/json.ts'
import type { Dialect, Opened, WireReply, WireRequest } from '../dialect.ts'
import { account } from './account.ts'
import { authenticate, claim, header, signIn } from './auth.ts'
import { callbacks, copies } from './callbacks/callbacks.ts'
import { errors } from './errors.ts'
import { readForm } from './form.ts'
import { history } from './history.ts'
import { message } from './message.ts'
import { pushWishes } from './push.ts'
import { admit } from './rates.ts'
import { demandFresh } from './repeats.ts'
import { subscribe } from './subscribe.ts'
import { team } from './team.ts'
import { teamReads } from './team-reads.ts'
import { user } from './user.ts'

const root = '/nimserver/'

interface OpenedCall extends Opened {
  app: App
  address: string
  /** Frees the request id. */
  free?(): void
}

/** Failures of the server, after which the same request may come again. */
const ours = [500, 503]

/** NetEase Yunxin IM, server API V1: `POST /nimserver/<area>/<call>.action` with a form, answered by JSON with a `code`. */
export const netease: Dialect<OpenedCall> = {
  name: 'netease',
  catalog: 'netease-im',
  operations: new Map(
    [...account, ...user, ...message, ...team, ...teamReads, ...history, ...subscribe].map(each => [each.key, each]),
  ),
  errors,
  owns: request => request.path.startsWith(root),
  open(request, core) {
    const key = keyOf(request)
    if (request.method !== 'POST') throw new Fault('request.malformed', 'only POST is allowed')
    const app = authenticate(request, core)
    const opened: OpenedCall = { key, app, address: request.address }
    opened.admit = () => admitOnce(core, opened, request)
    return opened
  },
  decode: readForm,
  identify: ({ app, address }) => ({ app, admin: true, origin: { dialect: 'netease', via: 'rest' }, address }),
  encode: (_opened, answer) => reply({ code: 200, ...(answer as object) }),
  refuse(_request, opened, code, desc) {
    if (ours.includes(code as number)) opened?.free?.()
    return reply({ code, desc })
  },
  signIn,
  claim,
  callbacks: [callbacks, copies],
  ownForm: ['body'],
  pushWishes,
}

/** The operation's id; a path that is not in the vendor's form is no operation at all. */
function keyOf(request: WireRequest): string {
  const key = request.path.slice(root.length)
  if (!/^\w+(\/\w+)+\.action$/.test(key)) throw new Fault('operation.unknown', `there is no ${request.path}`)
  return key
}

/** A call over its rate was not made, so its request id stays free. */
async function admitOnce(core: Core, opened: OpenedCall, request: WireRequest): Promise<void> {
  await admit(core, opened.app.id, opened.key)
  const requestId = header(request, 'requestid')
  if (requestId) opened.free = demandFresh(core, opened.app.id, requestId)
}

function reply(body: object): WireReply {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: writeJson(body) }
}
