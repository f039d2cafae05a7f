import { hash, timingSafeEqual } from 'node:crypto'
import type { Arrived, Recognised, Vendor, Verdict } from './received.ts'

/** One secret for all apps, or secrets by SdkAppid, AppKey or AppId. */
export type Secret = string | Readonly<Record<string, string>>

/** Tencent's token, NetEase's AppSecret and Volcengine's callback secret; a vendor without one is not checked. */
export type Secrets = { readonly [vendor in Exclude<Vendor, 'unknown'>]?: Secret }

/** How old a signature may be. */
export interface Clock {
  /** Seconds. */
  maxAge: number
  /** ms. */
  now: number
}

type Incoming = Arrived & Recognised

const unchecked: Verdict = { verified: 'unchecked' }
const good: Verdict = { verified: 'good' }
const bad = (why: string): Verdict => ({ verified: 'bad', why })

/** Whether the vendor's own signature fits; also bad is a Tencent command that differs between URL and body. */
export function verify(incoming: Incoming, secrets: Secrets, clock: Clock): Verdict {
  const { vendor, id, body, app } = incoming
  if (vendor === 'unknown') return unchecked
  if (vendor === 'tencent' && body.CallbackCommand !== id)
    return bad('CallbackCommand of the body is not that of the URL')
  const given = secrets[vendor]
  if (given === undefined) return unchecked
  const secret = typeof given === 'string' ? given : new Map(Object.entries(given)).get(app ?? '')
  return secret === undefined ? bad(`there is no secret for app ${app}`) : checks[vendor](incoming, secret, clock)
}

const checks = { tencent: checkTencent, netease: checkNetease, volcengine: checkVolcengine }

/** `transport.authentication` of the catalogue's tencent-im/webhooks. */
function checkTencent({ query }: Incoming, token: string, { maxAge, now }: Clock): Verdict {
  const { Sign, RequestTime } = query
  if (Sign === undefined || RequestTime === undefined) return bad('Sign or RequestTime is missing')
  if (!equal(Sign, hash('sha256', token + RequestTime))) return bad('Sign is not SHA-256 of token + RequestTime')
  const age = now / 1000 - Number(RequestTime)
  // What is no number has no age, and is not fresh either.
  return age <= maxAge ? good : bad(`RequestTime is ${Math.floor(age)} s old`)
}

/** `thirdPartyCallback.request` and `messageCopy.request` of the catalogue's netease-im/callbacks. */
function checkNetease({ headers, raw }: Incoming, appSecret: string): Verdict {
  const { md5, curtime, checksum } = headers
  if (typeof md5 !== 'string' || typeof curtime !== 'string' || typeof checksum !== 'string')
    return bad('MD5, CurTime or CheckSum is missing')
  if (!equal(md5, hash('md5', raw))) return bad('MD5 is not that of the body')
  return equal(checksum, hash('sha1', appSecret + md5 + curtime))
    ? good
    : bad('CheckSum is not SHA-1 of AppSecret + MD5 + CurTime')
}

const signed = ['EventType', 'EventData', 'EventTime', 'EventId', 'AppId', 'Version', 'Nonce'] as const

/** `signature` of the catalogue's volcengine-im/callbacks. */
function checkVolcengine({ body }: Incoming, secret: string): Verdict {
  const missing = [...signed, 'Signature'].find(name => body[name] === undefined)
  if (missing) return bad(`${missing} is missing`)
  const values = [...signed.map(name => String(body[name])), secret].map(value => Buffer.from(value))
  const wanted = hash('sha256', Buffer.concat(values.sort(Buffer.compare)))
  return equal(String(body.Signature), wanted)
    ? good
    : bad('Signature is not SHA-256 of the sorted values and the secret')
}

function equal(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
