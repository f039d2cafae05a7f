import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { FcmSettings } from '../../../src/push/fcm.ts'
import { bodyOf, busySeconds, certificate, hosted, type Provider, type Taken, type Treatment } from './provider.ts'
import { readToken } from './token.ts'

/** Firebase Cloud Messaging and the place where its access tokens come from. */
export interface Fcm extends Provider {
  readonly settings: FcmSettings
  /** Access tokens that were given out. */
  readonly granted: string[]
  /** Requests for access tokens, granted or not. */
  readonly asked: number
  /** Takes every access token back that was given out so far. */
  revoke(): void
  /** What the place of the tokens does: grants, refuses the account, fails, or says nothing. */
  tokens: 'grant' | 'refuse' | 'broken' | 'silent'
  /** Answers to pushes with this, for refusals that no treatment covers. */
  reply?: Reply
}

interface Options {
  clock?: () => number
  /** How long an access token is good (s). */
  life?: number
  delay?: number
}

interface Reply {
  status: number
  headers?: Record<string, string>
  body: unknown
}

interface Message {
  token: string
  notification?: Record<string, string>
  data?: Record<string, string>
  android?: { ttl?: string; priority?: string; notification?: { notification_count?: number } }
}

const project = 'example-app'
const email = 'pusher@example-app.iam.gserviceaccount.com'
const fcmError = 'type.googleapis.com/google.firebase.fcm.v1.FcmError'

// An RSA key takes long to make, and nobody minds that all services of a test run know the same account.
let pair: { privateKey: KeyObject; publicKey: KeyObject } | undefined

/** Starts the service on a port of its own, with TLS. */
export async function startFcm({ clock = Date.now, life = 3600, delay = 0 }: Options = {}): Promise<Fcm> {
  const { cert, key, ca } = await certificate()
  pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { privateKey, publicKey } = pair
  const taken: Taken[] = []
  const treatments = new Map<string, Treatment>()
  const devices = new Set<string>()
  const granted = new Map<string, number>()
  const revoked = new Set<string>()
  let [requests, asked, number] = [0, 0, 0]

  const server = createServer({ cert, key }, async (request, response) => {
    const body = await bodyOf(request).catch(() => Buffer.alloc(0))
    const reply = request.url === '/token' ? grant(body.toString()) : push(request, body)
    if (!reply) return
    if (delay) await new Promise(resolve => setTimeout(resolve, delay))
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body))
  })
  const host = await hosted(server)
  const url = `https://127.0.0.1:${host.port}`

  function grant(form: string): Reply | undefined {
    asked++
    if (fake.tokens === 'silent') return undefined
    if (fake.tokens === 'broken') return { status: 503, body: { error: 'internal_failure' } }
    const wrong = fake.tokens === 'refuse' || wrongAssertion(form, publicKey, `${url}/token`, clock() / 1000)
    if (wrong) return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } }
    const token = `ya29.${randomBytes(12).toString('hex')}`
    granted.set(token, clock() + life * 1000)
    return { status: 200, body: { access_token: token, expires_in: life, token_type: 'Bearer' } }
  }

  function push(request: IncomingMessage, body: Buffer): Reply | undefined {
    requests++
    if (request.method !== 'POST' || request.url !== `/v1/projects/${project}/messages:send`)
      return { status: 404, body: '<!DOCTYPE html>not here' }
    const bearer = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1] ?? ''
    if (!((granted.get(bearer) ?? 0) > clock()) || revoked.has(bearer))
      return { status: 401, body: { error: { code: 401, message: 'bad credentials', status: 'UNAUTHENTICATED' } } }
    if (fake.reply) return fake.reply
    const { message } = JSON.parse(body.toString())
    const wrong = wrongMessage(message)
    if (wrong) return invalid(wrong, `Invalid value at '${wrong}'`)
    if (!devices.has(message.token)) return invalid('message.token', 'Invalid registration token')
    const treatment = treatments.get(message.token)
    if (treatment === 'silent') return undefined
    const treated = treat(treatment)
    if (treated) return treated
    const name = `projects/${project}/messages/0:${++number}`
    taken.push({ ...takenOf(name, message, request.headers as Record<string, string>), size: body.length })
    return { status: 200, body: { name } }
  }

  const fake: Fcm = {
    url,
    ca,
    taken,
    tokens: 'grant',
    get requests() {
      return requests
    },
    get connections() {
      return host.connections()
    },
    get asked() {
      return asked
    },
    get granted() {
      return [...granted.keys()]
    },
    settings: {
      name: 'fcm',
      url,
      ca,
      timeout: 1000,
      payloadKey: 'payload',
      account: {
        project_id: project,
        private_key_id: 'a1b2c3',
        private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
        client_email: email,
        token_uri: `${url}/token`,
      },
    },
    device() {
      const token = `${randomBytes(8).toString('hex')}:APA91b${randomBytes(60).toString('base64url')}`
      devices.add(token)
      return token
    },
    treat: (token, treatment) => treatments.set(token, treatment),
    revoke() {
      for (const token of granted.keys()) revoked.add(token)
    },
    listen: host.listen,
    stop: host.stop,
  }
  return fake
}

