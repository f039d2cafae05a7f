import { isIPv4 } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../core/apps/model.ts'
import type { Core } from '../core/core.ts'
import { Fault } from '../core/errors.ts'
import type { Routes } from '../http/listen.ts'
import { openModules } from './modules.ts'
import { ticketFor } from './sign-in.ts'

/** Who may come in. */
export interface ChatSettings {
  /** Only who sits at this computer: no other host name, and nobody whom a proxy brings. */
  nearOnly: boolean
}

/** Scripts and styles are the page's own; pictures may lie anywhere, for other dialects refer to them by address. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: http: https:",
  "media-src 'self' blob: http: https:",
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ')

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
}

/** What a proxy leaves in a request. */
const traces = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/** The chat page at `/chat`, on which everybody is who they say they are, as a user of one app. */
export function chatRoutes(core: Core, app: App, settings: ChatSettings): Routes {
  const modules = openModules()

  async function page(request: FastifyRequest, reply: FastifyReply) {
    const path = request.url.replace(/\?.*$/, '')
    const found = modules.get(path)
    reply.headers(headers)
    if (!found) return reply.code(404).send({ code: 'page.missing', text: `there is no ${path}` })
    reply.header('etag', found.etag)
    if (request.headers['if-none-match'] === found.etag) return reply.code(304).send()
    return reply.type(found.type).send(found.body)
  }

  async function signIn(request: FastifyRequest, reply: FastifyReply) {
    reply.headers({ ...headers, 'cache-control': 'no-store' })
    const refusal = refusalOf(request)
    if (refusal) return reply.code(403).send({ code: 'caller.forbidden', text: refusal })
    try {
      const given = JSON.parse(String(request.body)) as { name?: unknown } | null
      return await ticketFor(core, app, given?.name, request.ip)
    } catch (error) {
      if (error instanceof SyntaxError)
        return reply.code(400).send({ code: 'request.malformed', text: 'expected JSON' })
      if (!(error instanceof Fault)) throw error
      return reply.code(error.reason === 'rate.exceeded' ? 429 : 400).send({ code: error.reason, text: error.message })
    }
  }

  /** Why a request for a token is refused: another site's page must not get one in its visitor's name. */
  function refusalOf({ headers, host }: FastifyRequest): string | undefined {
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin') return 'only the chat page itself may ask for this'
    const { origin } = headers
    if (origin !== undefined && URL.parse(origin)?.host !== host) return 'only the chat page itself may ask for this'
    if (!settings.nearOnly) return undefined
    if (!isNear(URL.parse(`http://${host}`)?.hostname ?? '') || traces.some(name => headers[name] !== undefined))
      return 'the chat is for this computer only; chat: { demo: true } in the configuration opens it for everybody'
    return undefined
  }

  return (scope: FastifyInstance) => {
    scope.get('/chat', page)
    scope.get('/chat/', async (_request, reply) => reply.redirect('/chat', 308))
    scope.get('/chat/*', page)
    scope.post('/chat/sign-in', { bodyLimit: 4096 }, signIn)
  }
}

/** Whether a host name stands for this computer alone. */
export function isNear(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || (isIPv4(host) && host.startsWith('127.'))
}
