import { browserStorage, createClient, type Message, type State, withChange } from '../../client/src/client.ts'

/**
 * A small chat app as a team might write it on the client: it shows messages by conversation and number, keeps them over
 * a reload, and takes server and user from the page's address.
 */

/** What a test can ask the page. */
export interface Chat {
  client: ReturnType<typeof createClient>
  /** What the client told since the page was loaded, in order. */
  told: string[]
  states: State[]
}

const query = new URLSearchParams(location.search)
const user = query.get('user') ?? ''
const key = `shown by ${user}`
const shown = new Map<string, Message>(JSON.parse(localStorage.getItem(key) ?? '[]'))
const told: string[] = []
const states: State[] = []
const client = createClient({
  url: query.get('server') ?? '',
  credentials: {
    dialect: 'tencent',
    sdkappid: Number(query.get('sdkappid')),
    userid: user,
    usersig: query.get('usersig') ?? '',
  },
  storage: browserStorage(`client of ${user}`),
})

function show() {
  localStorage.setItem(key, JSON.stringify([...shown]))
  const messages = [...shown.values()].sort((a, b) => a.conv - b.conv || a.seq - b.seq)
  document.body.replaceChildren(
    ...messages.map(message => {
      const line = document.createElement('li')
      const text = message.parts?.map(part => (part.type === 'text' ? part.text : part.type)).join(' ')
      line.textContent = `${message.sender}: ${text ?? 'recalled'}`
      line.dataset.conv = String(message.conv)
      return line
    }),
  )
}

function keep(message: Message) {
  shown.set(`${message.conv}/${message.seq}`, message)
}

client.on('state', ({ state }) => states.push(state))
client.on('message', message => {
  told.push(`message ${message.conv}/${message.seq}`)
  keep(message)
  show()
})
client.on('change', change => {
  told.push(`change ${change.conv}/${change.rev}`)
  const message = shown.get(`${change.conv}/${change.seq}`)
  if (!message) return
  const now = withChange(message, change)
  if (now) keep(now)
  else shown.delete(`${change.conv}/${change.seq}`)
  show()
})
client.on('conversation', event => {
  if (!event.here || !event.reset) return
  told.push(`reset ${event.conv}`)
  for (const [name, message] of shown) if (message.conv === event.conv) shown.delete(name)
  for (const message of event.messages) keep(message)
  show()
})
client.on('sent', outcome => told.push(`sent ${outcome.client}`))
client.start()
show()
Object.assign(globalThis, { chat: { client, told, states } satisfies Chat })
