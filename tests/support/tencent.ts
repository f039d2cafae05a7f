import { createHmac } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { Api } from 'tls-sig-api-v2'
import type { App } from '../../src/core/apps/model.ts'
import { readExact } from './exact-json.ts'
import type { TestServer } from './server.ts'

/** What a call may do otherwise than the administrator's client. */
export interface TencentOptions {
  /** Who calls; the first administrator by default. */
  identifier?: string
  usersig?: string
  /** The UserSig was made so many seconds ago. */
  age?: number
  /** Fields of the query that differ; undefined leaves one out. */
  query?: Record<string, string | undefined>
  method?: string
  /** The body as it goes over the wire, instead of the JSON of the given one. */
  raw?: string | Buffer
  path?: string
}

/** The reply of a call: HTTP status, headers and the JSON body, with integers exact. */
export interface TencentReply {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
  body: any
}

/** A UserSig from the vendor's own signer, good for an hour unless said otherwise. */
export function userSig(app: App, user: string, expire = 3600): string {
  return new Api(app.id, app.tencent?.secretKey ?? '').genUserSig(user, expire)
}

/** What a UserSig document may hold; times in seconds. */
export interface TicketFields {
  identifier: string
  sdkappid: number
  time: number
  expire: number
  userbuf?: string
}

/** A UserSig written by hand from `catalog/tencent-im/model.md` §2, for tickets that the vendor's signer does not make. */
export function handMadeSig(fields: TicketFields, key: string, differing: Record<string, unknown> = {}): string {
  const names = ['identifier', 'sdkappid', 'time', 'expire', 'userbuf'] as const
  const lines = names.filter(name => fields[name] !== undefined).map(name => `TLS.${name}:${fields[name]}\n`)
  const sig = createHmac('sha256', key).update(lines.join('')).digest('base64')
  const entries = names.map(name => [`TLS.${name}`, fields[name]])
  const ticket = { 'TLS.ver': '2.0', ...Object.fromEntries(entries), 'TLS.sig': sig, ...differing }
  return wrapped(JSON.stringify(ticket))
}

/** Any bytes in the clothes of a UserSig. */
export function wrapped(document: string | Buffer): string {
  const base64 = deflateSync(document).toString('base64')
  return base64.replaceAll('+', '*').replaceAll('/', '-').replaceAll('=', '_')
}

/** A UserSig that was made so many seconds ago. */
export function agedSig(app: App, user: string, age: number, expire = 86_400): string {
  const time = Math.floor(Date.now() / 1000) - age
  return handMadeSig({ identifier: user, sdkappid: app.id, time, expire }, app.tencent?.secretKey ?? '')
}

/** Calls one command of the Tencent API over HTTP, signed with the vendor's own signer. */
export async function callTencent(
  server: Pick<TestServer, 'url'>,
  app: App,
  key: string,
  body: unknown = {},
  options: TencentOptions = {},
): Promise<TencentReply> {
  const identifier = options.identifier ?? (app.tencent?.admins[0] as string)
  const query = new URLSearchParams()
  const fields = {
    sdkappid: String(app.id),
    identifier,
    usersig: options.usersig ?? (options.age ? agedSig(app, identifier, options.age) : userSig(app, identifier)),
    random: String(Math.floor(Math.random() * 2 ** 32)),
    contenttype: 'json',
    ...options.query,
  }
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, value)
  const method = options.method ?? 'POST'
  const reply = await fetch(`${server.url}${options.path ?? `/v4/${key}`}?${query}`, {
    method,
    body: method === 'POST' ? wireBody(options.raw ?? JSON.stringify(body)) : undefined,
  })
  return { status: reply.status, headers: reply.headers, body: readExact(await reply.text()) }
}

function wireBody(body: string | Buffer): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? body : new Uint8Array(body)
}
