import { type KeyObject, sign } from 'node:crypto'

/** Signs claims as a JSON Web Token: ES256 for a P-256 key, RS256 for an RSA key. */
export function jwt(key: KeyObject, header: Record<string, string>, claims: Record<string, unknown>): string {
  const alg = key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256'
  const said = `${encoded({ alg, typ: 'JWT', ...header })}.${encoded(claims)}`
  // A token carries r and s beside each other; OpenSSL's own form is DER.
  return `${said}.${sign('sha256', Buffer.from(said), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
