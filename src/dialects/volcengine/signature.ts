import { createHmac, hash } from 'node:crypto'

/** A name and its value, both decoded. */
export type Pair = readonly [name: string, value: string]

/** For which day, region and service a signature holds. */
export interface Scope {
  /** YYYYMMDD. */
  date: string
  region: string
  service: string
}

/** What a request signs, all of it as it came. */
export interface Signed {
  method: string
  path: string
  query: readonly Pair[]
  headers: readonly Pair[]
  bodyHash: string
}

/** The algorithm's name in both forms. */
export const algorithm = 'HMAC-SHA256'

/** The end of every credential scope. */
export const terminator = 'request'

/** Reads a query as it was written; a value that is no valid encoding stays as it is. */
export function readQuery(text: string): Pair[] {
  const parts = text.split('&').filter(part => part !== '')
  return parts.map(part => {
    const at = part.indexOf('=')
    return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]
  })
}

/** The first value of a name. */
export function firstOf(pairs: readonly Pair[], name: string): string | undefined {
  return pairs.find(pair => pair[0] === name)?.[1]
}

/** The canonical request of `model.md` §2 and, when there are no headers, of §3. */
export function canonicalRequest(signed: Signed): string {
  const headers = [...signed.headers].sort(byName)
  const block = headers.map(([name, value]) => `${name}:${value}`).join('\n')
  const names = headers.map(([name]) => name).join(';')
  return [signed.method, signed.path, canonicalQuery(signed.query), `${block}\n`, names, signed.bodyHash].join('\n')
}

/** What is signed in the end: the time as it was received, the scope, and the hash of the canonical request. */
export function stringToSign(time: string, scope: Scope, canonical: string): string {
  const path = `${scope.date}/${scope.region}/${scope.service}/${terminator}`
  return [algorithm, time, path, sha256(canonical)].join('\n')
}

/** The key of one day, region and service. */
export function signingKey(secret: string, scope: Scope): Buffer {
  const steps = [scope.date, scope.region, scope.service, terminator]
  return steps.reduce((key: string | Buffer, step) => createHmac('sha256', key).update(step).digest(), secret) as Buffer
}

/** The signature in lower-case hex. */
export function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** SHA-256 in lower-case hex. */
export function sha256(data: string | Buffer): string {
  return hash('sha256', data, 'hex')
}

function canonicalQuery(pairs: readonly Pair[]): string {
  const sorted = [...pairs].sort(byName)
  return sorted.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

// Values of one name keep their order, as the sort is stable.
function byName(a: Pair, b: Pair): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}

function encode(text: string): string {
  const percent = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, percent)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
