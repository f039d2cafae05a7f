import { createHash } from 'node:crypto'
import type { App, Webhook } from '../../../core/apps/model.ts'
import { writeJson } from '../../../lib/json.ts'
import type { Outgoing, Post } from '../../callbacks.ts'
import { optPlatform } from './platforms.ts'

const headers = { 'content-type': 'application/json' }
/** Parameters that are ours, whatever the address says of them. */
const own = ['SdkAppid', 'CallbackCommand', 'contenttype', 'ClientIP', 'OptPlatform', 'Sign', 'RequestTime']

/** The request that carries a webhook's body: the command in the URL and in the body (`webhooks.json`, transport). */
export function request(app: App, webhook: Webhook, outgoing: Outgoing): Post {
  const { id, address = '', body } = outgoing
  const what = `&CallbackCommand=${encodeURIComponent(id)}&contenttype=json&ClientIP=${encodeURIComponent(address)}`
  const url = `${beginningOf(webhook)}SdkAppid=${app.id}${what}&OptPlatform=${platformOf(outgoing)}${proofOf(webhook)}`
  return { url, headers, body: writeJson({ CallbackCommand: id, ...(body as object) }) }
}

/** The address up to our own parameters, for each webhook: to take it apart for every request would cost more than the rest. */
const beginnings = new WeakMap<Webhook, string>()

function beginningOf(webhook: Webhook): string {
  const known = beginnings.get(webhook)
  if (known) return known
  const url = new URL(webhook.url)
  for (const name of own) url.searchParams.delete(name)
  url.hash = ''
  const made = url.search ? `${url.href}&` : `${url.href.replace(/\?$/, '')}?`
  beginnings.set(webhook, made)
  return made
}

/** The proof of the present second, for each webhook. */
const proofs = new WeakMap<Webhook, { second: number; text: string }>()

/** Authentication: lower-case hex SHA-256 of the token followed by the time in seconds; nothing of the body is signed. */
function proofOf(webhook: Webhook): string {
  if (!webhook.secret) return ''
  const second = Math.floor(Date.now() / 1000)
  const known = proofs.get(webhook)
  if (known?.second === second) return known.text
  const sign = createHash('sha256').update(`${webhook.secret}${second}`).digest('hex')
  const text = `&Sign=${sign}&RequestTime=${second}`
  proofs.set(webhook, { second, text })
  return text
}

/** What the caller runs on, in the vendor's spelling, which differs for State.StateChange. */
function platformOf({ origin, device, id }: Outgoing): string {
  if (origin.via !== 'client') return 'RESTAPI'
  const name = optPlatform(device?.platform)
  return name === 'iOS' && id === 'State.StateChange' ? 'IOS' : name
}
