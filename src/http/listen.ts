import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Core } from '../core/core.ts'
import { type Dialect, serve, type WireReply, type WireRequest } from '../dialects/dialect.ts'
import type { Metrics } from './metrics.ts'

/** Where and how to listen. */
export interface ListenOptions {
  host: string
  /** 0 = any free one. */
  port: number
  tls?: { port: number; cert: string; key: string }
  /** Addresses or ranges of proxies whose X-Forwarded-For is believed. */
  trustProxy: string[]
  /** What else is served, each in a scope of its own. */
  routes?: Routes[]
}

/** Adds routes that are nobody's dialect. */
export type Routes = (app: FastifyInstance) => void

/** A server that accepts connections. */
export interface Listening {
  port: number
  tlsPort?: number
  /** The servers themselves, for whoever takes over upgraded connections. */
  servers: (TlsServer | import('node:http').Server)[]
  /** Stops accepting and ends idle connections; calls under way have `grace` to come to their end. */
  close(): Promise<void>
}

/** No vendor takes larger bodies; each dialect has its own smaller limits. */
const bodyLimit = 2 * 1024 * 1024

/** How long headers and the body of a call may take to come, and how long a file may (ms). */
const patience = { call: 30_000, file: 1_800_000 }

/**
 * Connections that wait until there is time for them; the system may allow fewer. Thousands of devices that come back at
 * once would otherwise be turned away, and try again after a second, and then after two.
 */
const backlog = 8192

/** How long a call may still take once the server stops (ms); no vendor's own limit is longer. */
const grace = 3000

/** Listens on one port (and one with TLS) for all dialects, `/healthz`, `/readyz` and `/metrics`. */
export async function listen(
  core: Core,
  dialects: readonly Dialect[],
  metrics: Metrics,
  options: ListenOptions,
): Promise<Listening> {
  const app = Fastify({
    bodyLimit,
    trustProxy: options.trustProxy.length > 0 ? options.trustProxy : false,
    keepAliveTimeout: 75_000,
    requestTimeout: patience.file,
    http: { headersTimeout: patience.call },
    routerOptions: { querystringParser: () => ({}), ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    frameworkErrors: refuseUnread,
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', async (_request, reply) => ready(core, reply))
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  for (const add of options.routes ?? []) app.register(async scope => add(scope))
  app.all('/*', { onRequest: awaitBody }, async (request, reply) => answer(request, reply))
  app.setErrorHandler(refuseUnread)

  /** What never became a request of ours, such as a body too large or a broken path, is refused in the vendor's words. */
  function refuseUnread(error: { statusCode?: number; code?: string }, request: FastifyRequest, reply: FastifyReply) {
    const wire = wireRequest(request)
    const dialect = dialects.find(each => each.owns(wire))
    if (!dialect) return void reply.code(error.statusCode ?? 500).send({ error: 'bad request' })
    const reason = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? 'request.large' : 'request.malformed'
    send(reply, dialect.refuse(wire, undefined, dialect.errors[reason], 'the request could not be read'))
  }

  async function answer(request: FastifyRequest, reply: FastifyReply) {
    const wire = wireRequest(request)
    const dialect = dialects.find(each => each.owns(wire))
    if (!dialect) return reply.code(404).send({ error: `no dialect answers ${wire.method} ${wire.path}` })
    return send(reply, await serve(dialect, core, wire, metrics.observe))
  }

  await app.listen({ host: options.host, port: options.port, backlog })
  const secure = options.tls && (await listenTls(app.routing.bind(app), options.host, options.tls))
  return {
    port: (app.server.address() as AddressInfo).port,
    tlsPort: secure && (secure.address() as AddressInfo).port,
    servers: secure ? [app.server, secure] : [app.server],
    async close() {
      const cut = setTimeout(() => {
        app.server.closeAllConnections()
        secure?.closeAllConnections()
      }, grace)
      await Promise.all([app.close(), secure && closed(secure)])
      clearTimeout(cut)
    },
  }
}

/** Node has one time limit for all requests, which is that of files: calls have a shorter one of their own. */
function awaitBody({ raw }: FastifyRequest, _reply: FastifyReply, done: () => void) {
  if (raw.headers['content-length'] !== undefined || raw.headers['transfer-encoding'] !== undefined) {
    const late = setTimeout(
      () => raw.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'),
      patience.call,
    )
    raw.once('close', () => clearTimeout(late))
  }
  done()
}

function closed(server: TlsServer): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

/** Ready = the store answers. */
async function ready(core: Core, reply: FastifyReply) {
  try {
    await core.users.find(0, 'nobody')
    return reply.type('text/plain').send('ready\n')
  } catch {
    return reply.code(503).type('text/plain').send('the store does not answer\n')
  }
}

function listenTls(
  handler: (request: never, response: never) => void,
  host: string,
  tls: { port: number; cert: string; key: string },
): Promise<TlsServer> {
  const server = createTlsServer(
    { cert: tls.cert, key: tls.key, requestTimeout: patience.file, headersTimeout: patience.call },
    handler as never,
  )
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: tls.port, host, backlog }, () => resolve(server))
  })
}

function wireRequest(request: FastifyRequest): WireRequest {
  const url = request.raw.url ?? '/'
  const mark = url.indexOf('?')
  return {
    method: request.method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: request.headers,
    body: (request.body as Buffer | undefined) ?? Buffer.alloc(0),
    address: request.ip,
  }
}

function send(reply: FastifyReply, wire: WireReply) {
  return reply.code(wire.status).headers(wire.headers).send(wire.body)
}
