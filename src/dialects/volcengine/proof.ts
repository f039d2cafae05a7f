import { Refusal, type WireRequest } from '../dialect.ts'
import type { GatewayCode } from './errors.ts'
import { algorithm, firstOf, type Pair, type Scope, sha256, terminator } from './signature.ts'

/** What a request brings to prove who calls; read, not yet believed. */
export interface Proof {
  accessKeyId: string
  scope: Scope
  /** X-Date as it was received, which is what the signature covers. */
  time: string
  /** YYYYMMDDTHHMMSSZ. */
  compactTime: string
  query: readonly Pair[]
  /** The signed headers as each of the vendor's SDKs may have written them; one form fits. */
  headerForms: Pair[][]
  bodyHash: string
  signature: string
}

/** Parameters that stand for a signed query; the last two are never signed by everybody. */
const mustSign = ['Action', 'Version', 'X-Date', 'X-Credential', 'X-Algorithm']
const queryMarks = ['X-Signature', 'X-Credential', 'X-Algorithm', 'X-SignedQueries']

/** Reads the proof from the header, or else from the query. Refusal with the gateway's code for what is missing or malformed. */
export function readProof(request: WireRequest, query: readonly Pair[]): Proof {
  const header = headerOf(request, 'authorization')
  if (header === undefined && !queryMarks.some(name => firstOf(query, name) !== undefined))
    refuse('MissingAuthenticationToken', 'neither an Authorization header nor a signed query')
  if (headerOf(request, 'x-security-token') || firstOf(query, 'X-Security-Token'))
    refuse('InvalidSecretToken', 'this server gives no temporary keys')
  return header === undefined ? fromQuery(request, query) : fromHeader(request, query, header)
}

function fromHeader(request: WireRequest, query: readonly Pair[], header: string): Proof {
  const parts = authorizationParts(header)
  const signature = parts.get('Signature')
  if (!signature) refuse('MissingSignature', 'Authorization has no Signature')
  const names = (parts.get('SignedHeaders') ?? '').toLowerCase().split(';').filter(Boolean)
  // Without one of these the signature could be moved to another server or time.
  if (!names.includes('host') && !names.includes('x-date'))
    refuse('InvalidAuthorization', 'SignedHeaders names neither host nor x-date')
  const time = headerOf(request, 'x-date')
  return {
    ...readCredential(parts.get('Credential')),
    ...readTime(time),
    query,
    headerForms: headerForms(request, names),
    bodyHash: bodyHash(request),
    signature,
  }
}

function fromQuery(request: WireRequest, query: readonly Pair[]): Proof {
  const signature = firstOf(query, 'X-Signature')
  if (!signature) refuse('MissingSignature', 'the query has no X-Signature')
  if (firstOf(query, 'X-Algorithm') !== algorithm) refuse('InvalidAuthorization', `X-Algorithm is not ${algorithm}`)
  const names = new Set(firstOf(query, 'X-SignedQueries')?.split(';'))
  const bodyUnsigned = firstOf(query, 'X-NotSignBody') !== undefined
  for (const name of bodyUnsigned ? [...mustSign, 'X-NotSignBody'] : mustSign)
    if (firstOf(query, name) !== undefined && !names.has(name))
      refuse('InvalidAuthorization', `X-SignedQueries does not name ${name}`)
  const headers = (firstOf(query, 'X-SignedHeaders') ?? '').toLowerCase().split(';').filter(Boolean)
  return {
    ...readCredential(firstOf(query, 'X-Credential')),
    ...readTime(firstOf(query, 'X-Date')),
    query: query.filter(([name]) => names.has(name) && name !== 'X-Signature'),
    headerForms: headerForms(request, headers),
    bodyHash: bodyUnsigned ? sha256('') : bodyHash(request),
    signature,
  }
}

function authorizationParts(header: string): Map<string, string> {
  const [name, ...rest] = header.trim().split(/\s+/)
  const parts = rest.join('').split(',').filter(Boolean)
  if (name !== algorithm || parts.length === 0) refuse('InvalidAuthorization', 'Authorization is malformed')
  return new Map(
    parts.map(part => {
      const at = part.indexOf('=')
      if (at < 1) refuse('InvalidAuthorization', 'Authorization is malformed')
      return [part.slice(0, at), part.slice(at + 1)]
    }),
  )
}

function readCredential(credential: string | undefined): { accessKeyId: string; scope: Scope } {
  if (!credential) refuse('MissingRequestInfo', 'Credential is missing')
  const parts = credential.split('/')
  const [accessKeyId, date, region, service, end] = parts
  if (parts.length !== 5 || end !== terminator) refuse('InvalidCredential', 'Credential is malformed')
  if (!accessKeyId || !region || !service)
    refuse('MissingRequestInfo', 'Credential lacks access key, region or service')
  if (!/^\d{8}$/.test(date ?? '')) refuse('InvalidCredential', 'the day of Credential is malformed')
  return { accessKeyId, scope: { date: date as string, region, service } }
}

function readTime(time: string | undefined): { time: string; compactTime: string } {
  if (!time) refuse('MissingParameter', 'X-Date is missing')
  const compactTime = time.replace(/[-:]/g, '')
  if (!/^\d{8}T\d{6}Z$/.test(compactTime)) refuse('InvalidTimestamp', 'X-Date is malformed')
  return { time, compactTime }
}

function bodyHash(request: WireRequest): string {
  const hash = sha256(request.body)
  const given = headerOf(request, 'x-content-sha256')
  if (given !== undefined && given.toLowerCase() !== hash)
    refuse('SignatureDoesNotMatch', 'X-Content-Sha256 does not fit the body')
  return given ?? hash
}

// Go trims values and drops the usual ports of host; Node signs host as it is and makes runs of white space one space.
function headerForms(request: WireRequest, names: readonly string[]): Pair[][] {
  const values = names.map(name => [name, (headerOf(request, name) ?? '').trim()] as const)
  const go = values.map(([name, value]): Pair => [name, name === 'host' ? value.replace(/:(80|443)$/, '') : value])
  const node = values.map(([name, value]): Pair => [name, value.replace(/\s+/g, ' ')])
  const differ = go.some(([, value], i) => value !== node[i]?.[1])
  return differ ? [go, node] : [go]
}

function headerOf(request: WireRequest, name: string): string | undefined {
  // SignedHeaders is the caller's word: it may name what every object has.
  const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined
  return Array.isArray(value) ? value.join(',') : value
}

function refuse(code: GatewayCode, text: string): never {
  throw new Refusal(code, text)
}
