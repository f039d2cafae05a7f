import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import selfsigned from 'selfsigned'

/** A certificate with its key (PEM), and the files in which they are. */
export interface Certificate {
  cert: string
  key: string
  files: { cert: string; key: string }
}

/** An authority of one's own, and what it signs, in a folder that `remove` takes away. */
export async function openAuthority(name: string) {
  const folder = mkdtempSync(join(tmpdir(), 'magpie-authority-'))
  const common = { keySize: 2048, algorithm: 'sha256', notAfterDate: new Date(Date.now() + 86_400_000) }
  const ca = await selfsigned.generate([{ name: 'commonName', value: name }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  let count = 0

  function written({ cert, key }: { cert: string; key: string }): Certificate {
    const files = { cert: join(folder, `${++count}.cert.pem`), key: join(folder, `${count}.key.pem`) }
    writeFileSync(files.cert, cert)
    writeFileSync(files.key, key)
    return { cert, key, files }
  }

  return {
    ca: written({ cert: ca.cert, key: ca.private }),
    /** A certificate for a host name or address. */
    async sign(host: string): Promise<Certificate> {
      const names = /^[\d.]+$/.test(host) ? [{ type: 7 as const, ip: host }] : [{ type: 2 as const, value: host }]
      const made = await selfsigned.generate([{ name: 'commonName', value: host }], {
        ...common,
        ca: { key: ca.private, cert: ca.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'subjectAltName', altNames: names },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        ],
      })
      return written({ cert: made.cert, key: made.private })
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
