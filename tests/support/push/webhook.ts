import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import type { Outgoing } from '../../../src/push/push.ts'
import type { WebhookSettings } from '../../../src/push/webhook.ts'
import { bodyOf, busySeconds, certificate, hosted, type Provider, type Taken, type Treatment } from './provider.ts'

/** A back end that delivers pushes itself and checks who brings them. */
export interface Webhook extends Provider {
  readonly settings: WebhookSettings
  /** Ids of the requests, in the order in which they came. */
  readonly ids: string[]
  /** Answers with this instead. */
  reply?: { status: number; headers?: Record<string, string>; body: string }
}

interface Options {
  /** How long an answer takes (ms). */
  delay?: number
  /** What both sides know. */
  secret?: string
}

/** Starts the back end on a port of its own, with TLS. */
export async function startWebhook({ delay = 0, secret = newSecret() }: Options = {}): Promise<Webhook> {
  const { cert, key, ca } = await certificate()
  const taken: Taken[] = []
  const treatments = new Map<string, Treatment>()
  const ids: string[] = []
  let requests = 0

  const server = createServer({ cert, key }, async (request, response) => {
    requests++
    const body = await bodyOf(request).catch(() => Buffer.alloc(0))
    const reply =
      request.method === 'POST' && isSigned(secret, request.headers, body) ? take(request.headers, body) : refusal
    if (!reply) return
    if (delay) await new Promise(resolve => setTimeout(resolve, delay))
    response.writeHead(reply.status, reply.headers)
    response.end(reply.body)
  })
  const host = await hosted(server)

  function take(headers: IncomingHttpHeaders, body: Buffer) {
    ids.push(String(headers['webhook-id']))
    if (fake.reply) return fake.reply
    const { pushes } = JSON.parse(body.toString()) as { pushes: Outgoing[] }
    if (pushes.some(({ token }) => treatments.get(token) === 'silent')) return undefined
    const results = pushes.map(push => treat(push.id, treatments.get(push.token)))
    for (const [i, push] of pushes.entries())
      if (!results[i])
        taken.push({ ...push, headers: headers as Record<string, string>, body: { ...push }, size: body.length })
    return { status: 200, body: JSON.stringify({ results: results.filter(Boolean) }) }
  }

  const fake: Webhook = {
    url: `https://127.0.0.1:${host.port}/push`,
    ca,
    taken,
    ids,
    get requests() {
      return requests
    },
    get connections() {
      return host.connections()
    },
    settings: { name: 'webhook', url: `https://127.0.0.1:${host.port}/push`, secret, ca, timeout: 1000 },
    device: () => randomBytes(8).toString('hex'),
    treat: (token, treatment) => treatments.set(token, treatment),
    listen: host.listen,
    stop: host.stop,
  }
  return fake
}

function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`
}

const refusal = { status: 401, headers: {}, body: 'who are you?' }

/** Standard Webhooks: a signature over id, time and body, and a time that is not long ago. */
function isSigned(secret: string, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': shown } = headers as Record<string, string>
  if (!id || !time || Math.abs(Date.now() / 1000 - Number(time)) > 300) return false
  const [, base64] = secret.match(/^whsec_(.+)$/) ?? []
  const key = base64 === undefined ? Buffer.from(secret) : Buffer.from(base64, 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest()
  return (shown ?? '').split(' ').some(each => {
    const [version, proof = ''] = each.split(',')
    const given = Buffer.from(proof, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}

function treat(id: string, treatment: Treatment | undefined) {
  switch (treatment) {
    case 'gone':
      return { id, result: 'gone' }
    case 'busy':
      return { id, result: 'later', after: busySeconds * 1000 }
    case 'broken':
      return { id, result: 'later', why: 'it failed' }
    case 'refuse':
      return { id, result: 'refused', why: 'no such app' }
  }
}
