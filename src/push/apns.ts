import { createHash, createPrivateKey } from 'node:crypto'
import { engineOf } from './each.ts'
import { fitted } from './fit.ts'
import { jwt } from './jwt.ts'
import { gone, later, refused, saying, sent, waitOf } from './outcomes.ts'
import { objectIn, overlay } from './overlay.ts'
import { carry } from './payload.ts'
import type { Reply } from './post.ts'
import type { Outcome, Outgoing, PushEngine } from './push.ts'
import { mostStreams, openStreams } from './streams.ts'

/** An app as Apple knows it. */
export interface ApnsSettings {
  name: string
  /** The key's 10 characters, and the team's. */
  keyId: string
  teamId: string
  /** The key (.p8) as PEM text. */
  key: string
  /** The app's bundle id. */
  topic: string
  /** Where to send: Apple's production or development service, or something that stands in for it. */
  url: string
  /** File (PEM) with authorities besides the usual ones. */
  ca?: string
  /** For one request (ms). */
  timeout: number
  /** Under which name the app's data stands in the payload; '' = its own fields do. */
  payloadKey: string
}

/** What tests set besides. */
interface Manner {
  clock?: () => number
  quiet?: number
}

const largestPayload = 4096
/** Apple takes a provider token for an hour, and does not want a new one within 20 minutes (ms). */
const tokenLife = { used: 40 * 60_000, least: 20 * 60_000 }
/** How long to leave a device or a service alone that had too much (ms). */
const rest = 60_000

/**
 * Pushes to Apple's devices over one HTTP/2 connection with a provider token (ES256). The payload is `aps` and the app's
 * data; `options.apns` is laid over all of it.
 */
export function openApns(settings: ApnsSettings, manner: Manner = {}): PushEngine {
  const { clock = Date.now, quiet } = manner
  const { name, timeout, ca } = settings
  const streams = openStreams({ url: new URL(settings.url), ca, timeout, quiet })
  const tokens = providerTokens(settings, clock)

  async function one(push: Outgoing, signal: AbortSignal): Promise<Outcome> {
    // What is no hexadecimal number never came from Apple, and would become part of a path.
    if (!/^[0-9a-f]{2,512}$/i.test(push.token)) return gone('the token is not hexadecimal')
    const body = fitted(push, largestPayload, each => payloadOf(each, settings.payloadKey))
    if (body === undefined) return refused(`the payload is larger than ${largestPayload} bytes`)
    const post = (token: string) => {
      const headers = { ...headersOf(push, settings.topic, clock()), authorization: `bearer ${token}` }
      return streams.post(`/3/device/${push.token}`, headers, body, signal)
    }
    const token = tokens.current()
    const reply = await post(token)
    const fresh = reasonOf(reply) === 'ExpiredProviderToken' ? tokens.renewed(token) : undefined
    return outcomeOf(fresh === undefined ? reply : await post(fresh))
  }

  const pace = { name, timeout, abreast: mostStreams }
  return engineOf(pace, async ([push], signal) => [await one(push as Outgoing, signal)], streams.close)
}

/** The token that all requests carry. One that Apple calls expired is renewed, but not twice within 20 minutes. */
function providerTokens({ key, keyId, teamId }: ApnsSettings, clock: () => number) {
  const signer = createPrivateKey(key)
  let token = ''
  let made = Number.NEGATIVE_INFINITY
  let forced = Number.NEGATIVE_INFINITY

  function make(): string {
    made = clock()
    token = jwt(signer, { kid: keyId }, { iss: teamId, iat: Math.floor(made / 1000) })
    return token
  }

  return {
    current: () => (clock() - made < tokenLife.used ? token : make()),
    renewed(used: string): string | undefined {
      // Of many requests that meet the end of one token, the first renews it for all.
      if (used !== token) return token
      if (clock() - forced < tokenLife.least) return undefined
      forced = clock()
      return make()
    },
  }
}

function headersOf(push: Outgoing, topic: string, now: number): Record<string, string> {
  const { id, token, ttl, collapse } = push
  const shows = isShown(push)
  return {
    'content-type': 'application/json',
    'apns-id': uuidOf(`${id}\n${token}`),
    'apns-topic': topic,
    'apns-push-type': shows ? 'alert' : 'background',
    // Apple refuses a push at once that shows nothing.
    'apns-priority': shows && push.priority === 'high' ? '10' : '5',
    'apns-expiration': ttl === 0 ? '0' : String(Math.ceil((now + ttl) / 1000)),
    ...(collapse === undefined ? {} : { 'apns-collapse-id': collapseId(collapse) }),
  }
}

function isShown({ title, subtitle, text, badge, sound }: Outgoing): boolean {
  return [title, subtitle, text, badge, sound].some(field => field !== undefined)
}

/** The same for a repeat, in the form that Apple wants. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

/** At most 64 bytes; longer words are shown as their hash. */
function collapseId(collapse: string): string {
  const plain = /^[\x21-\x7e]{1,64}$/.test(collapse)
  return plain ? collapse : createHash('sha256').update(collapse).digest('hex')
}

function payloadOf(push: Outgoing, payloadKey: string): string {
  const { title, subtitle, text, badge, sound, image, payload, recalled, options } = push
  const alert = { title, subtitle, body: text }
  const aps = {
    ...(Object.values(alert).some(field => field !== undefined) ? { alert } : {}),
    ...{ badge, sound },
    // An app fetches the picture itself, in its service extension.
    ...(image === undefined ? {} : { 'mutable-content': 1 }),
    ...(isShown(push) ? {} : { 'content-available': 1 }),
  }
  return JSON.stringify(overlay({ ...carry(payload, payloadKey), image, recalled, aps }, options?.apns ?? {}))
}

function reasonOf({ text }: Reply): string | undefined {
  const reason = objectIn(text)?.reason
  return typeof reason === 'string' ? reason : undefined
}

function outcomeOf(reply: Reply): Outcome {
  const { status, headers, text } = reply
  if (status === 200) return sent(headers['apns-id'])
  const reason = reasonOf(reply)
  const why = saying(status, reason ?? text)
  // A proxy may answer 410 too; only Apple names a reason.
  if (status === 410 && reason) return gone(why, sinceOf(text))
  if (reason === 'BadDeviceToken') return gone(why)
  if (status === 429) return later(why, waitOf(headers['retry-after']) ?? rest)
  if (status >= 500 || reason === 'IdleTimeout') return later(why, waitOf(headers['retry-after']))
  return refused(why)
}

function sinceOf(text: string): number | undefined {
  const { timestamp } = objectIn(text) ?? {}
  return typeof timestamp === 'number' ? timestamp : undefined
}
