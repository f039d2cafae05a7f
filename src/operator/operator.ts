import { createServer, type Server } from 'node:http'
import Fastify, { type FastifyInstance } from 'fastify'
import { ChangeRefused } from '../webhooks/changes.ts'
import { addRoutes, type Operated } from './routes.ts'
import { listenAt, unfit } from './socket.ts'

/** The operator's door. */
export interface Operator {
  /** Ends after the commands under way, which have half a second. */
  close(): Promise<void>
}

const bodyLimit = 1024 * 1024
const grace = 500

/**
 * Opens the operator's door: HTTP with JSON at a Unix socket. Whoever may connect to the file may do everything. Without a
 * path, or with one that cannot be a socket's (which is warned of), there is none.
 */
export async function openOperator(path: string | undefined, operated: Operated): Promise<Operator | undefined> {
  if (path === undefined) return undefined
  const why = unfit(path)
  if (why) {
    operated.core.log.warn(
      {},
      `there is no operator's socket: ${why}; "operator" in the configuration names another place for it`,
    )
    return undefined
  }
  const app = await openApp(operated)
  // Every command is a connection of its own, so that none is left open at the end.
  const server = createServer(app.routing.bind(app))
  server.maxRequestsPerSocket = 1
  await listenAt(server, path)
  return {
    async close() {
      await closed(server)
      await app.close()
    },
  }
}

async function openApp(operated: Operated): Promise<FastifyInstance> {
  // A name has at most 64 characters, each of which may take a dozen in an address.
  const app = Fastify({ bodyLimit, routerOptions: { maxParamLength: 1000 } })
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error instanceof ChangeRefused ? 400 : (error.statusCode ?? 500)
    if (status >= 500) operated.core.log.error({ err: error, path: request.url }, 'a command of the operator failed')
    reply.code(status).send({ error: error.message })
  })
  app.setNotFoundHandler((request, reply) => {
    reply.code(404).send({ error: `there is no ${request.method} ${request.url}` })
  })
  addRoutes(app, operated)
  await app.ready()
  return app
}

function closed(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), grace)
  return new Promise(resolve => {
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
  })
}
