import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import type { WebPushSettings } from '../../../src/push/web-push.ts'
import { bodyOf, busySeconds, certificate, hosted, type Provider, type Taken, type Treatment } from './provider.ts'
import { readToken } from './token.ts'

/** A browser's push service, and the browsers behind it, which decrypt what they get. */
export interface WebPush extends Provider {
  readonly settings: WebPushSettings
  /** Authorization headers that came, each once. */
  readonly authorizations: string[]
}

interface Browser {
  keys: ECDH
  auth: Buffer
}

interface Options {
  /** How long an answer takes (ms). */
  delay?: number
  /** The app's pair, with which all browsers subscribed. */
  vapid?: ECDH
}

/** A pair of P-256 keys. */
export function newPair(): ECDH {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return pair
}

/** Starts the service on a port of its own, with TLS. */
export async function startWebPush({ delay = 0, vapid = newPair() }: Options = {}): Promise<WebPush> {
  const { cert, key, ca } = await certificate()
  const taken: Taken[] = []
  const treatments = new Map<string, Treatment>()
  const browsers = new Map<string, Browser>()
  const authorizations = new Set<string>()
  let [requests, number] = [0, 0]

  const server = createServer({ cert, key }, async (request, response) => {
    requests++
    const body = await bodyOf(request).catch(() => Buffer.alloc(0))
    const reply = judge(request.url ?? '', request.headers, body)
    if (!reply) return
    if (delay) await new Promise(resolve => setTimeout(resolve, delay))
    response.writeHead(reply.status, reply.headers)
    response.end()
  })
  const host = await hosted(server)
  const url = `https://127.0.0.1:${host.port}`

  function judge(path: string, headers: IncomingHttpHeaders, body: Buffer) {
    const token = tokenOf(path)
    const browser = browsers.get(path)
    if (!browser) return { status: 404 }
    if (wrongVapid(headers.authorization, vapid.getPublicKey(), url)) return { status: 403 }
    authorizations.add(headers.authorization ?? '')
    if (wrongHeaders(headers)) return { status: 400 }
    if (body.length > 4096) return { status: 413 }
    const treatment = treatments.get(token)
    if (treatment === 'silent') return undefined
    const treated = treat(treatment)
    if (treated) return treated
    const id = `${url}/message/${++number}`
    taken.push(takenOf(token, id, headers, JSON.parse(decrypt(browser, body)), body.length))
    return { status: 201, headers: { location: id } }
  }

  function tokenOf(path: string): string {
    const browser = browsers.get(path)
    const p256dh = browser?.keys.getPublicKey().toString('base64url')
    return JSON.stringify({
      endpoint: url + path,
      expirationTime: null,
      keys: { p256dh, auth: browser?.auth.toString('base64url') },
    })
  }

  return {
    url,
    ca,
    taken,
    get requests() {
      return requests
    },
    get connections() {
      return host.connections()
    },
    get authorizations() {
      return [...authorizations]
    },
    settings: {
      name: 'web-push',
      subject: 'mailto:push@example.org',
      publicKey: vapid.getPublicKey().toString('base64url'),
      privateKey: vapid.getPrivateKey().toString('base64url'),
      ca,
      timeout: 1000,
    },
    device() {
      const path = `/push/${randomBytes(12).toString('base64url')}`
      browsers.set(path, { keys: newPair(), auth: randomBytes(16) })
      return tokenOf(path)
    },
    treat: (token, treatment) => treatments.set(token, treatment),
    listen: host.listen,
    stop: host.stop,
  }
}

/** RFC 8292: signed by the key that it shows, for this origin, for a day at most, by somebody who can be reached. */
function wrongVapid(authorization: string | undefined, known: Buffer, origin: string): boolean {
  const [, token = '', shown = ''] = authorization?.match(/^vapid t=([\w.-]+), ?k=([\w-]+)$/) ?? []
  if (shown !== known.toString('base64url')) return true
  const [x, y] = [known.subarray(1, 33), known.subarray(33)].map(half => half.toString('base64url'))
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
  const claims = readToken(token, key, 'ES256')?.claims
  const left = Number(claims?.exp) - Date.now() / 1000
  return claims?.aud !== origin || !(left > 0 && left <= 86_400) || !/^(mailto:|https:)/.test(String(claims.sub))
}

/** RFC 8030. */
function wrongHeaders(headers: IncomingHttpHeaders): boolean {
  const { ttl, urgency, topic } = headers as Record<string, string>
  if (headers['content-encoding'] !== 'aes128gcm' || !/^\d+$/.test(ttl ?? '')) return true
  if (!['very-low', 'low', 'normal', 'high'].includes(urgency ?? '')) return true
  return topic !== undefined && !/^[\w-]{1,32}$/.test(topic)
}

/** RFC 8291 and 8188: one record, whose key comes from both sides' keys and the browser's secret. */
function decrypt({ keys, auth }: Browser, body: Buffer): string {
  const [salt, size, length] = [body.subarray(0, 16), body.readUInt32BE(16), body.readUInt8(20)]
  const theirs = body.subarray(21, 21 + length)
  const record = body.subarray(21 + length)
  if (length !== 65 || record.length > size) throw new Error('not one record with a P-256 key')
  const derive = (secret: Buffer, from: Buffer, info: Buffer, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, from, info, bytes))
  const shared = keys.computeSecret(theirs)
  const both = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), theirs])
  const secret = derive(shared, auth, both, 32)
  const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const opening = createDecipheriv('aes-128-gcm', key, nonce)
  opening.setAuthTag(record.subarray(-16))
  const padded = Buffer.concat([opening.update(record.subarray(0, -16)), opening.final()])
  const end = padded.lastIndexOf(2)
  if (end < 0 || padded.subarray(end + 1).some(byte => byte !== 0)) throw new Error('not the last record')
  return padded.subarray(0, end).toString()
}

function treat(treatment: Treatment | undefined) {
  switch (treatment) {
    case 'gone':
      return { status: 410 }
    case 'busy':
      return { status: 429, headers: { 'retry-after': String(busySeconds) } }
    case 'broken':
      return { status: 503 }
    case 'refuse':
      return { status: 400 }
  }
}

function takenOf(
  token: string,
  id: string,
  headers: IncomingHttpHeaders,
  body: Record<string, string>,
  size: number,
): Taken {
  const { title, body: text, payload } = body
  return { token, id, title, text, payload, size, headers: headers as Record<string, string>, body }
}
