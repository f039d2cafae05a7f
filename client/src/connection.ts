import { ClientError, type Credentials, type Down } from './protocol.ts'

/** What the client needs of a WebSocket; browsers' and Node's own have it, and that of `ws`. */
export interface SocketLike {
  send(data: string): void
  close(): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
}

export type SocketMaker = new (url: string) => SocketLike

export type Welcome = Extract<Down, { type: 'welcome' }>

/** One connection from its opening to its end. */
export interface Connection {
  /** Performs an operation; rejects with ClientError, 'offline' when the connection ends before the answer. */
  request<T>(operation: string, input: object): Promise<T>
  /** Ends it; `lost` is not called. */
  end(): void
}

/** What a connection tells. */
export interface ConnectionEvents {
  welcome(welcome: Welcome): void
  frame(frame: Exclude<Down, { type: 'welcome' | 'reply' }>): void
  /** It ended by itself; nothing is told after this. */
  lost(code: number, text: string): void
}

/** Times (ms): until the welcome, until an answer, and between silence and giving up. */
const patience = { welcome: 15_000, answer: 20_000, life: 10_000 }

interface Question {
  resolve(value: never): void
  reject(error: ClientError): void
  timer: ReturnType<typeof setTimeout>
}

export function openConnection(
  Maker: SocketMaker,
  url: string,
  signIn: Credentials & { device?: string; platform?: string },
  events: ConnectionEvents,
): Connection {
  const socket = new Maker(url)
  const questions = new Map<number, Question>()
  let lastId = 0
  let over = false
  let heard = 0
  let heart: ReturnType<typeof setInterval> | undefined
  const deadline = setTimeout(() => lose(1006, 'no welcome came'), patience.welcome)

  socket.onopen = () => socket.send(JSON.stringify({ id: 0, do: 'signIn', with: signIn }))
  socket.onmessage = (event: { data: unknown }) => {
    heard = Date.now()
    for (const line of String(event.data).split('\n')) if (!over) receive(JSON.parse(line))
  }
  socket.onclose = (event: { code: number; reason: string }) => lose(event.code, event.reason)
  socket.onerror = () => {}

  function receive(frame: Down) {
    if (frame.type === 'welcome') {
      clearTimeout(deadline)
      heart = setInterval(() => beat(frame.heartbeat), frame.heartbeat / 4)
      events.welcome(frame)
    } else if (frame.type === 'reply') answer(frame)
    else events.frame(frame)
  }

  function answer({ id, ok, err }: Extract<Down, { type: 'reply' }>) {
    const question = questions.get(id)
    if (!question) return
    questions.delete(id)
    clearTimeout(question.timer)
    if (err) question.reject(new ClientError(err.code, err.text))
    else question.resolve(ok as never)
  }

  /** Sockets in browsers do not show the server's signs of life: after a silence the client asks for one. */
  function beat(interval: number) {
    const silence = Date.now() - heard
    if (silence > interval + patience.life) lose(1006, 'the server is silent')
    else if (silence > interval) request('ping', {}).catch(() => {})
  }

  function request<T>(operation: string, input: object): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (over) return reject(new ClientError('offline', 'not connected'))
      const id = ++lastId
      const timer = setTimeout(() => {
        questions.delete(id)
        reject(new ClientError('time.out', 'no answer came'))
      }, patience.answer)
      questions.set(id, { resolve, reject, timer })
      socket.send(JSON.stringify({ id, do: operation, with: input }))
    })
  }

  function lose(code: number, text: string) {
    if (over) return
    end()
    events.lost(code, text)
  }

  function end() {
    if (over) return
    over = true
    clearTimeout(deadline)
    clearInterval(heart)
    // A dead network would let the socket wait for a farewell that never comes: nobody listens to it any more.
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    for (const { reject, timer } of questions.values()) {
      clearTimeout(timer)
      reject(new ClientError('offline', 'the connection ended'))
    }
    questions.clear()
  }

  return { request, end }
}
