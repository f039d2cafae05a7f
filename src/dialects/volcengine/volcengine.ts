import { demandOpen } from '../../core/apps/door.ts'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import { Fault } from '../../core/errors.ts'
import { parseJson } from '../../lib/json.ts'
import { type Dialect, type Operation, Refusal, type WireRequest } from '../dialect.ts'
import { authenticate, demandPolicy } from './auth.ts'
import { blacklistOperations } from './blacklist.ts'
import { broadcastOperations } from './broadcast.ts'
import { callbacks } from './callbacks/callbacks.ts'
import { ownForm } from './content.ts'
import { conversationOperations } from './conversation.ts'
import { conversationSettingOperations } from './conversation-setting.ts'
import { answer, metadataOf, type OpenedCall, refusal } from './envelope.ts'
import { errors } from './errors.ts'
import { friendOperations } from './friend.ts'
import { liveGroupOperations } from './live-group.ts'
import { markOperations } from './mark.ts'
import { messageOperations } from './message.ts'
import { messageActions } from './message-actions.ts'
import { messageBatches } from './message-batch.ts'
import { participantOperations } from './participant.ts'
import { participantScanOperations } from './participant-scan.ts'
import { rates } from './rates.ts'
import { readReceiptOperations } from './read-receipt.ts'
import { firstOf, readQuery } from './signature.ts'
import { signIn, tokenOperations } from './token.ts'
import { userOperations } from './user.ts'
import { userStatusOperations } from './user-status.ts'

const operations: Operation[] = [
  ...userOperations,
  ...tokenOperations,
  ...conversationOperations,
  ...conversationSettingOperations,
  ...participantScanOperations,
  ...participantOperations,
  ...liveGroupOperations,
  ...markOperations,
  ...messageOperations,
  ...readReceiptOperations,
  ...messageActions,
  ...messageBatches,
  ...userStatusOperations,
  ...broadcastOperations,
  ...friendOperations,
  ...blacklistOperations,
]

/** Volcengine IM: `POST /?Action=…&Version=2020-12-01`, JSON, signed with an account's access key. */
export const volcengine: Dialect<OpenedCall> = {
  name: 'volcengine',
  catalog: 'volcengine-im',
  operations: new Map(operations.map(each => [each.key, each])),
  errors,
  owns: request => request.path === '/',
  open,
  decode,
  identify,
  encode: (opened, result) => answer(opened.metadata, result),
  refuse(request, opened, code, text) {
    const metadata = opened?.metadata ?? metadataOf(readQuery(request.query), Date.now())
    return refusal(metadata, String(code), text)
  },
  signIn,
  callbacks: [callbacks],
  ownForm,
}

function open(request: WireRequest, core: Core): OpenedCall {
  const query = readQuery(request.query)
  const action = firstOf(query, 'Action')
  const version = firstOf(query, 'Version')
  if (!action || !version) throw new Refusal('MissingParameter', `${action ? 'Version' : 'Action'} is missing`)
  const { key, scope } = authenticate(core, request, query)
  if (version !== '2020-12-01') throw new Refusal('InvalidActionOrVersion', `${action} has no version ${version}`)
  demandPolicy(key, action)
  return {
    key: action,
    metadata: metadataOf(query, core.clock(), scope.region),
    account: key.account,
    address: request.address,
    admit: core => core.limits.count('volcengine', action, String(key.account), rates.get(action)),
  }
}

/** Bytes of a body. What one call writes stays below what one batch of the store takes. */
const largestBody = 256 * 1024

function decode(request: WireRequest): unknown {
  if (request.body.length === 0) return {}
  if (request.body.length > largestBody) throw new Fault('request.large')
  try {
    return parseJson(request.body.toString())
  } catch {
    throw new Fault('request.malformed', 'the body is no JSON')
  }
}

function identify(opened: OpenedCall, input: unknown, core: Core): Call {
  const appId = (input as { AppId?: unknown } | null)?.AppId
  if (typeof appId !== 'number') throw new Fault('request.invalid', 'AppId: expected an int32')
  const app = core.apps.byId(appId)
  // The same words for an app that is not there, so that nobody learns of other accounts' apps.
  if (!app?.volcengine || app.account !== opened.account) throw new Fault('app.unknown', 'Check owner failed')
  demandOpen(app, opened.address)
  return { app, admin: true, origin: { dialect: 'volcengine', via: 'rest' }, address: opened.address }
}
