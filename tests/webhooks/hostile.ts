import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A server that answers as no back end should. */
export interface Hostile {
  url: string
  /** Requests that came, with their bodies, in order. */
  bodies: string[]
  /** Bytes it could write so far. */
  written(): number
  /** Connections that are open now. */
  connections(): number
  stop(): Promise<void>
}

/** What it does with a request once its body is there. */
export type Trick = (response: ServerResponse, request: IncomingMessage) => void

/** Starts one on a free port of loopback. */
export async function openHostile(trick: Trick): Promise<Hostile> {
  const bodies: string[] = []
  const open = new Set<Socket>()
  let gone = 0
  const server = createServer(async (request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      trick(response, request)
    })
  })
  server.on('connection', socket => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      gone += socket.bytesWritten
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    written: () => [...open].reduce((sum, socket) => sum + socket.bytesWritten, gone),
    connections: () => open.size,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Writes as fast as the other side reads, for ever. */
export const flood: Trick = response => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = Buffer.alloc(65_536, ' ')
  const write = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', write)
  write()
}

/** A byte now and then, for ever. */
export const drip: Trick = response => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}

/** A status line that never ends. */
export const dripHeaders: Trick = response => {
  const { socket } = response
  socket?.write('HTTP/1.1 200 OK\r\n')
  const timer = setInterval(() => socket?.write('x: y\r\n'), 20)
  socket?.on('close', () => clearInterval(timer))
}

/** What is no HTTP. */
export const noHttp: Trick = response => {
  response.socket?.end('220 smtp.example ready\r\n')
}

/** Promises more than it sends. */
export const cutShort: Trick = response => {
  response.writeHead(200, { 'content-length': 100 })
  response.write('{"ErrorCode":0')
  setTimeout(() => response.socket?.destroy(), 5)
}

/** A whole answer of so many bytes. */
export function large(bytes: number): Trick {
  return response => {
    const body = `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","x":"${'x'.repeat(bytes)}"}`
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  }
}

/** An answer as this says. */
export function says(status: number, body: unknown, headers: Record<string, string> = {}): Trick {
  return response => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** Cuts the connection. */
export const hangUp: Trick = response => {
  response.socket?.destroy()
}

/** Says nothing. */
export const silent: Trick = () => {}
