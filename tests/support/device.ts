import {
  type Client,
  type ClientOptions,
  createClient,
  type Message,
  type State,
  withChange,
} from '../../client/src/client.ts'
import { openWord } from './trusting.ts'

/** An app on a device: it shows what the client tells it, and remembers all it was told. */
export interface TestDevice {
  client: Client
  /** By conversation and number, what it shows now. */
  shown: Map<number, Map<number, Message>>
  /** Everything told, in order. */
  told: string[]
  states: State[]
  /** Ends the connection under the client, as a network does. */
  cut(): void
  until(state: State): Promise<void>
}

/** Starts a device of a user; the client's times are short. */
export function startDevice(
  server: { url: string },
  app: { id: number },
  user: string,
  options: Partial<ClientOptions> = {},
): TestDevice {
  let socket: WebSocket | undefined
  class Cuttable extends WebSocket {
    constructor(url: string) {
      super(url)
      socket = this
    }
  }
  const client = createClient({
    url: server.url,
    credentials: openWord(app, user),
    WebSocket: Cuttable,
    pace: { first: 5, later: 20, most: 50 },
    ...options,
  })
  const shown: TestDevice['shown'] = new Map()
  const told: string[] = []
  const states: State[] = []
  client.on('state', ({ state }) => states.push(state))
  client.on('conversation', event => {
    if (!event.here) shown.delete(event.conv)
    else if (event.reset) shown.set(event.conv, new Map(event.messages.map(message => [message.seq, message])))
  })
  client.on('message', message => {
    told.push(`message ${message.conv}/${message.seq}`)
    if (message.seq > 0) shown.get(message.conv)?.set(message.seq, message)
  })
  client.on('change', change => {
    told.push(`change ${change.conv}/${change.rev}`)
    const message = shown.get(change.conv)?.get(change.seq ?? 0)
    const now = message && withChange(message, change)
    if (now) shown.get(change.conv)?.set(message.seq, now)
    else if (message) shown.get(change.conv)?.delete(message.seq)
  })
  client.on('erased', ({ conv, seqs, upTo = 0 }) => {
    const messages = shown.get(conv)
    for (const seq of messages?.keys() ?? []) if (seq <= upTo || seqs.includes(seq)) messages?.delete(seq)
  })
  client.start()
  return {
    client,
    shown,
    told,
    states,
    cut: () => socket?.close(),
    async until(state) {
      if (client.state === state) return
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`still ${client.state}, not ${state}`)), 5000)
        const off = client.on('state', now => {
          if (now.state !== state) return
          clearTimeout(late)
          off()
          resolve()
        })
      })
    },
  }
}

/** What a device shows of a conversation, in order. */
export function shownIn(device: TestDevice, conv: number): Message[] {
  return [...(device.shown.get(conv)?.values() ?? [])].sort((a, b) => a.seq - b.seq)
}

/**
 * The conversations that two devices of one user show differently, looking at the newest messages: one that began anew
 * shows only its newest page.
 */
export function differences(one: TestDevice, other: TestDevice, convs: Iterable<number> = one.shown.keys()): number[] {
  const picture = (device: TestDevice, conv: number) =>
    JSON.stringify(shownIn(device, conv).slice(-40).map(sortedFields))
  return [...convs].filter(conv => picture(one, conv) !== picture(other, conv))
}

/** The same message may come with its fields in another order. */
function sortedFields(message: Message): [string, unknown][] {
  return Object.entries(message).sort(([a], [b]) => (a < b ? -1 : 1))
}
