import { createHash, createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { Signer } from '@volcengine/openapi'
import type { App } from '../../src/core/apps/model.ts'
import { readExact } from './exact-json.ts'
import type { TestServer } from './server.ts'

/** An access key as its owner holds it. */
export interface Credentials {
  accessKeyId: string
  secretKey: string
  sessionToken?: string
}

/** What a request is made of before it is signed. */
export interface Draft {
  method: 'GET' | 'POST'
  query: Record<string, string>
  headers: Record<string, string>
  body: string
  host: string
  region: string
  date: Date
}

/** A request as it goes on the wire. */
export interface Wire {
  method: string
  /** With the question mark. */
  url: string
  headers: Record<string, string>
  body: string
}

/** A way of signing: the vendor's Node SDK or its Go SDK, in headers or in the query. */
export type Sign = (draft: Draft, credentials: Credentials) => Wire

/** The Go SDK's header form, with another text as X-Date if it is given. */
export type SignAt = (draft: Draft, credentials: Credentials, time?: string) => Wire

/** What a call may differ in. */
export interface CallOptions {
  sign?: Sign
  credentials?: Credentials
  version?: string
  /** Changes the draft before it is signed. */
  before?: (draft: Draft) => unknown
  /** Changes the request after it was signed. */
  after?: (wire: Wire) => unknown
  /** Sent instead of the body's JSON. */
  text?: string
}

/** What came back. */
export interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  body: any
}

/** Calls an action with a real signature, by default the Node SDK's with the account's first key. */
export async function callVolcengine(
  server: Pick<TestServer, 'port' | 'accounts'>,
  app: Pick<App, 'account'>,
  action: string,
  body: unknown,
  options: CallOptions = {},
): Promise<Reply> {
  const draft: Draft = {
    method: 'POST',
    query: { Action: action, Version: options.version ?? '2020-12-01' },
    headers: { 'Content-Type': 'application/json' },
    body: options.text ?? JSON.stringify(body),
    host: `127.0.0.1:${server.port}`,
    region: 'cn-north-1',
    date: new Date(),
  }
  options.before?.(draft)
  const wire = (options.sign ?? signLikeNode)(draft, options.credentials ?? firstKey(server, app))
  options.after?.(wire)
  return send(server.port, wire)
}

/** The first access key of the app's account. */
export function firstKey(server: Pick<TestServer, 'accounts'>, app: Pick<App, 'account'>): Credentials {
  const key = server.accounts.find(account => account.id === app.account)?.keys[0]
  if (!key) throw new Error('the account has no key')
  return { accessKeyId: key.accessKeyId, secretKey: key.secretAccessKey }
}

/** Sends a request as it stands. Unlike fetch it lets a test choose the Host header. */
export function send(port: number, wire: Wire): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method: wire.method, path: wire.url, headers: wire.headers }
    const sent = httpRequest({ ...options, agent: false }, reply => {
      const chunks: Buffer[] = []
      reply.on('data', chunk => chunks.push(chunk))
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, body: readExact(Buffer.concat(chunks).toString()) }),
      )
      reply.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(wire.body)
  })
}

/** The header form as `@volcengine/openapi` makes it. */
export const signLikeNode: Sign = (draft, credentials) => {
  const { method, headers, body, region, query } = draft
  const request = { region, method, pathname: '/', params: query, headers: { ...headers }, body }
  new Signer(request, 'rtc').addAuthorization(credentials, draft.date)
  return { method, url: `/?${new URLSearchParams(query)}`, headers: request.headers, body }
}

/** The query form as `@volcengine/openapi` makes it. */
export const signUrlLikeNode: Sign = (draft, credentials) => {
  const { method, headers, body, region, query } = draft
  const signer = new Signer({ region, method, pathname: '/', params: query, headers: {} }, 'rtc')
  return { method, url: `/?${signer.getSignUrl(credentials, draft.date)}`, headers, body }
}

/** The header form as the Go SDK makes it: content-type, host and every X- header are signed, its own version among them. */
export const signLikeGo: SignAt = (draft, credentials, time = compact(draft.date)) => {
  const bodyHash = sha256(draft.body)
  const own = { 'X-Date': time, 'X-Content-Sha256': bodyHash, 'X-IM-SDK-Version': 'Golang-V1.0.1', Host: draft.host }
  const headers: Record<string, string> = { ...own, ...draft.headers }
  if (credentials.sessionToken) headers['X-Security-Token'] = credentials.sessionToken
  const signed = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => name === 'content-type' || name === 'content-md5' || name === 'host' || name.startsWith('x-'))
    .map(([name, value]) => [name, name === 'host' ? value.replace(/:(80|443)$/, '') : value] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const block = signed.map(([name, value]) => `${name}:${value}\n`).join('')
  const canonical = [draft.method, '/', goQuery(draft.query), block, names, bodyHash].join('\n')
  const { scope, signature } = goSignature(draft, credentials, time, canonical)
  const authorization = `HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  const url = `/?${goQuery(draft.query)}`
  return { method: draft.method, url, headers: { ...headers, Authorization: authorization }, body: draft.body }
}

/** The query form as the Go SDK makes it: X-SignedQueries names itself and is signed too. */
export const signUrlLikeGo: Sign = (draft, credentials) => {
  const time = compact(draft.date)
  const query: Record<string, string> = {
    ...draft.query,
    'X-Date': time,
    'X-NotSignBody': '',
    'X-Credential': `${credentials.accessKeyId}/${scopeOf(draft)}`,
    'X-Algorithm': 'HMAC-SHA256',
    'X-SignedHeaders': '',
  }
  if (credentials.sessionToken) query['X-Security-Token'] = credentials.sessionToken
  query['X-SignedQueries'] = [...Object.keys(query), 'X-SignedQueries'].sort().join(';')
  const canonical = `${draft.method}\n/\n${goQuery(query)}\n\n\n\n${sha256('')}`
  query['X-Signature'] = goSignature(draft, credentials, time, canonical).signature
  return { method: draft.method, url: `/?${goQuery(query)}`, headers: draft.headers, body: draft.body }
}

function goSignature(draft: Draft, credentials: Credentials, time: string, canonical: string) {
  const scope = scopeOf(draft)
  const text = `HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`
  const day = hmac(credentials.secretKey, scope.slice(0, 8))
  const key = hmac(hmac(hmac(day, draft.region), 'rtc'), 'request')
  return { scope, signature: hmac(key, text).toString('hex') }
}

function scopeOf(draft: Draft): string {
  return `${compact(draft.date).slice(0, 8)}/${draft.region}/rtc/request`
}

function goQuery(query: Record<string, string>): string {
  const names = Object.keys(query).sort()
  return names.map(name => `${encode(name)}=${encode(query[name] as string)}`).join('&')
}

// What Go's url.QueryEscape leaves as it is, with %20 for a space.
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function compact(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