function wrongAssertion(form: string, key: KeyObject, audience: string, now: number): boolean {
  const fields = new URLSearchParams(form)
  if (fields.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return true
  const read = readToken(fields.get('assertion') ?? '', key, 'RS256')
  if (read?.header.kid !== 'a1b2c3') return true
  const { iss, aud, scope } = read.claims
  const [iat, exp] = [Number(read.claims.iat), Number(read.claims.exp)]
  const timely = iat <= now + 60 && exp > now && exp - iat <= 3600
  return !timely || iss !== email || aud !== audience || scope !== 'https://www.googleapis.com/auth/firebase.messaging'
}

/** The field that the service would find wrong. */
function wrongMessage({ data = {}, android = {}, token }: Message): string | undefined {
  if (typeof token !== 'string') return 'message.token'
  for (const [key, value] of Object.entries(data))
    if (typeof value !== 'string' || /^(from$|message_type$|google|gcm)/.test(key)) return 'message.data'
  const { ttl = '', priority = '', notification } = android
  if (!/^\d+(\.\d{1,9})?s$/.test(ttl) || Number.parseFloat(ttl) > 2_419_200) return 'message.android.ttl'
  if (!['HIGH', 'NORMAL'].includes(priority)) return 'message.android.priority'
  const count = notification?.notification_count ?? 0
  return Number.isInteger(count) ? undefined : 'message.android.notification.notification_count'
}

function invalid(field: string, description: string) {
  const details = [
    { '@type': fcmError, errorCode: 'INVALID_ARGUMENT' },
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] },
  ]
  const message = 'Request contains an invalid argument.'
  return { status: 400, body: { error: { code: 400, message, status: 'INVALID_ARGUMENT', details } } }
}

function treat(treatment: Treatment | undefined) {
  const failed = (code: number, status: string, errorCode: string, headers?: Record<string, string>) => {
    const details = [{ '@type': fcmError, errorCode }]
    return { status: code, headers, body: { error: { code, message: 'It failed.', status, details } } }
  }
  switch (treatment) {
    case 'gone':
      return failed(404, 'NOT_FOUND', 'UNREGISTERED')
    case 'busy':
      return failed(429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED', { 'retry-after': String(busySeconds) })
    case 'broken':
      return failed(503, 'UNAVAILABLE', 'UNAVAILABLE')
    case 'refuse':
      return failed(403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH')
  }
}

function takenOf(id: string, message: Message, headers: Record<string, string>): Omit<Taken, 'size'> {
  const { token, notification, data } = message
  const body = message as unknown as Record<string, unknown>
  return { token, id, title: notification?.title, text: notification?.body, payload: data?.payload, headers, body }
}
