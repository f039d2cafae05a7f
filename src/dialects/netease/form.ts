import { Fault } from '../../core/errors.ts'
import type { WireRequest } from '../dialect.ts'
import { header } from './auth.ts'

/** Largest body of a call (bytes); uploads, which take more, are calls of their own. */
const mostBytes = 1024 * 1024

/** Most fields of a form; no call has a third of them. */
const mostFields = 100

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The fields of a form body; of a field that stands twice the first. Fault('request.malformed') for another content
 * type or charset, bytes that are no UTF-8 and wrong percent-encoding; Fault('request.large') beyond the limits.
 */
export function readForm(request: WireRequest): Record<string, string> {
  demandForm(header(request, 'content-type') ?? '')
  if (request.body.length > mostBytes) throw new Fault('request.large')
  const fields = new Map<string, string>()
  for (const pair of decode(() => utf8.decode(request.body)).split('&')) {
    if (pair === '') continue
    if (fields.size === mostFields) throw new Fault('request.large', `more than ${mostFields} fields`)
    const at = pair.indexOf('=')
    const name = at < 0 ? unescaped(pair) : unescaped(pair.slice(0, at))
    if (!fields.has(name)) fields.set(name, at < 0 ? '' : unescaped(pair.slice(at + 1)))
  }
  return Object.fromEntries(fields)
}

function demandForm(contentType: string): void {
  const [type, ...options] = contentType.split(';').map(part => part.trim().toLowerCase())
  const charset = options.find(option => option.startsWith('charset='))?.slice('charset='.length)
  if (type !== 'application/x-www-form-urlencoded')
    throw new Fault('request.malformed', 'Content-Type is not application/x-www-form-urlencoded')
  if (charset !== undefined && charset.replaceAll('"', '') !== 'utf-8')
    throw new Fault('request.malformed', 'the charset is not utf-8')
}

function unescaped(text: string): string {
  return decode(() => decodeURIComponent(text.replaceAll('+', ' ')))
}

function decode(read: () => string): string {
  try {
    return read()
  } catch {
    throw new Fault('request.malformed', 'the form is not well encoded UTF-8')
  }
}
