import { mkdtempSync, writeFileSync } from 'node:fs'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import selfsigned from 'selfsigned'

/** What a provider does with the pushes to a device. */
export type Treatment =
  /** Takes them; this is usual. */
  | 'take'
  /** Says that the device is no longer there. */
  | 'gone'
  /** Has had too much of them: come back in 7 seconds. */
  | 'busy'
  /** Fails at its own work. */
  | 'broken'
  /** Finds fault with them. */
  | 'refuse'
  /** Never answers. */
  | 'silent'

/** A push as a provider took it, in the port's words. */
export interface Taken {
  token: string
  /** The provider's name for it, if it gave one. */
  id?: string
  title?: string
  text?: string
  payload?: string
  /** Bytes of the body as it came. */
  size: number
  /** Everything else as it came over the wire. */
  headers: Record<string, string>
  body: Record<string, unknown>
}

/** A push provider on this machine that checks what the real one checks. */
export interface Provider {
  readonly url: string
  /** A file with the authority of its certificate. */
  readonly ca: string
  readonly taken: Taken[]
  /** Requests that reached it, whatever became of them. */
  readonly requests: number
  /** Connections that were made to it. */
  readonly connections: number
  /** A token for a new device. */
  device(): string
  treat(token: string, treatment: Treatment): void
  /** Ends every connection and listens no longer; `listen` begins again at the same place. */
  stop(): Promise<void>
  listen(): Promise<void>
}

/** The seconds after which a busy provider wants to be asked again. */
export const busySeconds = 7

let made: Promise<{ cert: string; key: string; ca: string }> | undefined

/** A certificate for this machine, and the file to trust it by; made once for a test run. */
export function certificate(): Promise<{ cert: string; key: string; ca: string }> {
  made ??= make()
  return made
}

async function make() {
  const names = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
  ]
  const pair = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: names }],
  })
  const ca = join(mkdtempSync(join(tmpdir(), 'magpie-push-')), 'ca.pem')
  writeFileSync(ca, pair.cert)
  return { cert: pair.cert, key: pair.private, ca }
}

/** Counts a server's connections, and ends them with it; listens at the same port again. */
export async function hosted(server: Server) {
  const sockets = new Set<Socket>()
  let count = 0
  let port = 0
  server.on('connection', (socket: Socket) => {
    count++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // Clients that give up are what some tests are about.
    socket.on('error', () => {})
  })
  async function listen() {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    port = (server.address() as AddressInfo).port
  }
  await listen()
  return {
    port,
    listen,
    connections: () => count,
    async stop() {
      const ended = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await ended
    },
  }
}

/** The text of a request's body. */
export async function bodyOf(request: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
