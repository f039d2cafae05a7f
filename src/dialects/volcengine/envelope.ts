import { randomBytes } from 'node:crypto'
import { writeJson } from '../../lib/json.ts'
import type { Opened, WireReply } from '../dialect.ts'
import { numberOf, statusOf } from './errors.ts'
import { firstOf, type Pair } from './signature.ts'

/** What every answer says about its request. */
export interface Metadata {
  RequestId: string
  Action: string
  Version: string
  Service: string
  Region: string
}

/** A request whose caller is known. */
export interface OpenedCall extends Opened {
  metadata: Metadata
  /** The account of the access key; only its apps may be named. */
  account: number
  address: string
}

/** The metadata of a request, by its query; the time in the RequestId is UTC. */
export function metadataOf(query: readonly Pair[], now: number, region = 'cn-north-1'): Metadata {
  const time = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14)
  return {
    RequestId: time + randomBytes(7).toString('hex').toUpperCase(),
    Action: firstOf(query, 'Action') ?? '',
    Version: firstOf(query, 'Version') ?? '',
    Service: 'rtc',
    Region: region,
  }
}

/** The reply for what an operation returned; nothing is an empty object. */
export function answer(metadata: Metadata, result: unknown): WireReply {
  return reply(200, { ResponseMetadata: metadata, Result: result ?? {} })
}

/** The reply for a refusal: a status of its own and the Error beside the metadata, with an empty Result. */
export function refusal(metadata: Metadata, code: string, text: string): WireReply {
  const error = { CodeN: numberOf(code), Code: code, Message: text }
  return reply(statusOf(code), { ResponseMetadata: { ...metadata, Error: error }, Result: {} })
}

function reply(status: number, body: object): WireReply {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: writeJson(body) }
}
