import { backOf, usualPace, waitOf } from './comeback.ts'
import { type Connection, openConnection, type SocketMaker, type Welcome } from './connection.ts'
import { openEmitter } from './emitter.ts'
import type { ClientOptions, Content, Events, SendOptions, State } from './options.ts'
import { type Outgoing, openOutbox } from './outbox.ts'
import { ClientError, type Conversation, type Message, type Sent, type SyncReply } from './protocol.ts'
import { type Kept, loadKept } from './storage.ts'
import { openTimelines, type Timelines } from './timelines.ts'

export type { Back, Pace } from './comeback.ts'
export type { SocketLike, SocketMaker } from './connection.ts'
export type * from './options.ts'
export type { Outcome } from './outbox.ts'
export * from './protocol.ts'
export { browserStorage, type ClientStorage } from './storage.ts'
export type { ConversationTold } from './timelines.ts'

export type Client = ReturnType<typeof createClient>

/** How long a question waits for the connection (ms). */
const patience = 15_000

/** Makes a client; `start` connects it. */
export function createClient(options: ClientOptions) {
  const events = openEmitter<Events>()
  const pace = { ...usualPace, ...options.pace }
  const random = options.random ?? Math.random
  const Maker = options.WebSocket ?? (globalThis.WebSocket as unknown as SocketMaker)
  const url = gatewayOf(options.url)
  let state: State = 'offline'
  let user: string | undefined
  let run = 0
  let attempt = 0
  let connection: Connection | undefined
  let timelines: Timelines | undefined
  const outbox = openOutbox(outcome => events.emit('sent', outcome), save)
  let loaded: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let saving = false

  function enter(next: State, more: Omit<Events['state'], 'state'> = {}) {
    state = next
    events.emit('state', { state, ...more })
  }

  /** Connects, and stays connected until `stop`. */
  function start() {
    if (state !== 'offline' && state !== 'refused') return
    attempt = 0
    globalThis.addEventListener?.('online', hurry)
    connect()
  }

  async function connect() {
    const mine = ++run
    clearTimeout(timer)
    enter('connecting')
    try {
      loaded ??= load()
      await loaded
      const given = typeof options.credentials === 'function' ? await options.credentials() : options.credentials
      if (mine !== run) return
      const { device, platform } = options
      connection = openConnection(Maker, url, { ...given, device, platform }, { welcome, frame: receive, lost })
    } catch (error) {
      if (mine === run) lost(4100, String(error))
    }
  }

  async function welcome(given: Welcome) {
    const mine = run
    enter('syncing')
    begin(given)
    try {
      await timelines?.resume(query => ask<SyncReply>('sync', query))
    } catch (error) {
      // The end of the connection tells itself; a refusal here means that the server cannot serve now.
      if (mine === run && (error as ClientError).code !== 'offline') fail(4100, String(error))
      return
    }
    if (mine !== run || !connection) return
    attempt = 0
    save()
    enter('online')
    outbox.open(message => ask<Sent>(message.do, message.with))
  }

  /** Positions are one user's: with another one everything begins anew. */
  function begin({ user: signedIn, epoch }: Welcome) {
    const same = user === undefined || user === signedIn
    if (!same) outbox.stop()
    if (!same || !timelines?.save().positions.length) timelines = newTimelines({ epoch, positions: [] })
    user = signedIn
  }

  function receive(frame: Parameters<Parameters<typeof openConnection>[3]['frame']>[0]) {
    if (frame.type === 'kicked') events.emit('kicked', { why: frame.why, text: frame.text })
    else timelines?.push(frame)
    save()
  }

  /** Ends a connection that is of no use any more. */
  function fail(code: number, text: string) {
    connection?.end()
    lost(code, text)
  }

  function lost(code: number, text: string) {
    leave()
    const back = backOf(code)
    const reason = { code, text, back }
    if (back === 'never') return enter('refused', { reason })
    const wait = waitOf(back, attempt++, pace, random)
    timer = setTimeout(connect, wait)
    enter('waiting', { reason, wait })
  }

  function leave() {
    run++
    connection = undefined
    timelines?.interrupt()
    outbox.shut()
  }

  /** The network is back: no need to wait longer. */
  function hurry() {
    if (state === 'waiting') connect()
  }

  /** Disconnects. Unsent messages are rejected with 'stopped'; with a storage they are sent after the next start. */
  async function stop(): Promise<void> {
    clearTimeout(timer)
    globalThis.removeEventListener?.('online', hurry)
    connection?.end()
    leave()
    const last = keep()
    outbox.stop()
    loaded = undefined
    enter('offline')
    await options.storage?.save(last)
  }

  function ask<T>(operation: string, input: object): Promise<T> {
    return connection ? connection.request<T>(operation, input) : Promise.reject(offline())
  }

  /** Asks once there is a connection; ClientError 'offline' if there is none for long. */
  async function question<T>(operation: string, input: object): Promise<T> {
    if (state !== 'online') await online()
    return ask<T>(operation, input)
  }

  function online(): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(late)
        off()
        settle()
      }
      const late = setTimeout(() => end(() => reject(offline())), patience)
      const off = events.on('state', ({ state: now }) => {
        if (now === 'online') end(resolve)
        if (now === 'offline' || now === 'refused') end(() => reject(offline()))
      })
      if (state === 'offline' || state === 'refused') end(() => reject(offline()))
    })
  }

  function send(operation: Outgoing['do'], where: object, content: Content, more: SendOptions): Promise<Sent> {
    const { client = newId(random), ...rest } = more
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    const message = { do: operation, with: { ...where, ...rest, parts, client } }
    if (more.passing) return state === 'online' ? ask(message.do, message.with) : Promise.reject(offline())
    return outbox.add(message)
  }

  async function load() {
    const kept = await loadKept(options.storage)
    user ??= kept.user
    timelines ??= newTimelines(kept)
    outbox.restore(kept.outbox)
  }

  function newTimelines(kept: Pick<Kept, 'epoch' | 'positions'>): Timelines {
    return openTimelines(kept, {
      message: message => events.emit('message', message),
      change: change => events.emit('change', change),
      conversation: told => events.emit('conversation', told),
      read: read => events.emit('read', read),
      stuck: error => fail(4100, String(error)),
    })
  }

  function keep(): string {
    const kept: Kept = { user, ...(timelines?.save() ?? { positions: [] }), outbox: outbox.waiting() }
    return JSON.stringify(kept)
  }

  /** Soon, and once for everything that happens at a time; after the handlers, so that nothing is kept as seen unseen. */
  function save() {
    if (!options.storage || saving) return
    saving = true
    setTimeout(async () => {
      saving = false
      if (state !== 'offline') await options.storage?.save(keep())
    }, 50)
  }

  return {
    on: events.on,
    start,
    stop,
    /** Where the client is now. */
    get state(): State {
      return state
    },
    /** Who is signed in; undefined before the first welcome. */
    get user(): string | undefined {
      return user
    },
    /** Sends to a user, later when there is no connection now. */
    sendToUser: (to: string, content: Content, more: SendOptions = {}) =>
      send('message.sendToUser', { to }, content, more),
    /** Sends to a group, later when there is no connection now. */
    sendToGroup: (conv: number, content: Content, more: SendOptions = {}) =>
      send('message.sendToGroup', { conv }, content, more),
    /** Recalls an own message within two minutes, or any as a group's manager. */
    recall: (conv: number, seq: number, reason?: string) => question<object>('message.recall', { conv, seq, reason }),
    /** Messages before or after a number, or the newest; in order. `next` is where to go on. */
    history: (conv: number, page: { before?: number; after?: number; limit?: number } = {}) =>
      question<{ messages: Message[]; next?: number }>('history.read', { conv, ...page }),
    /** The user's conversations, the one with the newest message first. */
    conversations: (page: { before?: { time: number; conv: number }; limit?: number } = {}) =>
      question<{ conversations: Conversation[]; next?: { time: number; conv: number } }>('conversation.list', page),
    /** Marks as read up to a message, or to the end. */
    markRead: (conv: number, seq?: number) =>
      question<{ read: number; unread: number }>('conversation.read', { conv, seq }),
    /** Any other operation of the protocol. */
    ask: question,
  }
}

function gatewayOf(address: string): string {
  const url = new URL(address)
  url.protocol = url.protocol.replace('http', 'ws')
  if (url.pathname === '/') url.pathname = '/gateway'
  return url.href
}

function newId(random: () => number): string {
  const part = () =>
    Math.floor(random() * 2 ** 48)
      .toString(36)
      .padStart(10, '0')
  return globalThis.crypto?.randomUUID?.() ?? part() + part()
}

function offline(): ClientError {
  return new ClientError('offline', 'not connected')
}
