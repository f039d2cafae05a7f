import { createHash } from 'node:crypto'
import webPush from 'web-push'
import { z } from 'zod'
import { engineOf } from './each.ts'
import { fitted } from './fit.ts'
import { gone, later, refused, saying, sent, waitOf } from './outcomes.ts'
import { objectIn, overlay } from './overlay.ts'
import { mostConnections, openPoster, type Reply } from './post.ts'
import type { Outcome, Outgoing, PushEngine, Reach } from './push.ts'

/** The app as browsers' push services know it (VAPID, RFC 8292). */
export interface WebPushSettings {
  name: string
  /** mailto: or https: address at which a push service reaches who runs this. */
  subject: string
  /** The pair's halves in base64url; browsers subscribe with the public one. */
  publicKey: string
  privateKey: string
  /** File (PEM) with authorities besides the usual ones. */
  ca?: string
  /** For one request (ms). */
  timeout: number
}

/** What may differ besides: what may be reached, and the time. */
interface Manner {
  reach?: Reach
  clock?: () => number
}

/** What a browser's subscription holds, as `JSON.stringify(subscription)` writes it. */
const subscription = z.object({
  endpoint: z.url({ protocol: /^https$/ }),
  keys: z.object({ p256dh: z.string(), auth: z.string() }),
})

/** What every push service takes: 4096 bytes with the header (86), the padding mark (1) and the tag (16) of RFC 8291. */
const largestText = 4096 - 86 - 1 - 16
/** Four weeks (s); services take no more. */
const longestTtl = 2_419_200
/** A token is good for half a day and used for less (ms). */
const tokenLife = { signed: 12 * 3_600_000, used: 11 * 3_600_000 }
/** So many services are known at a time; there are a handful. */
const mostServices = 1000

/**
 * Pushes to browsers (RFC 8030): encrypted for the subscription with aes128gcm (RFC 8291), signed with VAPID. A service
 * worker reads JSON: `id`, `title`, `subtitle`, `body`, `image`, `count` (of unread), `sound`, `payload`, `tag`, `recalled`, and what
 * the options name under `web`.
 */
export function openWebPush(settings: WebPushSettings, { reach, clock = Date.now }: Manner = {}): PushEngine {
  const { name, timeout } = settings
  const poster = openPoster({ ca: settings.ca, reach })
  const authorize = authorization(settings, clock)

  async function one(push: Outgoing, signal: AbortSignal): Promise<Outcome> {
    const device = subscription.safeParse(objectIn(push.token)).data
    if (!device) return gone('the token is no subscription')
    const text = fitted(push, largestText, textOf)
    if (text === undefined) return refused(`the push is larger than ${largestText} bytes`)
    const body = sealed(device.keys, text)
    if (!body) return gone("the subscription's keys are of no use")
    const url = new URL(device.endpoint)
    return outcomeOf(await poster.post(url, { ...headersOf(push), authorization: authorize(url.origin) }, body, signal))
  }

  const pace = { name, timeout, abreast: mostConnections }
  return engineOf(pace, async ([push], signal) => [await one(push as Outgoing, signal)], poster.close)
}

/** Gives the VAPID header for a service; services may be shown one token again, and signing is not for nothing. */
function authorization(
  { subject, publicKey, privateKey }: WebPushSettings,
  clock: () => number,
): (origin: string) => string {
  const known = new Map<string, { header: string; until: number }>()
  return origin => {
    const now = clock()
    const kept = known.get(origin)
    if (kept && kept.until > now) return kept.header
    const expires = Math.floor((now + tokenLife.signed) / 1000)
    const made = webPush.getVapidHeaders(origin, subject, publicKey, privateKey, 'aes128gcm', expires)
    // Subscriptions come from devices, which may name any origin.
    if (known.size >= mostServices) known.clear()
    known.set(origin, { header: made.Authorization, until: now + tokenLife.used })
    return made.Authorization
  }
}

function headersOf({ ttl, priority, collapse }: Outgoing): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'content-encoding': 'aes128gcm',
    ttl: String(Math.min(Math.ceil(ttl / 1000), longestTtl)),
    urgency: priority,
    ...(collapse === undefined ? {} : { topic: topicOf(collapse) }),
  }
}

/** A topic has at most 32 characters of base64url's alphabet; other words are shown as their hash. */
function topicOf(collapse: string): string {
  if (/^[\w-]{1,32}$/.test(collapse)) return collapse
  return createHash('sha256').update(collapse).digest('base64url').slice(0, 32)
}

function textOf(push: Outgoing): string {
  const { id, title, subtitle, text, image, badge, sound, payload, collapse, recalled, options } = push
  const shown = { id, title, subtitle, body: text, image, count: badge, sound, payload, tag: collapse, recalled }
  return JSON.stringify(overlay(shown, options?.web ?? {}))
}

function sealed({ p256dh, auth }: { p256dh: string; auth: string }, text: string): Buffer | undefined {
  try {
    return webPush.encrypt(p256dh, auth, text, 'aes128gcm').cipherText
  } catch {
    return undefined
  }
}

function outcomeOf({ status, headers, text }: Reply): Outcome {
  if (status >= 200 && status <= 299) return sent(headers.location)
  const why = saying(status, text)
  if (status === 404 || status === 410) return gone(why)
  if (status === 429 || status >= 500) return later(why, waitOf(headers['retry-after']))
  return refused(why)
}
