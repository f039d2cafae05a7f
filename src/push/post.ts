import { Agent } from 'undici'
import { trusting } from '../lib/trust.ts'
import type { Reach } from './push.ts'

/** What somebody answered. Header names are lower case. */
export interface Reply {
  status: number
  headers: Record<string, string>
  text: string
}

/** Posts over connections that are kept. */
export interface Poster {
  /** The answer, whatever its status; throws when there is none (NotAllowed: and never will be). Redirects are not followed. */
  post(url: URL, headers: Record<string, string>, body: string | Buffer, signal: AbortSignal): Promise<Reply>
  close(): Promise<void>
}

/** Connections to one host at most. */
export const mostConnections = 100
/** Providers answer with a few hundred bytes. */
const largestReply = 64 * 1024

/** The address must not be reached, now or later. */
export class NotAllowed extends Error {
  override name = 'NotAllowed'
}

/** Throws NotAllowed for an address that `reach` does not allow. */
export function demandAllowed(reach: Reach | undefined, url: URL) {
  try {
    reach?.demandAllowed(url.hostname)
  } catch (error) {
    throw new NotAllowed((error as Error).message)
  }
}

/** Opens a poster. `ca` is a file (PEM) with authorities besides the usual ones; `reach` says what may be reached. */
export function openPoster({ ca, reach }: { ca?: string; reach?: Reach }): Poster {
  const agent = new Agent({
    connections: mostConnections,
    allowH2: false,
    // One clock for all of it: the caller's signal.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { lookup: reach?.lookup, secureContext: trusting({ ca }), timeout: 10_000 } as never,
  })

  return {
    async post(url, headers, body, signal) {
      demandAllowed(reach, url)
      const { origin, pathname, search } = url
      const request = { origin, path: pathname + search, method: 'POST' as const, headers, body, signal }
      const { statusCode, headers: said, body: answer } = await agent.request(request)
      return { status: statusCode, headers: single(said), text: await textOf(answer) }
    },
    close: () => agent.destroy(),
  }
}

function single(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

async function textOf(answer: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += chunk.length
    if (size > largestReply) throw new Error(`the answer is larger than ${largestReply} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
