import { once } from 'node:events'
import { WebSocket } from 'ws'
import { demandForm, demandReplyForm } from './forms.ts'

/** A frame from the server. */
export type Received = Record<string, unknown> & { type: string }

/** A bare device that shows every frame as it came. */
export interface TestSocket {
  ws: WebSocket
  /** All frames so far, in order. */
  frames: Received[]
  /** Sends an operation and gives the reply's `ok`, or throws its error's code. */
  ask(operation: string, input?: object): Promise<Record<string, unknown>>
  /** The first frame, old or new, that fits and was not given before; `type` names one type, or several in words. */
  next(type: string, fits?: (frame: Received) => boolean): Promise<Received>
  /** Resolves with the close code. */
  closed: Promise<number>
  close(): Promise<void>
}

/** Connects without signing in. */
export async function connect(server: { port: number }): Promise<TestSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${server.port}/gateway`)
  const socket = watch(ws)
  await once(ws, 'open')
  return socket
}

/** Connects and signs in; rejects with the error's code when refused. */
export async function signIn(server: { port: number }, credentials: object): Promise<TestSocket> {
  const socket = await connect(server)
  socket.ws.send(JSON.stringify({ id: 0, do: 'signIn', with: credentials }))
  const first = await socket.next('welcome or reply', frame => frame.id === 0)
  if (first.type === 'reply') throw new Error((first.err as { code: string }).code)
  return socket
}

function watch(ws: WebSocket): TestSocket {
  const frames: Received[] = []
  const given = new Set<Received>()
  const waiting = new Set<() => void>()
  let lastId = 0
  ws.on('message', data => {
    for (const line of data.toString().split('\n')) {
      const frame = JSON.parse(line)
      frames.push(frame)
      // Thrown from here it fails the run, whatever the test looks at.
      demandForm(frame)
    }
    for (const look of [...waiting]) look()
  })
  const closed = new Promise<number>(resolve => ws.on('close', resolve))
  ws.on('error', () => {})

  function next(type: string, fits: (frame: Received) => boolean = () => true): Promise<Received> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`no ${type} came; last: ${JSON.stringify(frames.slice(-3))}`))
      }, 3000)
      function look() {
        const found = frames.find(frame => type.includes(frame.type) && !given.has(frame) && fits(frame))
        if (!found) return
        given.add(found)
        waiting.delete(look)
        clearTimeout(timer)
        resolve(found)
      }
      waiting.add(look)
      look()
      closed.then(code => {
        if (!waiting.delete(look)) return
        clearTimeout(timer)
        reject(new Error(`closed with ${code} before ${type} came`))
      })
    })
  }

  async function ask(operation: string, input: object = {}) {
    const id = ++lastId
    ws.send(JSON.stringify({ id, do: operation, with: input }))
    const reply = await next('reply', frame => frame.id === id)
    if (reply.err) throw new Error((reply.err as { code: string }).code)
    demandReplyForm(operation, reply.ok)
    return reply.ok as Record<string, unknown>
  }

  async function close() {
    ws.close()
    await closed
  }

  return { ws, frames, ask, next, closed, close }
}
