import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server that can go deaf: what is said through it arrives, and no answer comes back. */
export interface Wire {
  url: string
  /** From now on nothing comes back to those who are connected; they stay connected as long as the server lives. */
  deafen(): void
  close(): Promise<void>
}

/** Opens a way to a port of loopback. */
export async function openWire(port: number): Promise<Wire> {
  const near = new Set<Socket>()
  const deaf = new Set<Socket>()
  const server = createServer(client => {
    near.add(client)
    const far = connect(port, '127.0.0.1')
    client.on('data', data => far.write(data))
    far.on('data', data => deaf.has(client) || client.write(data))
    for (const [one, other] of [[client, far] as const, [far, client] as const]) {
      // An error also closes.
      one.on('error', () => {})
      one.on('close', () => other.destroy())
    }
    client.on('close', () => near.delete(client))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deafen() {
      for (const client of near) deaf.add(client)
    },
    async close() {
      for (const client of near) client.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
