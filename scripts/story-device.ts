import { type Client, type Credentials, createClient, type Message } from '../client/src/client.ts'

/** An end user's app: it shows what the client tells it, and counts what it was told more than once. */
export interface Device {
  user: string
  /** Texts of a conversation in the order of their numbers, as the app shows them now. */
  texts(conv: number): string[]
  /** How many messages were told again though they were shown already, or out of their order. */
  repeated(): number
  stop(): Promise<void>
}

/** What an app tells the audience. */
export interface DeviceEvents {
  state(user: string, state: string): void
  message(user: string, message: Message): void
}

/** Connects a user's device with the client; resolves when it is online. Rejects when its credentials are refused. */
export async function openDevice(
  url: string,
  user: string,
  credentials: Credentials,
  events: DeviceEvents,
): Promise<Device> {
  const client = createClient({ url, credentials, device: `${user}'s phone`, platform: 'android' })
  const shown = new Map<number, Map<number, Message>>()
  const last = new Map<number, number>()
  let repeated = 0

  function show(message: Message) {
    const messages = shown.get(message.conv) ?? new Map<number, Message>()
    shown.set(message.conv, messages.set(message.seq, message))
    events.message(user, message)
  }

  client.on('state', ({ state }) => events.state(user, state))
  client.on('message', message => {
    if (message.seq <= (last.get(message.conv) ?? 0)) repeated++
    last.set(message.conv, message.seq)
    show(message)
  })
  client.on('conversation', event => {
    if (!event.here || !event.reset) return
    shown.set(event.conv, new Map())
    last.set(event.conv, event.messages.at(-1)?.seq ?? 0)
    for (const message of event.messages) show(message)
    const first = event.messages[0]?.seq ?? 0
    loadEarlier(client, event.conv, first, show).catch(() => {})
  })
  client.start()
  await online(client)
  return {
    user,
    texts: conv => textsOf(shown.get(conv) ?? new Map()),
    repeated: () => repeated,
    stop: () => client.stop(),
  }
}

/** A conversation that begins anew shows its newest page only; the app wants the rest too. */
async function loadEarlier(client: Client, conv: number, first: number, show: (message: Message) => void) {
  for (let before: number | undefined = first; before !== undefined && before > 1; ) {
    const page: { messages: Message[]; next?: number } = await client.history(conv, { before })
    for (const message of page.messages) show(message)
    before = page.next
  }
}

function textsOf(messages: ReadonlyMap<number, Message>): string[] {
  const inOrder = [...messages.values()].sort((one, other) => one.seq - other.seq)
  return inOrder.flatMap(message => message.parts?.flatMap(part => (part.type === 'text' ? [part.text] : [])) ?? [])
}

function online(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    const off = client.on('state', ({ state, reason }) => {
      if (state !== 'online' && state !== 'refused') return
      off()
      if (state === 'online') resolve()
      else reject(new Error(`refused: ${reason?.text}`))
    })
  })
}
