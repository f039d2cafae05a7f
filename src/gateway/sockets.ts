import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Core } from '../core/core.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { openAudience } from './audience.ts'
import { codes } from './codes.ts'
import { openTurns } from './frames.ts'
import { type GatewayLimits, usualLimits } from './limits.ts'
import { openSession, type Session, type Surroundings } from './session.ts'
import type { Views } from './tellings.ts'

/** What the gateway speaks with devices: the native dialect's operations, and how it shows what happened. */
export interface Native {
  dialect: Dialect
  views: Views
}

/** Where end users are connected by WebSocket. */
export interface Gateway {
  /** Takes over the upgrades of a server: those to `/gateway`; all others are refused. */
  attach(server: Server | TlsServer): void
  /** What it holds and has lost so far. */
  stats(): GatewayStats
  /** Tells all devices to come back, and waits until they are gone, at most for the limits' `grace`. */
  close(): Promise<void>
}

export interface GatewayStats {
  sockets: number
  users: number
  subscriptions: number
  /** Passing frames left out for slow devices, and sockets closed because they could not take kept ones. */
  dropped: number
  slow: number
}

const path = '/gateway'

/** Opens the gateway; end users sign in through the `signIn` of the dialects. */
export function openGateway(
  core: Core,
  dialects: readonly Dialect[],
  native: Native,
  limits: Partial<GatewayLimits> = {},
): Gateway {
  const allLimits = { ...usualLimits, ...limits }
  const wss = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: allLimits.frame,
  })
  const sessions = new Set<Session>()
  const unsigned = new Set<Session>()
  const users = new Map<string, Set<Session>>()
  const owners = new Map<Session, string>()
  const losses = { dropped: 0, slow: 0 }
  const audience = openAudience(core, native.views)
  const around: Surroundings = {
    core,
    dialects,
    native: native.dialect,
    limits: allLimits,
    audience,
    turns: openTurns(),
    losses,
    signedIn,
    gone,
  }
  const heart = setInterval(beat, allLimits.heartbeat / 5)
  heart.unref()
  let closing = false
  let lastGone = () => {}

  function attach(server: Server | TlsServer) {
    server.on('upgrade', (request, socket, head) => {
      const refusal = refusalOf(request)
      if (refusal) refuseUpgrade(socket, refusal)
      else wss.handleUpgrade(request, socket, head, ws => connected(ws, request))
    })
  }

  function refusalOf(request: IncomingMessage): number | undefined {
    if (request.url?.split('?', 1)[0] !== path) return 404
    return closing || unsigned.size >= allLimits.unsigned ? 503 : undefined
  }

  function connected(ws: Parameters<typeof openSession>[0], request: IncomingMessage) {
    const session = openSession(ws, request.socket.remoteAddress ?? '', around)
    sessions.add(session)
    unsigned.add(session)
    if (closing) session.end(codes.restart)
  }

  function signedIn(session: Session, app: number, user: string) {
    const owner = `${app}.${user}`
    const mine = users.get(owner) ?? new Set()
    users.set(owner, mine.add(session))
    owners.set(session, owner)
    unsigned.delete(session)
    for (const oldest of mine) {
      if (mine.size <= allLimits.perUser) break
      mine.delete(oldest)
      oldest.end(codes.replaced)
    }
  }

  function gone(session: Session) {
    sessions.delete(session)
    unsigned.delete(session)
    const owner = owners.get(session)
    owners.delete(session)
    const mine = owner === undefined ? undefined : users.get(owner)
    mine?.delete(session)
    if (owner !== undefined && mine?.size === 0) users.delete(owner)
    if (sessions.size === 0) lastGone()
  }

  function beat() {
    const now = Date.now()
    for (const session of sessions) {
      const silence = now - session.heard()
      if (silence > 2 * allLimits.heartbeat) session.end(codes.silent)
      else if (silence > allLimits.heartbeat) session.ping()
    }
  }

  async function close() {
    closing = true
    clearInterval(heart)
    const empty = new Promise<void>(resolve => {
      lastGone = resolve
    })
    for (const session of sessions) session.end(codes.restart)
    if (sessions.size > 0) await Promise.race([empty, pause(allLimits.grace)])
    for (const session of sessions) session.cut()
  }

  return {
    attach,
    stats: () => ({ sockets: sessions.size, users: users.size, subscriptions: audience.size(), ...losses }),
    close,
  }
}

function refuseUpgrade(socket: Duplex, status: number) {
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
