// The back ends that a server under measurement tells: one that answers at once, one that takes a second. Plain sockets,
// so that they take as little as possible of the machine. Prints its ports, and on SIGUSR2 what has come.
import { createServer, type Socket } from 'node:net'

const reply = '{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}'
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${reply.length}\r\n\r\n${reply}`,
)
const seen = new Set<string>()
let last = 0
let slow = 0

/** Cuts a stream into requests; `each` gets the head of every whole one. */
function cut(socket: Socket, each: (head: string) => void) {
  let rest = Buffer.alloc(0)
  socket.on('data', data => {
    rest = rest.length > 0 ? Buffer.concat([rest, data]) : data
    for (;;) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = rest.toString('latin1', 0, end)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (rest.length < end + 4 + length) return
      rest = rest.subarray(end + 4 + length)
      each(head)
    }
  })
  socket.on('error', () => {})
}

const quick = createServer({ noDelay: true }, socket =>
  cut(socket, head => {
    seen.add(/x-magpie-event-id: (\S+)/i.exec(head)?.[1] ?? '')
    last = Date.now()
    socket.write(answer)
  }),
)
const late = createServer({ noDelay: true }, socket =>
  cut(socket, () => {
    slow++
    setTimeout(() => socket.write(answer), 1000)
  }),
)
const portOf = (server: typeof quick) => (server.address() as { port: number }).port
await new Promise<void>(resolve => quick.listen(0, '127.0.0.1', resolve))
await new Promise<void>(resolve => late.listen(0, '127.0.0.1', resolve))
process.on('message', () => process.send?.({ seen: seen.size, last, slow }))
process.send?.({ quick: portOf(quick), late: portOf(late) })
