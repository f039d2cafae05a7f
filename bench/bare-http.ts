// The other side of the comparison: a Fastify route that reads the same body and gives the same reply, and nothing else.
import Fastify from 'fastify'

const app = Fastify()
let seq = 0
app.post('/*', async request => {
  const body = request.body as { MsgSeq?: number; MsgRandom: number }
  const time = Math.floor(Date.now() / 1000)
  const key = `${body.MsgSeq ?? ++seq}_${body.MsgRandom}_${time}`
  return { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0, MsgTime: time, MsgKey: key }
})
await app.listen({ host: '127.0.0.1', port: 0 })
console.log(`port ${(app.server.address() as { port: number }).port}`)
