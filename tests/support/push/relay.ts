import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A wire to a provider that can be cut, so that both ends believe that they are still connected. */
export interface Relay {
  readonly port: number
  /** Connections that the near end has not given up. */
  readonly open: number
  /** Swallows from now on whatever comes over the connections that there are. */
  cut(): void
  stop(): Promise<void>
}

/** Starts a relay to a port of this machine. */
export async function startRelay(to: number): Promise<Relay> {
  const pairs = new Set<[Socket, Socket]>()
  const server = createServer(near => {
    const far = connect(to, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.pipe(far).pipe(near)
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.on('close', () => pairs.delete(pair))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return [...pairs].filter(([near]) => !near.readableEnded && !near.destroyed).length
    },
    cut() {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume()
        far.unpipe(near).resume()
      }
    },
    async stop() {
      const ended = new Promise(resolve => server.close(resolve))
      for (const socket of [...pairs].flat()) socket.destroy()
      await ended
    },
  }
}
