import { openPacer, usualAllowance } from './pacer.ts'
import { ClientError, type Credentials, type Down, type Reply, type Welcome } from './protocol.ts'

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

/** What is said to sign in, besides the credentials. */
export interface SignIn {
  device?: string
  platform?: string
  tag?: string
  /** The client comes back by itself. */
  automatic?: boolean
}

/** One connection from its opening to its end. */
export interface Connection {
  /** Performs an operation; rejects with ClientError, 'offline' when the connection ends before the answer. */
  request<T>(operation: string, input: object): Promise<T>
  /** Ends it; `lost` is not called. */
  end(): void
}

/** What a connection tells. */
export interface ConnectionEvents {
  /** It is open, and the credentials were sent. */
  opened(): void
  welcome(welcome: Welcome): void
  frame(frame: Exclude<Down, Welcome | Reply>): void
  /** It ended by itself; nothing is told after this. */
  lost(code: number, text: string): void
}

/** Times (ms): until the welcome, until an answer, and between silence and giving up. */
const patience = { welcome: 15_000, answer: 20_000, life: 10_000 }

/** Questions that wait for their turn or their answer, at most. */
const mostQuestions = 2000

interface Question {
  resolve(value: never): void
  reject(error: ClientError): void
  timer: ReturnType<typeof setTimeout> | undefined
}

export function openConnection(
  Maker: SocketMaker,
  url: string,
  signIn: Credentials & SignIn,
  events: ConnectionEvents,
): Connection {
  const socket = new Maker(url)
  const questions = new Map<number, Question>()
  const pacer = openPacer(usualAllowance)
  let lastId = 0
  let over = false
  let heard = 0
  let heart: ReturnType<typeof setInterval> | undefined
  const deadline = setTimeout(() => lose(1006, 'no welcome came'), patience.welcome)

  socket.onopen = () => {
    socket.send(JSON.stringify({ id: 0, do: 'signIn', with: signIn }))
    events.opened()
  }
  socket.onmessage = (event: { data: unknown }) => {
    heard = Date.now()
    for (const line of String(event.data).split('\n')) if (!over) receive(line)
  }
  socket.onclose = (event: { code: number; reason: string }) => lose(event.code, event.reason)
  socket.onerror = () => {}

  function receive(line: string) {
    let frame: Down
    try {
      frame = JSON.parse(line)
    } catch {
      return lose(1007, 'what came is no frame')
    }
    if (frame.type === 'welcome') {
      clearTimeout(deadline)
      heart = setInterval(beat, frame.heartbeat / 4, frame.heartbeat)
      events.welcome(frame)
    } else if (frame.type !== 'reply') events.frame(frame)
    else if (frame.id === 0) refused(frame)
    else answer(frame)
  }

  /** The socket closes next, and its code says the rest. */
  function refused({ err }: Reply) {
    const onclose = socket.onclose as unknown as (event: { code: number; reason: string }) => void
    socket.onclose = ({ code }: { code: number }) => onclose({ code, reason: err?.code ?? '' })
  }

  function answer({ id, ok, err }: Reply) {
    const question = questions.get(id)
    if (!question) return
    settle(id, question)
    if (err) question.reject(new ClientError(err.code, err.text, err.own))
    else question.resolve(ok as never)
  }

  function settle(id: number, { timer }: Question) {
    questions.delete(id)
    clearTimeout(timer)
    pacer.done()
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
      if (questions.size >= mostQuestions) return reject(new ClientError('rate.exceeded', 'too many questions wait'))
      const id = ++lastId
      const question: Question = { resolve, reject, timer: undefined }
      questions.set(id, question)
      pacer.add(() => {
        question.timer = setTimeout(() => {
          settle(id, question)
          reject(new ClientError('time.out', 'no answer came'))
        }, patience.answer)
        socket.send(JSON.stringify({ id, do: operation, with: input }))
      })
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
    pacer.end()
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
