import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { createSecureServer, type Http2Session, type ServerHttp2Stream } from 'node:http2'
import type { ApnsSettings } from '../../../src/push/apns.ts'
import { bodyOf, busySeconds, certificate, hosted, type Provider, type Taken, type Treatment } from './provider.ts'
import { readToken } from './token.ts'

/** Apple's push service, as far as its documents tell. */
export interface Apns extends Provider {
  /** What an engine needs to be let in. */
  readonly settings: ApnsSettings
  /** Provider tokens that came, each once. */
  readonly tokens: string[]
  /** The most requests that were under way on one connection at a time. */
  readonly most: number
  /** How often a connection was asked whether it lives. */
  readonly pings: number
  /** Calls every token expired that came so far. */
  expire(): void
  /** Says goodbye on every connection: what was under way is worked on, what came after `last` is not. A code is an error. */
  goodbye(last?: number, code?: number): void
}

interface Options {
  /** What the service believes the time to be (ms). */
  clock?: () => number
  /** Streams that are allowed once a token was accepted; before there is one. */
  streams?: number
  /** How long an answer takes (ms). */
  delay?: number
}

interface Reply {
  status: number
  headers?: Record<string, string>
  body?: { reason: string; timestamp?: number }
}

const topic = 'org.example.app'

/** Starts the service on a port of its own, with TLS and HTTP/2. */
export async function startApns({ clock = Date.now, streams = 100, delay = 0 }: Options = {}): Promise<Apns> {
  const { cert, key, ca } = await certificate()
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const signer = { keyId: 'ABCDE12345', teamId: 'TEAM012345' }
  const taken: Taken[] = []
  const treatments = new Map<string, Treatment>()
  const devices = new Set<string>()
  const tokens = new Set<string>()
  const expired = new Set<string>()
  // Sessions with the last stream that came, and the last that is worked on.
  const sessions = new Map<Http2Session, { came: number; last: number }>()
  let [requests, most, pings] = [0, 0, 0]

  const server = createSecureServer({ cert, key, settings: { maxConcurrentStreams: 1 } })
  server.on('session', session => {
    sessions.set(session, { came: 0, last: Number.POSITIVE_INFINITY })
    session.on('close', () => sessions.delete(session))
    session.on('error', () => {})
    session.on('ping', () => pings++)
  })
  const open = new Map<unknown, number>()
  server.on('stream', (stream, headers) => {
    const { session } = stream
    open.set(session, (open.get(session) ?? 0) + 1)
    most = Math.max(most, open.get(session) ?? 0)
    stream.on('error', () => {})
    stream.on('close', () => open.set(session, (open.get(session) ?? 0) - 1))
    requests++
    const known = session && sessions.get(session)
    if (known) known.came = Math.max(known.came, stream.id ?? 0)
    void answer(stream, headers as Record<string, string>)
  })
  const host = await hosted(server)

  async function answer(stream: ServerHttp2Stream, headers: Record<string, string>) {
    const body = await bodyOf(stream).catch(() => Buffer.alloc(0))
    const last = stream.session && sessions.get(stream.session)?.last
    if (last !== undefined && (stream.id ?? 0) > last) return
    const device = headers[':path']?.match(/^\/3\/device\/([0-9a-f]+)$/)?.[1] ?? ''
    if (treatments.get(device) === 'silent') return
    const reply = judge(headers, device, body)
    if (reply.status !== 403) {
      const { session } = stream
      if (session?.localSettings.maxConcurrentStreams === 1) session.settings({ maxConcurrentStreams: streams })
    }
    if (delay) await new Promise(resolve => setTimeout(resolve, delay))
    if (stream.destroyed) return
    const id = headers['apns-id'] ?? ''
    stream.respond({ ':status': reply.status, 'apns-id': id, ...reply.headers })
    stream.end(reply.body && JSON.stringify(reply.body))
  }

  function judge(headers: Record<string, string>, device: string, body: Buffer): Reply {
    const wrong = wrongToken(headers.authorization, pair.publicKey, signer, clock() / 1000, { tokens, expired })
    if (wrong) return { status: 403, body: { reason: wrong } }
    if (headers[':method'] !== 'POST') return { status: 405, body: { reason: 'MethodNotAllowed' } }
    if (headers['apns-topic'] !== topic) return { status: 400, body: { reason: 'DeviceTokenNotForTopic' } }
    const { priority, id } = { priority: headers['apns-priority'], id: headers['apns-id'] ?? '' }
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      return { status: 400, body: { reason: 'BadMessageId' } }
    if (headers['apns-push-type'] === 'background' && priority !== '5')
      return { status: 400, body: { reason: 'BadPriority' } }
    if (Buffer.byteLength(headers['apns-collapse-id'] ?? '') > 64)
      return { status: 400, body: { reason: 'BadCollapseId' } }
    if (!/^\d+$/.test(headers['apns-expiration'] ?? '')) return { status: 400, body: { reason: 'BadExpirationDate' } }
    if (body.length === 0) return { status: 400, body: { reason: 'PayloadEmpty' } }
    if (body.length > 4096) return { status: 413, body: { reason: 'PayloadTooLarge' } }
    if (!devices.has(device)) return { status: 400, body: { reason: 'BadDeviceToken' } }
    const treated = treat(treatments.get(device))
    if (treated) return treated
    taken.push(takenOf(device, headers, body))
    return { status: 200 }
  }

  return {
    url: `https://127.0.0.1:${host.port}`,
    ca,
    taken,
    get requests() {
      return requests
    },
    get connections() {
      return host.connections()
    },
    get tokens() {
      return [...tokens]
    },
    get pings() {
      return pings
    },
    get most() {
      return most
    },
    settings: {
      name: 'apns',
      ...signer,
      key: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      topic,
      url: `https://127.0.0.1:${host.port}`,
      ca,
      timeout: 1000,
      payloadKey: 'payload',
    },
    device() {
      const token = randomBytes(32).toString('hex')
      devices.add(token)
      return token
    },
    treat: (token, treatment) => treatments.set(token, treatment),
    expire() {
      for (const token of tokens) expired.add(token)
    },
    goodbye(last, code = 0) {
      for (const [session, known] of sessions) {
        // One that broke says nothing any more.
        if (session.destroyed) continue
        // What arrives before the frame goes out is not worked on either: the other side sends it again.
        known.last = Math.min(last ?? known.came, known.last)
        session.goaway(code, known.last)
      }
    },
    listen: host.listen,
    stop: host.stop,
  }
}

