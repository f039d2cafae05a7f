import { hash, randomInt } from 'node:crypto'
import type { App, Webhook } from '../../../core/apps/model.ts'
import { writeJson } from '../../../lib/json.ts'
import type { Outgoing, Post } from '../../callbacks.ts'

/** The values that are signed, in the vendor's order. */
export interface Signed {
  EventType: string
  /** JSON as a text. */
  EventData: string
  /** RFC 3339, UTC. */
  EventTime: string
  /** The same in every attempt. */
  EventId: string
  AppId: string
  Version: string
  /** Four digits, others in every attempt. */
  Nonce: string
}

/** The request that carries an event: its envelope as JSON (`callbacks.json`, envelope). Signature is empty without a secret. */
export function envelope(app: App, { url, secret }: Webhook, { id, body, event, at }: Outgoing): Post {
  const signed: Signed = {
    EventType: id.slice('callback/'.length),
    EventData: writeJson(body),
    EventTime: timeOf(at),
    EventId: event,
    AppId: String(app.id),
    Version: '2020-12-01',
    Nonce: String(randomInt(1000, 10_000)),
  }
  const Signature = secret ? signatureOf(signed, secret) : ''
  return { url, headers: { 'content-type': 'application/json' }, body: writeJson({ ...signed, Signature }) }
}

/** Lower-case hex SHA-256 of the values and the secret, sorted by their bytes (`callbacks.json`, signature). */
export function signatureOf(signed: Signed, secret: string): string {
  const { EventType, EventData, EventTime, EventId, AppId, Version, Nonce } = signed
  const values = [EventType, EventData, EventTime, EventId, AppId, Version, Nonce, secret]
  return hash('sha256', Buffer.concat(values.map(value => Buffer.from(value)).sort(Buffer.compare)))
}

/** The vendor shows nanoseconds. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000000Z')
}
