import { z } from 'zod'
import { engineOf } from './each.ts'
import { fitted } from './fit.ts'
import { AccountRefused, openAccessTokens, type ServiceAccount } from './google-token.ts'
import { gone, later, refused, saying, sent, waitOf } from './outcomes.ts'
import { objectIn, overlay } from './overlay.ts'
import { carry } from './payload.ts'
import { mostConnections, openPoster, type Reply } from './post.ts'
import type { Outcome, Outgoing, PushEngine } from './push.ts'

/** An app as Firebase Cloud Messaging knows it. */
export interface FcmSettings {
  name: string
  account: ServiceAccount
  /** Where to send: Google's service, or something that stands in for it. */
  url: string
  /** File (PEM) with authorities besides the usual ones. */
  ca?: string
  /** For one request (ms). */
  timeout: number
  /** Under which name the app's data stands in `data`; '' = its own fields do. */
  payloadKey: string
}

/** What tests set besides. */
interface Manner {
  clock?: () => number
}

const largestMessage = 4096
/** Four weeks (s). */
const longestTtl = 2_419_200
/** Google wants a minute's peace after a quota was exceeded (ms). */
const quotaRest = 60_000

const problem = z.object({
  error: z.object({
    message: z.string().default(''),
    status: z.string().default(''),
    details: z
      .array(
        z.looseObject({
          errorCode: z.string().optional(),
          fieldViolations: z.array(z.looseObject({ field: z.string().optional() })).optional(),
        }),
      )
      .default([]),
  }),
})

/**
 * Pushes through Firebase Cloud Messaging (HTTP v1) with a service account: a notification where there is something to
 * show, the app's data in `data`, sound and badge for Android and for Apple's devices. `options.fcm` is laid over the
 * whole message.
 */
export function openFcm(settings: FcmSettings, { clock = Date.now }: Manner = {}): PushEngine {
  const { name, timeout, account, ca } = settings
  const poster = openPoster({ ca })
  const tokens = openAccessTokens(account, { poster, timeout, clock })
  const url = new URL(`/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`, settings.url)

  async function one(push: Outgoing, signal: AbortSignal): Promise<Outcome> {
    const body = fitted(push, largestMessage, each => JSON.stringify({ message: messageOf(each, settings.payloadKey) }))
    if (body === undefined) return refused(`the message is larger than ${largestMessage} bytes`)
    const post = (token: string) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      return poster.post(url, headers, body, signal)
    }
    try {
      const token = await tokens.current()
      const reply = await post(token)
      if (reply.status !== 401 || codeOf(reply) === 'THIRD_PARTY_AUTH_ERROR') return outcomeOf(reply)
      tokens.forget(token)
      return outcomeOf(await post(await tokens.current()))
    } catch (error) {
      if (error instanceof AccountRefused) return refused(error.message)
      throw error
    }
  }

  const pace = { name, timeout, abreast: mostConnections }
  return engineOf(pace, async ([push], signal) => [await one(push as Outgoing, signal)], poster.close)
}

function messageOf(push: Outgoing, payloadKey: string): Record<string, unknown> {
  const { token, title, subtitle, text, badge, sound, image, priority, payload, options } = push
  const shown = title === undefined && text === undefined ? undefined : { title, body: text, image }
  const urgent = priority === 'high'
  const seconds = Math.min(Math.ceil(push.ttl / 1000), longestTtl)
  const aps = { badge, sound, ...(subtitle === undefined ? {} : { alert: { title, subtitle, body: text } }) }
  const message = {
    notification: shown,
    data: dataOf({ ...carry(payload, payloadKey), ...(push.recalled && { recalled: true }) }),
    android: {
      collapse_key: push.collapse,
      priority: urgent ? 'HIGH' : 'NORMAL',
      ttl: `${seconds}s`,
      ...(shown && { notification: { sound, notification_count: badge } }),
    },
    apns: {
      headers: { 'apns-priority': urgent && shown ? '10' : '5' },
      payload: { aps: shown ? aps : { badge, 'content-available': 1 } },
    },
    webpush: { headers: { TTL: String(seconds), Urgency: priority } },
  }
  // The token is not a matter of wishes.
  return { ...overlay(message, options?.fcm ?? {}), token }
}

/** Values are texts; names that the service keeps for itself would make it refuse the message. */
function dataOf(fields: Record<string, unknown>): Record<string, string> | undefined {
  const mine = Object.entries(fields).filter(([key]) => !/^(from$|message_type$|google|gcm)/.test(key))
  if (mine.length === 0) return undefined
  return Object.fromEntries(
    mine.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

function errorOf({ text }: Reply) {
  return problem.safeParse(objectIn(text)).data?.error
}

function codeOf(reply: Reply): string | undefined {
  return errorOf(reply)?.details.find(detail => detail.errorCode)?.errorCode
}

function outcomeOf(reply: Reply): Outcome {
  const { status, headers, text } = reply
  if (status === 200) return sent(String(objectIn(text)?.name ?? '') || undefined)
  const error = errorOf(reply)
  const code = codeOf(reply)
  const why = saying(status, error ? `${code ?? error.status} ${error.message}` : text)
  if (code === 'UNREGISTERED' || error?.status === 'NOT_FOUND') return gone(why)
  if (error && isBadToken(error)) return gone(why)
  if (status === 429) return later(why, waitOf(headers['retry-after']) ?? quotaRest)
  if (status >= 500) return later(why, waitOf(headers['retry-after']))
  return refused(why)
}

/** INVALID_ARGUMENT is said of tokens and of anything else; the field or, failing that, the words tell which. */
function isBadToken({ status, message, details }: z.output<typeof problem>['error']): boolean {
  if (status !== 'INVALID_ARGUMENT') return false
  const fields = details.flatMap(detail => detail.fieldViolations ?? []).map(({ field }) => field)
  return fields.includes('message.token') || message.includes('not a valid FCM registration token')
}