function wrongToken(
  authorization: string | undefined,
  key: KeyObject,
  signer: { keyId: string; teamId: string },
  now: number,
  known: { tokens: Set<string>; expired: Set<string> },
): string | undefined {
  const token = authorization?.match(/^bearer (.+)$/)?.[1]
  if (!token) return 'MissingProviderToken'
  const read = readToken(token, key, 'ES256')
  if (!read || read.header.kid !== signer.keyId || read.claims.iss !== signer.teamId) return 'InvalidProviderToken'
  known.tokens.add(token)
  const age = now - Number(read.claims.iat)
  // The clocks of two machines differ a little.
  return age > 3600 || age < -60 || known.expired.has(token) ? 'ExpiredProviderToken' : undefined
}

function treat(treatment: Treatment | undefined): Reply | undefined {
  const later = { 'retry-after': String(busySeconds) }
  switch (treatment) {
    case 'gone':
      return { status: 410, body: { reason: 'Unregistered', timestamp: 1_700_000_000_000 } }
    case 'busy':
      return { status: 429, headers: later, body: { reason: 'TooManyRequests' } }
    case 'broken':
      return { status: 503, body: { reason: 'ServiceUnavailable' } }
    case 'refuse':
      return { status: 400, body: { reason: 'BadTopic' } }
  }
}

function takenOf(token: string, headers: Record<string, string>, bytes: Buffer): Taken {
  const body = JSON.parse(bytes.toString()) as Record<string, unknown>
  const { alert } = body.aps as { alert?: { title?: string; body?: string } }
  const payload = body.payload as string | undefined
  return {
    token,
    id: headers['apns-id'],
    title: alert?.title,
    text: alert?.body,
    payload,
    size: bytes.length,
    headers,
    body,
  }
}
