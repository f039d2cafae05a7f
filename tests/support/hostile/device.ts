import { once } from 'node:events'
import { WebSocket } from 'ws'
import { demandForm, demandReplyForm } from '../forms.ts'
import type { Attempt } from './frames.ts'
import { secret, type World } from './world.ts'

/** What became of a frame: the first reply to it, or the code with which its socket was closed. */
export type Outcome = { reply: Record<string, unknown> } | { closed: number }

/** A socket on which anything is sent. What it hears is looked at and not kept. */
export interface HostileDevice {
  /** Sends, and waits for what becomes of it; rejects when nothing does. */
  attempt(text: string, way: Attempt['way'], about?: string): Promise<Outcome>
  /** Sends and waits for nothing. */
  throw(text: string, way: Attempt['way']): void
  open(): boolean
  /** Resolves with the code with which the server closed it. */
  closed: Promise<number>
  ws: WebSocket
  end(): Promise<void>
}

/** Connects; with a user it signs in. */
export async function hostileDevice(world: World, user?: string): Promise<HostileDevice> {
  const ws = new WebSocket(`ws://127.0.0.1:${world.server.port}/gateway`, { perMessageDeflate: false })
  let heard: (outcome: Outcome | { wrong: Error }) => void = () => {}
  let about = ''
  ws.on('error', () => {})
  ws.on('message', data => {
    try {
      hear(data.toString())
    } catch (error) {
      heard({ wrong: error as Error })
      // Nobody may be waiting: thrown from here it fails the run all the same.
      throw error
    }
  })
  const closed = new Promise<number>(resolve => ws.on('close', resolve))
  closed.then(code => heard({ closed: code }))
  await once(ws, 'open')

  function hear(text: string) {
    if (text.includes(secret)) throw new Error(`${user} was told a secret: ${text.slice(0, 500)}`)
    for (const line of text.split('\n')) {
      const frame = JSON.parse(line) as Record<string, unknown> & { type: string }
      demandForm(frame)
      if (frame.type !== 'reply' && frame.type !== 'welcome') continue
      if (frame.type === 'reply' && !frame.err) demandReplyForm(about, frame.ok)
      heard({ reply: frame })
    }
  }

  async function attempt(text: string, way: Attempt['way'], what = '') {
    about = what
    const outcome = new Promise<Outcome>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing became of it')), 5000)
      heard = result => {
        clearTimeout(timer)
        if ('wrong' in result) reject(result.wrong)
        else resolve(result)
      }
    })
    send(ws, text, way)
    return outcome
  }

  if (user !== undefined) {
    const outcome = await attempt(JSON.stringify({ id: 0, do: 'signIn', with: world.word(user) }), 'text')
    if (!('reply' in outcome) || outcome.reply.type !== 'welcome') throw new Error(JSON.stringify(outcome))
  }
  return {
    attempt,
    throw: (text, way) => send(ws, text, way),
    closed,
    open: () => ws.readyState === ws.OPEN,
    ws,
    async end() {
      if (ws.readyState === ws.CLOSED) return
      const closed = once(ws, 'close')
      ws.terminate()
      await closed
    },
  }
}

function send(ws: WebSocket, text: string, way: Attempt['way']) {
  if (way === 'binary') ws.send(Buffer.from(text))
  else if (way === 'bytes')
    ws.send(Buffer.concat([Buffer.from(text), Buffer.from([0xc3, 0x28, 0xff])]), { binary: false })
  else if (way === 'text') ws.send(text)
  else {
    const bytes = Buffer.from(text)
    const third = Math.ceil(bytes.length / 3)
    for (const [i, at] of [0, third, 2 * third].entries())
      ws.send(bytes.subarray(at, at + third), { binary: false, fin: i === 2 })
  }
}
