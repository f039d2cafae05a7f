import { type KeyObject, verify } from 'node:crypto'

/** What a JSON Web Token says. */
export interface Read {
  header: Record<string, unknown>
  claims: Record<string, unknown>
}

/** Reads a token whose signature is that of the key by the algorithm; undefined for any other. */
export function readToken(token: string, key: KeyObject, algorithm: 'ES256' | 'RS256'): Read | undefined {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const signed = Buffer.from(`${header}.${claims}`)
  const proof = Buffer.from(signature, 'base64url')
  const good = verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, proof)
  const read = { header: partOf(header), claims: partOf(claims) }
  return good && read.header.alg === algorithm ? read : undefined
}

function partOf(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text, 'base64url').toString())
}
