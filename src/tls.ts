import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import selfsigned from 'selfsigned'
import { type Config, ConfigError } from './config.ts'

/**
 * The certificate to serve with: the configured files, or one for development that is made once and kept.
 * ConfigError for files that are not there or do not fit each other.
 */
export async function findCertificate(
  tls: NonNullable<Config['tls']>,
  folder: string | undefined,
): Promise<{ cert: string; key: string }> {
  if (tls.cert && tls.key)
    return fitting({ cert: readPem(tls.cert, 'tls.cert'), key: readPem(tls.key, 'tls.key') }, tls.cert)
  const file = folder && join(folder, 'tls.pem.json')
  if (file && existsSync(file)) return fitting(JSON.parse(readFileSync(file, 'utf8')), file)
  const names = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
    { type: 7 as const, ip: '::1' },
  ]
  const made = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 3650 * 86_400_000),
    extensions: [{ name: 'subjectAltName', altNames: names }],
  })
  const pair = { cert: made.cert, key: made.private }
  if (folder && file) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(file, JSON.stringify(pair), { mode: 0o600 })
  }
  return pair
}

function fitting(pair: { cert: string; key: string }, file: string): { cert: string; key: string } {
  try {
    createSecureContext(pair)
    return pair
  } catch (error) {
    throw new ConfigError(`tls: ${file} cannot be used with its key: ${(error as Error).message}`)
  }
}

function readPem(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new ConfigError(`${key}: cannot read ${file}`)
  }
}
