import { ClientError, type Sent } from './protocol.ts'

/** A message on its way: the operation, and its input with the client id that makes a repeat harmless. */
export interface Outgoing {
  do: 'message.sendToUser' | 'message.sendToGroup'
  with: { client: string } & Record<string, unknown>
  /** When it was first on its way (ms). */
  tried?: number
}

/** What became of a message of the outbox. */
export type Outcome = { client: string; sent: Sent } | { client: string; error: ClientError }

/** Messages that the server has not confirmed, in the order in which they were said. */
export interface Outbox {
  /** Resolves once the server has it; rejects when it will not have it. */
  add(message: Outgoing): Promise<Sent>
  /** Puts messages from an earlier start before all others. */
  restore(messages: Outgoing[]): void
  /** The way is open: sends one after another until all are confirmed or the way ends. */
  open(send: (message: Outgoing) => Promise<Sent>): void
  shut(): void
  waiting(): Outgoing[]
  /** Rejects what waits with 'stopped'. */
  stop(): void
}

/** Refusals that may pass: the same message is tried again after a while (ms, doubled each time). */
const passing = ['rate.exceeded', 'store.unavailable', 'store.conflict', 'time.out', 'internal']
const pause = { first: 500, most: 10_000 }

/** Messages that can wait. */
const most = 1000
/** The server knows client ids for seven days: what was on its way longer ago might become a second message (ms). */
const known = 6.5 * 24 * 3600 * 1000

interface Item {
  message: Outgoing
  resolve?(sent: Sent): void
  reject?(error: ClientError): void
}

export function openOutbox(tell: (outcome: Outcome) => void, changed: () => void): Outbox {
  const items: Item[] = []
  let way: ((message: Outgoing) => Promise<Sent>) | undefined
  let running = false

  async function run() {
    if (running) return
    running = true
    for (let tries = 0; way && items[0]; ) {
      const item = items[0]
      try {
        const sent = await way(onWay(item.message))
        done(item, { client: item.message.with.client, sent })
        item.resolve?.(sent)
        tries = 0
      } catch (error) {
        const refused = error as ClientError
        if (refused.code === 'offline') break
        if (passing.includes(refused.code)) await rest(tries++)
        else {
          done(item, { client: item.message.with.client, error: refused })
          item.reject?.(refused)
          tries = 0
        }
      }
    }
    running = false
  }

  /** Whoever tries remembers it first, so that it is known whatever happens then. */
  function onWay(message: Outgoing): Outgoing {
    const now = Date.now()
    if (now - (message.tried ?? now) > known) throw new ClientError('outbox.late', 'it was on its way too long ago')
    if (message.tried === undefined) {
      message.tried = now
      changed()
    }
    return message
  }

  function done(item: Item, outcome: Outcome) {
    if (items[0] === item) items.shift()
    changed()
    tell(outcome)
  }

  return {
    add(message) {
      return new Promise((resolve, reject) => {
        if (items.length >= most) return reject(new ClientError('outbox.full', 'too many messages wait'))
        items.push({ message, resolve, reject })
        changed()
        run()
      })
    },
    restore(messages) {
      const here = new Set(items.map(item => item.message.with.client))
      items.unshift(...messages.filter(({ with: { client } }) => !here.has(client)).map(message => ({ message })))
    },
    open(send) {
      way = send
      run()
    },
    shut() {
      way = undefined
    },
    waiting: () => items.map(item => item.message),
    stop() {
      way = undefined
      for (const { reject } of items.splice(0)) reject?.(new ClientError('stopped', 'the client was stopped'))
    },
  }
}

function rest(tries: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, Math.min(pause.most, pause.first * 2 ** tries)))
}
