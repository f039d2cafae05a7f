import { backOf, type Pace, waitOf } from './comeback.ts'
import { type Connection, type ConnectionEvents, openConnection, type SignIn, type SocketMaker } from './connection.ts'
import type { Events, State } from './options.ts'
import { ClientError, type Credentials, type Welcome } from './protocol.ts'

/** A connection that comes back by itself. */
export interface Link {
  state(): State
  /** Connects, and stays connected until `stop` or until the server says never. */
  start(): void
  stop(): void
  /** Ends a connection that is of no use any more, and comes back later. */
  fail(error: unknown): void
  /** Performs an operation now; ClientError 'offline' when there is no connection. */
  request<T>(operation: string, input: object): Promise<T>
  /** The same once it is online; ClientError 'offline' if it is not for long. */
  call<T>(operation: string, input?: object): Promise<T>
}

/** What a link is made of. */
export interface LinkParts {
  Maker: SocketMaker
  url: string
  /** Gives the credentials for the next attempt. */
  credentials(): Promise<Credentials & SignIn>
  pace: Pace
  random(): number
}

/** What a link tells. */
export interface LinkEvents {
  state(change: Events['state']): void
  /** Signed in; the link is online once this has come to its end. */
  welcome(welcome: Welcome): Promise<void>
  online(): void
  frame: ConnectionEvents['frame']
  /** The connection ended, or the link was stopped. */
  down(): void
}

/** How long a call waits for the connection (ms), and how many wait. */
const patience = 15_000
const mostWaiting = 1000

export function openLink({ Maker, url, credentials, pace, random }: LinkParts, events: LinkEvents): Link {
  const waiting = new Set<(error?: ClientError) => void>()
  let state: State = 'stopped'
  let run = 0
  let attempt = 0
  let connection: Connection | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function enter(next: State, more: Omit<Events['state'], 'state'> = {}) {
    state = next
    if (next === 'online') for (const go of waiting) go()
    if (isEnd(next)) for (const go of waiting) go(offline())
    events.state({ state, ...more })
  }

  function start() {
    if (!isEnd(state)) return
    attempt = 0
    globalThis.addEventListener?.('online', hurry)
    connect()
  }

  async function connect() {
    const mine = ++run
    clearTimeout(timer)
    enter('connecting')
    try {
      const signIn = await credentials()
      if (mine !== run) return
      const opened = () => enter('signing')
      const { frame } = events
      connection = openConnection(Maker, url, { ...signIn, automatic: attempt > 0 }, { opened, welcome, frame, lost })
    } catch (error) {
      if (mine === run) lost(4100, String(error))
    }
  }

  async function welcome(given: Welcome) {
    const mine = run
    enter('syncing')
    try {
      await events.welcome(given)
    } catch (error) {
      // The end of the connection tells itself; a refusal here means that the server cannot serve now.
      if (mine === run && (error as ClientError).code !== 'offline') fail(error)
      return
    }
    if (mine !== run || !connection) return
    attempt = 0
    enter('online')
    if (mine === run) events.online()
  }

  function fail(error: unknown) {
    connection?.end()
    lost(4100, String(error))
  }

  function lost(code: number, text: string) {
    leave()
    const back = backOf(code)
    const reason = { code, text, back }
    if (back === 'never') {
      globalThis.removeEventListener?.('online', hurry)
      return enter('refused', { reason })
    }
    const wait = waitOf(back, attempt++, pace, random)
    timer = setTimeout(connect, wait)
    enter('offline', { reason, wait })
  }

  function leave() {
    run++
    connection = undefined
    events.down()
  }

  /** The network is back: no need to wait longer. */
  function hurry() {
    if (state === 'offline') connect()
  }

  function stop() {
    clearTimeout(timer)
    globalThis.removeEventListener?.('online', hurry)
    connection?.end()
    leave()
    enter('stopped')
  }

  function request<T>(operation: string, input: object): Promise<T> {
    return connection ? connection.request<T>(operation, input) : Promise.reject(offline())
  }

  async function call<T>(operation: string, input: object = {}): Promise<T> {
    if (state !== 'online') await online()
    return request<T>(operation, input)
  }

  function online(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (isEnd(state) || waiting.size >= mostWaiting) return reject(offline())
      const late = setTimeout(() => go(offline()), patience)
      const go = (error?: ClientError) => {
        clearTimeout(late)
        waiting.delete(go)
        error ? reject(error) : resolve()
      }
      waiting.add(go)
    })
  }

  return { state: () => state, start, stop, fail, request, call }
}

function isEnd(state: State): boolean {
  return state === 'stopped' || state === 'refused'
}

function offline(): ClientError {
  return new ClientError('offline', 'not connected')
}
