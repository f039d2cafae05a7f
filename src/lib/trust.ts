import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** Files (PEM) with authorities besides the usual ones, and with a certificate and its key to show. */
export interface TrustFiles {
  ca?: string
  cert?: string
  key?: string
}

/**
 * What connections trust and show, read once: reading all authorities again for every connection would cost more than the
 * connection. Undefined, which trusts the usual ones and shows nothing, without a file; throws for one that cannot be read.
 */
export function trusting({ ca, cert, key }: TrustFiles): SecureContext | undefined {
  if (!ca && !cert && !key) return undefined
  return createSecureContext({
    ca: ca ? [...getCACertificates('default'), readFileSync(ca)] : undefined,
    cert: cert ? readFileSync(cert) : undefined,
    key: key ? readFileSync(key) : undefined,
  })
}
