// The other side of the comparison: a `ws` server that hands each frame on as it came, to everybody or to the partner,
// and answers the sender.
import { type WebSocket, WebSocketServer } from 'ws'

const toAll = process.argv[2] === 'all'
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
const order: WebSocket[] = []
server.on('connection', socket => {
  let known = false
  socket.on('message', data => {
    if (!known) {
      known = true
      order.push(socket)
      socket.send('{"type":"welcome"}')
      return
    }
    if (toAll) for (const other of server.clients) other.send(data, { binary: false })
    // Sockets come in pairs: the one before or after.
    else order[order.indexOf(socket) ^ 1]?.send(data, { binary: false })
    socket.send('{"type":"reply","ok":{}}')
  })
})
server.on('listening', () => console.log(`port ${(server.address() as { port: number }).port}`))
