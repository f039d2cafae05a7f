import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Core } from '../core/core.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { openAudience } from './audience.ts'
import { codes } from './codes.ts'
import { type GatewayLimits, usualLimits } from './limits.ts'
import { openOutlets } from './outlet.ts'
import { openRefusals } from './refusals.ts'
import { openSessions, type Session } from './session.ts'
import type { Views } from './tellings.ts'
import type { PresenceViews } from './watchers.ts'

/** What the gateway speaks with devices: the native dialect's operations, and how it shows what happened. */
export interface Native {
  dialect: Dialect
  views: Views & PresenceViews
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
  const signIns = [...dialects, native.dialect]
  const sessions = new Set<Session>()
  const unsigned = new Set<Session>()
  const leaving = new Set<Promise<void>>()
  const losses = { dropped: 0, slow: 0 }
  const audience = openAudience(core, native.views)
  const { open, end, tellBeat } = openSessions({
    core,
    dialects: signIns,
    native: native.dialect,
    limits: allLimits,
    audience,
    outlets: openOutlets(allLimits, losses),
    signedIn: session => unsigned.delete(session),
    refused: openRefusals(core, signIns),
    gone,
  })
  const heart = setInterval(beat, allLimits.heartbeat / 5)
  heart.unref()
  const auditing = setInterval(audit, allLimits.audit)
  auditing.unref()
  const stopListening = core.presence.lives.onLost(() => void audit())
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

  function connected(ws: WebSocket, request: IncomingMessage) {
    const { remoteAddress = '', remotePort } = request.socket
    const session = open(ws, { address: remoteAddress, port: remotePort })
    sessions.add(session)
    unsigned.add(session)
    if (closing) end(session, codes.restart)
  }

  function gone(session: Session, left: Promise<void>) {
    leaving.add(left)
    left.finally(() => leaving.delete(left))
    sessions.delete(session)
    unsigned.delete(session)
    if (sessions.size === 0) lastGone()
  }

  function beat() {
    const now = Date.now()
    for (const session of sessions) {
      // Whoever is not read, because it asked for much, cannot be heard.
      const silence = session.ws.isPaused ? 0 : now - session.heard
      if (silence > 2 * allLimits.heartbeat) end(session, codes.silent)
      else if (silence > allLimits.heartbeat) session.ws.ping()
    }
  }

  /**
   * A socket whose session is not there any more has to sign in again: somebody ended it and the news was lost, or the
   * other nodes had given this one up. A session without a socket is ended: it could not be when the socket went.
   */
  async function audit() {
    for (const session of sessions) tellBeat(session)
    const here = [...sessions].filter(isHere)
    try {
      const held = await core.presence.held()
      for (const session of here) if (!held.has(session.id) && isHere(session)) end(session, codes.restart)
      for (const session of sessions) held.delete(session.id)
      await Promise.all([...held.values()].map(row => core.presence.leave(row)))
    } catch (error) {
      core.log.warn({ err: error }, 'sockets could not be held against sessions')
    }
  }

  async function close() {
    closing = true
    clearInterval(heart)
    clearInterval(auditing)
    stopListening()
    const empty = new Promise<void>(resolve => {
      lastGone = resolve
    })
    for (const session of sessions) end(session, codes.restart)
    if (sessions.size > 0) await Promise.race([empty, pause(allLimits.grace)])
    for (const { ws } of sessions) ws.terminate()
    // What the app is to hear of their ends is kept before the store closes.
    await Promise.race([Promise.all(leaving), pause(allLimits.grace)])
  }

  return {
    attach,
    stats: () => ({ sockets: sessions.size, users: audience.users(), subscriptions: audience.size(), ...losses }),
    close,
  }
}

function isHere({ state }: Session): boolean {
  return state === 'here'
}

function ignore() {}

function refuseUpgrade(socket: Duplex, status: number) {
  socket.on('error', ignore)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
