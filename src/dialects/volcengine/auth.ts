import { timingSafeEqual } from 'node:crypto'
import type { AccessKey } from '../../core/apps/model.ts'
import type { Core } from '../../core/core.ts'
import { Refusal, type WireRequest } from '../dialect.ts'
import type { GatewayCode } from './errors.ts'
import { type Proof, readProof } from './proof.ts'
import { canonicalRequest, type Pair, type Scope, sign, signingKey, stringToSign } from './signature.ts'

/** Regions that the vendor's SDKs sign for. */
const regions = ['cn-north-1', 'ap-southeast-1']
const service = 'rtc'

/** How far a caller's clock may be off (ms). */
const tolerance = 15 * 60 * 1000

/** Keys of the days and regions an access key was used for. Forgotten together, since only today's few are of use. */
const keys = new WeakMap<AccessKey, Map<string, Buffer>>()
const mostScopes = 16

/**
 * Proves who calls, by the Authorization header or by a signed query (`model.md` §2 and §3). The same signature may come
 * again while its time is near, because clients repeat failed calls as they are.
 * Refusals are the gateway's of `errors.json`.
 */
export function authenticate(
  core: Core,
  request: WireRequest,
  query: readonly Pair[],
): { key: AccessKey; scope: Scope } {
  const proof = readProof(request, query)
  demandScope(proof, core.clock())
  const key = core.apps.accessKey(proof.accessKeyId)
  if (!key) throw refusal('InvalidAccessKey', 'there is no such access key')
  demandSignature(key, proof, request)
  return { key, scope: proof.scope }
}

/** Refuses a sub-user's key whose policy does not name the action: LackPolicy without any policy, else AccessDenied. */
export function demandPolicy(key: AccessKey, action: string): void {
  if (!key.subUser) return
  const { name, actions } = key.subUser
  if (actions.length === 0) throw refusal('LackPolicy', `${name} has no policy`)
  const allows = (pattern: string) =>
    pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action
  if (!actions.some(allows)) throw refusal('AccessDenied', `${name} may not call ${action}`)
}

function demandScope(proof: Proof, now: number): void {
  const { scope, compactTime } = proof
  const time = Date.parse(compactTime.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
  if (!(Math.abs(now - time) <= tolerance))
    throw refusal('InvalidTimestamp', 'the request is too old or from the future')
  if (scope.date !== compactTime.slice(0, 8))
    throw refusal('InvalidCredential', 'Credential and X-Date differ in the day')
  if (scope.service !== service) throw refusal('ServiceNotFound', `there is no service ${scope.service}`)
  if (!regions.includes(scope.region)) throw refusal('ServiceNotFound', `the service is not in region ${scope.region}`)
}

function demandSignature(key: AccessKey, proof: Proof, request: WireRequest): void {
  const { method, path } = request
  const { query, bodyHash, time, scope } = proof
  const fits = proof.headerForms.some(headers => {
    const canonical = canonicalRequest({ method, path, query, headers, bodyHash })
    return isSame(sign(keyFor(key, scope), stringToSign(time, scope, canonical)), proof.signature)
  })
  if (!fits) throw refusal('SignatureDoesNotMatch', 'the signature does not fit the request')
}

function keyFor(accessKey: AccessKey, scope: Scope): Buffer {
  const name = `${scope.date}/${scope.region}/${scope.service}`
  let scopes = keys.get(accessKey)
  const known = scopes?.get(name)
  if (known) return known
  if (!scopes || scopes.size >= mostScopes) {
    scopes = new Map()
    keys.set(accessKey, scopes)
  }
  const key = signingKey(accessKey.secretAccessKey, scope)
  scopes.set(name, key)
  return key
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function refusal(code: GatewayCode, text: string): Refusal {
  return new Refusal(code, text)
}
