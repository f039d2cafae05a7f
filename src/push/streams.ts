import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { trusting } from '../lib/trust.ts'
import type { Reply } from './post.ts'

/** Where to connect to, and how patient to be (ms). */
interface Target {
  url: URL
  ca?: string
  /** For connecting; a ping gets a quarter of it, so that a request that waits for one still has time. */
  timeout: number
  /** A connection that was silent for so long is asked whether it lives before it is used again. */
  quiet?: number
}

/** One HTTP/2 connection to a host that is kept as long as it lives, with as many requests abreast as the host allows. */
export interface Streams {
  /** The answer, whatever its status; throws when there is none. What the host did not begin to work on is sent again. */
  post(path: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Reply>
  close(): Promise<void>
}

interface Connection {
  session: ClientHttp2Session
  /** The host has said what it allows. */
  ready: Promise<void>
  /** Streams the host allows, and those open. */
  room: number
  open: number
  /** Takes no new requests. */
  leaving: boolean
  /** The last stream that the host works on, once it said goodbye. */
  last: number
  /** When the host last said something (ms). */
  heard: number
  asking?: Promise<void>
}

/** Streams are not opened beyond this, whatever the host allows. */
export const mostStreams = 1000
const largestReply = 64 * 1024
/** How often a request that nobody worked on is sent; a host that keeps refusing is not asked for ever. */
const mostTries = 3

/** Opens streams to a host; connects with the first request, and again whenever the connection is gone. */
export function openStreams({ url, ca, timeout, quiet = 60_000 }: Target): Streams {
  const secureContext = trusting({ ca })
  let current: Connection | undefined
  let closed = false
  const waiting = new Set<() => void>()

  function connected(): Connection {
    if (closed) throw new Error('the connection was closed')
    if (current && !current.leaving) return current
    const session = connect(url.origin, { secureContext })
    const made: Connection = {
      session,
      ready: readyOf(session, timeout),
      room: 0,
      open: 0,
      leaving: false,
      last: Number.POSITIVE_INFINITY,
      heard: Date.now(),
    }
    session.on('remoteSettings', ({ maxConcurrentStreams = mostStreams }) => {
      made.room = Math.min(maxConcurrentStreams, mostStreams)
      wake()
    })
    session.on('goaway', (_code, last) => {
      made.last = last
      leave(made)
    })
    session.on('close', () => leave(made))
    session.on('error', () => leave(made))
    made.ready.catch(() => leave(made))
    current = made
    return made
  }

  // Those who wait must look for another connection.
  function leave(connection: Connection) {
    connection.leaving = true
    if (current === connection) current = undefined
    wake(Number.POSITIVE_INFINITY)
  }

  function wake(count = current ? current.room - current.open : 0) {
    for (const one of waiting) {
      if (count-- <= 0) return
      one()
    }
  }

  async function enter(signal: AbortSignal): Promise<Connection> {
    try {
      return await find(signal)
    } catch (error) {
      // Whoever gives up may have been woken; the place is another's.
      wake()
      throw error
    }
  }

  async function find(signal: AbortSignal): Promise<Connection> {
    for (;;) {
      signal.throwIfAborted()
      const connection = connected()
      await unless(signal, connection.ready)
      if (Date.now() - connection.heard > quiet) await unless(signal, ask(connection))
      if (connection.leaving) continue
      if (connection.open < connection.room) {
        connection.open++
        return connection
      }
      await turn(signal)
    }
  }

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const go = () => {
        waiting.delete(go)
        signal.removeEventListener('abort', go)
        resolve()
      }
      waiting.add(go)
      signal.addEventListener('abort', go)
    })
  }

  /** Asks whether the connection lives, and ends one that says nothing. */
  function ask(connection: Connection): Promise<void> {
    connection.asking ??= pinged(connection, timeout / 4).then(alive => {
      connection.asking = undefined
      if (alive) return
      leave(connection)
      connection.session.destroy(new Error('the connection is dead'))
    })
    return connection.asking
  }

  return {
    async post(path, headers, body, signal) {
      for (let tries = 1; ; tries++) {
        const connection = await enter(signal)
        try {
          return await exchange(connection, { ':method': 'POST', ':path': path, ...headers }, body, signal)
        } catch (error) {
          if (signal.aborted) void ask(connection)
          if (!(error instanceof Unprocessed) || signal.aborted || tries >= mostTries) throw error
        } finally {
          connection.open--
          wake()
        }
      }
    },
    async close() {
      closed = true
      const connection = current
      if (!connection) return
      leave(connection)
      connection.session.destroy()
    },
  }
}

/** The host has not begun to work on the request: it may go out again. */
class Unprocessed extends Error {
  override name = 'Unprocessed'
}

function readyOf(session: ClientHttp2Session, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => session.destroy(new Error(`no connection within ${timeout} ms`)), timeout)
    const done = () => clearTimeout(timer)
    session.once('remoteSettings', () => resolve(done()))
    session.once('error', error => reject(error))
    session.once('close', () => {
      done()
      reject(new Error('the connection was closed'))
    })
  })
}

function pinged({ session }: Connection, timeout: number): Promise<boolean> {
  if (session.destroyed) return Promise.resolve(false)
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(false), timeout)
    const answered = (alive: boolean) => {
      clearTimeout(timer)
      resolve(alive)
    }
    if (!session.ping(error => answered(!error))) answered(false)
  })
}

function exchange(
  connection: Connection,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = begin(connection, headers, signal)
    const chunks: Buffer[] = []
    let said: Record<string, string> | undefined
    let [size, ended] = [0, false]
    let failure: Error | undefined
    stream.on('response', fields => {
      connection.heard = Date.now()
      said = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
    })
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > largestReply) stream.destroy(new Error(`the answer is larger than ${largestReply} bytes`))
      else chunks.push(chunk)
    })
    stream.on('end', () => {
      ended = true
    })
    stream.on('error', error => {
      failure = error
    })
    stream.on('close', () => {
      if (said && ended && !failure)
        return resolve({ status: Number(said[':status']), headers: said, text: Buffer.concat(chunks).toString() })
      // A stream without a number never went out.
      const untouched =
        stream.id === undefined || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || stream.id > connection.last
      const text = failure?.message ?? 'the connection ended'
      reject(untouched ? new Unprocessed(text) : new Error(text))
    })
    stream.end(body)
  })
}

function begin(connection: Connection, headers: Record<string, string>, signal: AbortSignal): ClientHttp2Stream {
  try {
    return connection.session.request(headers, { signal })
  } catch (error) {
    connection.leaving = true
    throw new Unprocessed((error as Error).message)
  }
}

/** The promise, or the reason for which nobody waits any longer. */
function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
