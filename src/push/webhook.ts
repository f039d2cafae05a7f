import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import { engineOf } from './each.ts'
import { gone, later, refused, saying, sent, usualWait, waitOf } from './outcomes.ts'
import { objectIn } from './overlay.ts'
import { openPoster, type Reply } from './post.ts'
import type { Outcome, Outgoing, PushEngine, Reach } from './push.ts'

/** A back end that delivers pushes itself. */
export interface WebhookSettings {
  name: string
  url: string
  /** Signs: `whsec_` and base64, or any other text as it is. */
  secret: string
  /** File (PEM) with authorities besides the usual ones. */
  ca?: string
  /** For one request (ms). */
  timeout: number
}

/** As many pushes as one request carries. */
const together = 100
/** Requests under way at a time. */
const abreast = 16

/** What a back end may answer; a push that it does not name was taken. */
const answer = z.object({
  results: z.array(
    z.discriminatedUnion('result', [
      z.object({ id: z.string(), result: z.literal('sent') }),
      z.object({
        id: z.string(),
        result: z.literal('gone'),
        since: z.int().min(0).optional(),
        why: z.string().default('the back end says so'),
      }),
      z.object({
        id: z.string(),
        result: z.literal('later'),
        after: z.number().min(0).default(usualWait),
        why: z.string().default('the back end says so'),
      }),
      z.object({ id: z.string(), result: z.literal('refused'), why: z.string().default('the back end says so') }),
    ]),
  ),
})

/**
 * Posts pushes to a back end of the app's own: `{"pushes":[…]}`, up to 100 in one request, signed as Standard Webhooks
 * says (`webhook-id`, `webhook-timestamp`, `webhook-signature`: HMAC-SHA256 over id, time and body). The id is the same
 * for the same pushes. A 2xx takes all of them, except where `{"results":[{"id","result",…}]}` says otherwise.
 */
export function openWebhook(settings: WebhookSettings, reach?: Reach): PushEngine {
  const { name, timeout, secret } = settings
  const url = new URL(settings.url)
  const key = keyOf(secret)
  const poster = openPoster({ ca: settings.ca, reach })

  async function exchange(pushes: readonly Outgoing[], signal: AbortSignal): Promise<Outcome[]> {
    const body = JSON.stringify({ pushes })
    const reply = await poster.post(url, headersOf(key, pushes, body), body, signal)
    return outcomesOf(reply, pushes)
  }

  return engineOf({ name, timeout, abreast, together }, exchange, poster.close)
}

function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret)
}

function headersOf(key: Buffer, pushes: readonly Outgoing[], body: string): Record<string, string> {
  const ids = JSON.stringify(pushes.map(({ id, token }) => [id, token]))
  const id = `push_${createHash('sha256').update(ids).digest('hex').slice(0, 32)}`
  const time = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'magpie',
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  }
}

function outcomesOf({ status, headers, text }: Reply, pushes: readonly Outgoing[]): Outcome[] {
  if (status < 200 || status > 299) {
    const why = saying(status, text)
    const wait = waitOf(headers['retry-after'])
    // A back end that is being deployed answers 404 for a moment, but a wrong address does so for ever.
    const passing = status >= 500 || [408, 425, 429].includes(status)
    return pushes.map(() => (passing ? later(why, wait) : refused(why)))
  }
  const said = resultsIn(text)
  return pushes.map(({ id }) => said.get(id) ?? sent())
}

function resultsIn(text: string): Map<string, Outcome> {
  const results = answer.safeParse(objectIn(text)).data?.results ?? []
  return new Map(results.map(each => [each.id, outcomeOf(each)]))
}

function outcomeOf(said: z.output<typeof answer>['results'][number]): Outcome {
  if (said.result === 'gone') return gone(said.why, said.since)
  if (said.result === 'later') return later(said.why, said.after)
  return said.result === 'refused' ? refused(said.why) : sent()
}
