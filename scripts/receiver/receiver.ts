import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answer, endJson } from './answer.ts'
import { type Filter, type Kept, openKept, openSeen } from './kept.ts'
import { type Arrived, identityOf, objectIn, type Received, recognise } from './received.ts'
import { describeRule, openRules, type Rule } from './rules.ts'
import { type Secrets, verify } from './verify.ts'

/** What differs from the usual: a free port of loopback, http, no secrets, everything allowed. */
export interface ReceiverOptions {
  host?: string
  /** 0 takes any free one. */
  port?: number
  /** PEM; makes it https. */
  tls?: { cert: string; key: string }
  secrets?: Secrets
  /** How old Tencent's RequestTime may be, in seconds; 60 by default. */
  maxAge?: number
  /** The first that fits and is not used up decides. */
  rules?: readonly (Rule | string)[]
  /** How many requests to keep; 10,000 by default. At most 64 MiB of bodies are kept anyway. */
  keep?: number
  /** Called for each request once its answer is decided. */
  onReceived?: (received: Received) => void
  /** The time in ms. */
  clock?: () => number
}

/** A receiver that listens. */
export interface Receiver {
  /** Without a slash at its end; webhooks are taken at every path. */
  url: string
  port: number
  /** The requests that came last, in order. */
  received: Received[]
  /**
   * The first request that fits (by id, or by what a function says) and was not taken by an earlier `next`, waiting for
   * it when it is not there yet. Rejects after `timeoutMs` (5,000 by default), or when the receiver stops.
   */
  next(filter?: Filter, timeoutMs?: number): Promise<Received>
  /** From now on these rules hold instead of the earlier ones; without rules everything is allowed. */
  answer(...rules: (Rule | string)[]): void
  /** Forgets what came, and which events were seen; rules stay. */
  clear(): void
  /** Cuts all connections and frees the port. */
  stop(): Promise<void>
}

const maxBody = 4 * 1024 * 1024
const keptBytes = 64 * 1024 * 1024

/** Listens for webhooks of all vendors. Rejects when the port is taken; RangeError for a rule that cannot be read. */
export async function openReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { host = '127.0.0.1', port = 0, tls, keep = 10_000 } = options
  const kept = openKept({ requests: keep, bytes: keptBytes })
  const handler = openHandler(options, kept)
  const server = tls ? createTlsServer(tls, handler.take) : createServer(handler.take)
  // Longer than senders keep idle connections, so that none is cut just when it is used again.
  server.keepAliveTimeout = 75_000
  server.listen(port, host)
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  return {
    url: `${tls ? 'https' : 'http'}://${shown(host)}:${bound}`,
    port: bound,
    received: kept.all,
    next: kept.next,
    answer: handler.answer,
    clear() {
      kept.clear()
      handler.forget()
    },
    async stop() {
      kept.stop()
      await close(server)
    },
  }
}

function shown(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

interface Handler {
  take: RequestListener
  answer(...rules: (Rule | string)[]): void
  forget(): void
}

function openHandler(options: ReceiverOptions, kept: Kept): Handler {
  const { secrets = {}, maxAge = 60, onReceived, clock = Date.now } = options
  const seen = openSeen()
  let ruleFor = openRules(options.rules ?? [])

  /** Decides about a request that is there as a whole. A rule, or why there is none. */
  function decide(arrived: Arrived, received: Received, readable: boolean, whole: boolean): Rule | [number, string] {
    if (!whole) return [413, `the body has more than ${maxBody} bytes`]
    if (arrived.method !== 'POST') return [405, 'webhooks come by POST']
    if (readable) Object.assign(received, verify(received, secrets, { maxAge, now: arrived.at }))
    if (received.verified === 'bad') return [401, received.why ?? '']
    if (!readable) return [400, 'the body is not a JSON object']
    if (received.problem) return [400, received.problem]
    const identity = identityOf(received)
    received.seenBefore = identity !== undefined && seen.before(identity)
    return ruleFor(received.id)
  }

  return {
    take(request, response) {
      readBody(request, (raw, whole) => {
        const body = objectIn(raw.toString())
        const arrived = { ...addressed(request), raw, body: body ?? {}, at: clock() }
        const received: Received = {
          ...arrived,
          ...recognise(arrived),
          verified: 'unchecked',
          seenBefore: false,
          answer: '',
        }
        const decided = decide(arrived, received, body !== undefined, whole)
        received.answer = Array.isArray(decided) ? decided.join(' ') : describeRule(decided)
        kept.add(received)
        onReceived?.(received)
        if (Array.isArray(decided)) endJson(response, decided[0], { error: decided[1] })
        else answer(response, received, decided)
      })
    },
    answer(...rules) {
      ruleFor = openRules(rules)
    },
    forget: seen.clear,
  }
}

function addressed({ method = '', url = '/', headers }: IncomingMessage) {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(mark + 1)))
  return { method, path, query, headers }
}

/** Gives the body once it is there; of one that is too long nothing is kept, but its end is awaited. */
function readBody(request: IncomingMessage, done: (raw: Buffer, whole: boolean) => void): void {
  let chunks: Buffer[] = []
  let length = 0
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= maxBody) chunks.push(chunk)
    else chunks = []
  })
  // Whoever still writes would not read an answer that comes earlier.
  request.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), length <= maxBody))
}
