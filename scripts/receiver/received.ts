import type { IncomingHttpHeaders } from 'node:http'
import { parseJson } from '../../src/lib/json.ts'

/** Who speaks; `unknown` for what is no vendor's webhook. */
export type Vendor = 'tencent' | 'netease' | 'volcengine' | 'unknown'

/** What came over the wire, read as JSON. */
export interface Arrived {
  method: string
  path: string
  query: Record<string, string>
  /** Names in lower case. */
  headers: IncomingHttpHeaders
  raw: Buffer
  /** The JSON object of the body, long integers as bigint; empty when it is none. */
  body: Record<string, unknown>
  /** ms. */
  at: number
}

/** Which vendor's webhook it is. */
export interface Recognised {
  vendor: Vendor
  /** As the catalogue has it: CallbackCommand, `callback/1` or `copy/1` (NetEase), `callback/<EventType>`; method and path for what is unknown. */
  id: string
  /** SdkAppid, AppKey or AppId, as it was written. */
  app?: string
  /** Why it cannot be a webhook that the vendor would send. */
  problem?: string
}

/** `unchecked` when no secret was given for the vendor. */
export interface Verdict {
  verified: 'good' | 'bad' | 'unchecked'
  /** Why it is bad. */
  why?: string
}

/** A request as the receiver keeps it. */
export interface Received extends Arrived, Recognised, Verdict {
  /** Whether an event of this identity came before; always false for events that carry none. */
  seenBefore: boolean
  /** What was done with it, for people: `allow`, `refuse 1`, `401 …`. */
  answer: string
}

/** The JSON object in this text; undefined when there is none. */
export function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Tells vendors apart by what only they send: query parameters, headers, or the envelope in the body. */
export function recognise(arrived: Arrived): Recognised {
  const { query, headers, body } = arrived
  if (query.CallbackCommand !== undefined) return { vendor: 'tencent', id: query.CallbackCommand, app: query.SdkAppid }
  if (headers.checksum !== undefined || headers.md5 !== undefined || headers.curtime !== undefined)
    return netease(arrived)
  if (typeof body.EventType === 'string' && 'EventData' in body)
    return { vendor: 'volcengine', id: `callback/${body.EventType}`, app: textOf(body.AppId) }
  if ('eventType' in body) return netease(arrived)
  return { vendor: 'unknown', id: `${arrived.method} ${arrived.path}`, problem: 'no vendor sends this' }
}

function netease({ method, path, headers, body }: Arrived): Recognised {
  const app = textOf(headers.appkey)
  const type = body.eventType
  if (typeof type === 'number') return { vendor: 'netease', id: `callback/${type}`, app }
  if (typeof type === 'string') return { vendor: 'netease', id: `copy/${type}`, app }
  return { vendor: 'netease', id: `${method} ${path}`, app, problem: 'eventType is missing' }
}

const textOf = (value: unknown) => (value === undefined || value === null ? undefined : String(value))

/** By what a handler may know a repeated event; undefined when it carries nothing that says so. */
export function identityOf({ vendor, app, headers, body }: Arrived & Recognised): string | undefined {
  if (vendor === 'volcengine' && body.EventId) return `volcengine ${app} ${body.EventId}`
  if (vendor === 'netease' && typeof body.eventType === 'string' && body.msgidServer)
    return `netease ${app} ${body.eventType} ${body.msgidServer}`
  const event = headers['x-magpie-event-id']
  return event === undefined ? undefined : `${vendor} ${app} ${event}`
}
